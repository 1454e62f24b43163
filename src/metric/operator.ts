import { ReflowError } from "../kit/errors.js";

export type Operator = "<" | "<=" | ">" | ">=";

const ALIASES: Readonly<Record<string, Operator>> = {
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
  lt: "<",
  le: "<=",
  lte: "<=",
  gt: ">",
  ge: ">=",
  gte: ">=",
};

/** Reads an operator or its word form (`lt`, `gte`, …). Throws `metric_operator`. */
export function parseOperator(text: unknown): Operator {
  const found = typeof text === "string" ? ALIASES[text.trim().toLowerCase()] : undefined;
  if (!found)
    throw new ReflowError(
      "usage",
      "metric_operator",
      `unknown metric operator ${JSON.stringify(text)}`,
      "Use <, <=, > or >=.",
    );
  return found;
}

export function holds(value: number, operator: Operator, target: number): boolean {
  if (operator === "<") return value < target;
  if (operator === "<=") return value <= target;
  if (operator === ">") return value > target;
  return value >= target;
}

/** True when smaller is better. */
export function minimises(operator: Operator): boolean {
  return operator === "<" || operator === "<=";
}
