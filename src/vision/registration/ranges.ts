import type { Size } from "./matrix.js";
import type { SearchRange } from "./types.js";

/** A range of the search with angles in radians; `isotropic`: both axes have one scale while the coarse search runs. */
export type Range = Readonly<{
  /** Levels that the coarse search starts below the coarsest. */
  finer: number;
  shift: number;
  rotation: readonly [number, number];
  scaleX: readonly [number, number];
  scaleY: readonly [number, number];
  isotropic: boolean;
}>;

/** Sizes this alike (factor) are taken for pictures of one resolution. */
const ALIKE = 1.12;

/**
 * Where to look, one set of ranges after the other until a match is accepted: small turns and shifts, the same from finer
 * pictures (a sparse board is nothing but background in a coarse one), larger turns and shifts, then a picture that lies
 * on its side or upside down. A range that was given is never left. Where the two sizes differ, each set holds one range
 * for equal resolution and one for an equal field of view.
 */
export function searchRanges(
  moving: Size,
  fixed: Size,
  given: Partial<SearchRange> | undefined,
): readonly (readonly Range[])[] {
  const longer = Math.max(fixed.width, fixed.height);
  const ratio = Math.sqrt((fixed.width * fixed.height) / (moving.width * moving.height));
  const scales = ratio < ALIKE && ratio > 1 / ALIKE ? [1] : [ratio, 1];
  const around = (finer: number, shift: number, turn: number, half: number, middle = 0): Range[] =>
    scales.map((s) => {
      const scale = [s * (1 - half), s * (1 + half)] as const;
      return {
        finer,
        shift: Math.ceil(longer * shift),
        rotation: [radians(middle - turn), radians(middle + turn)],
        scaleX: scale,
        scaleY: scale,
        isotropic: true,
      };
    });
  if (given === undefined)
    return [
      around(0, 1 / 8, 6, 0.1),
      around(1, 1 / 8, 6, 0.1),
      around(0, 1 / 5, 12, 0.15),
      [90, 180, 270].flatMap((turn) => around(0, 1 / 8, 6, 0.1, turn)),
    ];
  const once = (finer: number): Range[] =>
    around(finer, 1 / 8, 6, 0.1)
      .slice(0, given.scaleX ? 1 : undefined)
      .map((range) => ({
        ...range,
        shift: given.shift ?? range.shift,
        rotation: given.rotation ? [radians(given.rotation[0]), radians(given.rotation[1])] : range.rotation,
        scaleX: given.scaleX ?? range.scaleX,
        scaleY: given.scaleY ?? given.scaleX ?? range.scaleY,
        isotropic: given.scaleY === undefined,
      }));
  return [once(0), once(1)];
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
