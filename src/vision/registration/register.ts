import { seeded } from "../../kit/random.js";
import { checkPicture, checkSizes } from "./checks.js";
import { consistencyOf, isConsistent, patchVotes } from "./consistency.js";
import { contractInformation } from "./contract-information.js";
import { toPixelMap } from "./frame.js";
import { closestParams, fromParams } from "./matrix.js";
import { binMoving } from "./pyramid.js";
import { searchRanges } from "./ranges.js";
import { refine } from "./refine.js";
import { type Prepared, prepare, searchPlace } from "./search.js";
import type { Consistency, Fixed, Matrix3, Moving, Refusal, RegisterOptions, Registration } from "./types.js";

/** Patches are judged on a level with no side longer than this. */
const JUDGED = 1000;

/** Grey bins of the moving picture under a patch. */
const PATCH_BINS = 8;

/** Fewer voting patches than this cannot tell one board from another. */
const LEAST_PATCHES = 4;

/** Pixels of the photo that a corner's standard deviation may have. */
const MOST_LOOSE = 5;

/**
 * Finds the moving picture (a render or a CAD label mask) in the photo: the map from its pixels to the photo's with the
 * most mutual information, found coarse to fine and sharpened by least squares where the pictures are alike, and whether
 * it is to be believed. A match is refused when small patches, each for itself, do not agree that this is the place
 * (another board), or when mutual information is below `minMi` (contract 4.1). The same inputs and seed give the same
 * numbers. Takes about half a second at 1920 × 1080 on one core; a refusal takes several searches.
 *
 * Throws `picture_too_small`, `picture_too_long`, `mask_binary`, `picture_blank`, `picture_saturated` and `pictures_unlike`.
 *
 * @example
 * const found = register(movingPicture(render), fixedPicture(photo), { model: "homography" });
 * if (found.accepted) resample(photo, found.matrix, render);
 */
export function register(moving: Moving, fixed: Fixed, options: RegisterOptions = {}): Registration {
  const { model = "similarity", seed = 1, bins = 64, minMi = null } = options;
  checkPicture(moving, "the moving picture");
  checkPicture(fixed, "the photo");
  checkSizes(moving, fixed);
  const random = seeded(seed);
  const prepared = prepare(moving, fixed);
  let best: Found | undefined;
  for (const ranges of searchRanges(moving, fixed, options.search)) {
    const place = searchPlace(prepared, ranges, random);
    if (!place) continue;
    const { map, polished, uncertainty } = refine(prepared, place, model, random);
    const matrix = toPixelMap(prepared.frame, map);
    const consistency = judge(prepared, matrix);
    const found = { matrix, polished, uncertainty, consistency };
    if (!best || consistency.chance < best.consistency.chance) best = found;
    if (isConsistent(consistency) && !isLoose(uncertainty)) break;
  }
  const start = fromParams({ scaleX: 1, scaleY: 1, rotation_deg: 0, tx: 0, ty: 0 }, moving, fixed);
  const { matrix, polished, uncertainty, consistency } = best ?? {
    matrix: start,
    polished: false,
    uncertainty: undefined,
    consistency: consistencyOf([], 1),
  };
  const { params, residual } = closestParams(matrix, moving, fixed);
  const before = contractInformation(moving, fixed, start, bins);
  const after = contractInformation(moving, fixed, matrix, bins);
  const verdict = decide(consistency, uncertainty, after.value, minMi);
  return {
    accepted: verdict.refusal === null,
    ...verdict,
    model,
    matrix,
    params,
    paramsResidual: residual,
    miBefore: before.value,
    miAfter: after.value,
    overlap: after.covered,
    consistency,
    polished,
    uncertainty: uncertainty ?? null,
    seed: String(seed),
  };
}

type Found = Readonly<{
  matrix: Matrix3;
  polished: boolean;
  uncertainty: number | undefined;
  consistency: Consistency;
}>;

/** Whether a corner of the moving picture could as well lie somewhere else. */
function isLoose(uncertainty: number | undefined): boolean {
  return uncertainty !== undefined && uncertainty > MOST_LOOSE;
}

/** Lets patches of a middle level vote. */
function judge({ moving, mine, photo, frame }: Prepared, matrix: Matrix3): Consistency {
  const wanted = Math.max(0, Math.ceil(Math.log2((2 * frame.radius) / JUDGED)));
  const level = Math.min(wanted, mine.length - 1);
  const scale = Math.hypot(matrix[0], matrix[3]);
  const there = Math.max(0, Math.min(photo.length - 1, level + Math.round(Math.log2(scale))));
  const own = binMoving(moving, mine[level]!, PATCH_BINS);
  return consistencyOf(patchVotes(own, photo[there]!, matrix, moving.classes !== undefined), own.factor);
}

function decide(
  c: Consistency,
  uncertainty: number | undefined,
  mi: number,
  minMi: number | null,
): { refusal: Refusal | null; reason: string } {
  const patches = `${c.agreeing} of ${c.patches} patches with texture agree on the place`;
  const numbers = `${patches}, mutual information ${Number.isFinite(mi) ? mi.toFixed(4) : "none"}`;
  if (!isConsistent(c))
    return c.patches < LEAST_PATCHES
      ? {
          refusal: "too_little_texture",
          reason: `only ${c.patches} patches have texture of their own; ${numbers}`,
        }
      : { refusal: "patches_disagree", reason: `${numbers}: another board, or a place out of range` };
  if (isLoose(uncertainty))
    return {
      refusal: "too_little_texture",
      reason: `the pictures tell the place of a corner to ±${uncertainty!.toFixed(1)} pixels only; ${numbers}`,
    };
  if (minMi !== null && mi < minMi)
    return { refusal: "min_mi", reason: `mutual information ${mi.toFixed(4)} is below ${minMi}; ${patches}` };
  return { refusal: null, reason: numbers };
}
