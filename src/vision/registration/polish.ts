import type { Random } from "../../kit/random.js";
import { type Frame, modelMap, type Parameters } from "./frame.js";
import { grainAt } from "./grain.js";
import { informativePixels } from "./informative.js";
import { type Equations, type Round, robustEquations, solvePositive } from "./least-squares.js";
import { meek, uncertaintyOf } from "./meek.js";
import type { BinnedMoving, Level } from "./pyramid.js";
import type { Model } from "./types.js";

/** Side of the squares within which the light may be brighter or flatter, pixels. */
const CELL = 128;

/** Steps of grey from which the photo is predicted. */
const GREYS = 32;

/** Pixels that are looked at, at most, and of a small picture a third. */
const PIXELS = 100_000;
const ROUNDS = 16;

/** Shortest step that is worth another round, and the longest way that is still a refinement, border pixels. */
const SHORT = 0.003;
const FAR = 10;

/**
 * Least squares after mutual information: each grey of the moving picture predicts the photo's mean grey there,
 * each cell of the picture may have its own light, and Gauss–Newton steps on the map shrink what is left. Where the
 * pictures are alike this is several times more exact than mutual information, which knows an edge only by a histogram.
 * Robust: missing and moved parts lose their weight. Undefined when it leaves the neighbourhood of `start`.
 */
export function polish(
  moving: BinnedMoving,
  grey: Level,
  photo: Level,
  frame: Frame,
  model: Model,
  start: Parameters,
  random: Random,
): { at: Parameters; uncertainty: number } | undefined {
  const chosen = informativePixels(
    moving,
    grey.data,
    Math.min(PIXELS, (moving.width * moving.height) / 3),
    random,
  );
  const places = placesOf(chosen, moving, frame);
  const predict = greyPredictor(chosen, grey);
  const count = chosen.length;
  const parameters = start.length;
  const photoGrey = new Float32Array(count);
  const derivatives = new Float32Array(count * parameters);
  const steep = new Float32Array(count);
  const inside = new Uint8Array(count);
  const equationsAt = (p: Parameters, grain?: Float32Array): Equations => {
    samplePhoto(places, photo, frame, model, p, { grey: photoGrey, derivatives, steep, inside }, grain);
    const round: Round = {
      count,
      parameters,
      photo: photoGrey,
      predicted: predict(photoGrey, inside),
      derivatives,
      steep,
      inside,
      cell: places.cell,
      cells: places.cells,
    };
    return robustEquations(round);
  };
  let at = start;
  for (let n = 0; n < ROUNDS; n++) {
    const { normal, right } = equationsAt(at);
    const step = solvePositive(normal, right);
    if (!step) return undefined;
    at = at.map((p, i) => p + step[i]!);
    if (!(Math.hypot(...at.map((p, i) => p - start[i]!)) < FAR * photo.factor)) return undefined;
    if (Math.hypot(...step) < SHORT * photo.factor) break;
  }
  const grain = grainAt(grey, chosen);
  const most = meek(model, at, frame.radius, (p) => equationsAt(p, grain));
  return most && { at: most.at, uncertainty: uncertaintyOf(model, most, frame) };
}

type Places = Readonly<{ u: Float32Array; v: Float32Array; cell: Uint16Array; cells: number }>;

function placesOf(chosen: Int32Array, { width, height, factor }: BinnedMoving, frame: Frame): Places {
  const columns = Math.max(1, Math.round(width / CELL));
  const rows = Math.max(1, Math.round(height / CELL));
  const u = new Float32Array(chosen.length);
  const v = new Float32Array(chosen.length);
  const cell = new Uint16Array(chosen.length);
  const off = (factor - 1) / 2;
  for (let i = 0; i < chosen.length; i++) {
    const at = chosen[i]!;
    const x = at % width;
    const y = (at - x) / width;
    u[i] = (x * factor + off - frame.mx) / frame.radius;
    v[i] = (y * factor + off - frame.my) / frame.radius;
    cell[i] = Math.floor((y * rows) / height) * columns + Math.floor((x * columns) / width);
  }
  return { u, v, cell, cells: columns * rows };
}

