import { type Mask, mask, type Plane, plane } from "../vision/index.js";

/** Where a model sees the difference of a pair: heat 0…1, `data.length = width · height`, covering the whole crop. */
export type Attention = Readonly<{ width: number; height: number; data: Float32Array }>;

/** A heat map whose maximum is below this has seen nothing. */
const LEAST_HEAT = 0.05;
/** What is left of a difference that the model does not look at. */
const UNSEEN = 0.2;
/** Pixels by which the heat may be beside the difference it is about: the network's stride, twice. */
const REACH = 8;

/** Share of the greatest heat from which on a pixel is what the model looks at. */
const HOT = 0.4;

/** What the model looks at, as a mask of the crop; undefined when it has seen nothing. */
export function hotRegion(width: number, height: number, attention: Attention | undefined): Mask | undefined {
  if (!attention) return undefined;
  const peak = attention.data.reduce((most, v) => Math.max(most, v), 0);
  if (peak < LEAST_HEAT) return undefined;
  const out = mask(width, height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const u = Math.floor(((x + 0.5) / width) * attention.width);
      const v = Math.floor(((y + 0.5) / height) * attention.height);
      if (attention.data[v * attention.width + u] >= HOT * peak) out.data[y * width + x] = 1;
    }
  return out;
}

/**
 * Weakens differences that the model does not hold for the defect. On dirty material the largest difference of an NG
 * pair is often oil or glare, and a model that has learnt from many rows knows better which one they have in common.
 */
export function attend(difference: Plane, attention: Attention | undefined): Plane {
  if (!attention) return difference;
  const peak = attention.data.reduce((most, v) => Math.max(most, v), 0);
  if (peak < LEAST_HEAT) return difference;
  const out = plane(difference.width, difference.height);
  for (let y = 0; y < out.height; y++)
    for (let x = 0; x < out.width; x++) {
      const at = y * out.width + x;
      const heat = heatNear(attention, (x + 0.5) / out.width, (y + 0.5) / out.height) / peak;
      out.data[at] = difference.data[at] * (UNSEEN + (1 - UNSEEN) * heat);
    }
  return out;
}

/** The greatest heat around a point given as shares of width and height. */
function heatNear({ width, height, data }: Attention, u: number, v: number): number {
  const [cx, cy] = [Math.floor(u * width), Math.floor(v * height)];
  let most = 0;
  for (let y = Math.max(0, cy - REACH); y <= Math.min(height - 1, cy + REACH); y++)
    for (let x = Math.max(0, cx - REACH); x <= Math.min(width - 1, cx + REACH); x++)
      most = Math.max(most, data[y * width + x]);
  return most;
}
