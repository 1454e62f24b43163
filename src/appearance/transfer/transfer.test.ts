import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Pixels } from "../../kit/images.js";
import { seeded } from "../../kit/random.js";
import { gaussianBlur, grey, type Plane, plane } from "../../vision/index.js";
import { component } from "../folder/fixtures/folders.js";
import { blurred, fitAppearance, TRANSFER_DEFAULTS } from "./fit.js";
import { grainOf, noiseProfile, sharpness } from "./measure.js";
import { correlatedNoise } from "./noise-field.js";
import { applyMap, compiledMaps, fitTransport } from "./optimal-transport.js";
import { guideOf, KIND, kindOfPlace } from "./regions.js";
import { transferAppearance } from "./transfer.js";

const renders = [0, 1, 2].map((i) => ({ picture: component(i, false, 96, 64) }));
const photos = [7, 8, 9, 10].map((i) => ({ picture: component(i, true, 96, 64) }));
const fit = fitAppearance(renders, photos, TRANSFER_DEFAULTS);

const soft = (image: Pixels, sigma: number): Pixels => {
  const { width, height } = image;
  const data = new Uint8Array(image.data.length);
  for (let c = 0; c < 3; c++) {
    const p = {
      width,
      height,
      data: Float32Array.from({ length: width * height }, (_, i) => image.data[3 * i + c]),
    };
    gaussianBlur(p, sigma).data.forEach((v, i) => {
      data[3 * i + c] = Math.round(v);
    });
  }
  return { width, height, channels: 3, data };
};

/** Where a row of values crosses the middle between its two ends, to a fraction of a pixel. */
function crossing(row: readonly number[]): number {
  const low = row.slice(0, 4).reduce((a, b) => a + b) / 4;
  const high = row.slice(-4).reduce((a, b) => a + b) / 4;
  const middle = (low + high) / 2;
  const i = row.findIndex((v, k) => k > 0 && (v - middle) * (row[k - 1] - middle) <= 0);
  return i - 1 + (middle - row[i - 1]) / (row[i] - row[i - 1]);
}

describe("geometry", () => {
  test("no edge moves by half a pixel: pads against the board, all rows together and the worst of them", () => {
    const offs: number[] = [];
    for (const [i, { picture }] of renders.entries()) {
      const made = transferAppearance(picture, fit, { seed: 1, name: `${i}` });
      const [a, b] = [grey(picture), grey(made)];
      const dy = rowOf(a);
      for (let y = dy + 3; y < dy + 17; y++) {
        const edge = (p: Plane) => {
          const row = Array.from(p.data.subarray(y * p.width, (y + 1) * p.width));
          // The first bright pixel of the render is in the middle of the window.
          const first = Array.from(a.data.subarray(y * a.width, (y + 1) * a.width)).findIndex((v) => v > 100);
          return crossing(row.slice(first - 6, first + 6));
        };
        offs.push(edge(b) - edge(a));
      }
    }
    expect(offs.length).toBe(42);
    expect(Math.abs(offs.reduce((s, v) => s + v, 0) / offs.length)).toBeLessThan(0.2);
    expect(Math.max(...offs.map(Math.abs))).toBeLessThan(0.5);
  });

  function rowOf(p: Plane): number {
    return Array.from({ length: p.height }, (_, y) =>
      p.data.subarray(y * p.width, (y + 1) * p.width),
    ).findIndex((r) => r.some((v) => v > 100));
  }
});

