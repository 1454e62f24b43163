import { dataError, type Problem } from "../../kit/errors.js";
import type { NumpyRandom } from "../../kit/numpy-random.js";
import { boxOf } from "../box.js";
import { IDENTITY, invert, multiply, transformPoints } from "../matrix.js";
import type { Box, Mat4, Prim, Scene } from "../model.js";
import { partsBelow } from "../prims.js";
import type { Pose } from "../view.js";
import { physicalMotion } from "./physical.js";
import { type Choice, chooseDefects } from "./select.js";
import { standOf } from "./stand.js";
import { isJoint, isPad } from "./stays.js";
import type { DefectRecord, DefectRequest, DefectType, Geometry } from "./types.js";
import { flippedLocal, longAxis, shiftedLocal, tombstonedLocal } from "./upstream.js";

/** The defects of one trigger, ready for the renderer. */
export type PosePlan = Readonly<{
  /** In the order drawn. Only `path` and `defect` go into metadata.json. */
  records: readonly DefectRecord[];
  /** Parts below the defective components, joints and lands of the board excepted: new matrices, or hidden. */
  changes: ReadonlyMap<number, Pose>;
  /** Component path → label; it holds for everything below the component. */
  labels: ReadonlyMap<string, DefectType>;
  /** Component path → motion in the world, applied after the parts' own matrices; missing ones have none. */
  motions: ReadonlyMap<string, Mat4>;
  geometry: Geometry;
  problems: readonly Problem[];
}>;

/**
 * Chooses components of the pool, draws their defects and poses them (contract 3.2, 3.3). Pure: the scene stays as it
 * is; `random` moves on. An error when no defect at all is left.
 *
 * Solder joints and lands stay on the board (`withDefectFillets` remakes the joints); under `upstream` geometry
 * everything below a component moves with it.
 */
export function preparePoses(
  scene: Scene,
  o: Readonly<{
    components: readonly Prim[];
    defects: readonly DefectRequest[];
    random: NumpyRandom;
    geometry?: Geometry;
  }>,
): PosePlan {
  const byPath = new Map(o.components.map((prim) => [prim.path, prim]));
  const { choices, problems: skipped } = chooseDefects([...byPath.keys()], o.defects, o.random);
  const problems: Problem[] = [...skipped];
  const owned = partsBelow(
    scene.parts,
    choices.map((choice) => choice.path),
  );
  const records: DefectRecord[] = [];
  const changes = new Map<number, Pose>();
  const labels = new Map<string, DefectType>();
  const geometry = o.geometry ?? "physical";
  const motions = new Map<string, Mat4>();
  for (const choice of choices) {
    const prim = byPath.get(choice.path)!;
    const moving = movingParts(scene, owned.get(choice.path)!, geometry);
    const posed = pose(scene, prim, choice, moving, geometry, jointsOf(scene, owned.get(choice.path)!));
    if (posed === undefined) {
      problems.push(noGeometry(choice));
      continue;
    }
    records.push(posed.record);
    labels.set(choice.path, choice.defect);
    if (choice.defect === "missing") for (const index of moving) changes.set(index, { visible: false });
    else {
      motions.set(choice.path, posed.motion);
      for (const index of moving)
        changes.set(index, { world: multiply(scene.parts[index]!.world, posed.motion) });
    }
  }
  if (records.length === 0)
    throw dataError(
      "no_defects_left",
      `no component got a defect: ${[...new Set(problems.map((p) => p.message))].slice(0, 3).join("; ") || "none is enabled"}`,
      "Enable a defect whose component types are on the board, or raise its ratio.",
      { field: "defects" },
    );
  return { records, changes, labels, motions, geometry, problems };
}

/** Of a component's parts, those that move with it. */
export function movingParts(scene: Scene, parts: readonly number[], geometry: Geometry): number[] {
  return parts.filter((index) => {
    const part = scene.parts[index]!;
    return part.visible && (geometry === "upstream" || !(isJoint(scene, part) || isPad(scene, part)));
  });
}

function pose(
  scene: Scene,
  prim: Prim,
  choice: Choice,
  moving: readonly number[],
  geometry: Geometry,
  joints: readonly Float64Array[],
): { record: DefectRecord; motion: Mat4 } | undefined {
  const parts = moving.map((index) => scene.parts[index]!);
  const worldBack = invert(prim.world);
  const localBack = invert(prim.local);
  if (parts.length === 0 || !worldBack || !localBack) return undefined;
  // local · parent = world, so the parent's matrix and its inverse come from the prim's own two.
  const parent = multiply(localBack, prim.world);
  const parentBack = multiply(worldBack, prim.local);
  const localBox = (): Box =>
    boxOf(
      parts.flatMap((part) => [
        ...transformPoints(scene.meshes[part.mesh]!.points, multiply(part.world, worldBack)),
      ]),
    );

  if (geometry === "upstream") {
    const box = localBox();
    const local = upstreamLocal(prim.local, box, choice);
    return {
      record: record(prim, choice, local, longAxis(box)),
      motion: multiply(worldBack, local, parent),
    };
  }
  const millimetre = 0.001 / scene.metersPerUnit;
  const stand = standOf(prim.world, parts, scene.meshes, millimetre, joints);
  if (stand === undefined) return undefined;
  const motion = physicalMotion(choice, stand, millimetre);
  const local = multiply(prim.world, motion, parentBack);
  return { record: record(prim, choice, local, longAxis(localBox())), motion };
}

/** World vertices of a component's joints. */
function jointsOf(scene: Scene, parts: readonly number[]): Float64Array[] {
  return parts
    .map((index) => scene.parts[index]!)
    .filter((part) => part.visible && isJoint(scene, part))
    .map((part) => transformPoints(scene.meshes[part.mesh]!.points, part.world));
}

function upstreamLocal(local: Mat4, box: Box, choice: Choice): Mat4 {
  switch (choice.defect) {
    case "shift":
      return shiftedLocal(local, box, choice.translate, choice.rotateZ);
    case "tombstone":
      return tombstonedLocal(local, box, choice.sign * choice.angle, choice.sign);
    case "sideflip":
      return flippedLocal(local, box, choice.sign * choice.angle);
    case "reverse_polarity":
      return shiftedLocal(local, box, [0, 0, 0], 180);
    case "missing":
      return multiply(IDENTITY, local);
  }
}

function record(prim: Prim, choice: Choice, local: Mat4, long_axis: 0 | 1 | 2): DefectRecord {
  const common = { path: prim.path, defect: choice.defect, original_flat: prim.local, final_flat: local };
  switch (choice.defect) {
    case "shift":
      return { ...common, translate: choice.translate, rotate_z: choice.rotateZ };
    case "tombstone":
      return {
        ...common,
        tombstone_final_flat: local,
        tombstone_params: { angle_deg: choice.angle * choice.sign, sign: choice.sign, long_axis },
      };
    case "sideflip":
      return { ...common, rotate_x: choice.angle * choice.sign };
    case "reverse_polarity":
      return { ...common, rotate_z: 180 };
    case "missing":
      return common;
  }
}

function noGeometry(choice: Choice): Problem {
  return {
    code: "component_without_geometry",
    severity: "warning",
    message: `${choice.defect}: ${choice.path} has no visible mesh or a flat matrix; it is left out`,
    hint: "Leave its type out of component_types.",
  };
}
