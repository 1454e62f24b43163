import { expect, test } from "vitest";
import { lineTaps, motionBlurred } from "./augmentation.js";
import { cameraOf, develop } from "./develop.js";

const REFLOW = { exposure: 0, reference_rgb: true, defect_geometry: "physical" } as const;

test("an ideal camera: exposed, clipped, sRGB-encoded, opaque", async () => {
  const frame = { width: 2, height: 1, rgb: Float32Array.from([0, 0.0031308, 0.5, 1, 4, -1]) };
  const rgba = await develop(frame, cameraOf(REFLOW), { gain: 1, blur: undefined, seed: "x" });
  expect([...rgba]).toEqual([0, 10, 188, 255, 255, 255, 0, 255]);
});

test("the cookbook's sensor reaches the picture, and the seed its noise", async () => {
  const frame = { width: 32, height: 32, rgb: new Float32Array(32 * 32 * 3).fill(0.4) };
  const camera = cameraOf({ ...REFLOW, sensor: { full_well: 500, read_noise: 2, jpeg_quality: 90 } });
  expect(camera).toEqual({ sensor: { fullWell: 500, readNoise: 2 }, jpegQuality: 90 });
  const shot = (seed: string) => develop(frame, camera, { gain: 1, blur: undefined, seed });
  const [a, again, b] = [await shot("a"), await shot("a"), await shot("b")];
  expect(again).toEqual(a);
  expect(b).not.toEqual(a);
  expect(new Set(a.filter((_, i) => i % 4 === 3))).toEqual(new Set([255]));
});

test("motion blur: weights add up, a line smears along itself alone, strength 0 changes nothing", () => {
  for (const angle of [0, 30, 90, 217])
    for (const size of [1, 5, 7])
      expect(lineTaps(size, angle).reduce((s, t) => s + t.weight, 0)).toBeCloseTo(1, 9);
  const picture = new Float32Array(9 * 9 * 3);
  picture.fill(1, (4 * 9 + 4) * 3, (4 * 9 + 4) * 3 + 3);
  const smeared = motionBlurred(picture, 9, 9, { strength: 1, kernelSize: 5, angleDeg: 0 });
  const row = (y: number) => Array.from({ length: 9 }, (_, x) => +smeared[(y * 9 + x) * 3]!.toFixed(6));
  expect(row(4)).toEqual([0, 0, 0.2, 0.2, 0.2, 0.2, 0.2, 0, 0]);
  expect(row(3).every((v) => v === 0)).toBe(true);
  expect(motionBlurred(picture, 9, 9, { strength: 0, kernelSize: 5, angleDeg: 45 })).toEqual(picture);
});
