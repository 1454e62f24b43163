import fc from "fast-check";
import { expect, test } from "vitest";
import { seeded } from "../../kit/random.js";
import type { Augmentation } from "../spec/types.js";
import { augment } from "./augment.js";
import { paintDefect } from "./defects.js";
import { findExemplar } from "./exemplars.js";
import { applySymmetry, quarterTurn, scaledCrop } from "./geometry.js";
import { changeColor, gaussianBlur } from "./photometry.js";
import type { Sample } from "./sample.js";

const NEUTRAL = { brightness: 1, contrast: 1, saturation: 1, hue: 0 };

function sampleOf(channels: number, height: number, width: number): Sample {
  const random = seeded(5);
  const values = (n: number) => Float32Array.from({ length: n }, () => random.int(256));
  const size = height * width;
  return {
    shape: { channels, height, width },
    test: values(channels * size),
    golden: values(channels * size),
    valid: Float32Array.from({ length: size }, (_, i) => (i % width < width - 2 ? 1 : 0)),
    mask: Float32Array.from({ length: size }, (_, i) => (i % 5 === 0 ? 1 : 0)),
  };
}

test("a quarter turn is counter-clockwise, and four of them are none", () => {
  const picture: Sample = {
    shape: { channels: 1, height: 2, width: 2 },
    test: Float32Array.of(1, 2, 3, 4),
    golden: Float32Array.of(1, 2, 3, 4),
    valid: new Float32Array(4).fill(1),
    mask: new Float32Array(4),
  };
  expect([...applySymmetry(picture, quarterTurn(90)).test]).toEqual([2, 4, 1, 3]);
  expect([...applySymmetry(picture, quarterTurn(180)).test]).toEqual([4, 3, 2, 1]);
  expect([...applySymmetry(picture, quarterTurn(270)).test]).toEqual([3, 1, 4, 2]);
  const sample = sampleOf(3, 6, 6);
  let turned = sample;
  for (let i = 0; i < 4; i++) turned = applySymmetry(turned, quarterTurn(90));
  expect(turned).toEqual(sample);
});

test("a symmetry moves golden, test and mask alike", () => {
  fc.assert(
    fc.property(fc.boolean(), fc.boolean(), fc.boolean(), (flipX, flipY, transpose) => {
      const base = sampleOf(1, 5, 5);
      const sample = { ...base, golden: base.test, valid: base.test, mask: base.test };
      const out = applySymmetry(sample, { flipX, flipY, transpose });
      expect(out.golden).toEqual(out.test);
      expect(out.valid).toEqual(out.test);
      expect(out.mask).toEqual(out.test);
      expect([...out.test].sort()).toEqual([...base.test].sort());
    }),
  );
});

test("only a square can be transposed", () => {
  expect(() => applySymmetry(sampleOf(1, 4, 6), quarterTurn(90))).toThrow(RangeError);
});

test("a crop of scale 1 about the centre changes nothing; a larger view loses validity at the rim", () => {
  const sample = sampleOf(1, 9, 9);
  expect(scaledCrop(sample, 1, 4, 4)).toEqual(sample);
  const wide = scaledCrop({ ...sample, valid: new Float32Array(81).fill(1) }, 2, 4, 4);
  expect(wide.valid[0]).toBe(0);
  expect(wide.valid[40]).toBe(1);
  expect(wide.test[40]).toBe(sample.test[40]);
});

test("neutral photometry changes nothing; blur keeps the mean of a flat picture", () => {
  const { shape, test: planes } = sampleOf(3, 6, 6);
  const out = changeColor(planes, shape, NEUTRAL);
  for (let i = 0; i < out.length; i++) expect(out[i]).toBeCloseTo(planes[i], 2);
  expect(gaussianBlur(planes, shape, 0)).toBe(planes);
  const flat = new Float32Array(planes.length).fill(90);
  for (const v of gaussianBlur(flat, shape, 0.8)) expect(v).toBeCloseTo(90, 3);
});

test("without saturation a picture is grey; a full hue turn is none", () => {
  const shape = { channels: 3, height: 1, width: 2 };
  const planes = Float32Array.of(200, 100, 50, 100, 120, 100);
  const grey = changeColor(planes, shape, { ...NEUTRAL, saturation: 0 });
  expect(grey[0]).toBeCloseTo(grey[2], 3);
  expect(grey[0]).toBeCloseTo(0.299 * 200 + 0.587 * 50 + 0.114 * 120, 2);
  const turned = changeColor(planes, shape, { ...NEUTRAL, hue: 1 });
  for (let i = 0; i < 6; i++) expect(turned[i]).toBeCloseTo(planes[i], 2);
});

