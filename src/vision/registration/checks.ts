import { dataError } from "../../kit/errors.js";
import type { Fixed } from "./types.js";

/** Pixels of the shorter side below which a picture has too little to be found by. */
const LEAST_SIDE = 64;

/** Factor between the sizes of the two pictures, and between the sides of one, beyond which something is mixed up. */
const MOST_RATIO = 8;

type Grey = Pick<Fixed, "width" | "height" | "grey">;

/**
 * Throws for a picture that nothing can be registered to: `picture_too_small`, `picture_too_long`, `mask_binary`
 * (two greys without contrast, or one of them nearly everywhere), `picture_blank` (one grey, nearly), `picture_saturated`
 * (nearly all white or black). `name` stands in the message.
 */
export function checkPicture({ width, height, grey }: Grey, name: string): void {
  const size = `${width} × ${height} pixels`;
  if (Math.min(width, height) < LEAST_SIDE)
    throw dataError(
      "picture_too_small",
      `${name} has ${size}; registration needs at least ${LEAST_SIDE} on each side`,
      "Give the whole picture, or a larger crop of it.",
    );
  if (Math.max(width, height) > MOST_RATIO * Math.min(width, height))
    throw dataError(
      "picture_too_long",
      `${name} has ${size}: no picture of a board`,
      "Give the whole picture.",
    );
  const counts = new Uint32Array(256);
  for (let i = 0; i < grey.length; i++) counts[grey[i]!]!++;
  const percent = (n: number): string => `${((100 * n) / grey.length).toFixed(1)} %`;
  const [black, white] = [counts[0]!, counts[255]!];
  const low = quantile(counts, 0.01 * grey.length);
  const high = quantile(counts, 0.99 * grey.length);
  if (white > 0.97 * grey.length || (low === 255 && high === 255))
    throw dataError(
      "picture_saturated",
      `${name} is overexposed: ${percent(white)} of its pixels are white`,
      "Take the photo with less light or a shorter exposure.",
    );
  const values = [...counts.keys()].filter((v) => counts[v]! > 0);
  if (high - low < 4 && values.length === 2)
    throw dataError(
      "mask_binary",
      `${name} holds two values only, ${values[0]} and ${values[1]}, and is ${percent(counts[values[0]!]!)} ${values[0]}: a binary mask with nothing to be found by`,
      "Give the render, or the coloured label mask with a colour for each class.",
    );
  if (high - low < 4)
    throw dataError(
      "picture_blank",
      `${name} is blank: 98 % of its pixels lie between grey ${low} and ${high}${black > 0.97 * grey.length ? ` (${percent(black)} are black)` : ""}`,
      "Check that the file is the right one and that the camera saw the board.",
    );
}

function quantile(counts: Uint32Array, rank: number): number {
  let sum = 0;
  for (let v = 0; v < 256; v++) {
    sum += counts[v]!;
    if (sum > rank) return v;
  }
  return 255;
}

/** Throws `pictures_unlike` when one picture is many times as large as the other. */
export function checkSizes(moving: Grey, fixed: Grey): void {
  const ratio = Math.sqrt((fixed.width * fixed.height) / (moving.width * moving.height));
  if (ratio <= MOST_RATIO && ratio >= 1 / MOST_RATIO) return;
  throw dataError(
    "pictures_unlike",
    `one picture has ${moving.width} × ${moving.height} pixels, the other ${fixed.width} × ${fixed.height}: more than ${MOST_RATIO} times as large`,
    "Bring both to about one resolution first.",
  );
}