describe("a transfer", () => {
  test("the same seed and name give the same pixels; another name other noise", () => {
    const make = (seed: number, name: string) =>
      transferAppearance(renders[0].picture, fit, { seed, name }).data;
    expect(make(1, "a")).toEqual(make(1, "a"));
    expect(make(1, "a")).not.toEqual(make(1, "b"));
    expect(make(1, "a")).not.toEqual(make(2, "a"));
    expect(fitAppearance(renders, photos, TRANSFER_DEFAULTS)).toEqual(fit);
    expect(JSON.parse(JSON.stringify(fit))).toEqual(fit);
  });

  test("grey exemplars give grey pictures", () => {
    const greys = photos.map(({ picture }) => {
      const p = grey(picture);
      return { picture: { ...picture, channels: 1 as const, data: Uint8Array.from(p.data, Math.round) } };
    });
    const one = fitAppearance(renders, greys, TRANSFER_DEFAULTS);
    expect(transferAppearance(renders[0].picture, one, { seed: 1, name: "a" }).channels).toBe(1);
  });

  test("soft exemplars give softer pictures, and noisy ones noise", () => {
    const blurry = photos.map(({ picture }) => ({ picture: soft(picture, 1.5) }));
    const softFit = fitAppearance(renders, blurry, TRANSFER_DEFAULTS);
    expect(softFit.blur).toBeGreaterThan(0.8);
    expect(fit.blur).toBeLessThan(0.5);
    const wanted = noiseProfile(photos[0].picture).sigma[0][2];
    const got = noiseProfile(transferAppearance(renders[0].picture, fit, { seed: 3, name: "n" })).sigma[0][2];
    expect(got / wanted).toBeGreaterThan(0.6);
    expect(got / wanted).toBeLessThan(1.7);
  });

  test("one exemplar, one tone, tiny pictures: no crash", () => {
    const flat: Pixels = { width: 5, height: 3, channels: 1, data: new Uint8Array(15).fill(90) };
    const tiny = fitAppearance([{ picture: flat }], [photos[0]], TRANSFER_DEFAULTS);
    const made = transferAppearance(flat, tiny, { seed: 1, name: "" });
    expect([made.width, made.height, made.channels]).toEqual([5, 3, 3]);
    fitAppearance(renders, [{ picture: flat }], TRANSFER_DEFAULTS);
  });
});

describe("optimal transport", () => {
  const cloud = (seed: number, mean: number, spread: number, n = 800) => {
    const random = seeded(seed);
    return { count: n, data: Float32Array.from({ length: 3 * n }, () => mean + spread * random.normal()) };
  };
  const s = { turns: 10, quantiles: 33, gain: 4, laterGain: 1.4 };

  test("mean and spread arrive", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 20, max: 230 }),
        fc.integer({ min: 20, max: 230 }),
        fc.integer(),
        (from, to, seed) => {
          const source = cloud(seed, from, 8);
          const target = cloud(seed + 1, to, 16);
          const [map] = compiledMaps([fitTransport(source, target, seeded(seed), s)]);
          let sum = 0;
          let square = 0;
          for (let i = 0; i < source.count; i++) {
            const rgb = source.data.slice(3 * i, 3 * i + 3);
            applyMap(map, rgb);
            sum += rgb[0];
            square += rgb[0] ** 2;
          }
          const mean = sum / source.count;
          expect(Math.abs(mean - to)).toBeLessThan(2.5);
          expect(Math.sqrt(square / source.count - mean ** 2)).toBeGreaterThan(11);
        },
      ),
      { numRuns: 12 },
    );
  });

  test("no more contrast than the gain in one turn", () => {
    const map = fitTransport(cloud(1, 100, 1), cloud(2, 100, 60), seeded(1), { ...s, turns: 1 });
    const [one] = compiledMaps([map]);
    const [a, b] = [Float32Array.of(99, 100, 100), Float32Array.of(101, 100, 100)];
    applyMap(one, a);
    applyMap(one, b);
    expect(b[0] - a[0]).toBeGreaterThan(2);
    expect(b[0] - a[0]).toBeLessThanOrEqual(8.1);
  });
});

