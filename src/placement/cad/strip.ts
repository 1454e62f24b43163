import { type Component, halfToEven, linePixels } from "../../vision/index.js";
import { mainAxis } from "./main-axis.js";

/** A group of pad and solder pixels with its centre of mass. */
export type Group = Readonly<{ index: number; part: Component; centre: Readonly<{ x: number; y: number }> }>;

export type GroupMap = Readonly<{
  width: number;
  height: number;
  /** 1 + the index of the group that a pixel belongs to, or 0. */
  of: Int32Array;
  /** Begins a round in which every pixel is told once: true when it is met for the first time. One round at a time. */
  once: () => (pixel: number) => boolean;
}>;

export function groupsOf(
  parts: readonly Component[],
  width: number,
  height: number,
): { groups: readonly Group[]; map: GroupMap } {
  const of = new Int32Array(width * height);
  const groups = parts.map((part, index) => {
    let x = 0;
    let y = 0;
    for (const i of part.pixels) {
      of[i] = index + 1;
      const column = i % width;
      x += column;
      y += (i - column) / width;
    }
    return { index, part, centre: { x: x / part.area, y: y / part.area } };
  });
  return { groups, map: { width, height, of, once: marks(of.length) } };
}

/**
 * The gap between two groups (contract 5.6): lines parallel to the one through both centres, side by side in whole
 * steps to both sides as long as they hit both groups; of each line the pixels outside the groups and between them.
 * Indices into the image, each once.
 */
export function gapStrip(a: Group, b: Group, map: GroupMap): Int32Array {
  const dx = b.centre.x - a.centre.x;
  const dy = b.centre.y - a.centre.y;
  const length = Math.sqrt(dx * dx + dy * dy);
  if (length < 1) return new Int32Array(0);
  const ray: Ray = {
    middle: { x: (a.centre.x + b.centre.x) / 2, y: (a.centre.y + b.centre.y) / 2 },
    along: { x: dx / length, y: dy / length },
    side: { x: -dy / length, y: dx / length },
    reach: length / 2 + Math.max(diagonal(a.part), diagonal(b.part)),
  };
  const most = Math.max(map.width, map.height);
  const first = map.once();
  const out = (between(a, b, ray, 0, map) ?? []).filter(first);
  for (const sign of [1, -1])
    for (let offset = 1; offset < most; offset++) {
      const line = between(a, b, ray, sign * offset, map);
      if (!line) break;
      for (const pixel of line) if (first(pixel)) out.push(pixel);
    }
  return Int32Array.from(out);
}

function marks(size: number): GroupMap["once"] {
  const seen = new Int32Array(size);
  let round = 0;
  return () => {
    round++;
    return (pixel) => {
      if (seen[pixel] === round) return false;
      seen[pixel] = round;
      return true;
    };
  };
}

type Vector = Readonly<{ x: number; y: number }>;
type Ray = Readonly<{ middle: Vector; along: Vector; side: Vector; reach: number }>;

/** The gap's pixels on one line; undefined when it misses one of the groups. */
function between(a: Group, b: Group, ray: Ray, offset: number, map: GroupMap): readonly number[] | undefined {
  const middle = { x: ray.middle.x + ray.side.x * offset, y: ray.middle.y + ray.side.y * offset };
  const end = (sign: 1 | -1): Vector => ({
    x: halfToEven(middle.x + sign * (ray.along.x * ray.reach)),
    y: halfToEven(middle.y + sign * (ray.along.y * ray.reach)),
  });
  const line = linePixels(end(-1), end(1), map.width, map.height);
  const at = (pixel: number): number => {
    const x = pixel % map.width;
    return x * ray.along.x + ((pixel - x) / map.width) * ray.along.y;
  };
  let [lowA, highA, lowB, highB] = [FAR, -FAR, FAR, -FAR];
  for (const pixel of line) {
    const group = map.of[pixel] - 1;
    if (group !== a.index && group !== b.index) continue;
    const p = at(pixel);
    if (group === a.index) {
      if (p < lowA) lowA = p;
      if (p > highA) highA = p;
    } else {
      if (p < lowB) lowB = p;
      if (p > highB) highB = p;
    }
  }
  if (highA < lowA || highB < lowB) return undefined;
  const one = Math.min(highA, highB);
  const other = Math.max(lowA, lowB);
  const from = Math.min(one, other);
  const to = Math.max(one, other);
  return line.filter((pixel) => {
    const group = map.of[pixel] - 1;
    if (group === a.index || group === b.index) return false;
    const p = at(pixel);
    return p >= from && p <= to;
  });
}

const FAR = Number.POSITIVE_INFINITY;

function diagonal({ box }: Component): number {
  return Math.sqrt(box.width ** 2 + box.height ** 2);
}

/** The groups ordered along the main axis of their centres. */
export function alongMainAxis(groups: readonly Group[]): readonly Group[] {
  const mean = (pick: (g: Group) => number): number =>
    groups.reduce((n, g) => n + pick(g), 0) / groups.length;
  const mx = mean((g) => g.centre.x);
  const my = mean((g) => g.centre.y);
  const rows = groups.map((g) => ({ x: g.centre.x - mx, y: g.centre.y - my }));
  const axis = mainAxis(rows);
  return groups
    .map((group, i) => ({ group, at: rows[i].x * axis.x + rows[i].y * axis.y }))
    .sort((p, q) => p.at - q.at)
    .map(({ group }) => group);
}
