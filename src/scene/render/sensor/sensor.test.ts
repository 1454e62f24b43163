import { describe, expect, test } from "vitest";
import { seeded } from "../../../kit/random.js";
import {
  asPixels,
  blurred,
  encodeSrgb,
  exposed,
  mosaiced,
  noisy,
  photograph,
  throughJpeg,
  vignetted,
} from "./index.js";

const even = (value: number, pixels: number) => new Float32Array(pixels * 3).fill(value);
const mean = (v: ArrayLike<number>) => Array.from(v).reduce((a, b) => a + b, 0) / v.length;
const spread = (v: ArrayLike<number>) => {
  const m = mean(v);
  return Math.sqrt(mean(Array.from(v, (x) => (x - m) ** 2)));
};

describe("sensor", () => {
  test("exposure and white balance are factors; sRGB at known points", () => {
    expect([...exposed(Float32Array.from([1, 2, 3]), 0.5, [2, 1, 0])]).toEqual([1, 1, 0]);
    expect([-1, 0, 0.0031308, 0.5, 1, 7].map((v) => +encodeSrgb(v).toFixed(4))).toEqual([
      0, 0, 0.0404, 0.7354, 1, 1,
    ]);
  });

  test("the point spread keeps the light and has the width asked for", () => {
    const size = 41;
    const dot = even(0, size * size);
    dot[(20 * size + 20) * 3] = 1;
    const out = blurred(dot, size, size, 2);
    let sum = 0;
    let second = 0;
    for (let y = 0; y < size; y++)
      for (let x = 0; x < size; x++) {
        const v = out[(y * size + x) * 3]!;
        sum += v;
        second += v * (x - 20) ** 2;
      }
    expect(sum).toBeCloseTo(1, 5);
    expect(Math.sqrt(second)).toBeCloseTo(2, 1);
    expect(blurred(even(0.3, 100), 10, 10, 3).every((v) => Math.abs(v - 0.3) < 1e-6)).toBe(true);
    expect(blurred(dot, size, size, 0)).toBe(dot);
  });

  test("vignetting: nothing in the middle, all in the corners", () => {
    const out = vignetted(even(1, 25), 5, 5, 0.4);
    expect(out[12 * 3]).toBe(1);
    for (const corner of [0, 4, 20, 24]) expect(out[corner * 3]).toBeCloseTo(0.6, 6);
    expect(out[2 * 3]).toBeCloseTo(0.8, 6);
  });

  test("shot noise grows with the square root of light, read noise is even", () => {
    const n = 20000;
    const at = (value: number, fullWell: number, readNoise: number) =>
      spread(noisy(even(value, n), { fullWell, readNoise }, seeded(1)));
    expect(at(0.5, 10000, 0)).toBeCloseTo(Math.sqrt(0.5 / 10000), 4);
    expect(at(0.125, 10000, 0)).toBeCloseTo(Math.sqrt(0.125 / 10000), 4);
    expect(at(0.5, 0, 2)).toBeCloseTo(2 / 255, 4);
    expect(mean(noisy(even(0.5, n), { fullWell: 1000, readNoise: 1 }, seeded(2)))).toBeCloseTo(0.5, 3);
  });

  test("a mosaic leaves even pictures alone and softens edges", () => {
    expect([...mosaiced(even(0.25, 64), 8, 8)].every((v) => v === 0.25)).toBe(true);
    const edge = Float32Array.from({ length: 8 * 8 * 3 }, (_, i) => (Math.floor(i / 3) % 8 < 4 ? 0 : 1));
    const values = new Set(mosaiced(edge, 8, 8));
    expect(values.has(0.5)).toBe(true);
  });

  test("the same seed gives the same picture, another one another", () => {
    const frame = { rgb: even(0.4, 64), width: 8, height: 8 };
    const sensor = { gain: 1, fullWell: 2000, readNoise: 1, psf: 0.6, vignetting: 0.1, mosaic: true };
    expect(photograph(frame, sensor, 1)).toEqual(photograph(frame, sensor, 1));
    expect(photograph(frame, sensor, 1)).not.toEqual(photograph(frame, sensor, 2));
    expect(photograph(frame, { gain: 1 }, 1)[0]).toBeCloseTo(encodeSrgb(0.4), 5);
  });

  test("JPEG keeps the shape and loses more at lower quality", async () => {
    const random = seeded(5);
    const picture = asPixels(
      Float32Array.from({ length: 32 * 16 * 3 }, () => random.float()),
      32,
      16,
    );
    const error = async (quality: number) => {
      const back = await throughJpeg(picture, quality);
      expect([back.width, back.height, back.data.length]).toEqual([32, 16, picture.data.length]);
      return mean(Array.from(back.data, (v, i) => Math.abs(v - picture.data[i]!)));
    };
    expect(await error(20)).toBeGreaterThan(await error(95));
  });
});
