import type { TriangleMesh } from "../../model.js";
import { PACKET_BYTES, PACKET_NORMAL_BYTES, PACKET_UV_BYTES } from "../layout.js";
import { splitReferences, wholeTriangles } from "./split.js";
import { buildTree } from "./tree.js";

/** A mesh ready for the tracer: its tree and its triangles in the tree's order, four to a packet. */
export type PackedMesh = Readonly<{
  nodes: Uint8Array;
  root: number;
  packets: Float32Array;
  normals: Float32Array | undefined;
  uvs: Float32Array | undefined;
  /** Largest absolute coordinate. */
  reach: number;
  /** Corners that are used, 3 numbers each: what bounds a placed mesh. */
  hull: Float32Array;
  triangles: number;
}>;

const LANES = 4;

/**
 * Packs a mesh; undefined when nothing of it can be hit. Triangles without area, with points that are not finite or
 * with indices out of range are left out: they would only yield NaN. With `split` a triangle may lie in several
 * packets, which a walk that counts hits (through see-through surfaces) must not meet.
 */
export function packMesh(mesh: TriangleMesh, split = true): PackedMesh | undefined {
  const sound = soundTriangles(mesh);
  if (sound.length === 0) return undefined;
  const corners = cornersOf(mesh, sound);
  const { boxes, owner } = split ? splitReferences(corners) : wholeTriangles(corners);
  const tree = buildTree(boxes, LANES);
  const count = tree.leaves.length / 2;
  const packets = new Float32Array((count * PACKET_BYTES) / 4);
  const normals = mesh.normals ? new Float32Array((count * PACKET_NORMAL_BYTES) / 4) : undefined;
  const uvs = mesh.uvs ? new Float32Array((count * PACKET_UV_BYTES) / 4) : undefined;
  for (let leaf = 0; leaf < count; leaf++) {
    const first = tree.leaves[leaf * 2]!;
    const members = tree.order.subarray(first, first + tree.leaves[leaf * 2 + 1]!);
    // Two pieces of one triangle may meet in a leaf again.
    [...new Set(Array.from(members, (ref) => owner[ref]!))].forEach((index, lane) => {
      for (let k = 0; k < 9; k++) packets[leaf * 36 + k * LANES + lane] = corners[index * 9 + k]!;
      const triangle = sound[index]!;
      const slot = leaf * LANES + lane;
      normals?.set(mesh.normals!.subarray(triangle * 9, triangle * 9 + 9), slot * 9);
      uvs?.set(mesh.uvs!.subarray(triangle * 6, triangle * 6 + 6), slot * 6);
    });
  }
  return {
    nodes: tree.nodes,
    root: tree.root,
    packets,
    normals,
    uvs,
    reach: corners.reduce((most, v) => Math.max(most, Math.abs(v)), 0),
    hull: usedPoints(mesh, sound),
    triangles: sound.length,
  };
}

function cornersOf({ points, triangles }: TriangleMesh, sound: Uint32Array): Float32Array {
  const out = new Float32Array(sound.length * 9);
  sound.forEach((triangle, i) => {
    for (let k = 0; k < 9; k++)
      out[i * 9 + k] = points[triangles[triangle * 3 + Math.floor(k / 3)]! * 3 + (k % 3)]!;
  });
  return out;
}

function soundTriangles({ points, triangles }: TriangleMesh): Uint32Array {
  const out = new Uint32Array(triangles.length / 3);
  let n = 0;
  for (let t = 0; t < out.length; t++) {
    const i = triangles[t * 3]! * 3;
    const j = triangles[t * 3 + 1]! * 3;
    const k = triangles[t * 3 + 2]! * 3;
    const ex = points[j]! - points[i]!;
    const ey = points[j + 1]! - points[i + 1]!;
    const ez = points[j + 2]! - points[i + 2]!;
    const fx = points[k]! - points[i]!;
    const fy = points[k + 1]! - points[i + 1]!;
    const fz = points[k + 2]! - points[i + 2]!;
    const x = ey * fz - ez * fy;
    const y = ez * fx - ex * fz;
    const z = ex * fy - ey * fx;
    const area2 = x * x + y * y + z * z;
    // NaN (a missing or broken point) fails the comparison as well.
    if (area2 > 0 && area2 < Infinity) out[n++] = t;
  }
  return out.slice(0, n);
}

function usedPoints({ points, triangles }: TriangleMesh, sound: Uint32Array): Float32Array {
  const used = new Uint8Array(points.length / 3);
  for (const t of sound) for (let c = 0; c < 3; c++) used[triangles[t * 3 + c]!] = 1;
  const out = new Float32Array(points.length);
  let n = 0;
  for (let i = 0; i < used.length; i++)
    if (used[i]) {
      out[n++] = points[i * 3]!;
      out[n++] = points[i * 3 + 1]!;
      out[n++] = points[i * 3 + 2]!;
    }
  return out.slice(0, n);
}
