import type { Mat4 } from "../../model.js";
import { pop, push } from "../bvh/heap.js";
import { NODE_BYTES, NODE_REFS } from "../layout.js";
import type { PlacedPart } from "./parts.js";

/** Where rays enter parts: world boxes (6 numbers each), which part, and the node of its mesh's tree. */
export type Entries = Readonly<{ boxes: Float64Array; slots: readonly number[]; refs: readonly number[] }>;

/** Entries beyond one for each part. */
const EXTRA = 3072;
/** Boxes smaller than this share of the largest are not worth opening. */
const LEAST_SHARE = 1e-4;

/** The most entries that `openEntries` makes of so many parts. */
export function mostEntries(parts: number): number {
  return parts + EXTRA;
}

/**
 * Starts with one entry for each part and opens the largest: board-wide layers lie upon each other, and a ray that had
 * to try each from its root meets the small pieces in the order in which they lie (after Benthin et al. 2017, "Improved
 * Two-Level BVHs using Partial Re-Braiding").
 */
export function openEntries(parts: readonly PlacedPart[]): Entries {
  const most = mostEntries(parts.length);
  const boxes = new Float64Array(most * 6);
  const area = new Float64Array(most);
  const slots = parts.map((_, i) => i);
  const refs = parts.map((part) => part.mesh!.mesh.root);
  const heap: number[] = [];
  parts.forEach((part, i) => {
    boxes.set(part.box.min, i * 6);
    boxes.set(part.box.max, i * 6 + 3);
    area[i] = halfArea(boxes, i * 6);
  });
  const least = LEAST_SHARE * area.subarray(0, parts.length).reduce((a, b) => Math.max(a, b), 0);
  const consider = (entry: number) => {
    if (refs[entry]! >= 0 && area[entry]! > least) push(heap, area, entry);
  };
  for (let i = 0; i < parts.length; i++) consider(i);
  let n = parts.length;
  while (heap.length > 0 && n + 3 <= most) {
    const entry = pop(heap, area);
    const part = parts[slots[entry]!]!;
    const nodes = part.mesh!.mesh.nodes;
    const at = refs[entry]! * NODE_BYTES;
    const view = new DataView(nodes.buffer, nodes.byteOffset + at, NODE_BYTES);
    let target = entry;
    for (let lane = 0; lane < 4; lane++) {
      const local = [0, 1, 2].flatMap((a) => [
        view.getFloat32(a * 32 + lane * 4, true),
        view.getFloat32(a * 32 + 16 + lane * 4, true),
      ]);
      if (!(local[0]! <= local[1]!)) continue;
      placeBox(local, part.world, boxes, target * 6);
      slots[target] = slots[entry]!;
      refs[target] = view.getInt32(NODE_REFS + lane * 4, true);
      area[target] = halfArea(boxes, target * 6);
      consider(target);
      target = n++;
    }
    // The last target was not used.
    n--;
  }
  return { boxes: boxes.slice(0, n * 6), slots: slots.slice(0, n), refs: refs.slice(0, n) };
}

/** The world box of a box given as min, max per axis. */
function placeBox(local: readonly number[], m: Mat4, boxes: Float64Array, at: number): void {
  for (let a = 0; a < 3; a++) {
    let low = m[12 + a]!;
    let high = low;
    for (let axis = 0; axis < 3; axis++) {
      const k = m[axis * 4 + a]!;
      const [p, q] = [k * local[axis * 2]!, k * local[axis * 2 + 1]!];
      low += Math.min(p, q);
      high += Math.max(p, q);
    }
    boxes[at + a] = low;
    boxes[at + 3 + a] = high;
  }
}

function halfArea(box: Float64Array, at: number): number {
  const x = box[at + 3]! - box[at]!;
  const y = box[at + 4]! - box[at + 1]!;
  const z = box[at + 5]! - box[at + 2]!;
  return x * y + y * z + z * x;
}
