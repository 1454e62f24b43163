import { boxOf, EMPTY_BOX, isEmpty, transformBox, unite } from "../../box.js";
import { invert, transformPoints } from "../../matrix.js";
import type { Box, Mat4, Vec3 } from "../../model.js";
import type { PackedMesh } from "../bvh/mesh.js";
import { buildTree } from "../bvh/tree.js";
import {
  INSTANCE_BYTES,
  INSTANCE_EXACT,
  INSTANCE_ID,
  INSTANCE_MATERIAL,
  INSTANCE_NODES,
  INSTANCE_NORMALS,
  INSTANCE_OFFSET,
  INSTANCE_PACKETS,
  INSTANCE_REACH,
  INSTANCE_SEE_THROUGH,
  INSTANCE_TO_MESH,
  INSTANCE_TO_WORLD,
  INSTANCE_UVS,
} from "../layout.js";
import { openEntries } from "./entries.js";

/** Where a packed mesh lies. */
export type MeshAddress = Readonly<{
  mesh: PackedMesh;
  nodes: number;
  packets: number;
  normals: number;
  uvs: number;
}>;

/** A part as it stands now. `box` is its world box, empty when it cannot be seen. */
export type PlacedPart = Readonly<{
  mesh: MeshAddress | undefined;
  material: number;
  world: Mat4;
  visible: boolean;
  box: Box;
}>;

/** The top of the hierarchy: instances of the visible parts, entries into their trees, and a tree over the entries. */
export type TopLevel = Readonly<{
  instances: Uint8Array;
  /** Address of the instance and node of its mesh's tree, two numbers each. */
  entries: Int32Array;
  nodes: Uint8Array;
  root: number;
  /** To which the single-precision world is relative. */
  origin: Vec3;
  /** Exact world box of what is visible. */
  bounds: Box;
}>;

/** Rounding of single precision, in units of the numbers involved, with room for a few operations. */
const ROUNDING = 1e-6;

/** The tight world box of a mesh; empty for what cannot be placed. */
export function placedBox(mesh: PackedMesh | undefined, world: Mat4): Box {
  if (!mesh || !world.every(Number.isFinite) || !invert(world)) return EMPTY_BOX;
  // Boxes stay tight under matrices that only swap, scale and move axes.
  const straight = [0, 4, 8].every((row) => [0, 1, 2].filter((i) => world[row + i] !== 0).length <= 1);
  return straight ? transformBox(boxOf(mesh.hull), world) : boxOf(transformPoints(mesh.hull, world));
}

/**
 * Builds the top level from the parts as they stand: the same parts give the same bytes, however they came there.
 * Parts with an empty box are left out. `address`: where the instances will lie.
 */
export function buildTopLevel(
  parts: readonly PlacedPart[],
  seesThrough: readonly boolean[],
  address: number,
): TopLevel {
  const shown = parts.flatMap((part, index) => (part.visible && !isEmpty(part.box) ? [{ part, index }] : []));
  const bounds = shown.reduce((box, { part }) => unite(box, part.box), EMPTY_BOX);
  const origin = originOf(bounds);
  const instances = new Uint8Array(shown.length * INSTANCE_BYTES);
  shown.forEach(({ part, index }, i) => {
    writeInstance(instances, i, part, index, seesThrough[part.material] ?? false, origin);
  });
  const { boxes, slots, refs } = openEntries(shown.map(({ part }) => part));
  for (let i = 0; i < boxes.length; i++) {
    const upper = i % 6 >= 3;
    const value = boxes[i]! - origin[i % 3]!;
    boxes[i] = value + (upper ? ROUNDING : -ROUNDING) * Math.max(1e-30, Math.abs(value));
  }
  const tree = buildTree(Float32Array.from(boxes), 1, true);
  const entries = Int32Array.from({ length: slots.length * 2 }, (_, i) =>
    i % 2 === 0 ? address + slots[i >> 1]! * INSTANCE_BYTES : refs[i >> 1]!,
  );
  return { instances, entries, nodes: tree.nodes, root: tree.root, origin, bounds };
}

/**
 * A coarse grid point near the middle of what is seen: single precision stays precise far from the world's origin, and
 * the point (with it every rounding) stays put while parts move about.
 */
function originOf(bounds: Box): Vec3 {
  if (isEmpty(bounds)) return [0, 0, 0];
  const size = Math.max(...[0, 1, 2].map((a) => bounds.max[a]! - bounds.min[a]!), 1e-30);
  const step = 2 ** (Math.ceil(Math.log2(size)) + 1);
  return [0, 1, 2].map((a) => {
    const rounded = Math.round((0.5 * bounds.min[a]! + 0.5 * bounds.max[a]!) / step) * step;
    return rounded === 0 ? 0 : rounded;
  }) as unknown as Vec3;
}

function writeInstance(
  block: Uint8Array,
  slot: number,
  part: PlacedPart,
  index: number,
  seeThrough: boolean,
  origin: Vec3,
): void {
  const view = new DataView(block.buffer, block.byteOffset + slot * INSTANCE_BYTES, INSTANCE_BYTES);
  const { mesh, packets, nodes, normals, uvs } = part.mesh!;
  const world = [...part.world];
  for (let a = 0; a < 3; a++) world[12 + a]! -= origin[a]!;
  const back = invert(world)!;
  for (let row = 0; row < 4; row++)
    for (let column = 0; column < 3; column++) {
      const i = row * 3 + column;
      view.setFloat32(INSTANCE_TO_MESH + i * 4, back[row * 4 + column]!, true);
      view.setFloat32(INSTANCE_TO_WORLD + i * 4, world[row * 4 + column]!, true);
      view.setFloat64(INSTANCE_EXACT + i * 8, part.world[row * 4 + column]!, true);
    }
  view.setUint32(INSTANCE_NODES, nodes, true);
  view.setUint32(INSTANCE_PACKETS, packets, true);
  view.setUint32(INSTANCE_NORMALS, normals, true);
  view.setUint32(INSTANCE_UVS, uvs, true);
  view.setUint32(INSTANCE_MATERIAL, part.material, true);
  view.setUint32(INSTANCE_ID, index + 1, true);
  view.setUint32(INSTANCE_SEE_THROUGH, seeThrough ? 1 : 0, true);
  // A hit is off by the rounding of its mesh coordinates and of the placement; rays must start beyond that.
  const scale = Math.max(
    ...[0, 4, 8].map((row) => Math.hypot(world[row]!, world[row + 1]!, world[row + 2]!)),
  );
  const places = [0, 1, 2].map((a) =>
    Math.max(Math.abs(part.box.min[a]! - origin[a]!), Math.abs(part.box.max[a]! - origin[a]!)),
  );
  view.setFloat32(INSTANCE_OFFSET, ROUNDING * (Math.max(...places) + scale * mesh.reach), true);
  view.setFloat32(INSTANCE_REACH, mesh.reach, true);
}
