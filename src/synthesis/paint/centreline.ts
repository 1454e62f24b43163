import { distanceTo, invert, type Mask } from "../../vision/index.js";

type Point = Readonly<{ x: number; y: number }>;

/** One line through a thin mask, a point about each pixel, with its direction and the half width of the mask there. */
export type Centreline = Readonly<{
  points: readonly Point[];
  /** Unit directions along the line, one a point. */
  along: readonly Point[];
  /** Mean half width of the mask along the line, pixels. */
  half: number;
}>;

/** A mask counts as thin from this ratio of length to width on, up to this width in pixels. */
const THIN = { ratio: 5, width: 14 } as const;
/** Shortest branch that gets a line of its own, pixels. */
const BRANCH = 5;
/** Standard deviation, in points, by which lines are smoothed: thinning goes in stairs. */
const SMOOTH = 2;

/**
 * The lines of a thin mask, trunk first, then its branches; undefined for masks that are not thin. Thinned to one pixel
 * (Zhang and Suen 1984); of what is left the longest path is the trunk.
 */
export function centrelines(m: Mask): readonly Centreline[] | undefined {
  const inner = distanceTo(invert(m));
  // Wide masks are told by their depth: thinning them would take long.
  for (let i = 0; i < m.data.length; i++)
    if (m.data[i] && inner.data[i]! > THIN.width && inner.data[i]! < 1e5) return undefined;
  const thin = thinned(m);
  const left = new Set<number>();
  let size = 0;
  for (let i = 0; i < m.data.length; i++) {
    size += m.data[i]!;
    if (thin[i]) left.add(i);
  }
  const paths: (readonly number[])[] = [];
  while (left.size > 0) {
    const path = longestPath(left, m.width);
    for (const i of path) left.delete(i);
    paths.push(path);
  }
  // Thinning leaves nothing of a tiny mask; of several parts the longest is the trunk.
  const trunk = paths.reduce((a, b) => (b.length > a.length ? b : a), []);
  if (trunk.length < 2) return undefined;
  const branches = paths.filter((path) => path !== trunk && path.length >= BRANCH);
  const lines = [trunk, ...branches].map((path) => lineOf(path, m.width, inner.data));
  const length = lines.reduce((sum, l) => sum + l.points.length, 0);
  const width = size / Math.max(1, length);
  return width <= THIN.width && lines[0]!.points.length >= THIN.ratio * width ? lines : undefined;
}

function lineOf(path: readonly number[], width: number, inner: Float32Array): Centreline {
  const raw = path.map((i) => ({ x: i % width, y: Math.floor(i / width) }));
  const reach = Math.ceil(3 * SMOOTH);
  const points = raw.map((_, k) => {
    let [x, y, sum] = [0, 0, 0];
    // Ends stay where they are: the window shrinks towards them.
    const r = Math.min(reach, k, raw.length - 1 - k);
    for (let o = -r; o <= r; o++) {
      const w = Math.exp(-0.5 * (o / SMOOTH) ** 2);
      x += w * raw[k + o]!.x;
      y += w * raw[k + o]!.y;
      sum += w;
    }
    return { x: x / sum, y: y / sum };
  });
  const along = points.map((_, k) => {
    const [a, b] = [points[Math.max(0, k - 3)]!, points[Math.min(points.length - 1, k + 3)]!];
    const n = Math.hypot(b.x - a.x, b.y - a.y) || 1;
    return { x: (b.x - a.x) / n, y: (b.y - a.y) / n };
  });
  const half = path.reduce((sum, i) => sum + inner[i]!, 0) / path.length;
  return { points, along, half };
}

/** The longest of the shortest ways through a set of 8-connected pixels, by two breadth-first walks. */
function longestPath(pixels: ReadonlySet<number>, width: number): number[] {
  const [first] = pixels;
  const far = walk(first!, pixels, width);
  const { end, before } = walk(far.end, pixels, width);
  const path: number[] = [];
  for (let at: number | undefined = end; at !== undefined; at = before.get(at)) path.push(at);
  return path;
}

function walk(
  from: number,
  pixels: ReadonlySet<number>,
  width: number,
): { end: number; before: Map<number, number | undefined> } {
  const before = new Map<number, number | undefined>([[from, undefined]]);
  const queue = [from];
  for (let k = 0; k < queue.length; k++) {
    const at = queue[k]!;
    const x = at % width;
    // Straight steps first: they are the shorter ones.
    for (const [dx, dy] of STEPS) {
      if (x + dx < 0 || x + dx >= width) continue;
      const to = at + dy * width + dx;
      if (!pixels.has(to) || before.has(to)) continue;
      before.set(to, at);
      queue.push(to);
    }
  }
  return { end: queue.at(-1)!, before };
}

const STEPS = [
  [0, -1],
  [1, 0],
  [0, 1],
  [-1, 0],
  [1, -1],
  [1, 1],
  [-1, 1],
  [-1, -1],
] as const;

/** Zhang–Suen thinning; 1 on the pixels that are left. The picture's border counts as outside. */
function thinned(m: Mask): Uint8Array {
  const { width, height } = m;
  const now = Uint8Array.from(m.data);
  const at = (x: number, y: number): number =>
    x < 0 || y < 0 || x >= width || y >= height ? 0 : now[y * width + x]!;
  for (let changed = true; changed; ) {
    changed = false;
    for (const half of [0, 1]) {
      const gone: number[] = [];
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++) {
          if (!now[y * width + x]) continue;
          const n = [
            at(x, y - 1),
            at(x + 1, y - 1),
            at(x + 1, y),
            at(x + 1, y + 1),
            at(x, y + 1),
            at(x - 1, y + 1),
            at(x - 1, y),
            at(x - 1, y - 1),
          ];
          const sum = n.reduce((a, b) => a + b, 0);
          if (sum < 2 || sum > 6) continue;
          let rises = 0;
          for (let k = 0; k < 8; k++) if (!n[k] && n[(k + 1) % 8]) rises++;
          if (rises !== 1) continue;
          const [north, east, south, west] = [n[0]!, n[2]!, n[4]!, n[6]!];
          const keep =
            half === 0
              ? north * east * south || east * south * west
              : north * east * west || north * south * west;
          if (!keep) gone.push(y * width + x);
        }
      for (const i of gone) now[i] = 0;
      if (gone.length > 0) changed = true;
    }
  }
  return now;
}
