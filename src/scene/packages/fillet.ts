import type { Point } from "../board/board.js";
import type { TriangleMesh, Vec3 } from "../model.js";
import { extent } from "../shape/outlines.js";
import { finish } from "../shape/surface.js";

/** A wettable side that solder climbs: the termination's or foot's outline seen from above, and its top. */
export type Wall = Readonly<{
  /** Convex, counter-clockwise, millimetres. */
  outline: readonly Point[];
  /** Above the pad. */
  height: number;
}>;

export type FilletOptions = Readonly<{
  /** The pad's outline, convex and counter-clockwise. Solder wets all of it. */
  pad: readonly Point[];
  /** None: the flat dome that stays when the part is missing or lifted. */
  walls: readonly Wall[];
  /** Part of each wall's height that is wetted, 0 … 1 (1.2: solder bulges over the edge). Default 0.75. */
  wetting?: number;
  /** Volume, 1 = as designed; less is more concave, more is fuller. */
  amount?: number;
  /** Thickness of the film where no wall is near, millimetres. Default 0.035. */
  film?: number;
  /** Height of the pad's surface. */
  z?: number;
  /** Phase of the small unevenness; two joints with one seed are alike. */
  seed?: number;
  /** Cells from the wall to the pad's border. Default 4. */
  cells?: number;
}>;

/**
 * A solder joint as a closed mesh: a thin convex film over the whole pad and, up each wall, a concave
 * meniscus. Between wall and border, with d the distance to the wall and e to the pad's border, its height is
 * `wetting · height · (1 − d/(d+e))^p`, p ≈ 2.3 (p falls with the amount). The same function fits the joint of
 * a moved or turned part again: pass the wall where it now stands.
 */
export function filletMesh(o: FilletOptions): TriangleMesh {
  const [x0, y0, x1, y1] = extent(o.pad);
  const cells = o.cells ?? 4;
  const boxes = o.walls.map((w) => extent(w.outline));
  const xs = gridLines(
    x0,
    x1,
    boxes.flatMap((b) => [b[0], b[2]]),
    cells,
  );
  const ys = gridLines(
    y0,
    y1,
    boxes.flatMap((b) => [b[1], b[3]]),
    cells,
  );
  const height = heightField(o, [x0, y0, x1, y1]);
  const z = o.z ?? 0;
  const points: Vec3[] = [];
  ys.forEach((y, j) => {
    const [left, right] = span(o.pad, y);
    xs.forEach((x, i) => {
      const px = left + ((x - x0) / (x1 - x0)) * (right - left);
      const border = i === 0 || j === 0 || i === xs.length - 1 || j === ys.length - 1;
      points.push([px, y, z + (border ? 0 : height([px, y]))]);
    });
  });
  const n = xs.length;
  const triangles: number[] = [];
  for (let j = 0; j + 1 < ys.length; j++)
    for (let i = 0; i + 1 < n; i++) {
      const [a, b, c, d] = [j * n + i, j * n + i + 1, (j + 1) * n + i + 1, (j + 1) * n + i];
      // Cut each cell along its flatter diagonal: no saw teeth along the meniscus.
      const ac = Math.abs(points[a][2] - points[c][2]);
      const bd = Math.abs(points[b][2] - points[d][2]);
      if (ac <= bd) triangles.push(a, b, c, a, c, d);
      else triangles.push(a, b, d, b, c, d);
    }
  closeBelow(points, triangles, n, ys.length, z);
  return finish({ points, triangles }, 60);
}

/** A fan over the border, facing down. */
function closeBelow(points: Vec3[], triangles: number[], n: number, m: number, z: number): void {
  const loop: number[] = [];
  for (let i = 0; i < n; i++) loop.push(i);
  for (let j = 1; j < m; j++) loop.push(j * n + n - 1);
  for (let i = n - 2; i >= 0; i--) loop.push((m - 1) * n + i);
  for (let j = m - 2; j > 0; j--) loop.push(j * n);
  const middle = points.length;
  let [x, y] = [0, 0];
  for (const k of loop) {
    x += points[k][0] / loop.length;
    y += points[k][1] / loop.length;
  }
  points.push([x, y, z]);
  loop.forEach((k, i) => {
    triangles.push(middle, loop[(i + 1) % loop.length], k);
  });
}

