import { components, type Mask, mask } from "../../vision/index.js";

/**
 * The instances that are painted one by one (contract 6.1): the whole mask for `most` = 1, else its connected parts,
 * grouped by k-means of their middles where there are more than `most`. Empty for an empty mask.
 */
export function instancesOf(m: Mask, most: number): Mask[] {
  const { parts } = components(m);
  if (parts.length === 0) return [];
  if (most <= 1 || parts.length === 1) return [m];
  const middles = parts.map(({ pixels }) => {
    let x = 0;
    let y = 0;
    for (const i of pixels) {
      x += i % m.width;
      y += Math.floor(i / m.width);
    }
    return { x: x / pixels.length, y: y / pixels.length };
  });
  const group = parts.length <= most ? parts.map((_, i) => i) : kMeans(middles, most);
  const found = new Map<number, Mask>();
  parts.forEach(({ pixels }, i) => {
    const g = group[i]!;
    const own = found.get(g) ?? mask(m.width, m.height);
    found.set(g, own);
    for (const p of pixels) own.data[p] = 1;
  });
  return [...found.values()];
}

/** Lloyd's algorithm from centres that lie as far apart as possible: no random draw, the same groups every time. */
function kMeans(points: readonly Readonly<{ x: number; y: number }>[], k: number): number[] {
  const distance = (a: (typeof points)[number], b: (typeof points)[number]): number =>
    (a.x - b.x) ** 2 + (a.y - b.y) ** 2;
  const centres = [points[0]!];
  while (centres.length < k) {
    const gaps = points.map((p) => Math.min(...centres.map((c) => distance(p, c))));
    centres.push(points[gaps.indexOf(Math.max(...gaps))]!);
  }
  let group: number[] = [];
  for (let round = 0; round < 50; round++) {
    const next = points.map((p) => {
      const gaps = centres.map((c) => distance(p, c));
      return gaps.indexOf(Math.min(...gaps));
    });
    if (next.every((g, i) => g === group[i])) break;
    group = next;
    for (let c = 0; c < k; c++) {
      const own = points.filter((_, i) => group[i] === c);
      if (own.length > 0)
        centres[c] = {
          x: own.reduce((s, p) => s + p.x, 0) / own.length,
          y: own.reduce((s, p) => s + p.y, 0) / own.length,
        };
    }
  }
  return group;
}
