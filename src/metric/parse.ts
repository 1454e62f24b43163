import path from "node:path";
import { ReflowError } from "../kit/errors.js";
import { type MetricContract, validateContract } from "./contract.js";
import { general } from "./numbers.js";
import { type Operator, parseOperator } from "./operator.js";

/** The structured form of a target, and how it is evaluated. Text and structured fields exclude each other. */
export type MetricOptions = Readonly<{
  name?: string;
  displayName?: string;
  operator?: string;
  target?: number;
  unit?: string;
  /** `builtin:far_at_recall`, `artifact`, or the absolute path of an executable. */
  evaluator?: string;
  evaluatorArgs?: readonly string[];
  artifactProducer?: string;
  artifactPathTemplate?: string;
  constraints?: readonly unknown[];
}>;

const HOW = "Write it like `FAR < 10% at Recall=100%` or `quality_score >= 0.9`.";

/**
 * Reads a target such as `FAR < 10% at Recall=100%` (grammar of contract 4.2) into a metric contract. A FAR in
 * percent gets the builtin evaluator and the recall constraint; any other metric needs `options.evaluator`.
 * Throws usage errors (`metric_target_text`, `metric_needs_evaluator`, `metric_recall_range`, …).
 */
export function parseMetric(text: string, options: MetricOptions = {}): MetricContract {
  if (options.name !== undefined || options.operator !== undefined || options.target !== undefined)
    throw usage("metric_two_forms", "give the target as text or as fields, not both", HOW);
  return complete(parseTarget(text), options);
}

/** The same from separate fields. Throws `metric_fields_missing` unless name, operator and target are given. */
export function buildMetric(options: MetricOptions): MetricContract {
  const { name, operator, target } = options;
  if (name === undefined || operator === undefined || target === undefined)
    throw usage("metric_fields_missing", "a structured target needs name, operator and target", HOW);
  const displayName = options.displayName || name;
  return complete(
    { name, displayName, operator: parseOperator(operator), target, unit: options.unit ?? "" },
    options,
  );
}

type Target = Readonly<{
  name: string;
  displayName: string;
  operator: Operator;
  target: number;
  unit: string;
  context?: string;
}>;

