import { boxOf } from "../box.js";
import { transformPoints } from "../matrix.js";
import type { Box, Mat4, Part, Scene, TriangleMesh } from "../model.js";
import { isJoint, movingParts, type PosePlan } from "../poses/index.js";
import { partsBelow } from "../prims.js";
import type { Pose } from "../view.js";
import { isDisturbed, readJoint, remakeJoint, soupNear, soupOf } from "./joint.js";

/** A scene with the joints of all its defects, and what to change for each plan. */
export type DefectScene = Readonly<{
  scene: Scene;
  /** Per plan: its poses, golden joints hidden, its own joints shown. For a scene in its first state. */
  changes: readonly ReadonlyMap<number, Pose>[];
}>;

/**
 * Adds to the scene, hidden, the solder joints that the defects of each plan leave behind: the same solder on the same
 * pads, drawn to the part where it now stands, or an uneven sheet where none is. Parts keep their indices; a new joint has its
 * golden one's path, labels and material. Joints that no metal touched, or whose metal is where it was (a chip turned
 * half round), stay as they are, and so do all under `upstream` geometry.
 */
export function withDefectFillets(
  scene: Scene,
  plans: readonly PosePlan[],
  o: Readonly<{
    /** Whether a joint in this world box will ever be seen: joints that are not need no new shape. Default: all are. */
    seen?: (box: Box) => boolean;
  }> = {},
): DefectScene {
  const meshes: TriangleMesh[] = [...scene.meshes];
  const parts: Part[] = [...scene.parts];
  const changes = plans.map((plan) => {
    const out = new Map(plan.changes);
    if (plan.geometry === "upstream") return out;
    const owned = partsBelow(
      scene.parts,
      plan.records.map((record) => record.path),
    );
    for (const { path } of plan.records)
      for (const remade of remakeJoints(scene, owned.get(path)!, plan.motions.get(path), o.seen)) {
        out.set(remade.golden, { visible: false });
        out.set(parts.length, { visible: true });
        parts.push({
          ...scene.parts[remade.golden]!,
          mesh: meshes.length,
          world: remade.world,
          visible: false,
        });
        meshes.push(remade.mesh);
      }
    return out;
  });
  return { scene: { ...scene, meshes, parts }, changes };
}

/** What puts every changed part back to the scene's first state. */
export function restore(scene: Scene, changes: ReadonlyMap<number, Pose>): ReadonlyMap<number, Pose> {
  return new Map(
    [...changes.keys()].map((index) => {
      const { world, visible } = scene.parts[index]!;
      return [index, { world, visible }];
    }),
  );
}

type Remade = Readonly<{ golden: number; mesh: TriangleMesh; world: Mat4 }>;

/** `motion`: of the component in the world; undefined when it is gone. */
function remakeJoints(
  scene: Scene,
  owned: readonly number[],
  motion: Mat4 | undefined,
  seen: ((box: Box) => boolean) | undefined,
): Remade[] {
  const joints = owned.filter((index) => {
    const part = scene.parts[index]!;
    if (!part.visible || !isJoint(scene, part)) return false;
    return seen?.(boxOf(transformPoints(scene.meshes[part.mesh]!.points, part.world))) ?? true;
  });
  if (joints.length === 0) return [];
  const millimetre = 0.001 / scene.metersPerUnit;
  const before = metalOf(scene, movingParts(scene, owned, "physical"));
  const after = motion === undefined ? new Float64Array(0) : transformPoints(before, motion);
  const remade: Remade[] = [];
  for (const golden of joints) {
    const part = scene.parts[golden]!;
    const mesh = scene.meshes[part.mesh]!;
    const place = boxOf(transformPoints(mesh.points, part.world));
    const [was, is] = [soupNear(before, place), soupNear(after, place)];
    const joint = readJoint(mesh, part.world, was, millimetre);
    if (joint === undefined || !joint.touched || !isDisturbed(joint, was, is, millimetre)) continue;
    remade.push({ golden, mesh: remakeJoint(joint, is), world: joint.toWorld });
  }
  return remade;
}

/** World triangles of the parts that solder wets: those of metal. */
function metalOf(scene: Scene, parts: readonly number[]): Float64Array {
  const soups = parts
    .map((index) => scene.parts[index]!)
    .filter((part) => (scene.materials[part.material]?.metallic ?? 0) >= 0.5)
    .map((part) => {
      const mesh = scene.meshes[part.mesh]!;
      return soupOf(mesh, transformPoints(mesh.points, part.world));
    });
  const out = new Float64Array(soups.reduce((sum, soup) => sum + soup.length, 0));
  let at = 0;
  for (const soup of soups) {
    out.set(soup, at);
    at += soup.length;
  }
  return out;
}
