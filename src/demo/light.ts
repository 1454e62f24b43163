import type { Pixels } from "../kit/images.js";
import type { Random } from "../kit/random.js";
import type { Canvas } from "./canvas.js";

/** The two capture conditions of the demo. */
export const LIGHTINGS = ["SolderLight", "UniformLight"] as const;
export type Lighting = (typeof LIGHTINGS)[number];

/** How one picture was taken: the lamps age and warm up, the lens is not always sharp. */
export type Capture = Readonly<{
  gain: readonly [number, number, number];
  /** Brightness slope over the picture, per half width. */
  slope: readonly [number, number];
  blur: number;
  noise: number;
  /** Where in the table of random numbers the noise of this picture begins. */
  noiseStart: number;
}>;

const NOISE_LENGTH = 1 << 16;

/** Normally distributed numbers, drawn once: the noise of each picture begins elsewhere in it. */
export function noiseTable(random: Random): Float32Array {
  return Float32Array.from({ length: NOISE_LENGTH }, () => random.normal());
}

export function drawCapture(random: Random, drift: number): Capture {
  const level = 1 + drift * random.normal() * 0.05;
  const gain = () => level * (1 + drift * random.normal() * 0.015);
  return {
    gain: [gain(), gain(), gain()],
    slope: [drift * random.normal() * 0.03, drift * random.normal() * 0.03],
    blur: 0.45 + drift * random.range(0, 0.3),
    noise: 0.006 + drift * random.range(0, 0.006),
    noiseStart: random.int(NOISE_LENGTH),
  };
}

/**
 * Photographs the canvas. `SolderLight` is the three-ring lamp of inspection machines: red from above, green from
 * the middle, blue from low, so that solder shows its slope as colour. `UniformLight` is a white dome.
 */
export function photograph(
  canvas: Canvas,
  lighting: Lighting,
  capture: Capture,
  noise: Float32Array,
): Pixels {
  const { size } = canvas;
  const planes = [0, 1, 2].map(() => new Float32Array(size * size)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const shadeAt = lighting === "SolderLight" ? ringLight : domeLight;
  const out = [0, 0, 0] as [number, number, number];
  const h = canvas.height;
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      const i = y * size + x;
      const left = h[x > 0 ? i - 1 : i] as number;
      const right = h[x < size - 1 ? i + 1 : i] as number;
      const up = h[y > 0 ? i - size : i] as number;
      const down = h[y < size - 1 ? i + size : i] as number;
      // Metal is never a perfect mirror: its grain tilts a little from place to place.
      const grain = 0.09 * (canvas.metal[i] as number);
      const k = (capture.noiseStart * 7 + i * 2) & (NOISE_LENGTH - 1);
      const gx = (right - left) / 2 + grain * (noise[k] as number);
      const gy = (down - up) / 2 + grain * (noise[(k + 1) & (NOISE_LENGTH - 1)] as number);
      shadeAt(canvas, i, gx, gy, out);
      for (let c = 0; c < 3; c++) (planes[c] as Float32Array)[i] = out[c] as number;
    }
  const data = new Uint8Array(size * size * 3);
  const scratch = new Float32Array(size * size);
  planes.forEach((plane, c) => {
    blur(plane, scratch, size, capture.blur);
    for (let i = 0; i < plane.length; i++) {
      const x = (i % size) / (size / 2) - 1;
      const y = Math.floor(i / size) / (size / 2) - 1;
      const light = (capture.gain[c] as number) * (1 + capture.slope[0] * x + capture.slope[1] * y);
      const value = Math.max(0, (plane[i] as number) * light);
      const grain = noise[(capture.noiseStart + i * 3 + c) & (NOISE_LENGTH - 1)] as number;
      // Shot noise grows with the root of the light; a soft shoulder keeps highlights from clipping hard.
      const seen = value + grain * capture.noise * (0.5 + Math.sqrt(value));
      const soft = seen < 0.8 ? seen : 0.8 + 0.2 * (1 - Math.exp(-(seen - 0.8) / 0.2));
      data[i * 3 + c] = GAMMA[
        Math.max(0, Math.min(GAMMA.length - 1, Math.round(soft * (GAMMA.length - 1))))
      ] as number;
    }
  });
  return { width: size, height: size, channels: 3, data };
}

/** Light to 8-bit value. */
const GAMMA = Uint8Array.from({ length: 4096 }, (_, i) => Math.round(255 * (i / 4095) ** (1 / 1.8)));

type Shader = (canvas: Canvas, i: number, gx: number, gy: number, out: [number, number, number]) => void;

const bell = (x: number) => Math.exp(-x * x);

const ringLight: Shader = (canvas, i, gx, gy, out) => {
  const slope = Math.hypot(gx, gy);
  const angle = (Math.atan(slope) * 180) / Math.PI;
  const flat = 1 / Math.sqrt(1 + slope * slope);
  const metal = canvas.metal[i] as number;
  const matte = (1 - metal) * (0.3 + 0.7 * flat);
  // Lamps seen in the mirror of the metal, by slope.
  const red = 0.95 * bell(angle / 15) + 0.1;
  const green = 0.8 * bell((angle - 26) / 13) + 0.12 * bell(angle / 20) + 0.06;
  const blue = 0.95 * bell((angle - 50) / 19) + 0.08 * bell(angle / 20) + 0.06;
  out[0] = matte * (canvas.red[i] as number) * 0.62 + metal * red * (0.35 + 0.65 * (canvas.red[i] as number));
  out[1] =
    matte * (canvas.green[i] as number) * 0.58 + metal * green * (0.35 + 0.65 * (canvas.green[i] as number));
  out[2] =
    matte * (canvas.blue[i] as number) * 0.85 + metal * blue * (0.35 + 0.65 * (canvas.blue[i] as number));
};

const domeLight: Shader = (canvas, i, gx, gy, out) => {
  const slope2 = gx * gx + gy * gy;
  const flat = 1 / Math.sqrt(1 + slope2);
  // The dome is a little brighter on one side.
  const side = (-0.6 * gx - 0.8 * gy) / Math.sqrt(1 + slope2);
  const metal = canvas.metal[i] as number;
  const light =
    (1 - metal) * (0.34 + 0.56 * flat + 0.07 * side) + metal * (0.22 + 0.55 * flat * flat + 0.2 * side);
  out[0] = (canvas.red[i] as number) * light;
  out[1] = (canvas.green[i] as number) * light;
  out[2] = (canvas.blue[i] as number) * light;
};

/** Gaussian blur of five taps in place, edges repeated. */
function blur(plane: Float32Array, scratch: Float32Array, size: number, sigma: number): void {
  const near = Math.exp(-1 / (2 * sigma * sigma));
  const far = Math.exp(-4 / (2 * sigma * sigma));
  const sum = 1 + 2 * near + 2 * far;
  const [a, b, c] = [1 / sum, near / sum, far / sum];
  const pass = (from: Float32Array, to: Float32Array, step: number, lineStep: number) => {
    for (let line = 0; line < size; line++) {
      const start = line * lineStep;
      const last = start + (size - 1) * step;
      for (let i = start; i <= last; i += step) {
        const l1 = Math.max(start, i - step);
        const l2 = Math.max(start, l1 - step);
        const r1 = Math.min(last, i + step);
        const r2 = Math.min(last, r1 + step);
        to[i] =
          a * (from[i] as number) +
          b * ((from[l1] as number) + (from[r1] as number)) +
          c * ((from[l2] as number) + (from[r2] as number));
      }
    }
  };
  pass(plane, scratch, 1, size);
  pass(scratch, plane, size, 1);
}
