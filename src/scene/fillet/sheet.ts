import type { TriangleMesh } from "../model.js";
import { spanAt } from "../outline.js";
import { heightAt, type Lattice } from "./field.js";

/**
 * The solder's surface as a mesh: rows of the lattice, each stretched between the outline's ends, so that the border is
 * smooth and lies on the pad. Smooth normals. `z` is the pad's height.
 */
export function sheetOf(lattice: Lattice, height: Float64Array, z: number): TriangleMesh {
  const ys = lattice.outline.map((p) => p[1]);
  const [low, high] = [Math.min(...ys), Math.max(...ys)];
  const xs = lattice.outline.map((p) => p[0]);
  const wide = Math.max(...xs) - Math.min(...xs);
  const columns = Math.max(6, Math.round(wide / lattice.step)) + 1;
  const rows = Math.max(6, Math.round((high - low) / lattice.step)) + 1;
  const points = new Float32Array(columns * rows * 3);
  for (let j = 0; j < rows; j++) {
    const y = low + ((high - low) * j) / (rows - 1);
    const inner = (high - low) * 1e-3;
    const [left, right] = spanAt(lattice.outline, Math.min(high - inner, Math.max(low + inner, y)))!;
    for (let i = 0; i < columns; i++) {
      const x = left + ((right - left) * i) / (columns - 1);
      const border = i === 0 || j === 0 || i === columns - 1 || j === rows - 1;
      points.set([x, y, z + (border ? 0 : heightAt(lattice, height, x, y))], (j * columns + i) * 3);
    }
  }
  const triangles: number[] = [];
  const add = (a: number, b: number, c: number): void => {
    if (doubleArea(points, a, b, c) > 1e-14 * wide * wide) triangles.push(a, b, c);
  };
  for (let j = 0; j + 1 < rows; j++)
    for (let i = 0; i + 1 < columns; i++) {
      const [a, b, c, d] = [
        j * columns + i,
        j * columns + i + 1,
        (j + 1) * columns + i + 1,
        (j + 1) * columns + i,
      ];
      // Along the flatter diagonal: no saw teeth along a meniscus.
      const rise = (p: number, q: number): number => Math.abs(points[p * 3 + 2]! - points[q * 3 + 2]!);
      if (rise(a, c) <= rise(b, d)) {
        add(a, b, c);
        add(a, c, d);
      } else {
        add(a, b, d);
        add(b, c, d);
      }
    }
  const faces = Uint32Array.from(triangles);
  return { points, triangles: faces, normals: cornerNormals(points, faces) };
}

function cross(points: Float32Array, a: number, b: number, c: number): readonly [number, number, number] {
  const u = [0, 1, 2].map((k) => points[b * 3 + k]! - points[a * 3 + k]!);
  const v = [0, 1, 2].map((k) => points[c * 3 + k]! - points[a * 3 + k]!);
  return [u[1]! * v[2]! - u[2]! * v[1]!, u[2]! * v[0]! - u[0]! * v[2]!, u[0]! * v[1]! - u[1]! * v[0]!];
}

function doubleArea(points: Float32Array, a: number, b: number, c: number): number {
  return Math.hypot(...cross(points, a, b, c));
}

/** One normal per vertex, faces weighing by area, written per corner. */
export function cornerNormals(points: Float32Array, triangles: Uint32Array): Float32Array {
  const sums = new Float64Array(points.length);
  for (let t = 0; t < triangles.length; t += 3) {
    const normal = cross(points, triangles[t]!, triangles[t + 1]!, triangles[t + 2]!);
    for (let k = 0; k < 3; k++)
      for (let axis = 0; axis < 3; axis++) sums[triangles[t + k]! * 3 + axis]! += normal[axis]!;
  }
  const out = new Float32Array(triangles.length * 3);
  triangles.forEach((vertex, corner) => {
    const [x, y, z] = [sums[vertex * 3]!, sums[vertex * 3 + 1]!, sums[vertex * 3 + 2]!];
    const length = Math.hypot(x, y, z) || 1;
    out.set([x / length, y / length, z / length], corner * 3);
  });
  return out;
}
