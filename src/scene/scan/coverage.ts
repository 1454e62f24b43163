import { viewAxes } from "../grid/index.js";
import { multiply } from "../matrix.js";
import type { Mat4, Scene } from "../model.js";
import type { View } from "../view.js";

/**
 * How many pixel centres of an orthographic picture some parts cover when nothing else is there. The parts stand at
 * `worlds`; what lies outside the picture does not count.
 */
export function pixelsAlone(
  scene: Scene,
  parts: readonly number[],
  worlds: (part: number) => Mat4,
  view: View,
  width: number,
  height: number,
): number {
  const toPixels = pixelMatrix(view, width, height);
  const outlines = parts.map((part) => project(scene, part, multiply(worlds(part), toPixels)));
  const box = [Infinity, Infinity, -Infinity, -Infinity] as [number, number, number, number];
  for (const { points } of outlines)
    for (let i = 0; i < points.length; i += 2) {
      box[0] = Math.min(box[0], points[i] as number);
      box[1] = Math.min(box[1], points[i + 1] as number);
      box[2] = Math.max(box[2], points[i] as number);
      box[3] = Math.max(box[3], points[i + 1] as number);
    }
  const left = Math.max(0, Math.floor(box[0]));
  const top = Math.max(0, Math.floor(box[1]));
  const right = Math.min(width, Math.ceil(box[2]) + 1);
  const bottom = Math.min(height, Math.ceil(box[3]) + 1);
  if (!(right > left && bottom > top)) return 0;
  const mask = new Uint8Array((right - left) * (bottom - top));
  for (const outline of outlines) fill(outline, mask, left, top, right, bottom);
  let sum = 0;
  for (const covered of mask) sum += covered;
  return sum;
}

/** World to pixels as a matrix: u to the right in element x, v downwards in y. */
function pixelMatrix(view: View, width: number, height: number): Mat4 {
  const { right, up } = viewAxes(view);
  const p = view.position;
  const a = width / view.width;
  const b = -height / view.height;
  const along = (axis: readonly [number, number, number]) => axis[0] * p[0] + axis[1] * p[1] + axis[2] * p[2];
  return [
    ...[right[0] * a, up[0] * b, 0, 0],
    ...[right[1] * a, up[1] * b, 0, 0],
    ...[right[2] * a, up[2] * b, 0, 0],
    ...[width / 2 - along(right) * a, height / 2 - along(up) * b, 0, 1],
  ];
}

type Outline = Readonly<{ points: Float64Array; triangles: Uint32Array }>;

function project(scene: Scene, part: number, m: Mat4): Outline {
  const mesh = scene.meshes[scene.parts[part]?.mesh ?? -1];
  if (!mesh) return { points: new Float64Array(), triangles: new Uint32Array() };
  const { points } = mesh;
  const out = new Float64Array((points.length / 3) * 2);
  for (let i = 0, j = 0; i < points.length; i += 3, j += 2) {
    const [x, y, z] = [points[i] as number, points[i + 1] as number, points[i + 2] as number];
    out[j] = x * (m[0] as number) + y * (m[4] as number) + z * (m[8] as number) + (m[12] as number);
    out[j + 1] = x * (m[1] as number) + y * (m[5] as number) + z * (m[9] as number) + (m[13] as number);
  }
  return { points: out, triangles: mesh.triangles };
}

/** Marks the pixel centres inside each triangle, edges included. */
function fill(o: Outline, mask: Uint8Array, left: number, top: number, right: number, bottom: number): void {
  const { points: p, triangles: t } = o;
  const stride = right - left;
  for (let i = 0; i < t.length; i += 3) {
    const [a, b, c] = [(t[i] as number) * 2, (t[i + 1] as number) * 2, (t[i + 2] as number) * 2];
    const [ax, ay, bx, by, cx, cy] = [p[a], p[a + 1], p[b], p[b + 1], p[c], p[c + 1]] as number[] as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
    if (area === 0) continue;
    const sign = area > 0 ? 1 : -1;
    const x0 = Math.max(left, Math.floor(Math.min(ax, bx, cx) - 0.5));
    const x1 = Math.min(right - 1, Math.ceil(Math.max(ax, bx, cx) - 0.5));
    const y0 = Math.max(top, Math.floor(Math.min(ay, by, cy) - 0.5));
    const y1 = Math.min(bottom - 1, Math.ceil(Math.max(ay, by, cy) - 0.5));
    for (let y = y0; y <= y1; y++)
      for (let x = x0; x <= x1; x++) {
        const [px, py] = [x + 0.5, y + 0.5];
        if (
          sign * ((bx - ax) * (py - ay) - (px - ax) * (by - ay)) >= 0 &&
          sign * ((cx - bx) * (py - by) - (px - bx) * (cy - by)) >= 0 &&
          sign * ((ax - cx) * (py - cy) - (px - cx) * (ay - cy)) >= 0
        )
          mask[(y - top) * stride + x - left] = 1;
      }
  }
}
