import type { Random } from "../../kit/random.js";
import type { Augmentation } from "../spec/types.js";
import { applySymmetry, quarterTurn, scaledCrop } from "./geometry.js";
import { changeColor, gaussianBlur } from "./photometry.js";
import { clamp, mapImages, type Sample } from "./sample.js";

/**
 * Random changes in the order of contract 10.6, with the same parameters for golden and test: flips, rotation,
 * scaled crop, blur, colour; then brightness and contrast of the test image alone, if asked for. Turns by 90° are left out for inputs that are not square.
 */
export function augment(sample: Sample, options: Augmentation, random: Random): Sample {
  if (!options.enabled) return sample;
  const { shape } = sample;
  let out = applySymmetry(sample, {
    flipX: random.chance(options.horizontalFlip),
    flipY: random.chance(options.verticalFlip),
    transpose: false,
  });
  const square = shape.height === shape.width;
  const angles = options.rotation.angles.filter((angle) => square || angle % 180 === 0);
  if (random.chance(options.rotation.probability) && angles.length > 0)
    out = applySymmetry(out, quarterTurn(random.pick(angles)));
  if (options.scaledCrop) {
    const scale = random.range(0.8, 1.2);
    const slack = (side: number) => (side - 1) / 2 + random.range(-0.5, 0.5) * Math.max(0, 1 - scale) * side;
    out = scaledCrop(out, scale, slack(shape.width), slack(shape.height));
  }
  if (options.blur) {
    const sigma = random.float();
    out = mapImages(out, (planes) => gaussianBlur(planes, shape, sigma));
  }
  const { color } = options;
  if (random.chance(color.probability)) {
    const around = (range: number) => random.range(Math.max(0, 1 - range), 1 + range);
    const change = {
      brightness: around(color.brightness),
      contrast: around(color.contrast),
      saturation: around(color.saturation),
      hue: random.range(-color.hue, color.hue) / 2,
    };
    out = mapImages(out, (planes) => changeColor(planes, shape, change));
  }
  if (options.testJitter > 0) {
    const [contrast, offset] = [
      random.range(-1, 1) * options.testJitter,
      random.range(-0.5, 0.5) * options.testJitter,
    ];
    out = {
      ...out,
      test: out.test.map((v) => clamp((v - 127.5) * (1 + contrast) + 127.5 + 255 * offset, 0, 255)),
    };
  }
  return out;
}
