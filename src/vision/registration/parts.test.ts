import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seeded } from "../../kit/random.js";
import { contractInformation, resample } from "./contract-information.js";
import { frameOf, modelMap, parametersOf, toFrameMap, toPixelMap } from "./frame.js";
import { solvePositive } from "./least-squares.js";
import { closestParams, fromParams, invert, mapPoint, multiply } from "./matrix.js";
import { informationMeter } from "./mutual-information.js";
import { contractGrey, fixedPicture, movingPicture } from "./pictures.js";
import { binMoving, pyramid, smooth } from "./pyramid.js";
import { drawSamples } from "./samples.js";
import { toyBoard, toyPhoto } from "./testing.js";
import type { Model } from "./types.js";

const moving = { width: 320, height: 240 };
const fixed = { width: 400, height: 300 };
const params = fc.record({
  scaleX: fc.double({ min: 0.7, max: 1.5, noNaN: true }),
  scaleY: fc.double({ min: 0.7, max: 1.5, noNaN: true }),
  rotation_deg: fc.double({ min: -20, max: 20, noNaN: true }),
  tx: fc.double({ min: -50, max: 50, noNaN: true }),
  ty: fc.double({ min: -50, max: 50, noNaN: true }),
});

describe("maps", () => {
  test("contract 4.2: scale after rotation, about both centres", () => {
    const m = fromParams({ scaleX: 1.04, scaleY: 0.96, rotation_deg: 90, tx: 5, ty: -3 }, moving, fixed);
    expect(mapPoint(m, 160, 120)).toEqual([205, 147]);
    const [x, y] = mapPoint(m, 170, 120);
    expect(x).toBeCloseTo(205, 9);
    expect(y).toBeCloseTo(147 + 9.6, 9);
  });

  test("the five numbers come back out of their matrix", () => {
    fc.assert(
      fc.property(params, (p) => {
        const { params: back, residual } = closestParams(fromParams(p, moving, fixed), moving, fixed);
        expect(residual).toBeLessThan(1e-6);
        for (const key of ["scaleX", "scaleY", "rotation_deg", "tx", "ty"] as const)
          expect(back[key]).toBeCloseTo(p[key], 5);
      }),
      { numRuns: 50 },
    );
  });

  test("a map and its inverse cancel; pixel and frame maps tell the same", () => {
    fc.assert(
      fc.property(params, (p) => {
        const m = fromParams(p, moving, fixed);
        const [x, y] = mapPoint(multiply(invert(m), m), 33, 77);
        expect(Math.hypot(x - 33, y - 77)).toBeLessThan(1e-8);
        const frame = frameOf(moving, fixed);
        const back = toPixelMap(frame, toFrameMap(frame, m));
        back.forEach((v, i) => {
          expect(v).toBeCloseTo(m[i]!, 8);
        });
      }),
      { numRuns: 50 },
    );
  });
});

describe("mutual information", () => {
  const { render } = toyBoard(3, moving);
  const photo = toyPhoto(
    render,
    fromParams({ scaleX: 1, scaleY: 1, rotation_deg: 1, tx: 3, ty: -2 }, moving, moving),
    moving,
    2,
  );
  const level = smooth(smooth(smooth(pyramid(fixedPicture(photo), 0)[0]!)));
  const frame = frameOf(moving, moving);
  const binned = binMoving(movingPicture(render), pyramid(movingPicture(render), 0)[0]!, 32);
  const samples = drawSamples(binned, frame, 6000, seeded(1));
  const meter = informationMeter(samples, binned.bins, level, frame);

  test.each<Model>(["similarity", "two-scale", "affine", "homography"])(
    "the derivatives of a %s are those of differences",
    (model) => {
      const at = parametersOf(model, [1.01, 0.02, 0.03, -0.015, 0.99, -0.02, 0.001, 0.002, 1], frame.radius);
      const value = (p: readonly number[]) => meter.valueAt(modelMap(model, p, frame.radius).map);
      const { map, by } = modelMap(model, at, frame.radius);
      meter.valueAt(map);
      const gradient = meter.slopesThere()!;
      const exact = by.map((row) => row.reduce((sum, d, j) => sum + d * gradient[j]!, 0));
      at.forEach((_, i) => {
        const e = 0.01;
        const moved = (s: number) => value(at.map((v, j) => (i === j ? v + s : v)));
        const about = (moved(e) - moved(-e)) / (2 * e);
        // Bilinear grey has kinks, and samples come and go at the border.
        expect(Math.abs(exact[i]! - about)).toBeLessThan(0.12 * Math.hypot(...exact));
      });
    },
  );

  test("contract 4.3: of a picture with itself it is the entropy times the coverage", () => {
    const data = Uint8Array.from({ length: 64 * 64 }, (_, i) => (i % 4) * 64);
    const picture = { width: 64, height: 64, grey: data };
    const { value, covered } = contractInformation(picture, picture, [1, 0, 0, 0, 1, 0, 0, 0, 1]);
    expect(covered).toBeCloseTo((63 / 64) ** 2, 12);
    // 63 columns: three greys 16 times, one 15 times.
    const entropy = -(3 * (16 / 63) * Math.log(16 / 63) + (15 / 63) * Math.log(15 / 63));
    expect(value).toBeCloseTo(entropy * covered, 9);
  });

  test("below 5 % coverage it is −∞", () => {
    const picture = { width: 64, height: 64, grey: new Uint8Array(64 * 64) };
    expect(contractInformation(picture, picture, [1, 0, 61, 0, 1, 0, 0, 0, 1]).value).toBe(-Infinity);
  });
});

describe("pictures", () => {
  test("resampling: bilinear, halves to even, 0 outside, last row and column invalid", () => {
    const photo = { width: 3, height: 2, channels: 1, data: Uint8Array.of(0, 1, 4, 0, 1, 4) };
    const half = resample(photo, [1, 0, 0.5, 0, 1, 0, 0, 0, 1], { width: 3, height: 2 });
    expect([...half.data]).toEqual([0, 2, 0, 0, 0, 0]);
    expect([...half.valid]).toEqual([1, 1, 0, 0, 0, 0]);
  });

  test("grey is that of contract 4.3; alpha is ignored", () => {
    const pixels = {
      width: 2,
      height: 1,
      channels: 4 as const,
      data: Uint8Array.of(255, 0, 0, 9, 10, 200, 30, 0),
    };
    expect([...contractGrey(pixels)]).toEqual([76, 124]);
  });

  test("few colours make a label picture, few greys do not, alpha 0 is left out of others", () => {
    const { labels, render } = toyBoard(1, moving);
    expect(movingPicture(labels).classes?.count).toBe(4);
    expect(movingPicture(render).classes).toBeUndefined();
    const data = new Uint8Array(64 * 64 * 4).map((_, i) =>
      i % 4 === 3 ? (i < 4000 ? 0 : 255) : (i * 7) % 251,
    );
    const picture = movingPicture({ width: 64, height: 64, channels: 4, data });
    expect(picture.classes).toBeUndefined();
    expect(picture.valid?.reduce((a, b) => a + b, 0)).toBe(64 * 64 - 1000);
  });
});

test("normal equations", () => {
  expect(solvePositive(Float64Array.of(4, 0, 2, 3), Float64Array.of(10, 8))).toEqual([
    expect.closeTo(1.75, 12),
    expect.closeTo(1.5, 12),
  ]);
  expect(solvePositive(Float64Array.of(1, 0, 1, 1), Float64Array.of(1, 1))).toBeUndefined();
});
