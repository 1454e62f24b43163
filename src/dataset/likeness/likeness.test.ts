import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import type { Pixels } from "../../kit/images.js";
import { seeded } from "../../kit/random.js";
import { picture } from "../fixtures/workspace.js";
import { hash64, index64 } from "../index64.js";
import { anchorsOf } from "./anchors.js";
import { bestDifference, difference } from "./difference.js";
import { integralOf, meanGrid } from "./integral.js";
import { hamming, likeness } from "./likeness.js";
import { ORIENTATIONS, oriented, orientedBits, orientedCells } from "./orientation.js";

function pixels(seed: number, size = 48): Pixels {
  const { data } = picture(seed, size);
  return { width: size, height: size, channels: 3, data: new Uint8Array(data) };
}

async function resaved(image: Pixels, quality: number): Promise<Pixels> {
  const { width, height, channels } = image;
  const jpeg = await sharp(image.data, { raw: { width, height, channels } }).jpeg({ quality }).toBuffer();
  const data = await sharp(jpeg).raw().toBuffer();
  return { ...image, data: new Uint8Array(data) };
}

const apart = (a: Pixels, b: Pixels) => hamming(...likeness(a).steps.right, ...likeness(b).steps.right);

describe("likeness", () => {
  test("survives saving as JPEG, and different pictures are far apart", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 5000 }),
        fc.integer({ min: 60, max: 95 }),
        async (seed, quality) => {
          const image = pixels(seed);
          const copy = await resaved(image, quality);
          expect(apart(image, copy)).toBeLessThanOrEqual(6);
          expect(difference(image, copy).mean).toBeLessThan(3);
          expect(apart(image, pixels(seed + 10_000))).toBeGreaterThan(3);
        },
      ),
      { numRuns: 40 },
    );
  });

  test("does not change with brightness", () => {
    fc.assert(
      fc.property(fc.integer({ max: 9999 }), fc.integer({ min: -20, max: 20 }), (seed, shift) => {
        const image = pixels(seed, 24);
        // Kept away from clipping: then every difference stays what it was.
        const dim = { ...image, data: image.data.map((v) => 64 + (v >> 1)) };
        const bright = { ...image, data: dim.data.map((v) => v + shift) };
        expect(likeness(bright).steps).toEqual(likeness(dim).steps);
      }),
      { numRuns: 50 },
    );
  });

  test("noise on a blank picture gives no bits", () => {
    const data = Uint8Array.from({ length: 900 }, (_, i) => 200 + ((i * 7919) % 3));
    const like = likeness({ width: 30, height: 30, channels: 1, data });
    expect(Object.values(like.steps)).toEqual([0, 1, 2, 3].map(() => [0, 0]));
    expect(like.contrast).toBeLessThan(2);
  });

  test("grids count every pixel, also of pictures smaller than the grid", () => {
    const sums = integralOf({ width: 2, height: 1, channels: 1, data: Uint8Array.of(10, 30) });
    expect([...meanGrid(sums, 1, 1)]).toEqual([20]);
    expect([...meanGrid(sums, 4, 1)]).toEqual([10, 10, 30, 30]);
    const wide = integralOf({
      width: 5,
      height: 2,
      channels: 1,
      data: Uint8Array.from({ length: 10 }, (_, i) => i),
    });
    expect([...meanGrid(wide, 5, 2)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(meanGrid(wide, 2, 1).reduce((a, b) => a + b) / 2).toBeCloseTo(4.5, 0);
  });

  test("the hash of a turned or mirrored picture follows from the picture's own steps", () => {
    fc.assert(
      fc.property(
        fc.integer({ max: 9999 }),
        fc.constantFrom(72, 96, 75, 50),
        fc.integer({ min: 0, max: ORIENTATIONS - 1 }),
        (seed, size, o) => {
          const image = pixels(seed, size);
          const { steps, tones } = likeness(image);
          const turned = likeness(oriented(image, o));
          // Cells of equal size give exactly the same bits; others are off by a pixel at their borders.
          const bits = hamming(...orientedBits(steps, o), ...turned.steps.right);
          expect(bits).toBeLessThanOrEqual(size % 72 === 0 ? 0 : 3);
          const cells = orientedCells(4, o).map((k) => tones[k] as number);
          for (const [k, tone] of cells.entries())
            expect(Math.abs(tone - (turned.tones[k] as number))).toBeLessThanOrEqual(size % 4 === 0 ? 0 : 6);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("the eight orientations are what their numbers say", () => {
    const image = { width: 3, height: 2, channels: 1 as const, data: Uint8Array.of(1, 2, 3, 4, 5, 6) };
    const at = (o: number) => [oriented(image, o).width, ...oriented(image, o).data];
    expect(Array.from({ length: ORIENTATIONS }, (_, o) => at(o))).toEqual([
      [3, 1, 2, 3, 4, 5, 6],
      [3, 3, 2, 1, 6, 5, 4],
      [3, 4, 5, 6, 1, 2, 3],
      [3, 6, 5, 4, 3, 2, 1],
      [2, 1, 4, 2, 5, 3, 6],
      [2, 4, 1, 5, 2, 6, 3],
      [2, 3, 6, 2, 5, 1, 4],
      [2, 6, 3, 5, 2, 4, 1],
    ]);
  });
});

describe("anchors", () => {
  /** Blots of several sizes on a soft ground. */
  function scene(seed: number, size: number): Pixels {
    const random = seeded(seed);
    const blots = Array.from({ length: 30 }, () => ({
      x: random.range(0, size),
      y: random.range(0, size),
      r: random.range(3, 9),
      tone: random.range(-90, 90),
    }));
    const data = new Uint8Array(size * size);
    for (let y = 0; y < size; y++)
      for (let x = 0; x < size; x++) {
        const tone = blots.reduce((t, b) => t + (Math.hypot(x - b.x, y - b.y) < b.r ? b.tone : 0), 120);
        data[y * size + x] = Math.max(0, Math.min(255, tone));
      }
    return { width: size, height: size, channels: 1, data };
  }

  function cut({ width, data }: Pixels, left: number, top: number, side: number): Pixels {
    const out = new Uint8Array(side * side);
    for (let y = 0; y < side; y++)
      out.set(data.subarray((top + y) * width + left, (top + y) * width + left + side), y * side);
    return { width: side, height: side, channels: 1, data: out };
  }

  test("move with the picture: most are found again in a crop that was cut elsewhere", () => {
    let [kept, all] = [0, 0];
    for (let seed = 0; seed < 20; seed++) {
      const whole = scene(seed, 120);
      const [dx, dy] = [seed % 9, (seed * 5) % 7];
      const a = anchorsOf(integralOf(cut(whole, 10, 10, 96)));
      const b = anchorsOf(integralOf(cut(whole, 10 + dx, 10 + dy, 96)));
      all += a.length;
      kept += a.filter((p) =>
        b.some((q) => q.x + dx === p.x && q.y + dy === p.y && hamming(...p.bits, ...q.bits) === 0),
      ).length;
    }
    expect(all).toBeGreaterThan(80);
    expect(kept / all).toBeGreaterThan(0.6);
  });

  test("flat, small and striped pictures have none", () => {
    const flat = { width: 96, height: 96, channels: 1 as const, data: new Uint8Array(96 * 96).fill(90) };
    expect(anchorsOf(integralOf(flat))).toEqual([]);
    const stripes = { ...flat, data: flat.data.map((_, i) => ((i % 96) % 12 < 6 ? 200 : 40)) };
    expect(anchorsOf(integralOf(stripes))).toEqual([]);
    expect(anchorsOf(integralOf(scene(1, 24)))).toEqual([]);
  });

  test("the best shift around a guess is found, and how much of the crop it leaves", () => {
    const whole = scene(3, 60);
    const found = bestDifference(cut(whole, 0, 0, 40), cut(whole, 10, 4, 40), -9, -4);
    expect(found).toEqual({ mean: 0, worstBlock: 0, overlap: (30 * 36) / 1600, shift: [-10, -4] });
    expect(difference(cut(whole, 0, 0, 40), cut(whole, 0, 0, 40), 50, 0).overlap).toBe(0);
  });
});

test("difference tells a small defect from a new saving", () => {
  const a = { width: 16, height: 16, channels: 1 as const, data: new Uint8Array(256).fill(100) };
  const b = { ...a, data: a.data.map((v, i) => (i >> 4 < 4 && i % 16 < 4 ? v + 40 : v)) };
  expect(difference(a, b)).toEqual({ mean: 2.5, worstBlock: 40, overlap: 1, shift: [0, 0] });
});

test("hamming counts bits", () => {
  fc.assert(
    fc.property(fc.nat(0xffffffff), fc.nat(0xffffffff), fc.nat(0xffffffff), (a, b, c) => {
      const bits = (v: number) => (v >>> 0).toString(2).replaceAll("0", "").length;
      expect(hamming(a, b, c, b)).toBe(bits(a ^ c));
      expect(hamming(a, b, a, c)).toBe(bits(b ^ c));
    }),
  );
});

test("the 64-bit index is a map to lists, newest first", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 3 }), { maxLength: 3000 }), (keys) => {
      const index = index64(1);
      const truth = new Map<string, number[]>();
      const words = new Uint32Array(2);
      keys.forEach((key, id) => {
        hash64(key, words);
        index.insert(words[0] as number, words[1] as number, id);
        truth.set(key, [id, ...(truth.get(key) ?? [])]);
      });
      for (const [key, ids] of truth) {
        hash64(key, words);
        const seen: number[] = [];
        for (let id = index.first(words[0] as number, words[1] as number); id !== -1; id = index.next(id))
          seen.push(id);
        expect(seen).toEqual(ids);
      }
    }),
    { numRuns: 20 },
  );
});
