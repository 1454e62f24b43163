import { pop, push } from "./heap.js";

/** Boxes over triangles, 6 numbers each, and the triangle that each belongs to. */
export type References = Readonly<{ boxes: Float32Array; owner: Uint32Array }>;

/** Extra references, as a share of the triangles. */
const MOST_EXTRA = 1;
/** Splits that save less than this share of a mean box are not worth a reference. */
const LEAST_GAIN = 1;

/**
 * Cuts the boxes of long, slanting triangles into several smaller ones, worst first: boards are full of slivers whose
 * boxes overlap everything around (after Karras and Aila 2013, "Fast Parallel Construction of High-Quality BVHs").
 * `corners`: 9 numbers per triangle.
 */
export function splitReferences(corners: Float32Array): References {
  const count = corners.length / 9;
  const most = Math.floor(count * (1 + MOST_EXTRA)) + 16;
  const whole = wholeTriangles(corners);
  const boxes = new Float32Array(most * 6);
  const owner = new Uint32Array(most);
  boxes.set(whole.boxes);
  owner.set(whole.owner);
  const gain = new Float32Array(most);
  let total = 0;
  for (let i = 0; i < count; i++) total += halfArea(boxes, i * 6);
  const least = (LEAST_GAIN * total) / count;
  const left = new Float32Array(6);
  const right = new Float32Array(6);
  // A heap of references by what splitting them would save.
  const heap: number[] = [];
  const consider = (ref: number) => {
    if (halfArea(boxes, ref * 6) <= least) return;
    halve(corners, owner[ref]! * 9, boxes, ref * 6, left, right);
    gain[ref] = halfArea(boxes, ref * 6) - halfArea(left, 0) - halfArea(right, 0);
    if (gain[ref]! > least) push(heap, gain, ref);
  };
  for (let i = 0; i < count; i++) consider(i);
  let n = count;
  while (heap.length > 0 && n < most) {
    const ref = pop(heap, gain);
    halve(corners, owner[ref]! * 9, boxes, ref * 6, left, right);
    const halves = [left, right].filter(isFilled);
    // All copied before `consider` uses the halves again.
    boxes.set(halves[0] ?? left, ref * 6);
    if (halves[1]) boxes.set(halves[1], n * 6);
    consider(ref);
    if (!halves[1]) continue;
    owner[n] = owner[ref]!;
    consider(n++);
  }
  return { boxes: boxes.slice(0, n * 6), owner: owner.slice(0, n) };
}

/** One box per triangle. */
export function wholeTriangles(corners: Float32Array): References {
  const count = corners.length / 9;
  const boxes = new Float32Array(count * 6);
  for (let i = 0; i < count; i++)
    for (let a = 0; a < 3; a++) {
      const [x, y, z] = [corners[i * 9 + a]!, corners[i * 9 + 3 + a]!, corners[i * 9 + 6 + a]!];
      boxes[i * 6 + a] = Math.min(x, y, z);
      boxes[i * 6 + 3 + a] = Math.max(x, y, z);
    }
  return { boxes, owner: Uint32Array.from({ length: count }, (_, i) => i) };
}

/** Cuts a box across its longest edge and shrinks both halves to what the triangle fills of them. */
function halve(
  corners: Float32Array,
  triangle: number,
  boxes: Float32Array,
  box: number,
  left: Float32Array,
  right: Float32Array,
): void {
  let axis = 0;
  for (let a = 1; a < 3; a++)
    if (boxes[box + 3 + a]! - boxes[box + a]! > boxes[box + 3 + axis]! - boxes[box + axis]!) axis = a;
  const at = 0.5 * boxes[box + axis]! + 0.5 * boxes[box + 3 + axis]!;
  clear(left);
  clear(right);
  for (let corner = 0; corner < 3; corner++) {
    const p = triangle + corner * 3;
    const q = triangle + ((corner + 1) % 3) * 3;
    const from = corners[p + axis]!;
    const to = corners[q + axis]!;
    if (from <= at) include(left, corners[p]!, corners[p + 1]!, corners[p + 2]!, 0);
    if (from >= at) include(right, corners[p]!, corners[p + 1]!, corners[p + 2]!, 0);
    if (from < at !== to < at && from !== at && to !== at) {
      const k = (at - from) / (to - from);
      const x = corners[p]! + k * (corners[q]! - corners[p]!);
      const y = corners[p + 1]! + k * (corners[q + 1]! - corners[p + 1]!);
      const z = corners[p + 2]! + k * (corners[q + 2]! - corners[p + 2]!);
      include(left, x, y, z, ROUNDING);
      include(right, x, y, z, ROUNDING);
    }
  }
  left[3 + axis] = at;
  right[axis] = at;
  for (let a = 0; a < 3; a++) {
    left[a] = Math.max(left[a]!, boxes[box + a]!);
    left[3 + a] = Math.min(left[3 + a]!, boxes[box + 3 + a]!);
    right[a] = Math.max(right[a]!, boxes[box + a]!);
    right[3 + a] = Math.min(right[3 + a]!, boxes[box + 3 + a]!);
  }
}

/** Of single precision: a cut point must lie inside the boxes of both halves. */
const ROUNDING = 2e-7;

function include(box: Float32Array, x: number, y: number, z: number, slack: number): void {
  const point = [x, y, z];
  for (let a = 0; a < 3; a++) {
    const reach = slack * Math.abs(point[a]!);
    if (point[a]! - reach < box[a]!) box[a] = point[a]! - reach;
    if (point[a]! + reach > box[3 + a]!) box[3 + a] = point[a]! + reach;
  }
}

function clear(box: Float32Array): void {
  box.fill(Infinity, 0, 3);
  box.fill(-Infinity, 3, 6);
}

/** False for a half that the triangle does not reach. */
function isFilled(box: Float32Array): boolean {
  return box[0]! <= box[3]! && box[1]! <= box[4]! && box[2]! <= box[5]!;
}

/** Zero for a box turned inside out: a half that the triangle does not reach. */
function halfArea(box: Float32Array, at: number): number {
  const x = Math.max(0, box[at + 3]! - box[at]!);
  const y = Math.max(0, box[at + 4]! - box[at + 1]!);
  const z = Math.max(0, box[at + 5]! - box[at + 2]!);
  return x * y + y * z + z * x;
}
