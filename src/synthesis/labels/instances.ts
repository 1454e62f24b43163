import { components, type Mask, mask } from "../../vision/index.js";

/** Reach of DBSCAN on standardised rows and columns, and the neighbours that make a core (contract 6.5). */
const REACH = 0.2;
const LEAST = 5;
/** White pixels that are clustered at most; larger masks are thinned by rows and columns first. */
const MOST = 20_000;

/**
 * The labelled instances of a mask (contract 6.5): none without white, one for a single part, else clusters of the white
 * pixels by DBSCAN on standardised coordinates. So parts that lie close are one. Parts that are all noise belong to no
 * instance; without any cluster the whole mask is one.
 */
export function labelInstances(m: Mask): Mask[] {
  const { parts } = components(m);
  if (parts.length === 0) return [];
  if (parts.length === 1) return [m];
  const pixels: number[] = [];
  for (let i = 0; i < m.data.length; i++) if (m.data[i]) pixels.push(i);
  const step = Math.max(1, Math.ceil(Math.sqrt(pixels.length / MOST)));
  const used = pixels.filter((i) => (i % m.width) % step === 0 && Math.floor(i / m.width) % step === 0);
  const ys = standardised(used.map((i) => Math.floor(i / m.width)));
  const xs = standardised(used.map((i) => i % m.width));
  const group = dbscan(xs, ys);
  const clusters = Math.max(-1, ...group) + 1;
  if (clusters === 0) return [m];
  // A part is never torn: flat masks would otherwise fall into stripes. Clusters that share a part are one.
  const groupAt = new Map(used.map((i, k) => [i, group[k]!]));
  const rootOf = Array.from({ length: clusters }, (_, c) => c);
  const find = (c: number): number => (rootOf[c] === c ? c : find(rootOf[c]!));
  const partGroup = parts.map((part) => {
    const own = new Set([...part.pixels].map((i) => groupAt.get(i) ?? -1).filter((g) => g >= 0));
    const [first, ...others] = own;
    for (const other of others) rootOf[find(other)] = find(first!);
    return first;
  });
  const out = new Map<number, Mask>();
  parts.forEach((part, k) => {
    const g = partGroup[k];
    if (g === undefined) return;
    const whole = out.get(find(g)) ?? mask(m.width, m.height);
    out.set(find(g), whole);
    for (const i of part.pixels) whole.data[i] = 1;
  });
  return [...out.values()];
}

function standardised(values: readonly number[]): Float64Array {
  const n = Math.max(1, values.length);
  const mean = values.reduce((a, b) => a + b, 0) / n;
  const deviation = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / n) || 1;
  return Float64Array.from(values, (v) => (v - mean) / deviation);
}

/** −1 for noise. Points are sorted into cells of the reach, so that only neighbouring cells are looked at. */
function dbscan(xs: Float64Array, ys: Float64Array): Int32Array {
  const cells = new Map<string, number[]>();
  const key = (x: number, y: number): string => `${Math.floor(x / REACH)},${Math.floor(y / REACH)}`;
  xs.forEach((x, i) => {
    const k = key(x, ys[i]!);
    const list = cells.get(k);
    if (list) list.push(i);
    else cells.set(k, [i]);
  });
  const near = (i: number): number[] => {
    const [cx, cy] = [Math.floor(xs[i]! / REACH), Math.floor(ys[i]! / REACH)];
    const out: number[] = [];
    for (let y = cy - 1; y <= cy + 1; y++)
      for (let x = cx - 1; x <= cx + 1; x++)
        for (const j of cells.get(`${x},${y}`) ?? [])
          if ((xs[i]! - xs[j]!) ** 2 + (ys[i]! - ys[j]!) ** 2 <= REACH * REACH) out.push(j);
    return out;
  };
  const group = new Int32Array(xs.length).fill(-2);
  let clusters = 0;
  for (let i = 0; i < xs.length; i++) {
    if (group[i] !== -2) continue;
    const first = near(i);
    if (first.length < LEAST) {
      group[i] = -1;
      continue;
    }
    const own = clusters++;
    group[i] = own;
    const queue = first;
    while (queue.length > 0) {
      const j = queue.pop()!;
      if (group[j] === -1) group[j] = own;
      if (group[j] !== -2) continue;
      group[j] = own;
      const more = near(j);
      if (more.length >= LEAST) for (const q of more) if (group[q]! < 0) queue.push(q);
    }
  }
  return group;
}
