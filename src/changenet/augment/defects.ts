import type { Random } from "../../kit/random.js";
import { type Exemplar, greyDifference } from "./exemplars.js";
import { boxMean, clamp, greyOf, quantile, type Sample } from "./sample.js";

/** What synthetic defects are made of, beside the picture itself. */
export type DefectSource = Readonly<{
  exemplars: readonly Exemplar[];
  /** Defects of this data have a place: most are painted near the place of an exemplar. */
  placed: boolean;
}>;

/** Radius of a blob in pixels, log-uniform. */
const RADIUS: readonly [number, number] = [1.5, 7];
/** No defect centre closer to the border than this. */
const MARGIN = 8;
const ON_EDGES = 0.5;
const FROM_EXEMPLAR = 0.35;
const NEAR_EXEMPLAR = 0.8;
const NEARNESS = 10;
const ATTEMPTS = 8;
/** Least noise assumed between golden and test, in grey levels. */
const LEAST_NOISE = 0.012 * 255;
/** A change counts from this many times the noise; its mean and its sum must reach these. */
const VISIBLE = 2;
const LEAST_MEAN = 2.5;
const LEAST_SUM = 30;
const LEAST_PIXELS = 10;

/**
 * Paints a small synthetic defect into the test image: the copied difference of a real one, or an irregular blob
 * filled from elsewhere in golden, with one of its colours, or darker or lighter than its surroundings. Undefined when
 * no attempt stood out of the noise between golden and test.
 */
export function paintDefect(sample: Sample, source: DefectSource, random: Random): Sample | undefined {
  const scene = look(sample);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const centre = pickCentre(scene, source, random);
    const useExemplar = random.chance(FROM_EXEMPLAR) && source.exemplars.length > 0;
    const test = useExemplar
      ? addExemplar(sample, random.pick(source.exemplars), centre, random)
      : paintBlob(scene, centre, random);
    const mask = visibleChange(scene, test);
    if (mask) return { ...sample, test, mask };
  }
  return undefined;
}

type Scene = Readonly<{
  sample: Sample;
  grey: Float32Array;
  /** Running sums of squared gradients over the inner pixels. */
  edges: Float64Array;
  noise: number;
  contrast: number;
}>;

function look(sample: Sample): Scene {
  const { height, width } = sample.shape;
  const grey = greyOf(sample.test, sample.shape);
  const difference = greyDifference(sample);
  const slow = boxMean(difference, height, width, 8);
  const fast = difference.map((d, i) => Math.abs(d - slow[i]));
  const noise = Math.max(1.5 * quantile(fast, 0.5), LEAST_NOISE);
  const contrast = Math.max(quantile(grey, 0.95) - quantile(grey, 0.05), 5 * noise);
  return { sample, grey, edges: edgeWeights(grey, height, width), noise, contrast };
}

/** The mask of the visible change, or undefined when it is too small or too faint. */
function visibleChange({ sample, grey, noise }: Scene, test: Float32Array): Float32Array | undefined {
  const after = greyOf(test, sample.shape);
  const mask = new Float32Array(grey.length);
  let [count, inside, total] = [0, 0, 0];
  for (let i = 0; i < grey.length; i++) {
    const change = Math.abs(after[i] - grey[i]);
    total += change;
    if (change <= VISIBLE * noise) continue;
    mask[i] = 1;
    count++;
    inside += change;
  }
  const seen = count >= LEAST_PIXELS && inside >= LEAST_MEAN * noise * count && total >= LEAST_SUM * noise;
  return seen ? mask : undefined;
}

type Point = Readonly<{ y: number; x: number }>;

function pickCentre({ sample, edges }: Scene, source: DefectSource, random: Random): Point {
  const { height, width } = sample.shape;
  const inside = (y: number, x: number) => ({
    y: clamp(y, Math.min(MARGIN, height >> 1), Math.max(height >> 1, height - MARGIN - 1)),
    x: clamp(x, Math.min(MARGIN, width >> 1), Math.max(width >> 1, width - MARGIN - 1)),
  });
  if (source.placed && source.exemplars.length > 0 && random.chance(NEAR_EXEMPLAR)) {
    const { centreY, centreX } = random.pick(source.exemplars);
    const step = () => random.int(2 * NEARNESS + 1) - NEARNESS;
    return inside(centreY + step(), centreX + step());
  }
  const columns = Math.max(1, width - 2 * MARGIN);
  if (!random.chance(ON_EDGES)) return inside(random.int(height), random.int(width));
  const at = search(edges, random.float() * (edges.at(-1) ?? 0));
  return inside(
    MARGIN + Math.floor(at / columns) + random.int(5) - 2,
    MARGIN + (at % columns) + random.int(5) - 2,
  );
}