describe("measures", () => {
  test("sharpness falls with blur and does not know contrast", () => {
    const step = plane(60, 40);
    for (let i = 0; i < step.data.length; i++) step.data[i] = i % 60 < 30 ? 20 : 200;
    const values = [0.3, 0.8, 1.5, 2.5].map((sigma) => sharpness(gaussianBlur(step, sigma)));
    for (let i = 1; i < values.length; i++) expect(values[i]).toBeLessThan(values[i - 1] - 0.05);
    const weak = { ...step, data: step.data.map((v) => 50 + v / 4) };
    expect(sharpness(weak)).toBeCloseTo(sharpness(step), 2);
    expect(sharpness(blurred(step, 1))).toBeLessThan(sharpness(step));
    expect(sharpness(plane(20, 20, 7))).toBeNaN();
  });

  test("noise is found at its level and with its grain", () => {
    const random = seeded(4);
    const noise = correlatedNoise(120, 120, 0.8, random);
    const data = new Uint8Array(120 * 120);
    noise.data.forEach((v, i) => {
      data[i] = Math.round(i % 120 < 60 ? 40 + 2 * v : 140 + 6 * v);
    });
    const { sigma, correlation } = noiseProfile({ width: 120, height: 120, channels: 1, data });
    const { grain, gain } = grainOf(correlation);
    expect(Math.abs(grain - 0.8)).toBeLessThan(0.2);
    expect(sigma[0][2] / gain / 2).toBeGreaterThan(0.6);
    expect(sigma[0][2] / gain / 2).toBeLessThan(1.5);
    expect(sigma[0][7]).toBeNaN();
  });
});

test("rings of metal go from the rim inwards, and pixels at the rim are not learnt from", () => {
  const picture = component(1, false, 96, 64);
  const at = (i: number) => picture.data[3 * i];
  const kinds = Uint8Array.from({ length: 96 * 64 }, (_, i) =>
    at(i) > 150 ? KIND.metal : at(i) > 50 ? KIND.body : KIND.board,
  );
  const guide = guideOf({ width: 96, height: 64, data: kinds });
  const depth = (i: number) => guide.first[i] + guide.part[i];
  const row = 20 * 96;
  const pad = Array.from({ length: 96 }, (_, x) => x).filter((x) => kinds[row + x] === KIND.metal && x < 30);
  const [rim, middle] = [row + pad[0], row + pad[pad.length >> 1]];
  expect(depth(middle)).toBeGreaterThan(depth(rim));
  expect([guide.pure[rim], guide.pure[middle]]).toEqual([0, 1]);
  kinds.forEach((kind, i) => {
    expect([guide.first[i], guide.second[i]].map(kindOfPlace)).toEqual([kind, kind]);
  });
});

test("each class takes the look of its own", () => {
  const labelled = ({ picture }: { picture: Pixels }, real: boolean) => ({
    picture,
    regions: {
      width: picture.width,
      height: picture.height,
      data: Uint8Array.from({ length: picture.width * picture.height }, (_, i) =>
        picture.data[3 * i] > 140
          ? KIND.metal
          : picture.data[3 * i + 1] > (real ? 14 : 30)
            ? KIND.body
            : KIND.board,
      ),
    },
  });
  const ours = renders.map((r) => labelled(r, false));
  const byClass = fitAppearance(
    ours,
    photos.map((p) => labelled(p, true)),
    { ...TRANSFER_DEFAULTS, division: "labels" },
  );
  expect(byClass.division).toBe("labels");
  const made = transferAppearance(ours[0].picture, byClass, { seed: 1, name: "x", regions: ours[0].regions });
  const red = (kind: number) => {
    const values = Array.from(ours[0].regions.data).flatMap((k, i) => (k === kind ? [made.data[3 * i]] : []));
    return values.reduce((a, b) => a + b) / values.length;
  };
  expect(Math.abs(red(KIND.metal) - 235)).toBeLessThan(20);
  expect(Math.abs(red(KIND.body) - 45)).toBeLessThan(10);
  expect(Math.abs(red(KIND.board) - 32)).toBeLessThan(10);
  // Exemplars without labels: one map for all.
  expect(fitAppearance(ours, photos, { ...TRANSFER_DEFAULTS, division: "labels" }).division).toBe("none");
});
