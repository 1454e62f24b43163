import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import type { Pixels } from "../kit/images.js";
import { picture } from "./fixtures/workspace.js";
import { hash64, index64 } from "./index64.js";
import { difference, hamming, likeness, meanGrid } from "./phash.js";

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

const apart = (a: Pixels, b: Pixels) => hamming(...likeness(a).bits, ...likeness(b).bits);

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
        expect(likeness(bright).bits).toEqual(likeness(dim).bits);
      }),
      { numRuns: 50 },
    );
  });

  test("noise on a blank picture gives no bits", () => {
    const data = Uint8Array.from({ length: 900 }, (_, i) => 200 + ((i * 7919) % 3));
    const like = likeness({ width: 30, height: 30, channels: 1, data });
    expect(like.bits).toEqual([0, 0]);
    expect(like.contrast).toBeLessThan(2);
  });

  test("grids count every pixel, also of pictures smaller than the grid", () => {
    const plane = Float32Array.of(10, 30);
    expect([...meanGrid(plane, 2, 1, 1, 1)]).toEqual([20]);
    expect([...meanGrid(plane, 2, 1, 4, 1)]).toEqual([10, 10, 30, 30]);
  });
});

test("difference tells a small defect from a new saving", () => {
  const a = { width: 16, height: 16, channels: 1 as const, data: new Uint8Array(256).fill(100) };
  const b = { ...a, data: a.data.map((v, i) => (i >> 4 < 4 && i % 16 < 4 ? v + 40 : v)) };
  expect(difference(a, b)).toEqual({ mean: 2.5, worstBlock: 40 });
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