function parseTarget(text: string): Target {
  const head = /^([^<>]+)(<=|>=|<|>)\s*(-?(?:\d+(?:\.\d*)?|\.\d+))(.*)$/s.exec(text.trim());
  const tail = head && /^\s*([^\s]*?)(?:(?:^|\s)\s*at\s+(\S.*))?$/is.exec(head[4] as string);
  const displayName = head?.[1]?.trim();
  if (!head || !tail || !displayName)
    throw usage("metric_target_text", `cannot read the metric target ${JSON.stringify(text)}`, HOW);
  const unit = tail[1] as string;
  // A rest that still looks like a number (`1,5%`, `1e-4%`, `1 000%`) was not read whole.
  if (/^(?:[,.'_]?\d|e[+-]?\d)/i.test(unit)) throw unreadableNumber(`${head[3]}${head[4]}`.trim());
  return {
    name: nameOf(displayName, unit),
    displayName,
    operator: parseOperator(head[2]),
    target: Number(head[3]),
    unit,
    ...(tail[2] === undefined ? {} : { context: tail[2].trim() }),
  };
}

function nameOf(displayName: string, unit: string): string {
  const name = displayName
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_|_$/g, "");
  if (name === "far" && unit === "%") return "far_pct";
  return name || "primary_metric";
}

function complete(t: Target, options: MetricOptions): MetricContract {
  const isFar = t.name === "far_pct";
  if (isFar) checkFar(t);
  const recall = isFar ? recallOf(t.context) : undefined;
  const parameters =
    recall !== undefined
      ? { recall_target_pct: recall }
      : t.context
        ? { evaluation_context: t.context }
        : undefined;
  const given = options.constraints ?? [];
  const constraints =
    given.length === 0 && recall !== undefined
      ? [{ name: "recall_pct", display_name: "Recall", operator: ">=", target: recall, unit: "%" }]
      : given;
  return validateContract({
    name: t.name,
    display_name: t.displayName,
    operator: t.operator,
    target: t.target,
    unit: isFar ? "%" : t.unit,
    evaluator: evaluatorOf(t, options, parameters),
    constraints,
  });
}

/** A false-alarm rate is a percentage, and less of it is better: anything else is met always or never. */
function checkFar(t: Target): void {
  if (!(t.target >= 0 && t.target <= 100))
    throw usage(
      "metric_far_range",
      `a FAR of ${general(t.target)} % cannot be asked for`,
      "It lies from 0 to 100 %.",
    );
  if (t.operator === ">" || t.operator === ">=")
    throw usage(
      "metric_far_direction",
      `FAR ${t.operator} ${general(t.target)}% would ask for more false alarms`,
      `Write \`FAR < ${general(t.target)}%\`: less is better.`,
    );
}

function unreadableNumber(text: string): ReflowError {
  return usage(
    "metric_number_invalid",
    `cannot read the number in ${JSON.stringify(text)}`,
    "Write plain decimals with a point, for example 1.5% or 0.0001%.",
  );
}

function recallOf(context: string | undefined): number {
  const found = /^recall\s*=\s*(-?(?:\d+(?:\.\d*)?|\.\d+))\s*%?$/i.exec(context ?? "");
  if (!found && context !== undefined && /^recall\s*=\s*-?[\d.,e+']+\s*%?$/i.test(context))
    throw unreadableNumber(context);
  if (!found && context !== undefined)
    throw usage(
      "metric_target_text",
      `cannot read "at ${context}"`,
      "Write `at Recall=100%` and nothing after it.",
    );
  const recall = found ? Number(found[1]) : 100;
  if (!(recall > 0 && recall <= 100))
    throw usage(
      "metric_recall_range",
      `a recall of ${recall} % cannot be asked for`,
      "It lies in (0, 100] %.",
    );
  return recall;
}

function evaluatorOf(
  t: Target,
  o: MetricOptions,
  parameters: Readonly<Record<string, unknown>> | undefined,
): Record<string, unknown> {
  const more = parameters ? { parameters } : {};
  if ((o.artifactProducer || o.artifactPathTemplate) && o.evaluator !== "artifact")
    throw usage(
      "metric_artifact_options",
      "an artifact producer or path template needs the artifact evaluator",
      "Set the evaluator to `artifact`.",
    );
  if (o.evaluator === "artifact") {
    if (o.evaluatorArgs?.length)
      throw usage("metric_artifact_options", "an artifact evaluator takes no arguments", "Remove them.");
    return { type: "artifact", producer: o.artifactProducer, path_template: o.artifactPathTemplate, ...more };
  }
  const builtin = o.evaluator?.startsWith("builtin:") ? o.evaluator.slice(8) : undefined;
  if (builtin !== undefined || (o.evaluator === undefined && t.name === "far_pct")) {
    if (t.name !== "far_pct")
      throw usage(
        "metric_evaluator_unsupported",
        `the builtin evaluator measures far_pct, not ${t.name}`,
        "Write the target as `FAR < 10%`, or name a command evaluator.",
      );
    return { type: "builtin", id: builtin ?? "far_at_recall", parameters: parameters ?? {} };
  }
  if (o.evaluator === undefined)
    throw usage(
      "metric_needs_evaluator",
      `the metric "${t.displayName}"${t.unit ? ` in ${t.unit}` : ""} has no builtin evaluator`,
      t.name === "far"
        ? "Write FAR in percent, for example `FAR < 10%` (0.1 is a different metric)."
        : "Give the absolute path of an evaluator command, or `artifact`.",
    );
  if (!path.isAbsolute(o.evaluator))
    throw usage(
      "metric_evaluator_path",
      `the evaluator path must be absolute: ${o.evaluator}`,
      "Give the full path; nothing is searched in PATH and no shell is used.",
    );
  return { type: "command", path: o.evaluator, args: o.evaluatorArgs ?? [], ...more };
}

/** The target as people read it: `FAR < 10%`, `quality >= 0.9 pts` (contract 4.2). */
export function renderTarget(c: MetricContract): string {
  const unit = c.unit === "%" || c.unit === "" ? c.unit : ` ${c.unit}`;
  return `${c.display_name} ${c.operator} ${general(c.target)}${unit}`;
}

/** {@link renderTarget} with the recall that the builtin evaluator measures at: `FAR < 10% at Recall=99.5%`. */
export function describeTarget(c: MetricContract): string {
  const recall = c.evaluator.type === "builtin" ? ` at Recall=${general(recallTarget(c) * 100)}%` : "";
  return renderTarget(c) + recall;
}

/** The recall that a contract asks for, in 0…1: its builtin parameter, else its `recall_pct` constraint, else 1. */
export function recallTarget(c: MetricContract): number {
  const asked = c.evaluator.parameters?.recall_target_pct;
  const constraint = c.constraints.find((x) => x.name === "recall_pct")?.target;
  const pct = typeof asked === "number" ? asked : (constraint ?? 100);
  return pct / 100;
}

function usage(code: string, message: string, hint: string): ReflowError {
  return new ReflowError("usage", code, message, hint);
}
