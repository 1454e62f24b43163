import type { Random } from "../kit/random.js";
import type { CadParts } from "../placement/index.js";
import { grey, type Mask } from "../vision/index.js";
import { type Measured, measure } from "./admission.js";
import { blendFlip } from "./blend-flip.js";
import { blendShape, blendTexture } from "./blend-texture.js";
import { drawMasked } from "./draw-masked.js";
import { materialOf } from "./material.js";
import { placeFlip } from "./place-flip.js";
import { placeTexture } from "./place-texture.js";
import type { Variation } from "./shape.js";
import { speckled } from "./speckle.js";
import type { Exemplar, Flip, Lightings, Recipe, Surroundings } from "./types.js";

/** A defect drawn into a crop. */
export type Drawn = Readonly<{
  images: Lightings;
  /** The defect's pixels, and all pixels that blending was allowed to touch. */
  region: Mask;
  touched: Mask;
  exemplar?: number;
  parameters: Readonly<{
    mode: Recipe["mode"];
    flip?: Flip;
    variation?: Variation;
    at: { x: number; y: number };
    fit?: number;
    strength?: number;
    /** Which painter filled a placed mask. */
    painter?: string;
  }>;
  measured: Measured;
}>;

/** Places and blends one defect of a recipe into a crop; undefined when the crop has no legal place for it. */
export function drawDefect(o: {
  canvas: Lightings;
  recipe: Recipe;
  exemplars: readonly Exemplar[];
  around: Surroundings;
  random: Random;
  /** Where the middle of the defect may lie (the `cad` route). */
  legal?: Mask;
  /** The parts of the crop's class mask: where bridges, solder and missing parts can lie (contract 5.6). */
  cad?: CadParts;
  /** The golden file of the crop: exemplars of the same place say where its defects lie. */
  place?: string;
}): Drawn | undefined {
  const { canvas, recipe, exemplars, around, random } = o;
  if (recipe.mode === "flip" && around.twoTone) {
    const material = materialOf(grey(canvas[0]), around.twoTone);
    const placed = placeFlip(material, recipe, exemplars, random.fork("place"));
    if (!placed) return undefined;
    const { toLight } = placed.flip;
    const own = recipe.exemplars.map((i) => exemplars[i]);
    const changed = speckled(placed.region, placed.flip, own, around.twoTone, random.fork("specks"));
    const blended = blendFlip(canvas, changed, material, toLight, around.twoTone, random.fork("blend"));
    const exemplar = placed.exemplar === undefined ? undefined : exemplars[placed.exemplar];
    return {
      ...blended,
      region: placed.region,
      ...(placed.exemplar === undefined ? {} : { exemplar: placed.exemplar }),
      parameters: {
        mode: recipe.mode,
        flip: placed.flip,
        ...(placed.variation ? { variation: placed.variation } : {}),
        at: placed.at,
      },
      measured: measure(canvas, blended.images, placed.region, exemplar),
    };
  }
  if (recipe.masked) return drawMasked(o);
  const placed = placeTexture(canvas, recipe, exemplars, random.fork("place"), o);
  if (!placed) return undefined;
  const e = exemplars[placed.exemplar];
  const blended = e.textured
    ? blendTexture(canvas, e, placed.at, placed.variation, random.fork("blend"), placed.strength)
    : { ...blendShape(canvas, placed.region, random.fork("blend")), region: placed.region };
  if (!blended) return undefined;
  return {
    ...blended,
    exemplar: placed.exemplar,
    parameters: {
      mode: recipe.mode,
      variation: placed.variation,
      at: placed.at,
      fit: placed.cost,
      strength: placed.strength,
    },
    measured: measure(canvas, blended.images, blended.region, e),
  };
}
