import { ReflowError } from "../kit/errors.js";
import { type Operator, parseOperator } from "./operator.js";

/** Who measures the metric (contract 4.1). */
export type Evaluator =
  | Readonly<{ type: "builtin"; id: "far_at_recall"; parameters: Readonly<Record<string, unknown>> }>
  | Readonly<{
      type: "command";
      path: string;
      args: readonly string[];
      parameters?: Readonly<Record<string, unknown>>;
    }>
  | Readonly<{
      type: "artifact";
      producer: string;
      path_template: string;
      parameters?: Readonly<Record<string, unknown>>;
    }>;

/** A secondary gate on a value that the evaluator reports under `constraints.<name>`. */
export type Constraint = Readonly<{
  name: string;
  display_name: string;
  operator: Operator;
  target: number;
  unit: string;
}>;

/** The metric contract of a run (contract 4.1), in the key order and spelling of `deft_state.json`. */
export type MetricContract = Readonly<{
  name: string;
  display_name: string;
  operator: Operator;
  target: number;
  unit: string;
  evaluator: Evaluator;
  constraints: readonly Constraint[];
}>;

const NAME = /^[a-z][a-z0-9_]*$/;

/**
 * Checks an object read from a state file or built from flags and returns it in its normal form; unknown keys are
 * kept. Throws a usage error whose code names the first fault (`metric_name`, `metric_target`, …).
 */
export function validateContract(value: unknown): MetricContract {
  const c = object(value, "metric_contract", "metric_contract");
  const name = identifier(c.name, "metric_contract.name", "metric_name");
  return {
    ...c,
    name,
    display_name: label(c.display_name ?? name, "metric_contract.display_name"),
    operator: parseOperator(c.operator),
    target: finite(c.target, "metric_contract.target"),
    unit: unitOf(c.unit, "metric_contract.unit"),
    evaluator: validateEvaluator(c.evaluator),
    constraints: validateConstraints(c.constraints ?? []),
  };
}

function validateEvaluator(value: unknown): Evaluator {
  const e = object(value, "metric_contract.evaluator", "metric_evaluator");
  if (e.type === "builtin") {
    if (e.id !== "far_at_recall")
      throw usage(
        "metric_evaluator_unsupported",
        `unsupported builtin metric evaluator ${JSON.stringify(e.id)}`,
        "The builtin evaluator is far_at_recall; anything else needs a command or an artifact.",
      );
    const parameters = object(e.parameters ?? {}, "evaluator.parameters", "metric_evaluator");
    return { ...e, type: "builtin", id: "far_at_recall", parameters };
  }
  if (e.type === "command") {
    const args = e.args ?? [];
    if (!Array.isArray(args) || !args.every((a): a is string => typeof a === "string"))
      throw usage("metric_evaluator_args", "evaluator args must be a list of strings", "Give a JSON list.");
    if (typeof e.path !== "string" || e.path === "")
      throw usage("metric_evaluator_path", "a command evaluator needs a path", "Name the executable.");
    return { ...e, type: "command", path: e.path, args };
  }
  if (e.type === "artifact") {
    if (typeof e.producer !== "string" || e.producer.trim() === "")
      throw usage(
        "metric_artifact_producer",
        "an artifact evaluator needs its producer",
        "Say which system writes the result.",
      );
    const path_template = checkTemplate(e.path_template);
    return { ...e, type: "artifact", producer: e.producer, path_template };
  }
  throw usage(
    "metric_evaluator",
    "evaluator type must be builtin, command or artifact",
    "Check evaluator.type in the metric contract.",
  );
}

function checkTemplate(value: unknown): string {
  if (typeof value !== "string" || !value.includes("{iter_label}"))
    throw usage(
      "metric_artifact_template",
      "the artifact path template must contain {iter_label}",
      "For example /data/results/{iter_label}/metric_result.json.",
    );
  const filled = value.replaceAll("{iter_label}", "baseline");
  if (/[{}]/.test(filled))
    throw usage(
      "metric_artifact_template",
      "the artifact path template has another placeholder than {iter_label}",
      "Remove the other braces.",
    );
  if (!filled.startsWith("/"))
    throw usage("metric_artifact_template", "the artifact path must be absolute", "Begin it with /.");
  return value;
}

function validateConstraints(value: unknown): readonly Constraint[] {
  if (!Array.isArray(value))
    throw usage("metric_constraints", "constraints must be a list", "Give a JSON list of objects.");
  const seen = new Set<string>();
  return value.map((item, i) => {
    const c = object(item, `constraint ${i}`, "metric_constraints");
    const name = identifier(c.name, `constraint ${i} name`, "metric_constraints");
    if (seen.has(name))
      throw usage("metric_constraints", `constraint ${name} appears twice`, "Keep one of them.");
    seen.add(name);
    return {
      name,
      display_name: label(c.display_name ?? name, `constraint ${name} display_name`),
      operator: parseOperator(c.operator),
      target: finite(c.target, `constraint ${name} target`),
      unit: unitOf(c.unit, `constraint ${name} unit`),
    };
  });
}

function object(value: unknown, what: string, code: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw usage(code, `${what} must be an object`, "See docs/metric.md for the form.");
  return value as Record<string, unknown>;
}

function identifier(value: unknown, what: string, code: string): string {
  if (typeof value !== "string" || !NAME.test(value))
    throw usage(
      code,
      `${what} must be lower-case letters, digits and _, beginning with a letter; got ${JSON.stringify(value)}`,
      "For example far_pct.",
    );
  return value;
}

function label(value: unknown, what: string): string {
  if (typeof value !== "string" || value.trim() === "")
    throw usage("metric_display_name", `${what} must not be empty`, "Give it a readable name.");
  return value.trim();
}

function finite(value: unknown, what: string): number {
  if (typeof value !== "number" || !Number.isFinite(value))
    throw usage(
      "metric_target",
      `${what} must be a finite number, got ${JSON.stringify(value)}`,
      "Give a number.",
    );
  return value;
}

function unitOf(value: unknown, what: string): string {
  if (value !== undefined && typeof value !== "string")
    throw usage("metric_unit", `${what} must be text`, 'For example "%".');
  return value ?? "";
}

function usage(code: string, message: string, hint: string): ReflowError {
  return new ReflowError("usage", code, message, hint);
}
