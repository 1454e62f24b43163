import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seeded } from "../kit/random.js";
import {
  area,
  components,
  correlation,
  dilate,
  distanceTo,
  elasticWobble,
  erode,
  gaussianBlur,
  histogram,
  type Mask,
  mask,
  membrane,
  mutualDifference,
  noiseSigma,
  otsu,
  overlap,
  type Plane,
  placing,
  plane,
  quantile,
  registerShift,
  registerSubpixel,
  robustSigma,
  roughness,
  seamlessClone,
  tolerantDifference,
  translate,
  warpMask,
  warpPlane,
} from "./index.js";

/** Smooth random texture: structure at a few pixels' scale, as real crops have. */
function texture(seed: number, width: number, height: number, sigma = 1.5): Plane {
  const random = seeded(seed);
  const p = plane(width, height);
  for (let i = 0; i < p.data.length; i++) p.data[i] = random.range(0, 255);
  const soft = gaussianBlur(p, sigma);
  return { ...soft, data: soft.data.map((v) => (v - 127) * 3 + 127) };
}

const maskOfBits = (width: number, height: number): fc.Arbitrary<Mask> =>
  fc
    .array(fc.constantFrom<0 | 1>(0, 1), { minLength: width * height, maxLength: width * height })
    .map((bits) => ({ width, height, data: Uint8Array.from(bits) }));

describe("distance and morphology", () => {
  test("the distance transform equals brute force", () => {
    fc.assert(
      fc.property(maskOfBits(9, 7), (m) => {
        const d = distanceTo(m);
        for (let y = 0; y < 7; y++)
          for (let x = 0; x < 9; x++) {
            let best = 1e6;
            for (let v = 0; v < 7; v++)
              for (let u = 0; u < 9; u++)
                if (m.data[v * 9 + u]) best = Math.min(best, Math.hypot(u - x, v - y));
            expect(d.data[y * 9 + x]).toBeCloseTo(best, 4);
          }
      }),
      { numRuns: 60 },
    );
  });

  test("dilation grows, erosion shrinks, and both are dual", () => {
    fc.assert(
      fc.property(maskOfBits(10, 8), fc.integer({ min: 1, max: 3 }), (m, r) => {
        const grown = dilate(m, r);
        const shrunk = erode(m, r);
        for (let i = 0; i < m.data.length; i++) {
          expect(grown.data[i]).toBeGreaterThanOrEqual(m.data[i]);
          expect(shrunk.data[i]).toBeLessThanOrEqual(m.data[i]);
        }
      }),
      { numRuns: 40 },
    );
    const dot = mask(9, 9);
    dot.data[40] = 1;
    expect(area(dilate(dot, 2))).toBe(13);
  });

  test("components partition the mask", () => {
    fc.assert(
      fc.property(maskOfBits(8, 8), fc.constantFrom<4 | 8>(4, 8), (m, n) => {
        const { labels, parts } = components(m, n);
        expect(parts.reduce((sum, part) => sum + part.area, 0)).toBe(area(m));
        for (let y = 0; y < 8; y++)
          for (let x = 0; x < 7; x++) {
            const [a, b] = [labels[y * 8 + x], labels[y * 8 + x + 1]];
            if (a && b) expect(a).toBe(b);
          }
      }),
      { numRuns: 60 },
    );
  });
});

describe("registration and difference", () => {
  test("finds any whole-pixel shift within reach", () => {
    const whole = texture(3, 120, 110);
    fc.assert(
      fc.property(fc.integer({ min: -12, max: 12 }), fc.integer({ min: -12, max: 12 }), (dx, dy) => {
        const cut = (x: number, y: number): Plane => {
          const out = plane(72, 64);
          for (let v = 0; v < 64; v++)
            for (let u = 0; u < 72; u++) out.data[v * 72 + u] = whole.data[(v + y) * 120 + u + x];
          return out;
        };
        const found = registerShift(cut(20, 20), cut(20 - dx, 20 - dy), 12);
        expect([found.dx, found.dy]).toEqual([dx, dy]);
        expect(found.cost).toBeLessThan(1);
      }),
      { numRuns: 25 },
    );
  });

  test("coarse to fine agrees on large shifts, and a fraction of a pixel is found", () => {
    const p = texture(5, 160, 160, 3);
    const moved = translate(p, -21, 14);
    expect(registerShift(p, moved, 40)).toMatchObject({ dx: 21, dy: -14 });
    const half = warpPlane(p, [1, 0, 0.5, 0, 1, 0], 160, 160);
    const fine = registerSubpixel(half, p, 4);
    expect(fine.dx).toBeGreaterThan(0.25);
    expect(fine.dx).toBeLessThan(0.75);
  });

  test("tolerant difference forgives edges and keeps new and lost material", () => {
    const a = plane(40, 40, 200);
    for (let y = 0; y < 40; y++) for (let x = 10; x < 16; x++) a.data[y * 40 + x] = 20;
    const b = translate(a, 1, 0);
    expect(Math.max(...tolerantDifference(a, b, 1).data)).toBe(0);
    const cut = plane(40, 40);
    cut.data.set(a.data);
    for (let y = 18; y < 26; y++) for (let x = 10; x < 16; x++) cut.data[y * 40 + x] = 200;
    expect(mutualDifference(cut, a, 2).data[22 * 40 + 13]).toBe(180);
  });
});

