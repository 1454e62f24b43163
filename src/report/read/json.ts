import { exists, readJson } from "../../kit/files.js";

/** Tolerant access to JSON of unknown shape: a report must come out of half-written and foreign runs too. */
export type Tree = Readonly<Record<string, unknown>>;

/** An object, or an empty one. */
export function tree(value: unknown): Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Tree) : {};
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** A finite number; numeric text counts, because CSV cells are text. */
export function number(value: unknown): number | undefined {
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "string" && value.trim() !== "") return number(Number(value));
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** The JSON of a file; undefined when the file is absent or broken (`broken` is told which). */
export async function jsonOf(file: string | undefined, broken?: (message: string) => void): Promise<unknown> {
  if (!file || !(await exists(file))) return undefined;
  try {
    return await readJson(file);
  } catch (error) {
    broken?.((error as Error).message);
    return undefined;
  }
}
