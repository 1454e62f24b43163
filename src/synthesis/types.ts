import type { Pixels } from "../kit/images.js";
import type { Mask } from "../vision/index.js";
import type { Floors } from "./difference.js";

/** The pictures of one crop, one per lighting, all of one size. */
export type Lightings = readonly Pixels[];

/**
 * What a board made of two tones shows (bare copper on laminate): everything darker than `level` is one
 * material. `separability` is Otsu's; `edge` is the softness of material edges (sigma in pixels).
 */
export type TwoTone = Readonly<{
  level: number;
  separability: number;
  dark: readonly number[];
  light: readonly number[];
  edge: number;
}>;

/** What the defect-free crops of a workspace have in common. */
export type Surroundings = Readonly<{
  twoTone?: TwoTone;
  /** How far good pairs stand out of themselves after registration. */
  floors: Floors;
}>;

export type Point = Readonly<{ x: number; y: number }>;

/** How a defect changes the material of a two-tone board. */
export type Flip = Readonly<{
  toLight: boolean;
  /** Separate borders with the material it is made of: 0 an island, 1 a bump or bite, 2 a bridge or a cut. */
  contacts: 0 | 1 | 2;
}>;

/** A defect as it was seen: where, which pixels, how it looked, what was beneath. All patches share one frame. */
export type Exemplar = Readonly<{
  id: string;
  label: string;
  /** The image file of the first lighting it was cut from, and the golden it was compared with. */
  source: string;
  place?: string;
  /** Position of the row in the NG table; undefined for exemplars from a dataset folder. */
  row?: number;
  mask: Mask;
  test: Lightings;
  /** The golden beneath, registered to the test; undefined when the defect has a shape but no picture. */
  golden: Lightings;
  /** False when only the mask is known (a dataset folder without anomaly images). */
  textured: boolean;
  /** Centre of the mask in the source crop, 0 … 1 on both axes, and the size of that crop. */
  centre: Readonly<{ x: number; y: number }>;
  sourceSize: Readonly<{ width: number; height: number }>;
  /** Where and how its pixels lie, in pixels: area, and the extent along and across its main axis. */
  area: number;
  long: number;
  across: number;
  /** How much it stands out and how compact it is: to prefer the clear cases. */
  quality: number;
  flip?: Flip;
  /** Middles of its borders with the material it turned into, in the patch frame; largest first. */
  anchors: readonly Point[];
}>;

/** What a defect type is allowed to look like, learned from its exemplars or from the table of known types. */
export type Recipe = Readonly<{
  /** Normalised label (contract 1.3). */
  label: string;
  /** `TEXTURE+ANOMALY`, the name of the type in all files. */
  defectType: string;
  /** `flip`: turns one material into the other; `texture`: transplants the picture; `shape`: only a mask is known. */
  mode: "flip" | "texture" | "shape";
  /** Kinds of flips to draw from, repeated by frequency. */
  flips: readonly Flip[];
  /** Indices into the list of exemplars whose masks (and pictures) are used; empty = drawn shapes. */
  exemplars: readonly number[];
  /** True when the masks come from other types, because this type has no exemplar. */
  borrowed: boolean;
  /** Usual extents in pixels: along and across a mask, and the gap that bridges and cuts span. */
  long: Span;
  across: Span;
  gap: Span;
  /** Indices of canvases this type may be drawn on. */
  canvases: readonly number[];
  /** Placement route of the dataset folder (contract 7.1). */
  dependency: "free" | "text" | "cad";
  /** True for types of a dataset folder: masks are placed as contract 5 says and painted under. */
  masked?: boolean;
}>;

/** Low and high end of a range. */
export type Span = readonly [low: number, high: number];

/** A defect-free crop to draw on, and the golden it will be paired with. */
export type Canvas = Readonly<{
  test: readonly string[];
  golden: readonly string[];
  name: string;
  /** The golden file: crops that share one show the same place at different times. */
  place?: string;
  /** Semantic mask of the crop (contract 7.1, cad). */
  cadMask?: string;
}>;

/** Why a candidate was kept or refused. Kept in the provenance of every row. */
export type Admission = Readonly<{
  verdict: "kept" | "refused";
  reason:
    | "informative"
    | "least_easy"
    | "unscored"
    | "invisible"
    | "too_small"
    | "copy_of_exemplar"
    | "copy_of_synthetic"
    | "too_easy"
    | "told_from_real"
    | "least_told"
    | "no_place";
  contrast: number;
  noise: number;
  /** Correlation with the exemplar it came from, over the drawn box. */
  likeness: number;
  score?: number;
  /**
   * What a small classifier holds it for against the real defects of its type: probability of being made, by folds
   * that did not see it, and how well it tells made from real at all (AUC). Only with enough of both.
   */
  told?: Readonly<{ made: number; auc: number }>;
}>;
