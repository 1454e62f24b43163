import { dataError, type Place } from "../kit/errors.js";
import type { MetricContract } from "./contract.js";
import { holds, minimises } from "./operator.js";

/** What an evaluator reports (contract 4.3); further keys are kept as they are. */
export type EvaluatorResult = Readonly<{
  name: string;
  value: number;
  unit: string;
  constraints: Readonly<Record<string, unknown>>;
  threshold?: number;
  diagnostics?: unknown;
  [extra: string]: unknown;
}>;

/** A result as recorded: judged by us, whatever the evaluator claimed, with the file it came from. */
export type MetricResult = EvaluatorResult & Readonly<{ evidence_path: string; passed: boolean }>;

/**
 * Checks an evaluator's JSON against the contract (4.3, 4.4): name and unit equal, value a finite JSON number.
 * Throws `metric_result_invalid` naming the field.
 */
export function checkResult(contract: MetricContract, raw: unknown, file?: string): EvaluatorResult {
  const bad = (field: string, message: string) => {
    const where: Place = file === undefined ? { field } : { file, field };
    return dataError(
      "metric_result_invalid",
      message,
      "See docs/metric.md for what an evaluator writes.",
      where,
    );
  };
  if (typeof raw !== "object" || raw === null || Array.isArray(raw))
    throw bad("", "the metric result must be a JSON object");
  const r = raw as Record<string, unknown>;
  if (r.name !== contract.name)
    throw bad("name", `name is ${JSON.stringify(r.name)}, the contract says "${contract.name}"`);
  if (typeof r.value !== "number" || !Number.isFinite(r.value))
    throw bad("value", `value must be a finite number, got ${JSON.stringify(r.value)}`);
  if (r.unit !== contract.unit)
    throw bad("unit", `unit is ${JSON.stringify(r.unit)}, the contract says "${contract.unit}"`);
  const constraints = r.constraints ?? {};
  if (typeof constraints !== "object" || constraints === null || Array.isArray(constraints))
    throw bad("constraints", "constraints must be an object of numbers");
  for (const wanted of contract.constraints) {
    const v = (constraints as Record<string, unknown>)[wanted.name];
    if (v !== undefined && (typeof v !== "number" || !Number.isFinite(v)))
      throw bad(`constraints.${wanted.name}`, `must be a finite number, got ${JSON.stringify(v)}`);
  }
  const threshold = r.threshold ?? undefined;
  if (threshold !== undefined && (typeof threshold !== "number" || !Number.isFinite(threshold)))
    throw bad("threshold", `threshold must be a finite number, got ${JSON.stringify(threshold)}`);
  if (threshold === undefined && contract.evaluator.type === "builtin")
    throw bad("threshold", "the builtin evaluator must report its threshold");
  return { ...r, name: contract.name, value: r.value, unit: contract.unit, constraints } as EvaluatorResult;
}

/** Names of the constraints that fail, `<name>:missing` for absent ones. */
export function constraintFailures(
  contract: MetricContract,
  result: Pick<EvaluatorResult, "constraints">,
): string[] {
  return contract.constraints.flatMap((c) => {
    const value = result.constraints[c.name];
    if (value === undefined) return [`${c.name}:missing`];
    return holds(value as number, c.operator, c.target) ? [] : [c.name];
  });
}

/** Everything that keeps a result from passing: the metric's own name, then failing constraints (contract 4.4). */
export function failures(
  contract: MetricContract,
  result: Pick<EvaluatorResult, "value" | "constraints">,
): string[] {
  const own = holds(result.value, contract.operator, contract.target) ? [] : [contract.name];
  return [...own, ...constraintFailures(contract, result)];
}

/**
 * The best candidate (contract 4.5): those with every constraint met, or all when none has; smallest or largest
 * value by the operator's direction; the earliest wins a tie. Undefined for no candidates.
 */
export function selectBest<T extends { readonly result: Pick<EvaluatorResult, "value" | "constraints"> }>(
  contract: MetricContract,
  candidates: readonly T[],
): T | undefined {
  const clean = candidates.filter((c) => constraintFailures(contract, c.result).length === 0);
  const sign = minimises(contract.operator) ? 1 : -1;
  let best: T | undefined;
  for (const c of clean.length > 0 ? clean : candidates)
    if (!best || sign * c.result.value < sign * best.result.value) best = c;
  return best;
}
