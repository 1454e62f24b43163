import { viewAxes } from "../../grid/camera.js";
import { transformPoints } from "../../matrix.js";
import type { Scene } from "../../model.js";
import type { View } from "../../view.js";

/** Part index + 1 and depth per pixel, as the id pass gives them. */
export type Rastered = Readonly<{ ids: Uint32Array; depth: Float64Array }>;

/**
 * A z-buffer over all triangles: the independent peer of the tracer's id pass, for tests. Same rule: pixel centres,
 * closed triangles, nearest first, surfaces closer than `tie` are one and the part listed last shows. Brute force in
 * double precision, no tree, no rays.
 */
export function rasterise(
  scene: Pick<Scene, "meshes" | "materials" | "parts">,
  view: View,
  width: number,
  height: number,
  tie: number,
): Rastered {
  const ids = new Uint32Array(width * height);
  const depth = new Float64Array(width * height).fill(Infinity);
  scene.parts.forEach((part, index) => {
    const material = scene.materials[part.material];
    if (!part.visible || (material && material.opacity <= 0 && !material.opacityTexture)) return;
    const mesh = scene.meshes[part.mesh]!;
    const points = toCamera(transformPoints(mesh.points, part.world), view);
    for (let t = 0; t < mesh.triangles.length; t += 3) {
      const corners = [0, 1, 2].map((c) => {
        const p = mesh.triangles[t + c]! * 3;
        return [points[p]!, points[p + 1]!, points[p + 2]!] as const;
      });
      for (const triangle of clipped(corners)) fill(triangle, index + 1);
    }
  });
  for (let i = 0; i < ids.length; i++) if (ids[i] === 0) depth[i] = 0;
  return { ids, depth };

  /** Right, up and depth per point. */
  function toCamera(world: Float64Array, { position }: View): Float64Array {
    const { right, up, forward } = viewAxes(view);
    const out = new Float64Array(world.length);
    for (let i = 0; i < world.length; i += 3) {
      const x = world[i]! - position[0];
      const y = world[i + 1]! - position[1];
      const z = world[i + 2]! - position[2];
      [right, up, forward].forEach((axis, a) => {
        out[i + a] = x * axis[0] + y * axis[1] + z * axis[2];
      });
    }
    return out;
  }

  function fill(triangle: readonly Corner[], id: number): void {
    const perspective = view.projection === "perspective";
    // On the window; a perspective divides by depth.
    const flat = triangle.map(([x, y, z]) =>
      perspective ? ([(x / z) * view.focalLength, (y / z) * view.focalLength] as const) : ([x, y] as const),
    );
    const [a, b, c] = flat as unknown as readonly [Flat, Flat, Flat];
    const area = side(a, b, c);
    if (area === 0) return;
    const us = flat.map(([x]) => (x / view.width + 0.5) * width - 0.5);
    const vs = flat.map(([, y]) => (0.5 - y / view.height) * height - 0.5);
    const left = Math.max(0, Math.ceil(Math.min(...us) - 1e-6));
    const right = Math.min(width - 1, Math.floor(Math.max(...us) + 1e-6));
    const top = Math.max(0, Math.ceil(Math.min(...vs) - 1e-6));
    const bottom = Math.min(height - 1, Math.floor(Math.max(...vs) + 1e-6));
    for (let y = top; y <= bottom; y++)
      for (let x = left; x <= right; x++) {
        const p: Flat = [((x + 0.5) / width - 0.5) * view.width, (0.5 - (y + 0.5) / height) * view.height];
        const weights = [side(b, c, p), side(c, a, p), side(a, b, p)];
        if (weights.some((w) => w < 0) && weights.some((w) => w > 0)) continue;
        const z = perspective
          ? area / weights.reduce((sum, w, i) => sum + w / triangle[i]![2], 0)
          : weights.reduce((sum, w, i) => sum + w * triangle[i]![2], 0) / area;
        if (z > 0) put(y * width + x, id, z);
      }
  }

  function put(pixel: number, id: number, z: number): void {
    const before = depth[pixel]!;
    if (z > before + tie) return;
    if (z < before - tie) ids[pixel] = id;
    else ids[pixel] = Math.max(ids[pixel]!, id);
    depth[pixel] = Math.min(before, z);
  }

  /** The part in front of a perspective camera, as triangles. */
  function clipped(corners: readonly Corner[]): readonly (readonly Corner[])[] {
    if (view.projection !== "perspective" || corners.every((p) => p[2] > 0)) return [corners];
    const near = 1e-6;
    const kept: Corner[] = [];
    corners.forEach((p, i) => {
      const q = corners[(i + 1) % 3]!;
      if (p[2] >= near) kept.push(p);
      if (p[2] >= near !== q[2] >= near) {
        const k = (near - p[2]) / (q[2] - p[2]);
        kept.push([p[0] + k * (q[0] - p[0]), p[1] + k * (q[1] - p[1]), near]);
      }
    });
    return kept.slice(2).map((_, i) => [kept[0]!, kept[i + 1]!, kept[i + 2]!]);
  }
}

type Corner = readonly [x: number, y: number, depth: number];
type Flat = readonly [x: number, y: number];

/** Twice the area of a, b, p: positive to the left of a → b. */
function side(a: Flat, b: Flat, p: Flat): number {
  return (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]);
}
