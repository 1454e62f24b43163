import type { Random } from "../../kit/random.js";
import { clamp, type Sample } from "./sample.js";

/** Radius of a painted defect in pixels, log-uniform. */
const RADIUS: readonly [number, number] = [2, 7];
/** No defect centre closer to the border than this. */
const MARGIN = 8;
/** How often the shape is placed on an edge of the picture instead of anywhere. */
const ON_EDGES = 0.6;
/** How often the filling is a piece of the golden image instead of one flat colour out of it. */
const COPIED = 0.5;
const ATTEMPTS = 6;
/** A defect must change at least this much in total (grey levels × pixels), and this much per pixel of its inside. */
const LEAST_TOTAL = 4 * 255;
const LEAST_MEAN = 0.18 * 255;

/**
 * Paints a small irregular blob into the test image, filled from elsewhere in the golden image. Returns undefined
 * when no attempt changed the picture visibly.
 */
export function paintDefect(sample: Sample, random: Random): Sample | undefined {
  const edges = edgeWeights(sample);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const test = paintOnce(sample, edges, random);
    if (test) return { ...sample, test };
  }
  return undefined;
}

function paintOnce(sample: Sample, edges: Float64Array, random: Random): Float32Array | undefined {
  const { channels, height, width } = sample.shape;
  const radius = Math.exp(random.range(Math.log(RADIUS[0]), Math.log(RADIUS[1])));
  const centre = pickCentre(sample, edges, random);
  const blob = blobShape(radius, random);
  const filling = pickFilling(sample, random);
  const out = sample.test.slice();
  const reach = Math.ceil(radius * 3);
  let total = 0;
  let inside = 0;
  let insideTotal = 0;
  for (let y = Math.max(0, centre.y - reach); y < Math.min(height, centre.y + reach + 1); y++)
    for (let x = Math.max(0, centre.x - reach); x < Math.min(width, centre.x + reach + 1); x++) {
      const cover = blob(y - centre.y, x - centre.x);
      if (cover <= 0) continue;
      let change = 0;
      for (let c = 0; c < channels; c++) {
        const at = (c * height + y) * width + x;
        const before = out[at];
        out[at] = clamp(before * (1 - cover) + filling(c, y, x) * cover, 0, 255);
        change += Math.abs(out[at] - before) / channels;
      }
      total += change;
      if (cover > 0.5) {
        inside++;
        insideTotal += change;
      }
    }
  return total > LEAST_TOTAL && insideTotal > LEAST_MEAN * inside ? out : undefined;
}

/** Soft cover (0…1) of a turned ellipse with a wavy rim, as a function of the offset from its centre. */
function blobShape(radius: number, random: Random): (dy: number, dx: number) => number {
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

function pickFilling({ shape, golden }: Sample, random: Random): (c: number, y: number, x: number) => number {
  const { height, width } = shape;
  const plane = height * width;
  if (random.chance(COPIED)) {
    const [dy, dx] = [random.int(height), random.int(width)];
    return (c, y, x) => golden[c * plane + ((y + dy) % height) * width + ((x + dx) % width)];
  }
  const at = random.int(plane);
  return (c) => golden[c * plane + at];
}

function pickCentre({ shape }: Sample, edges: Float64Array, random: Random): { y: number; x: number } {
  const inner = { height: shape.height - 2 * MARGIN, width: shape.width - 2 * MARGIN };
  if (inner.height <= 0 || inner.width <= 0)
    return { y: random.int(shape.height), x: random.int(shape.width) };
  if (!random.chance(ON_EDGES))
    return { y: MARGIN + random.int(inner.height), x: MARGIN + random.int(inner.width) };
  const wanted = random.float() * (edges.at(-1) as number);
  let [low, high] = [0, edges.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (edges[middle] > wanted) high = middle;
    else low = middle + 1;
  }
  return {
    y: MARGIN + Math.floor(low / inner.width) + random.int(5) - 2,
    x: MARGIN + (low % inner.width) + random.int(5) - 2,
  };
}

/** Running sums of the squared grey gradient over the inner pixels, for drawing places on edges. */
function edgeWeights({ shape, test }: Sample): Float64Array {
  const { channels, height, width } = shape;
  const plane = height * width;
  const grey = new Float32Array(plane);
  for (let c = 0; c < channels; c++)
    for (let i = 0; i < plane; i++) grey[i] = grey[i] + test[c * plane + i] / (channels * 255);
  const rows = Math.max(1, height - 2 * MARGIN);
  const columns = Math.max(1, width - 2 * MARGIN);
  const sums = new Float64Array(rows * columns);
  let sum = 0;
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      const at = (y + MARGIN) * width + x + MARGIN;
      const here = grey[at] ?? 0;
      const gradient = Math.abs(here - (grey[at - width] ?? here)) + Math.abs(here - (grey[at - 1] ?? here));
      sum += gradient * gradient + 1e-6;
      sums[y * columns + x] = sum;
    }
  return sums;
}
