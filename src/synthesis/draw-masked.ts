import { ReflowError } from "../kit/errors.js";
import type { Random } from "../kit/random.js";
import {
  type CadParts,
  cadCandidates,
  isCadDefect,
  placeFreely,
  placeOnBoard,
  regionOfMask,
  solderGroups,
} from "../placement/index.js";
import { boundsOf, centroid, cropMask, erode, type Mask, mask, threshold } from "../vision/index.js";
import { measure } from "./admission.js";
import type { Drawn } from "./draw.js";
import { extents } from "./exemplar.js";
import { paintDefect, type Specimen, type TypeKnowledge } from "./paint/index.js";
import type { Exemplar, Lightings, Recipe } from "./types.js";
import { windowOf } from "./window/index.js";

/** How the steps of a checkpoint paint that uses all it has, with some freedom. */
const SETTINGS = { strength: 1, variety: 0.5 } as const;
/** Crop ratio of the test cases (contract 5.9). */
const RATIO = 2;

/**
 * Draws a defect of a dataset folder as the generator of the contract would: automatic mask placement decides where the
 * mask of an exemplar lies and which shape it takes (5), the painters fill it inside the enlarged mask (6.1). Undefined
 * when the crop has no place for it.
 */
export function drawMasked(o: {
  canvas: Lightings;
  recipe: Recipe;
  exemplars: readonly Exemplar[];
  random: Random;
  legal?: Mask;
  cad?: CadParts;
}): Drawn | undefined {
  const { canvas, recipe, exemplars, random } = o;
  const [first] = canvas;
  const chosen = random.fork("submask").pick(recipe.exemplars);
  const e = exemplars[chosen];
  const region = placeMask(o, e);
  const window = region && windowOf(region, { ratio: RATIO });
  if (!region || !window) return undefined;
  const type: TypeKnowledge = {
    defectType: recipe.defectType,
    anomaly: recipe.label,
    specimens: recipe.exemplars.map((i) => specimenOf(exemplars[i], recipe.defectType, i)),
  };
  const painted = paintAll(() =>
    canvas.map((image) => paintDefect(image, region, window, type, SETTINGS, random.fork("paint"))),
  );
  if (!painted) return undefined;
  const images = painted.map((p) => p.image);
  const { specimen, painter, touched } = painted[0];
  const used = specimen === undefined ? chosen : Number(specimen);
  return {
    images,
    region,
    touched,
    exemplar: used,
    parameters: { mode: recipe.mode, painter, at: rounded(centroid(region)) },
    measured: measure(canvas, images, region, exemplars[used]),
  };

  function rounded(p: { x: number; y: number }): { x: number; y: number } {
    return { x: Math.round(p.x * 10) / 10, y: Math.round(p.y * 10) / 10 };
  }

  function placeMask({ legal, cad }: typeof o, of: Exemplar): Mask | undefined {
    const seed = random.fork("place").int(1_000_000_000);
    const submask = onCanvas(of.mask, first);
    if (cad && isCadDefect(recipe.label)) {
      const candidates = cadCandidates(cad, recipe.label);
      if (candidates.length === 0) return undefined;
      const groups = solderGroups(cad);
      return placeOnBoard({ defect: recipe.label, candidates, groups, submask, seed, instances: 1 }).mask;
    }
    const anywhere = mask(first.width, first.height, 1);
    const { levels } = placeFreely(submask, regionOfMask(legal ?? erode(anywhere, 1)), seed);
    return levels && threshold({ ...levels, data: Float32Array.from(levels.data) }, 127);
  }
}

/** Undefined where the mask leaves too little of the crop around it: another crop or place may do. */
function paintAll<T>(paint: () => T): T | undefined {
  try {
    return paint();
  } catch (error) {
    if (error instanceof ReflowError && error.code === "mask_fills_image") return undefined;
    throw error;
  }
}

/** The mask in its own size in the middle of a canvas: placement scales masks whose size is not the picture's. */
function onCanvas(m: Mask, size: { width: number; height: number }): Mask {
  const box = boundsOf(m);
  const out = mask(size.width, size.height);
  if (!box) return out;
  const cut = cropMask(m, box);
  const x0 = Math.floor((size.width - box.width) / 2);
  const y0 = Math.floor((size.height - box.height) / 2);
  for (let y = Math.max(0, -y0); y < Math.min(box.height, size.height - y0); y++)
    for (let x = Math.max(0, -x0); x < Math.min(box.width, size.width - x0); x++)
      out.data[(y0 + y) * size.width + x0 + x] = cut.data[y * box.width + x];
  return out;
}

/** Specimens are named by their place in the list, so that the one that was used is found again. */
function specimenOf(e: Exemplar, defectType: string, index: number): Specimen {
  const { angle } = extents(e.mask);
  const [picture] = e.test;
  return {
    id: String(index),
    defectType,
    mask: e.mask,
    ...(e.textured && picture ? { picture } : {}),
    long: e.long,
    across: e.across,
    angle,
    area: e.area,
  };
}
