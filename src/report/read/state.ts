import { holds, minimises, type Operator } from "../../metric/operator.js";
import { list, number, type Tree, text, tree } from "./json.js";

/** The metric contract as far as the report needs it (contract 4.1). */
export type Metric = Readonly<{
  name: string;
  displayName: string;
  operator: Operator;
  target: number;
  unit: string;
  /** Recall that the false-alarm rate is taken at, 0..1; undefined for other metrics. */
  recall: number | undefined;
  constraints: readonly Readonly<{
    name: string;
    displayName: string;
    operator: Operator;
    target: number;
    unit: string;
  }>[];
}>;

/** What an evaluation measured. `failed` names constraints that do not hold. */
export type Measured = Readonly<{
  value: number;
  unit: string;
  threshold: number | undefined;
  passed: boolean;
  failed: readonly string[];
  constraints: Readonly<Record<string, number>>;
}>;

export type RunEvent = Readonly<{
  seq: number;
  at: string;
  label: string;
  stage: string;
  ok: boolean;
  summary: string;
  seconds: number;
}>;

export type LabelState = Readonly<{
  label: string;
  fields: Tree;
  status: string;
  measured: Measured | undefined;
}>;

/** `deft_state.json` (version 4, contract 2) read tolerantly. */
export type RunState = Readonly<{
  status: "in_progress" | "complete" | "failed";
  kpiTarget: string;
  metric: Metric | undefined;
  maxIterations: number | undefined;
  resultsDir: string | undefined;
  config: Tree;
  policy: Tree;
  labels: readonly LabelState[];
  events: readonly RunEvent[];
  startedAt: string | undefined;
  completedAt: string | undefined;
  raw: Tree;
}>;

export function parseState(json: unknown): RunState {
  const raw = tree(json);
  const metric = parseMetricContract(raw.metric_contract);
  const status = raw.status === "complete" || raw.status === "failed" ? raw.status : "in_progress";
  const labels = Object.entries(tree(raw.iterations))
    // Labels name folders: anything else must not become a path.
    .filter(([label]) => /^(baseline|iter[1-9]\d{0,5})$/.test(label))
    .sort(([a], [b]) => orderOf(a) - orderOf(b))
    .map(([label, value]) => {
      const fields = tree(value);
      return {
        label,
        fields,
        status: text(fields.status) ?? "pending",
        measured: parseMeasured(fields, metric),
      };
    });
  return {
    status,
    kpiTarget: text(raw.kpi_target) ?? "not recorded",
    metric,
    maxIterations: number(raw.max_iterations),
    resultsDir: text(raw.results_dir),
    config: tree(raw.config),
    policy: tree(raw.execution_policy),
    labels,
    events: list(raw.events).map(parseEvent),
    startedAt: text(raw.started_at),
    completedAt: text(raw.completed_at),
    raw,
  };
}

function orderOf(label: string): number {
  return label === "baseline" ? 0 : (number(label.replace(/^iter/, "")) ?? 1e9);
}

function parseEvent(value: unknown): RunEvent {
  const e = tree(value);
  return {
    seq: number(e.seq) ?? 0,
    at: text(e.ts) ?? "",
    label: text(e.iter) ?? "?",
    stage: text(e.stage) ?? "?",
    ok: e.status !== "error",
    summary: text(e.summary) ?? "",
    seconds: number(e.duration_sec) ?? 0,
  };
}

function parseMetricContract(value: unknown): Metric | undefined {
  const m = tree(value);
  const name = text(m.name);
  const target = number(m.target);
  const operator = operatorOf(m.operator);
  if (!name || target === undefined || !operator) return undefined;
  const parameters = tree(tree(m.evaluator).parameters);
  const recall = number(parameters.recall_target_pct);
  return {
    name,
    displayName: text(m.display_name) ?? name,
    operator,
    target,
    unit: typeof m.unit === "string" ? m.unit : "",
    recall: name === "far_pct" ? (recall ?? 100) / 100 : undefined,
    constraints: list(m.constraints).flatMap((item) => {
      const c = tree(item);
      const op = operatorOf(c.operator);
      const goal = number(c.target);
      const id = text(c.name);
      if (!op || goal === undefined || !id) return [];
      return [
        {
          name: id,
          displayName: text(c.display_name) ?? id,
          operator: op,
          target: goal,
          unit: text(c.unit) ?? "",
        },
      ];
    }),
  };
}

function operatorOf(value: unknown): Operator | undefined {
  return value === "<" || value === "<=" || value === ">" || value === ">=" ? value : undefined;
}

/** The recorded result of a label; `passed` is worked out again, never believed (contract 4.3, 4.4). */
function parseMeasured(fields: Tree, metric: Metric | undefined): Measured | undefined {
  const result = tree(fields.metric_result);
  const value = number(result.value) ?? number(fields.far_pct);
  if (value === undefined) return undefined;
  const constraints: Record<string, number> = {};
  for (const [name, v] of Object.entries(tree(result.constraints))) {
    // The recorder may keep bare numbers or {value} objects.
    const n = number(v) ?? number(tree(v).value) ?? number(tree(v).actual);
    if (n !== undefined) constraints[name] = n;
  }
  const failed = (metric?.constraints ?? [])
    .filter((c) => !(c.name in constraints && holds(constraints[c.name] as number, c.operator, c.target)))
    .map((c) => c.name);
  return {
    value,
    unit: typeof result.unit === "string" ? result.unit : (metric?.unit ?? ""),
    threshold: number(fields.threshold) ?? number(result.threshold),
    passed: metric !== undefined && failed.length === 0 && holds(value, metric.operator, metric.target),
    failed,
    constraints,
  };
}

/** The best label so far (contract 4.5): no constraint failure first, then the value, ties to the earliest. */
export function bestLabel(state: RunState): LabelState | undefined {
  const measured = state.labels.filter((l) => l.measured);
  const clean = measured.filter((l) => l.measured?.failed.length === 0);
  const candidates = clean.length > 0 ? clean : measured;
  const sign = state.metric && !minimises(state.metric.operator) ? -1 : 1;
  return candidates.reduce<LabelState | undefined>((best, l) => {
    if (!best) return l;
    return sign * (l.measured as Measured).value < sign * (best.measured as Measured).value ? l : best;
  }, undefined);
}