/** Photo grey and its derivatives by the parameters at every place; `inside` is 0 where the photo does not reach. */
function samplePhoto(
  { u, v }: Places,
  { width, height, data, factor }: Level,
  frame: Frame,
  model: Model,
  p: Parameters,
  out: Pick<Round, "derivatives" | "steep" | "inside"> & { grey: Float32Array },
  grain?: Float32Array,
): void {
  const { grey, derivatives, steep, inside } = out;
  const { map, by } = modelMap(model, p, frame.radius);
  const [h0, h1, h2, h3, h4, h5, h6, h7] = map;
  const scale = frame.radius / factor;
  const ox = (frame.fx - (factor - 1) / 2) / factor;
  const oy = (frame.fy - (factor - 1) / 2) / factor;
  const n = p.length;
  const rows = Float64Array.from(by.flat());
  // The turn of the map, for the grain lies in the moving picture.
  const size = Math.hypot(h0 + h4, h3 - h1);
  const cos = (h0 + h4) / size;
  const sin = (h3 - h1) / size;
  for (let i = 0; i < u.length; i++) {
    const a = u[i]!;
    const b = v[i]!;
    const w = 1 / (h6 * a + h7 * b + 1);
    const mapX = (h0 * a + h1 * b + h2) * w;
    const mapY = (h3 * a + h4 * b + h5) * w;
    const x = mapX * scale + ox;
    const y = mapY * scale + oy;
    if (!(x >= 0 && y >= 0 && x < width - 1 && y < height - 1)) {
      inside[i] = 0;
      continue;
    }
    inside[i] = 1;
    const x0 = x | 0;
    const y0 = y | 0;
    const fx = x - x0;
    const fy = y - y0;
    const q = y0 * width + x0;
    const top = data[q + 1]! - data[q]!;
    const low = data[q + width + 1]! - data[q + width]!;
    const left = data[q + width]! - data[q]!;
    const right = data[q + width + 1]! - data[q + 1]!;
    grey[i] = data[q]! + top * fx + (left + (low - top) * fx) * fy;
    let byX = top + (low - top) * fy;
    let byY = left + (right - left) * fx;
    steep[i] = byX * byX + byY * byY;
    if (grain) {
      const k = 3 * i;
      const mx = cos * byX + sin * byY;
      const my = cos * byY - sin * byX;
      const keptX = grain[k]! * mx + grain[k + 1]! * my;
      const keptY = grain[k + 1]! * mx + grain[k + 2]! * my;
      byX = cos * keptX - sin * keptY;
      byY = sin * keptX + cos * keptY;
    }
    const gx = scale * w * byX;
    const gy = scale * w * byY;
    const back = gx * mapX + gy * mapY;
    for (let j = 0, r = 0; j < n; j++, r += 8)
      derivatives[i * n + j] =
        gx * (rows[r]! * a + rows[r + 1]! * b + rows[r + 2]!) +
        gy * (rows[r + 3]! * a + rows[r + 4]! * b + rows[r + 5]!) -
        back * (rows[r + 6]! * a + rows[r + 7]! * b);
  }
}

type Predictor = (photo: Float32Array, inside: Uint8Array) => Float32Array;

/** The photo's mean grey for each step of the moving picture's grey, straight between the steps' middles. */
function greyPredictor(chosen: Int32Array, grey: Level): Predictor {
  const count = chosen.length;
  const bin = new Uint8Array(count);
  // Where between the middles of which two steps.
  const lower = new Uint8Array(count);
  const part = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const level = Math.fround((grey.data[chosen[i]!]! * GREYS) / 256);
    const m = Math.max(0, Math.min(GREYS - 1, level - 0.5));
    bin[i] = Math.min(GREYS - 1, level);
    lower[i] = Math.min(GREYS - 2, m);
    part[i] = m - lower[i]!;
  }
  const out = new Float32Array(count);
  return (photo, inside) => {
    const mean = means(photo, inside, bin);
    for (let i = 0; i < count; i++) {
      const b = lower[i]!;
      out[i] = mean[b]! + (mean[b + 1]! - mean[b]!) * part[i]!;
    }
    return out;
  };
}

/** Mean photo grey of each step; steps with few pixels lean to the mean of all. */
function means(photo: Float32Array, inside: Uint8Array, bin: Uint8Array): Float64Array {
  const sum = new Float64Array(GREYS);
  const count = new Float64Array(GREYS);
  for (let i = 0; i < photo.length; i++) {
    if (inside[i] === 0) continue;
    sum[bin[i]!]! += photo[i]!;
    count[bin[i]!]!++;
  }
  const total = (list: Float64Array): number => list.reduce((a, b) => a + b, 0);
  const all = total(sum) / Math.max(1, total(count));
  return sum.map((s, b) => (s + 10 * all) / (count[b]! + 10));
}