/** Adds the difference of a real defect, mirrored, turned, made smaller and weaker or stronger. */
function addExemplar(
  { shape, test }: Sample,
  exemplar: Exemplar,
  centre: Point,
  random: Random,
): Float32Array {
  const [flipY, flipX, turn] = [random.chance(0.5), random.chance(0.5), random.chance(0.5)];
  const shortest = Math.min(exemplar.height, exemplar.width);
  const scale = Math.max(Math.exp(random.range(Math.log(0.35), 0)), Math.min(1, 4 / shortest));
  const gain = random.range(0.5, 1.2);
  const [sourceHeight, sourceWidth] = [exemplar.height, exemplar.width];
  const [h, w] = turn ? [sourceWidth, sourceHeight] : [sourceHeight, sourceWidth];
  const [rows, columns] = [Math.max(1, Math.round(h * scale)), Math.max(1, Math.round(w * scale))];
  const top = clamp(centre.y - (rows >> 1), 0, Math.max(0, shape.height - rows));
  const left = clamp(centre.x - (columns >> 1), 0, Math.max(0, shape.width - columns));
  const out = test.slice();
  const plane = shape.height * shape.width;
  for (let y = 0; y < rows && top + y < shape.height; y++)
    for (let x = 0; x < columns && left + x < shape.width; x++) {
      const [v, u] = [((y + 0.5) / rows) * h - 0.5, ((x + 0.5) / columns) * w - 0.5];
      const [row, column] = turn ? [u, v] : [v, u];
      const change =
        gain *
        interpolate(
          exemplar,
          flipY ? sourceHeight - 1 - row : row,
          flipX ? sourceWidth - 1 - column : column,
        );
      for (let c = 0; c < shape.channels; c++) {
        const at = c * plane + (top + y) * shape.width + left + x;
        out[at] = clamp(out[at] + change, 0, 255);
      }
    }
  return out;
}

function interpolate({ change, height, width }: Exemplar, y: number, x: number): number {
  const [cy, cx] = [clamp(y, 0, height - 1), clamp(x, 0, width - 1)];
  const [y0, x0] = [Math.floor(cy), Math.floor(cx)];
  const [y1, x1] = [Math.min(height - 1, y0 + 1), Math.min(width - 1, x0 + 1)];
  const [fy, fx] = [cy - y0, cx - x0];
  const upper = change[y0 * width + x0] * (1 - fx) + change[y0 * width + x1] * fx;
  const lower = change[y1 * width + x0] * (1 - fx) + change[y1 * width + x1] * fx;
  return upper * (1 - fy) + lower * fy;
}

/** Paints a turned, wavy ellipse with a soft rim. */
function paintBlob(scene: Scene, centre: Point, random: Random): Float32Array {
  const { shape, test } = scene.sample;
  const radius = Math.exp(random.range(Math.log(RADIUS[0]), Math.log(RADIUS[1])));
  const cover = blobCover(radius, random);
  const filling = pickFilling(scene, random);
  const out = test.slice();
  const plane = shape.height * shape.width;
  const reach = Math.ceil(radius * 3) + 2;
  for (let y = Math.max(0, centre.y - reach); y < Math.min(shape.height, centre.y + reach + 1); y++)
    for (let x = Math.max(0, centre.x - reach); x < Math.min(shape.width, centre.x + reach + 1); x++) {
      const share = cover(y - centre.y, x - centre.x);
      if (share <= 0) continue;
      for (let c = 0; c < shape.channels; c++) {
        const at = c * plane + y * shape.width + x;
        out[at] = clamp(test[at] * (1 - share) + filling(c, y, x) * share, 0, 255);
      }
    }
  return out;
}

/** Soft cover (0…1) of a blob as a function of the offset from its centre. */
function blobCover(radius: number, random: Random): (dy: number, dx: number) => number {
  const angle = random.range(0, Math.PI);
  const stretch = Math.exp(random.range(-0.5, 0.5));
  const waves = [2, 3, 5].map((order) => ({
    order,
    size: random.range(-0.25, 0.25),
    phase: random.range(0, 2 * Math.PI),
  }));
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return (dy, dx) => {
    const u = (dy * cos + dx * sin) / (radius * stretch);
    const v = (-dy * sin + dx * cos) / (radius / stretch);
    const direction = Math.atan2(v, u);
    const rim = waves.reduce((sum, w) => sum + w.size * Math.cos(w.order * direction + w.phase), 1);
    return clamp((rim - Math.hypot(u, v)) * radius + 0.5, 0, 1);
  };
}

type Filling = (channel: number, y: number, x: number) => number;

function pickFilling({ sample, noise, contrast }: Scene, random: Random): Filling {
  const { shape, golden, test } = sample;
  const { height, width } = shape;
  const plane = height * width;
  const kind = random.float();
  if (kind < 0.35) {
    const [dy, dx] = [random.int(height), random.int(width)];
    return (c, y, x) => golden[c * plane + ((y + dy) % height) * width + ((x + dx) % width)];
  }
  if (kind < 0.6) {
    const at = random.int(plane);
    return (c) => golden[c * plane + at];
  }
  const sign = random.chance(0.4) ? 1 : -1;
  const amplitude = sign * Math.exp(random.range(Math.log(3 * noise), Math.log(contrast)));
  const roughness = random.range(0, 0.4);
  const grain = random.fork("grain");
  return (c, y, x) => test[c * plane + y * width + x] + amplitude * (1 + roughness * grain.normal());
}

/** Running sums of the squared grey gradient over the inner pixels, for drawing places on edges. */
function edgeWeights(grey: Float32Array, height: number, width: number): Float64Array {
  const rows = Math.max(1, height - 2 * MARGIN);
  const columns = Math.max(1, width - 2 * MARGIN);
  const sums = new Float64Array(rows * columns);
  let sum = 0;
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      const at = Math.min(height - 1, y + MARGIN) * width + Math.min(width - 1, x + MARGIN);
      const here = grey[at];
      const gradient =
        (Math.abs(here - (grey[at - width] ?? here)) + Math.abs(here - (grey[at - 1] ?? here))) / 255;
      sum += gradient * gradient + 1e-6;
      sums[y * columns + x] = sum;
    }
  return sums;
}

/** First index whose running sum exceeds the wanted value. */
function search(sums: Float64Array, wanted: number): number {
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sums[middle] > wanted) high = middle;
    else low = middle + 1;
  }
  return low;
}
