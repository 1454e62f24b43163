import { convexHull, depthInside } from "../outline.js";

/**
 * Height of the land below a solder joint, from the joint's world vertices: where its border lies. Joints of pins that go
 * through the board reach from one side to the other; the side seen from above counts. `gap`: borders farther apart than
 * this belong to two sides.
 */
export function landHeight(points: Float64Array, gap: number): number {
  const hull = convexHull(
    Array.from({ length: points.length / 3 }, (_, k) => [points[k * 3]!, points[k * 3 + 1]!]),
  );
  if (hull.length < 3) return lowestOf(points);
  const middle = [0, 1].map((k) => hull.reduce((sum, p) => sum + p[k as 0 | 1], 0) / hull.length);
  const rim = 0.1 * depthInside(hull, middle[0]!, middle[1]!);
  const border: number[] = [];
  for (let i = 0; i < points.length; i += 3)
    if (depthInside(hull, points[i]!, points[i + 1]!) <= rim) border.push(points[i + 2]!);
  const top = Math.max(...border);
  return Math.min(...border.filter((z) => z > top - gap));
}

function lowestOf(points: Float64Array): number {
  let low = Infinity;
  for (let i = 2; i < points.length; i += 3) low = Math.min(low, points[i]!);
  return low;
}
