import type { NumpyRandom } from "../../kit/numpy-random.js";
import type { RenderConfig } from "../cookbook/index.js";

export type MotionBlur = Readonly<{ strength: number; kernelSize: number; angleDeg: number }>;

/** Whether a trigger's pictures are blurred, drawn in the order of contract 1.8. */
export function drawMotionBlur(
  augmentation: RenderConfig["augmentation"],
  random: NumpyRandom,
): MotionBlur | undefined {
  if (!augmentation) return undefined;
  const { probability, alpha_range, kernel_choices, enabled } = augmentation.motion_blur;
  if (!(random.random() < probability)) return undefined;
  const strength = random.uniform(...alpha_range);
  const kernelSize = kernel_choices[random.index(kernel_choices.length)] as number;
  const angleDeg = random.uniform(0, 360);
  return enabled === false ? undefined : { strength, kernelSize, angleDeg };
}

/** The `augmentation` entry of a metadata file. */
export function blurRecord(blur: MotionBlur | undefined): Readonly<Record<string, unknown>> {
  if (!blur) return { applied: false };
  return { applied: true, type: "MotionBlur", strength: blur.strength, kernelSize: blur.kernelSize };
}

/**
 * Mixes a picture with its mean along a line: `(1 − strength) · picture + strength · mean`, over `kernelSize` pixels at
 * the angle. 3 values per pixel; the border repeats.
 */
export function motionBlurred(
  picture: Float32Array,
  width: number,
  height: number,
  blur: MotionBlur,
): Float32Array {
  const taps = lineTaps(blur.kernelSize, blur.angleDeg);
  const out = new Float32Array(picture.length);
  const keep = 1 - blur.strength;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      let [r, g, b] = [0, 0, 0];
      for (const { dx, dy, weight } of taps) {
        const sx = Math.min(width - 1, Math.max(0, x + dx));
        const sy = Math.min(height - 1, Math.max(0, y + dy));
        const at = (sy * width + sx) * 3;
        r += weight * (picture[at] as number);
        g += weight * (picture[at + 1] as number);
        b += weight * (picture[at + 2] as number);
      }
      const at = (y * width + x) * 3;
      out[at] = keep * (picture[at] as number) + blur.strength * r;
      out[at + 1] = keep * (picture[at + 1] as number) + blur.strength * g;
      out[at + 2] = keep * (picture[at + 2] as number) + blur.strength * b;
    }
  return out;
}

type Tap = Readonly<{ dx: number; dy: number; weight: number }>;

/** Bilinear footprint of `size` points along a line; weights add up to 1. */
export function lineTaps(size: number, angleDeg: number): readonly Tap[] {
  const weights = new Map<string, number>();
  const [cx, cy] = [Math.cos((angleDeg * Math.PI) / 180), -Math.sin((angleDeg * Math.PI) / 180)];
  const add = (x: number, y: number, weight: number) => {
    const key = `${x},${y}`;
    if (weight > 1e-9) weights.set(key, (weights.get(key) ?? 0) + weight);
  };
  for (let i = 0; i < size; i++) {
    const t = i - (size - 1) / 2;
    const [x, y] = [t * cx, t * cy];
    const [x0, y0] = [Math.floor(x), Math.floor(y)];
    const [fx, fy] = [x - x0, y - y0];
    add(x0, y0, (1 - fx) * (1 - fy));
    add(x0 + 1, y0, fx * (1 - fy));
    add(x0, y0 + 1, (1 - fx) * fy);
    add(x0 + 1, y0 + 1, fx * fy);
  }
  const total = [...weights.values()].reduce((a, b) => a + b, 0);
  return [...weights].map(([key, weight]) => {
    const [dx, dy] = key.split(",").map(Number) as [number, number];
    return { dx, dy, weight: weight / total };
  });
}