describe("statistics and filters", () => {
  test("Otsu splits two tones and knows how pure they are", () => {
    const counts = histogram([20, 20, 20, 200, 200]);
    const split = otsu(counts);
    expect(split.level).toBeGreaterThan(20);
    expect(split.level).toBeLessThan(200);
    expect(split.separability).toBeCloseTo(1, 6);
    expect([split.low, split.high, split.lowShare]).toEqual([20, 200, 0.6]);
    const flat = otsu(new Float64Array(256).fill(1));
    expect(flat.separability).toBeLessThan(0.8);
    expect(otsu(histogram([7, 7])).separability).toBe(0);
  });

  test("quantiles and robust spread", () => {
    expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5);
    expect(quantile([], 0.5)).toBeNaN();
    expect(robustSigma([0, 0, 0, 0, 1000])).toBe(0);
  });

  test("noise is measured in spite of edges", () => {
    const random = seeded(9);
    const p = plane(100, 100, 100);
    for (let i = 0; i < p.data.length; i++) p.data[i] = (i % 100 > 50 ? 200 : 60) + 5 * random.normal();
    expect(noiseSigma(p)).toBeGreaterThan(4);
    expect(noiseSigma(p)).toBeLessThan(6);
  });

  test("roughness ignores straight edges and sees specks", () => {
    const edge = plane(40, 40);
    for (let i = 0; i < 1600; i++) edge.data[i] = i % 40 > 20 ? 200 : 50;
    expect(Math.max(...roughness(edge, 1.5).data)).toBeLessThan(0.5);
    edge.data[10 * 40 + 10] = 200;
    expect(roughness(edge, 1.5).data[10 * 40 + 10]).toBeGreaterThan(5);
  });
});

describe("seamless cloning", () => {
  const arbitraryMask = maskOfBits(14, 12);

  test("changes nothing outside the mask, bit for bit", () => {
    fc.assert(
      fc.property(arbitraryMask, fc.nat(1000), (inside, seed) => {
        const target = texture(seed, 14, 12, 1);
        const source = texture(seed + 1, 14, 12, 1);
        const out = seamlessClone(target, source, inside);
        for (let i = 0; i < inside.data.length; i++)
          if (!inside.data[i]) expect(out.data[i]).toBe(target.data[i]);
      }),
      { numRuns: 40 },
    );
  });

  test("keeps the source's gradients and meets the target on the border", () => {
    const target = plane(40, 40, 80);
    const source = texture(4, 40, 40);
    const inside = mask(40, 40);
    for (let y = 10; y < 30; y++) for (let x = 10; x < 30; x++) inside.data[y * 40 + x] = 1;
    const out = seamlessClone(target, source, inside);
    // A constant added to the source does not matter: only gradients do.
    const brighter = { ...source, data: source.data.map((v) => v + 50) };
    const again = seamlessClone(target, brighter, inside);
    for (let i = 0; i < out.data.length; i++) expect(Math.abs(again.data[i] - out.data[i])).toBeLessThan(1);
    // Equal source and target change nothing.
    const same = seamlessClone(source, source, inside);
    for (let i = 0; i < out.data.length; i++) expect(same.data[i]).toBeCloseTo(source.data[i], 3);
  });

  test("a membrane reproduces any linear surface", () => {
    const p = plane(30, 26);
    for (let y = 0; y < 26; y++) for (let x = 0; x < 30; x++) p.data[y * 30 + x] = 2 * x - 3 * y + 7;
    const inside = mask(30, 26);
    for (let y = 4; y < 22; y++) for (let x = 5; x < 24; x++) inside.data[y * 30 + x] = 1;
    const holes = { ...p, data: p.data.map((v, i) => (inside.data[i] ? 0 : v)) };
    const filled = membrane(holes, inside, 1e-4, 2000);
    for (let i = 0; i < p.data.length; i++) expect(Math.abs(filled.data[i] - p.data[i])).toBeLessThan(0.05);
    expect(Math.max(...membrane(p, mask(30, 26, 1)).data)).toBe(0);
  });
});

describe("warping", () => {
  test("the identity changes nothing, a half turn twice comes back", () => {
    const p = texture(8, 21, 21);
    const centre = { x: 10, y: 10 };
    const same = warpPlane(p, placing(centre, centre, 0, 1), 21, 21);
    same.data.forEach((v, i) => {
      expect(v).toBeCloseTo(p.data[i], 3);
    });
    const turned = warpPlane(p, placing(centre, centre, Math.PI, 1), 21, 21);
    const back = warpPlane(turned, placing(centre, centre, Math.PI, 1), 21, 21);
    expect(correlation(back, p)).toBeGreaterThan(0.999);
    expect(correlation(turned, p)).toBeLessThan(0.9);
  });

  test("masks scale by area and mirror", () => {
    const m = mask(40, 40);
    for (let y = 12; y < 28; y++) for (let x = 12; x < 20; x++) m.data[y * 40 + x] = 1;
    const centre = { x: 19.5, y: 19.5 };
    const big = warpMask(m, placing(centre, centre, 0, 1.4), 60, 60);
    expect(area(big) / area(m)).toBeGreaterThan(1.8);
    expect(area(big) / area(m)).toBeLessThan(2.1);
    const mirrored = warpMask(m, placing(centre, centre, 0, -1, 1), 40, 40);
    expect(overlap(mirrored, m)).toBe(0);
    expect(area(mirrored)).toBe(area(m));
  });

  test("wobble has the asked amplitude and depends on the seed only", () => {
    const a = elasticWobble(30, 30, seeded(1), 1.5, 3);
    const b = elasticWobble(30, 30, seeded(1), 1.5, 3);
    expect(a.dx.data).toEqual(b.dx.data);
    const rms = Math.sqrt(a.dx.data.reduce((s, v) => s + v * v, 0) / 900);
    expect(rms).toBeCloseTo(1.5, 3);
  });
});
