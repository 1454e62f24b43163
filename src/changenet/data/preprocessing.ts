import type { ChangeNetSpec } from "../spec/types.js";

/**
 * How image files become the network's input, stored with every checkpoint: decode each lighting to `channels`,
 * resize to `tileWidth` × `tileHeight` (bilinear), lay the lightings out as `columns` × `rows` tiles, row by row.
 */
export type Preprocessing = Readonly<{
  channels: 1 | 3;
  tileWidth: number;
  tileHeight: number;
  columns: number;
  rows: number;
  lights: readonly string[];
  imageExt: string;
}>;

/** Sides of a tile are rounded up to a multiple of this, so that every stride fits. */
const SIDE_STEP = 8;

/**
 * Lays out the lightings by the spec: `linear` stacks them along the height; `grid` needs an even number of
 * them and falls back to `linear` otherwise (contract 1.5).
 */
export function preprocessingOf(spec: ChangeNetSpec, channels: 1 | 3): Preprocessing {
  const count = Math.max(1, spec.lights.length);
  const grid = spec.concatType === "grid" && count % 2 === 0;
  const round = (side: number) => Math.ceil(side / SIDE_STEP) * SIDE_STEP;
  return {
    channels,
    tileWidth: round(spec.imageWidth),
    tileHeight: round(spec.imageHeight),
    columns: grid ? spec.gridMap.x : 1,
    rows: grid ? spec.gridMap.y : count,
    lights: spec.lights,
    imageExt: spec.imageExt,
  };
}

export function inputSize(p: Preprocessing): { width: number; height: number } {
  return { width: p.tileWidth * p.columns, height: p.tileHeight * p.rows };
}
