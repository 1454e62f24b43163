import type { ImageShape } from "../data/align.js";
import { clamp } from "./sample.js";

/** Factors of brightness, contrast and saturation (1 = unchanged) and a hue turn in units of the full circle. */
export type ColorChange = Readonly<{ brightness: number; contrast: number; saturation: number; hue: number }>;

/** Changes colours of planes in 0…255: brightness, then contrast about the mean, then saturation, then hue. */
export function changeColor(planes: Float32Array, shape: ImageShape, change: ColorChange): Float32Array {
  const out = planes.map((v) => clamp(v * change.brightness, 0, 255));
  let mean = 0;
  for (const v of out) mean += v;
  mean /= out.length;
  for (let i = 0; i < out.length; i++) out[i] = clamp(mean + (out[i] - mean) * change.contrast, 0, 255);
  if (shape.channels === 3) saturateAndTurn(out, shape.height * shape.width, change);
  return out;
}

/** Luma and chroma are separated (ITU-R BT.601); saturation scales the chroma, hue turns it. */
function saturateAndTurn(rgb: Float32Array, size: number, { saturation, hue }: ColorChange): void {
  const cos = Math.cos(2 * Math.PI * hue) * saturation;
  const sin = Math.sin(2 * Math.PI * hue) * saturation;
  for (let i = 0; i < size; i++) {
    const [r, g, b] = [rgb[i], rgb[size + i], rgb[2 * size + i]];
    const luma = 0.299 * r + 0.587 * g + 0.114 * b;
    const [cb, cr] = [(b - luma) / 1.772, (r - luma) / 1.402];
    const [turnedB, turnedR] = [cb * cos - cr * sin, cb * sin + cr * cos];
    const red = luma + 1.402 * turnedR;
    const blue = luma + 1.772 * turnedB;
    rgb[i] = clamp(red, 0, 255);
    rgb[2 * size + i] = clamp(blue, 0, 255);
    rgb[size + i] = clamp((luma - 0.299 * red - 0.114 * blue) / 0.587, 0, 255);
  }
}

/** Gaussian blur with standard deviation `sigma` in pixels; the border is repeated. */
export function gaussianBlur(planes: Float32Array, shape: ImageShape, sigma: number): Float32Array {
  if (sigma < 0.05) return planes;
  const radius = Math.max(1, Math.ceil(3 * sigma));
  const kernel = Float32Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma * sigma)),
  );
  const total = kernel.reduce((a, b) => a + b, 0);
  for (let i = 0; i < kernel.length; i++) kernel[i] = kernel[i] / total;
  return blurAlong(blurAlong(planes, shape, kernel, "x"), shape, kernel, "y");
}

function blurAlong(
  planes: Float32Array,
  shape: ImageShape,
  kernel: Float32Array,
  axis: "x" | "y",
): Float32Array {
  const { channels, height, width } = shape;
  const radius = (kernel.length - 1) / 2;
  const out = new Float32Array(planes.length);
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        let sum = 0;
        for (let k = -radius; k <= radius; k++) {
          const row = axis === "y" ? clamp(y + k, 0, height - 1) : y;
          const column = axis === "x" ? clamp(x + k, 0, width - 1) : x;
          sum += kernel[k + radius] * planes[(c * height + row) * width + column];
        }
        out[(c * height + y) * width + x] = sum;
      }
  return out;
}
