import { NODE_BYTES, NODE_REFS } from "../layout.js";

/**
 * A four-wide tree as it lies in the tracer's memory (see layout.ts). `root` is a reference like those in the nodes;
 * `leaves` lists the items of each leaf as ranges of `order`, two numbers a leaf.
 */
export type Tree = Readonly<{
  nodes: Uint8Array;
  root: number;
  order: Uint32Array;
  leaves: Uint32Array;
}>;

const BINS = 16;
/** Beyond this depth halves are cut by count, which bounds the tracer's stack. */
const DEEPEST = 48;

/** Two-wide tree in flat arrays: bounds 6 a node; `link` first child (inner) or first item (leaf); `count` 0: inner. */
type Binary = { bounds: Float32Array; link: Uint32Array; count: Uint32Array; order: Uint32Array };

/**
 * Builds a tree over boxes (`min x y z, max x y z` per item) by the surface-area heuristic with binned centres (Wald
 * 2007), then folds two levels into one. `leafSize` is the most items in a leaf. With `single` a leaf's reference
 * names the item itself (`~item`), which needs `leafSize` 1.
 */
export function buildTree(boxes: Float32Array, leafSize: number, single = false): Tree {
  const items = boxes.length / 6;
  if (items === 0)
    return { nodes: new Uint8Array(0), root: -1, order: new Uint32Array(0), leaves: new Uint32Array(0) };
  return fold(split(boxes, items, leafSize), single);
}

function split(boxes: Float32Array, items: number, leafSize: number): Binary {
  const bounds = new Float32Array(items * 12);
  const link = new Uint32Array(items * 2);
  const count = new Uint32Array(items * 2);
  const order = Uint32Array.from({ length: items }, (_, i) => i);
  const centres = new Float32Array(items * 3);
  for (let i = 0; i < items; i++)
    for (let a = 0; a < 3; a++) centres[i * 3 + a] = 0.5 * boxes[i * 6 + a]! + 0.5 * boxes[i * 6 + 3 + a]!;

  const binCount = new Uint32Array(BINS);
  const binBox = new Float32Array(BINS * 6);
  const leftArea = new Float64Array(BINS);
  const box = new Float32Array(6);
  const spread = new Float32Array(6);
  const work: number[] = [0, 0, items, 0];
  let nodes = 1;
  while (work.length > 0) {
    const depth = work.pop()!;
    const end = work.pop()!;
    const start = work.pop()!;
    const node = work.pop()!;
    clear(box, 0);
    clear(spread, 0);
    for (let i = start; i < end; i++) {
      const item = order[i]!;
      grow(box, 0, boxes, item * 6);
      for (let a = 0; a < 3; a++) {
        const c = centres[item * 3 + a]!;
        if (c < spread[a]!) spread[a] = c;
        if (c > spread[3 + a]!) spread[3 + a] = c;
      }
    }
    bounds.set(box, node * 6);
    if (end - start <= leafSize) {
      link[node] = start;
      count[node] = end - start;
      continue;
    }

    let bestCost = Infinity;
    let bestAxis = -1;
    let bestBin = 0;
    for (let a = 0; a < 3 && depth < DEEPEST; a++) {
      const low = spread[a]!;
      const scale = BINS / (spread[3 + a]! - low);
      if (!(scale > 0 && scale < Infinity)) continue;
      binCount.fill(0);
      for (let b = 0; b < BINS; b++) clear(binBox, b * 6);
      for (let i = start; i < end; i++) {
        const item = order[i]!;
        const bin = Math.min(BINS - 1, ((centres[item * 3 + a]! - low) * scale) | 0);
        binCount[bin]!++;
        grow(binBox, bin * 6, boxes, item * 6);
      }
      clear(box, 0);
      let left = 0;
      for (let b = 0; b < BINS - 1; b++) {
        left += binCount[b]!;
        grow(box, 0, binBox, b * 6);
        leftArea[b] = left > 0 ? halfArea(box, 0) * packets(left, leafSize) : 0;
      }
      clear(box, 0);
      let right = 0;
      for (let b = BINS - 1; b > 0; b--) {
        right += binCount[b]!;
        grow(box, 0, binBox, b * 6);
        if (right === 0 || right === end - start) continue;
        const cost = leftArea[b - 1]! + halfArea(box, 0) * packets(right, leafSize);
        if (cost < bestCost) {
          bestCost = cost;
          bestAxis = a;
          bestBin = b;
        }
      }
    }

    let middle = (start + end) >> 1;
    if (bestAxis >= 0) {
      const low = spread[bestAxis]!;
      const scale = BINS / (spread[3 + bestAxis]! - low);
      let i = start;
      let j = end - 1;
      while (i <= j) {
        const item = order[i]!;
        if (Math.min(BINS - 1, ((centres[item * 3 + bestAxis]! - low) * scale) | 0) < bestBin) i++;
        else {
          order[i] = order[j]!;
          order[j--] = item;
        }
      }
      middle = i;
    }
    link[node] = nodes;
    work.push(nodes, start, middle, depth + 1, nodes + 1, middle, end, depth + 1);
    nodes += 2;
  }
  return { bounds, link, count, order };
}

