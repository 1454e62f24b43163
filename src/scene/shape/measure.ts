import type { Surface } from "./surface.js";

type Triangles = Readonly<{ points: ArrayLike<number>; triangles: ArrayLike<number> }>;

/** Volume inside a closed surface, cubic millimetres: positive when its triangles face outwards. */
export function volumeOf(m: Triangles): number {
  let six = 0;
  for (let t = 0; t < m.triangles.length; t += 3) {
    const [a, b, c] = [0, 1, 2].map((k) => 3 * m.triangles[t + k]);
    const p = m.points;
    six +=
      p[a] * (p[b + 1] * p[c + 2] - p[b + 2] * p[c + 1]) +
      p[a + 1] * (p[b + 2] * p[c] - p[b] * p[c + 2]) +
      p[a + 2] * (p[b] * p[c + 1] - p[b + 1] * p[c]);
  }
  return six / 6;
}

/**
 * Edges without exactly one partner in the opposite direction; 0 for a closed, consistently turned surface. Corners
 * are the same when they lie within 0.1 µm.
 */
export function openEdges(m: Triangles): number {
  const count = new Map<string, number>();
  const at = (v: number): string => [0, 1, 2].map((k) => Math.round(m.points[3 * v + k] * 1e4) + 0).join();
  for (let t = 0; t < m.triangles.length; t += 3)
    for (let k = 0; k < 3; k++) {
      const [a, b] = [at(m.triangles[t + k]), at(m.triangles[t + ((k + 1) % 3)])];
      if (a === b) continue;
      const [key, step] = a < b ? [`${a}|${b}`, 1] : [`${b}|${a}`, -1];
      count.set(key, (count.get(key) ?? 0) + step);
    }
  return [...count.values()].filter((n) => n !== 0).length;
}

/** Corners of a surface one after the other. */
export function flatPoints(s: Surface): Triangles {
  return { points: s.points.flat(), triangles: s.triangles };
}