/** Border, wall sides and lines between them, closer together near the walls. */
function gridLines(low: number, high: number, sides: readonly number[], cells: number): number[] {
  const inside = sides.filter((s) => s > low + 1e-3 && s < high - 1e-3);
  const stops = [low, ...new Set(inside.map((s) => Math.round(s * 1e4) / 1e4)), high].sort((a, b) => a - b);
  const isSide = (s: number): boolean => s !== low && s !== high;
  const out: number[] = [low];
  const step = Math.max((high - low) / (2.2 * cells), 1e-3);
  for (let k = 0; k + 1 < stops.length; k++) {
    const [a, b] = [stops[k], stops[k + 1]];
    const parts = Math.max(1, Math.min(cells, Math.round((b - a) / step) + (inside.length > 0 ? 1 : 0)));
    for (let i = 1; i <= parts; i++) {
      const t = i / parts;
      const near = isSide(a) === isSide(b) ? t : isSide(a) ? t ** 1.5 : 1 - (1 - t) ** 1.5;
      out.push(a + (b - a) * near);
    }
  }
  return out;
}

/** Height of the joint above the pad at a point of the pad. */
export function heightField(
  o: FilletOptions,
  box: readonly [number, number, number, number],
): (p: Point) => number {
  const amount = o.amount ?? 1;
  const wetting = o.wetting ?? 0.75;
  const film = (o.film ?? 0.035) * amount;
  const power = Math.max(0.7, 2.3 / amount ** 0.8);
  const half = Math.min(box[2] - box[0], box[3] - box[1]) / 2;
  const phase = (o.seed ?? 0) * 2.399963;
  const scale = 4 / Math.max(half, 0.05);
  return (p) => {
    const e = insideDistance(o.pad, p);
    const rest = 1 - Math.min(1, e / (0.9 * half));
    const cover = film * (1 - rest * rest);
    let z = cover;
    for (const w of o.walls) {
      const top = wetting * w.height;
      const d = Math.max(0, -insideDistance(w.outline, p));
      const m = d === 0 ? top : top * (1 - d / (d + Math.max(e, 1e-6))) ** power;
      z = Math.max(z, m + cover * (1 - m / Math.max(top, 1e-6)));
    }
    const ripple = Math.sin(scale * p[0] + phase) * Math.cos(scale * 0.83 * p[1] + 1.7 * phase);
    return Math.max(0, z * (1 + 0.07 * ripple));
  };
}

/** Distance to the border of a convex counter-clockwise outline: positive inside, negative outside. */
export function insideDistance(outline: readonly Point[], p: Point): number {
  let inside = true;
  let nearest = Infinity;
  for (let i = 0; i < outline.length; i++) {
    const a = outline[i];
    const b = outline[(i + 1) % outline.length];
    const [ux, uy] = [b[0] - a[0], b[1] - a[1]];
    const [vx, vy] = [p[0] - a[0], p[1] - a[1]];
    const squared = ux * ux + uy * uy;
    if (squared === 0) continue;
    if (ux * vy - uy * vx < -1e-12) inside = false;
    const t = Math.min(1, Math.max(0, (ux * vx + uy * vy) / squared));
    nearest = Math.min(nearest, Math.hypot(vx - t * ux, vy - t * uy));
  }
  return inside ? nearest : -nearest;
}

/** Where the horizontal line at y enters and leaves a convex outline. */
function span(outline: readonly Point[], y: number): readonly [number, number] {
  let [left, right] = [Infinity, -Infinity];
  for (let i = 0; i < outline.length; i++) {
    const a = outline[i];
    const b = outline[(i + 1) % outline.length];
    if ((a[1] - y) * (b[1] - y) > 1e-12) continue;
    const flat = Math.abs(b[1] - a[1]) < 1e-9;
    for (const x of flat ? [a[0], b[0]] : [a[0] + ((y - a[1]) / (b[1] - a[1])) * (b[0] - a[0])]) {
      left = Math.min(left, x);
      right = Math.max(right, x);
    }
  }
  return [left, right];
}
