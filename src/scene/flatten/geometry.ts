import type { TriangleMesh } from "../model.js";
import type { StagePrim } from "../usd/index.js";
import type { UvTransform } from "./materials.js";
import { faceStarts, polygonsOf, type Subset } from "./mesh.js";
import type { Report } from "./problems.js";
import type { SpecKeys } from "./spec-keys.js";
import { trianglesOf } from "./triangles.js";

/** The meshes of a scene; prims made of the same specs (instances, references) share them. */
export type MeshList = Readonly<{
  list: readonly TriangleMesh[];
  /** One entry per group of faces: the mesh's index, or undefined where the group is empty. */
  add: (prim: StagePrim, groups: Groups, uv: UvWish) => readonly (number | undefined)[];
}>;

/** Material subsets of a mesh; the faces of none of them form one more group at the end. */
export type Groups = readonly Subset[];

/** Which coordinates the material asks for, and how it places them. */
export type UvWish = Readonly<{ name?: string; transform?: UvTransform }>;

export function meshList(keys: SpecKeys, problems: Report): MeshList {
  const list: TriangleMesh[] = [];
  const known = new Map<string, readonly (number | undefined)[]>();
  return {
    list,
    add: (prim, groups, uv) => {
      const specs = [prim, ...groups.map((g) => g.prim)].map(keys.of);
      const key = `${specs.join("|")} ${uv.name ?? ""} ${JSON.stringify(uv.transform ?? "")}`;
      const before = known.get(key);
      if (before) return before;
      const made = build(prim, groups, uv, problems).map((mesh) => mesh && list.push(mesh) - 1);
      known.set(key, made);
      return made;
    },
  };
}

function build(
  prim: StagePrim,
  groups: Groups,
  uv: UvWish,
  problems: Report,
): readonly (TriangleMesh | undefined)[] {
  const polygons = polygonsOf(prim, uv.name, problems);
  if (!polygons) return [...groups, undefined].map(() => undefined);
  const starts = faceStarts(polygons);
  let dropped = 0;
  const take = (faces?: ArrayLike<number>): TriangleMesh | undefined => {
    const made = trianglesOf(polygons, starts, faces);
    dropped += made.dropped;
    return made.mesh && transformed(made.mesh, uv.transform);
  };
  const taken = new Uint8Array(starts.length);
  const out: (TriangleMesh | undefined)[] = [];
  for (const group of groups) {
    // A face belongs to the first subset that names it; numbers of faces that do not exist count as dropped.
    const faces: number[] = [];
    for (let i = 0; i < group.faces.length; i++) {
      const face = group.faces[i];
      if (!(face >= 0 && face < starts.length)) dropped++;
      else if (!taken[face]) {
        taken[face] = 1;
        faces.push(face);
      }
    }
    out.push(take(faces));
  }
  const rest = groups.length === 0 ? undefined : Array.from(taken.keys()).filter((face) => !taken[face]);
  out.push(take(rest));
  if (dropped > 0)
    problems.warn(
      "usd_faces_dropped",
      prim.path,
      `${dropped} faces or triangles of ${prim.path} have no area, a bad index or a coordinate that is no number; they are left out`,
      "Clean the mesh where it was made.",
    );
  return out;
}

function transformed(mesh: TriangleMesh, transform: UvTransform | undefined): TriangleMesh {
  if (!transform || !mesh.uvs) return mesh;
  const angle = (transform.rotationDeg * Math.PI) / 180;
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const uvs = new Float32Array(mesh.uvs.length);
  for (let i = 0; i < uvs.length; i += 2) {
    const u = mesh.uvs[i] * transform.scale[0];
    const v = mesh.uvs[i + 1] * transform.scale[1];
    uvs[i] = c * u - s * v + transform.translation[0];
    uvs[i + 1] = s * u + c * v + transform.translation[1];
  }
  return { ...mesh, uvs };
}
