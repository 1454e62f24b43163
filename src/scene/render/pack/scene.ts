import type { Scene } from "../../model.js";
import { type PackedMesh, packMesh } from "../bvh/mesh.js";
import {
  ENTRY_BYTES,
  HEAD_BYTES,
  INSTANCE_BYTES,
  MATERIAL_BYTES,
  NODE_BYTES,
  SCRATCH_BYTES,
} from "../layout.js";
import { type Arena, createArena } from "./arena.js";
import { mostEntries } from "./entries.js";
import { seesThrough } from "./materials.js";
import type { MeshAddress } from "./parts.js";
import { albedoTable, sobolTable, srgbTable } from "./tables.js";
import { type DecodedTexture, decodeTextures, putTextures } from "./textures.js";

/** The fixed part of the tracer's memory and where everything lies in it. */
export type PackedScene = Readonly<{
  arena: Arena;
  head: number;
  /** One per worker. */
  scratch: readonly number[];
  meshes: readonly (MeshAddress | undefined)[];
  textures: readonly DecodedTexture[];
  textureTable: number;
  materials: number;
  /** Room for all parts. */
  instances: number;
  entries: number;
  topNodes: number;
  albedo: number;
  srgb: number;
  sobol: number;
}>;

/** Builds the trees of all meshes and fills the memory. Throws `scene_too_large` or `texture_unreadable`. */
export async function packScene(scene: Scene, workers: number): Promise<PackedScene> {
  const used = new Set(scene.parts.map((part) => part.mesh));
  const sheer = new Set(
    scene.parts.filter((p) => seesThrough(scene.materials[p.material]!)).map((p) => p.mesh),
  );
  const meshes = scene.meshes.map((mesh, i) => (used.has(i) ? packMesh(mesh, !sheer.has(i)) : undefined));
  const textures = await decodeTextures(scene.textures);
  const parts = Math.max(1, scene.parts.length);
  const expected =
    meshes.reduce((sum, mesh) => sum + (mesh ? meshBytes(mesh) : 0), 0) +
    textures.reduce((sum, texture) => sum + texture.rgba.byteLength, 0) +
    parts * INSTANCE_BYTES +
    mostEntries(parts) * (ENTRY_BYTES + NODE_BYTES) +
    scene.materials.length * MATERIAL_BYTES +
    workers * SCRATCH_BYTES +
    8 * 2 ** 20;
  const arena = createArena(expected);
  const packed: PackedScene = {
    arena,
    head: arena.take(HEAD_BYTES),
    scratch: Array.from({ length: workers }, () => arena.take(SCRATCH_BYTES)),
    meshes: meshes.map((mesh) => mesh && putMesh(arena, mesh)),
    textures,
    textureTable: putTextures(arena, textures),
    materials: arena.take(Math.max(1, scene.materials.length) * MATERIAL_BYTES),
    instances: arena.take(parts * INSTANCE_BYTES),
    entries: arena.take(mostEntries(parts) * ENTRY_BYTES),
    topNodes: arena.take(mostEntries(parts) * NODE_BYTES),
    albedo: arena.put(albedoTable()),
    srgb: arena.put(srgbTable()),
    sobol: arena.put(sobolTable()),
  };
  arena.mark();
  return packed;
}

function putMesh(arena: Arena, mesh: PackedMesh): MeshAddress {
  return {
    mesh: { ...mesh, packets: new Float32Array(0), normals: undefined, uvs: undefined },
    nodes: arena.put(mesh.nodes),
    packets: arena.put(mesh.packets),
    normals: mesh.normals ? arena.put(mesh.normals) : 0,
    uvs: mesh.uvs ? arena.put(mesh.uvs) : 0,
  };
}

function meshBytes(mesh: PackedMesh): number {
  const arrays = [mesh.nodes, mesh.packets, mesh.normals, mesh.uvs];
  return arrays.reduce((sum, array) => sum + (array?.byteLength ?? 0) + 128, 0);
}
