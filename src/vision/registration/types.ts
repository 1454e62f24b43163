import type { Plane } from "../plane.js";

/**
 * What the map may do: turn, scale and shift (4 numbers), the same with one scale for each axis of the photo (5, the
 * map of contract 4.2), any affine map (6), any perspective map (8).
 */
export type Model = "similarity" | "two-scale" | "affine" | "homography";

/** A 3×3 matrix, row by row. It maps pixel indices (pixel centres are whole numbers), `h[8]` is 1. */
export type Matrix3 = readonly [number, number, number, number, number, number, number, number, number];

/** The five numbers of contract 4.2: reference pixel to photo pixel, about both centres, scale after rotation. */
export type ContractParams = Readonly<{
  scaleX: number;
  scaleY: number;
  rotation_deg: number;
  tx: number;
  ty: number;
}>;

/** Interleaved 8-bit pixels: grey, RGB or RGBA. */
export type AnyPixels = Readonly<{ width: number; height: number; channels: 1 | 3 | 4; data: Uint8Array }>;

/**
 * The picture that is looked for. `grey` is its 8-bit grey (contract 4.3). `classes` is there for a label picture: the
 * number of each pixel's colour, so that two labels of one grey stay two. Pixels with `valid` 0 say nothing.
 */
export type Moving = Readonly<{
  width: number;
  height: number;
  grey: Uint8Array;
  classes?: Readonly<{ count: number; of: Uint8Array }>;
  valid?: Uint8Array;
}>;

/** The photo in which it is looked for: 8-bit grey. */
export type Fixed = Readonly<{ width: number; height: number; grey: Uint8Array }>;

/** Where to look: pixels of the photo, degrees, and factors (1 is contract's `no_resize`). */
export type SearchRange = Readonly<{
  /** Largest shift of the centre along each axis, pixels of the photo. */
  shift: number;
  rotation: readonly [min: number, max: number];
  scaleX: readonly [min: number, max: number];
  /** Where absent, both axes have one scale while the coarse search runs. */
  scaleY?: readonly [min: number, max: number];
}>;

export type RegisterOptions = Readonly<{
  /** Default `similarity`. */
  model?: Model;
  /**
   * Default: an eighth of the photo's longer side, ±6 degrees, 0.9 to 1.1 times the size ratio or 1; where nothing is
   * found there, larger ranges and quarter turns. A range given here is never left.
   */
  search?: Partial<SearchRange>;
  /** Least mutual information, nats (contract 4.1); null or 0 lets all pass. Default null. */
  minMi?: number | null;
  /** Histogram bins of the reported mutual information (contract 4.3). Default 64. */
  bins?: number;
  /** Of the random samples. Default 1. */
  seed?: number | string;
}>;

/** How well small patches of the two pictures agree that this is the place. */
export type Consistency = Readonly<{
  /** Patches with enough texture to have a place of their own. */
  patches: number;
  /** Those whose own best place is the one that the map gives them. */
  agreeing: number;
  /** Patches that fit as well here as elsewhere, such as straight traces; not counted in `patches`. */
  abstaining: number;
  /** `agreeing / patches`. */
  share: number;
  /** Median distance between a patch's best place and the map's, pixels of the moving picture. */
  medianOffset: number;
  /** Chance that so many patches of a wrong board agree. */
  chance: number;
}>;

/**
 * Why a match was refused: small patches do not agree (another board, or a place out of range), hardly any patch has
 * enough texture to tell, or mutual information is below the wanted one.
 */
export type Refusal = "patches_disagree" | "too_little_texture" | "min_mi";

export type Registration = Readonly<{
  accepted: boolean;
  refusal: Refusal | null;
  /** A sentence with the numbers that decided. */
  reason: string;
  model: Model;
  /** Moving pixel to fixed pixel. */
  matrix: Matrix3;
  /** The closest map of contract 4.2; exact for the models `similarity` and `two-scale`. */
  params: ContractParams;
  /** Largest distance between that map and `matrix` over the moving picture, pixels. */
  paramsResidual: number;
  /** Mutual information times coverage (contract 4.3) of the centred start and of the result, nats. */
  miBefore: number;
  miAfter: number;
  /** Part of the moving picture that lies inside the photo. */
  overlap: number;
  consistency: Consistency;
  /** Whether least squares had the last word on the map, or mutual information (pictures of different kinds). */
  polished: boolean;
  /**
   * Standard deviation of the place of the moving picture's worst corner, pixels of the photo, as far as the pictures
   * tell; null for label masks and where mutual information had the last word.
   */
  uncertainty: number | null;
  seed: string;
}>;

export type { Plane };
