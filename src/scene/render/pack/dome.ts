import type { Rgb } from "../../model.js";
import { srgbTable } from "./tables.js";
import type { DecodedTexture } from "./textures.js";

/**
 * How often each cell of a latitude-longitude picture is drawn: cumulated chances of the rows, then of the columns
 * within each row. `mean` is the mean strength over the sphere.
 */
export type DomeTable = Readonly<{ width: number; height: number; cumulated: Float32Array; mean: number }>;

const MOST_COLUMNS = 512;

/**
 * Chances by strength (all channels alike, after the light's `color`) and solid angle, with a little for the dark parts:
 * filtering brings light into them.
 */
export function domeTable(picture: DecodedTexture, color: Rgb): DomeTable {
  const width = Math.min(MOST_COLUMNS, picture.width);
  const height = Math.max(1, Math.min(MOST_COLUMNS / 2, picture.height));
  const strength = cellStrength(picture, color, width, height);
  const solid = Float64Array.from({ length: height }, (_, y) => Math.sin((Math.PI * (y + 0.5)) / height));
  let light = 0;
  let total = 0;
  for (let y = 0; y < height; y++) {
    total += solid[y]! * width;
    for (let x = 0; x < width; x++) light += strength[y * width + x]! * solid[y]!;
  }
  const mean = light / total;
  const cumulated = new Float32Array(height + width * height);
  const weight = (x: number, y: number) => (strength[y * width + x]! + 0.05 * mean + 1e-6) * solid[y]!;
  const rows = Float64Array.from({ length: height }, (_, y) => {
    let sum = 0;
    for (let x = 0; x < width; x++) sum += weight(x, y);
    return sum;
  });
  const all = rows.reduce((a, b) => a + b, 0);
  let above = 0;
  for (let y = 0; y < height; y++) {
    above += rows[y]!;
    cumulated[y] = y === height - 1 ? 1 : above / all;
    let left = 0;
    for (let x = 0; x < width; x++) {
      left += weight(x, y);
      cumulated[height + y * width + x] = x === width - 1 ? 1 : left / rows[y]!;
    }
  }
  return { width, height, cumulated, mean };
}

function cellStrength(picture: DecodedTexture, color: Rgb, width: number, height: number): Float64Array {
  const linear = picture.srgb ? srgbTable() : Float32Array.from({ length: 256 }, (_, i) => i / 255);
  const sum = new Float64Array(width * height);
  const count = new Float64Array(width * height);
  for (let y = 0; y < picture.height; y++) {
    const row = Math.floor((y * height) / picture.height) * width;
    for (let x = 0; x < picture.width; x++) {
      const cell = row + Math.floor((x * width) / picture.width);
      const p = (y * picture.width + x) * 4;
      const { rgba } = picture;
      sum[cell]! +=
        (color[0] * linear[rgba[p]!]! + color[1] * linear[rgba[p + 1]!]! + color[2] * linear[rgba[p + 2]!]!) /
        3;
      count[cell]!++;
    }
  }
  return sum.map((v, i) => v / Math.max(1, count[i]!));
}
