import { multiply, scaling, translation } from "../matrix.js";
import type { Mat4 } from "../model.js";
import { metadataList, type StagePrim, targets } from "../usd/index.js";
import type { Report } from "./problems.js";
import { numbers } from "./read.js";
import { quaternion } from "./transform.js";

/** One instance of a point instancer: which prototype, and where in the instancer's space. */
export type PointInstance = Readonly<{ index: number; prototype: string; matrix: Mat4; visible: boolean }>;

/** Instances of one prim; real scenes stay far below. */
const MOST = 2_000_000;

/**
 * The instances of a PointInstancer: scale, then orientation, then position. Those whose arrays are too short, whose
 * numbers are not finite, or whose prototype is missing are left out and reported.
 */
export function pointInstances(prim: StagePrim, problems: Report): readonly PointInstance[] {
  const prototypes = targets(prim, "prototypes");
  const which = numbers(prim, "protoIndices") ?? [];
  const positions = numbers(prim, "positions") ?? [];
  const orientations = numbers(prim, "orientationsf") ?? numbers(prim, "orientations");
  const scales = numbers(prim, "scales");
  const ids = numbers(prim, "ids");
  const invisible = new Set(Array.from(numbers(prim, "invisibleIds") ?? []));
  const inactive = new Set(metadataList(prim, "inactiveIds").map(Number));
  if (which.length > MOST) {
    problems.error(
      "usd_too_many_instances",
      prim.path,
      `${prim.path} has ${which.length} instances; ${MOST} are the most that are drawn`,
      "Split the instancer, or make fewer instances.",
    );
    return [];
  }
  const found: PointInstance[] = [];
  let bad = 0;
  for (let i = 0; i < which.length; i++) {
    const id = ids?.[i] ?? i;
    if (inactive.has(id)) continue;
    const prototype = prototypes[which[i]];
    const matrix = prototype === undefined ? undefined : placed(i, positions, orientations, scales);
    if (prototype === undefined || !matrix) bad++;
    else found.push({ index: i, prototype, matrix, visible: !invisible.has(id) });
  }
  if (bad > 0)
    problems.error(
      "usd_bad_instances",
      prim.path,
      `${bad} of ${which.length} instances of ${prim.path} have no place or no prototype; they are left out`,
      "Export the instancer again.",
    );
  return found;
}

function placed(
  i: number,
  positions: ArrayLike<number>,
  orientations: ArrayLike<number> | undefined,
  scales: ArrayLike<number> | undefined,
): Mat4 | undefined {
  const take = (list: ArrayLike<number>, width: number): readonly number[] =>
    Array.from({ length: width }, (_, k) => list[i * width + k]);
  const position = take(positions, 3);
  const scale = scales && scales.length > 0 ? take(scales, 3) : [1, 1, 1];
  const turn = orientations && orientations.length > 0 ? take(orientations, 4) : [1, 0, 0, 0];
  if (![...position, ...scale, ...turn].every(Number.isFinite)) return undefined;
  return multiply(
    scaling([scale[0], scale[1], scale[2]]),
    quaternion(turn),
    translation([position[0], position[1], position[2]]),
  );
}
