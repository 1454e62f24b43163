import { TILE } from "./setup.js";

/** Rows of one preparation or validation task. */
const CHUNK = 4 * TILE;

/** Cuts 0 … total into ranges [from, to) of one task each. */
export function chunks(total: number): [number, number][] {
  return Array.from({ length: Math.ceil(total / CHUNK) }, (_, i) => [
    i * CHUNK,
    Math.min(total, (i + 1) * CHUNK),
  ]);
}