/** A leaf costs a packet, however few items it holds: whole packets are preferred where the areas are alike. */
function packets(items: number, leafSize: number): number {
  return leafSize === 1 ? items : Math.ceil(items / leafSize) + items / leafSize;
}

function fold(tree: Binary, single: boolean): Tree {
  const { bounds, link, count, order } = tree;
  const leaves: number[] = [];
  const leafRef = (node: number): number => {
    if (single) return ~order[link[node]!]!;
    leaves.push(link[node]!, count[node]!);
    return ~(leaves.length / 2 - 1);
  };
  if (count[0]! > 0) {
    const root = leafRef(0);
    return { nodes: new Uint8Array(0), root, order, leaves: Uint32Array.from(leaves) };
  }
  // At most as many wide nodes as there are inner nodes of the binary tree.
  const bytes = new Uint8Array(Math.max(1, order.length - 1) * NODE_BYTES);
  const floats = new Float32Array(bytes.buffer);
  const refs = new Int32Array(bytes.buffer);
  const work: number[] = [0, 0];
  let wide = 1;
  while (work.length > 0) {
    const target = work.pop()!;
    const node = work.pop()!;
    const children = [link[node]!, link[node]! + 1];
    while (children.length < 4) {
      let widest = -1;
      let area = -1;
      children.forEach((child, i) => {
        if (count[child]! === 0 && halfArea(bounds, child * 6) > area) {
          area = halfArea(bounds, child * 6);
          widest = i;
        }
      });
      if (widest < 0) break;
      const child = children[widest]!;
      children.splice(widest, 1, link[child]!, link[child]! + 1);
    }
    const at = (target * NODE_BYTES) / 4;
    for (let lane = 0; lane < 4; lane++) {
      const child = children[lane];
      for (let a = 0; a < 3; a++) {
        floats[at + a * 8 + lane] = child === undefined ? Infinity : bounds[child * 6 + a]!;
        floats[at + a * 8 + 4 + lane] = child === undefined ? -Infinity : bounds[child * 6 + 3 + a]!;
      }
      if (child === undefined) continue;
      if (count[child]! > 0) refs[at + NODE_REFS / 4 + lane] = leafRef(child);
      else {
        refs[at + NODE_REFS / 4 + lane] = wide;
        work.push(child, wide++);
      }
    }
  }
  return { nodes: bytes.slice(0, wide * NODE_BYTES), root: 0, order, leaves: Uint32Array.from(leaves) };
}

function clear(box: Float32Array, at: number): void {
  box[at] = box[at + 1] = box[at + 2] = Infinity;
  box[at + 3] = box[at + 4] = box[at + 5] = -Infinity;
}

function grow(box: Float32Array, at: number, by: Float32Array, from: number): void {
  for (let a = 0; a < 3; a++) {
    if (by[from + a]! < box[at + a]!) box[at + a] = by[from + a]!;
    if (by[from + 3 + a]! > box[at + 3 + a]!) box[at + 3 + a] = by[from + 3 + a]!;
  }
}

function halfArea(box: Float32Array, at: number): number {
  const x = box[at + 3]! - box[at]!;
  const y = box[at + 4]! - box[at + 1]!;
  const z = box[at + 5]! - box[at + 2]!;
  return x * y + y * z + z * x;
}