test("a painted defect is local, visible, and the same for the same seed", () => {
  const size = 48;
  const bars = Float32Array.from({ length: size * size }, (_, i) => (i % 12 < 6 ? 220 : 30));
  const sample: Sample = {
    shape: { channels: 1, height: size, width: size },
    test: bars,
    golden: bars,
    valid: new Float32Array(size * size).fill(1),
    mask: new Float32Array(size * size),
  };
  let painted = 0;
  for (let seed = 0; seed < 12; seed++) {
    const out = paintDefect(sample, ANYWHERE, seeded(seed));
    expect(out).toEqual(paintDefect(sample, ANYWHERE, seeded(seed)));
    if (!out) continue;
    painted++;
    const changed = [...out.test.keys()].filter((i) => out.test[i] !== bars[i]);
    const rows = changed.map((i) => Math.floor(i / size));
    const columns = changed.map((i) => i % size);
    expect(Math.max(...rows) - Math.min(...rows)).toBeLessThan(40);
    expect(Math.max(...columns) - Math.min(...columns)).toBeLessThan(40);
    const total = changed.reduce((sum, i) => sum + Math.abs(out.test[i] - bars[i]), 0);
    expect(total).toBeGreaterThan(30 * 0.012 * 255);
    expect([...out.mask.keys()].filter((i) => out.mask[i] === 1).every((i) => changed.includes(i))).toBe(
      true,
    );
    expect(out.golden).toBe(bars);
  }
  expect(painted).toBeGreaterThan(8);
});

test("an exemplar is the difference that stands out, and painting near it stays near it", () => {
  const size = 64;
  const golden = Float32Array.from({ length: size * size }, (_, i) => 120 + 40 * Math.sin(i / 900));
  const spot = (i: number) => Math.hypot(Math.floor(i / size) - 20, (i % size) - 40) < 5;
  const sample: Sample = {
    shape: { channels: 1, height: size, width: size },
    test: golden.map((v, i) => (spot(i) ? v - 60 : v)),
    golden,
    valid: new Float32Array(size * size).fill(1),
    mask: new Float32Array(size * size),
  };
  const exemplar = findExemplar(sample)!;
  expect(Math.hypot(exemplar.centreY - 20, exemplar.centreX - 40)).toBeLessThan(2);
  expect(Math.max(exemplar.height, exemplar.width)).toBeLessThan(20);
  expect(Math.min(...exemplar.change)).toBeLessThan(-40);
  expect(findExemplar({ ...sample, test: golden })).toBeUndefined();
  let near = 0;
  for (let seed = 0; seed < 20; seed++) {
    const out = paintDefect(
      { ...sample, test: golden },
      { exemplars: [exemplar], placed: true },
      seeded(seed),
    );
    if (!out) continue;
    const at = out.mask.indexOf(1);
    if (Math.hypot(Math.floor(at / size) - 20, (at % size) - 40) < 22) near++;
  }
  expect(near).toBeGreaterThan(10);
});

const ANYWHERE = { exemplars: [], placed: false };

const ALL: Augmentation = {
  enabled: true,
  horizontalFlip: 0.5,
  verticalFlip: 0.5,
  rotation: { probability: 0.5, angles: [90, 180, 270] },
  color: { probability: 0.5, brightness: 0.3, contrast: 0.3, saturation: 0.3, hue: 0.3 },
  scaledCrop: true,
  blur: true,
  testJitter: 0,
};

test("equal images stay equal under every augmentation, in range, and off means off", () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.constantFrom<[number, number]>([12, 12], [8, 16]),
      (seed, [height, width]) => {
        const base = sampleOf(3, height, width);
        const sample = { ...base, golden: base.test };
        const out = augment(sample, ALL, seeded(seed));
        expect(out.golden).toEqual(out.test);
        expect(out.test.every((v) => v >= 0 && v <= 255)).toBe(true);
        expect(out.valid.every((v) => v === 0 || v === 1)).toBe(true);
        expect(augment(sample, { ...ALL, enabled: false }, seeded(seed))).toBe(sample);
      },
    ),
    { numRuns: 30 },
  );
});
