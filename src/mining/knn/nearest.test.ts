import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seeded } from "../../kit/index.js";
import { nearest } from "./nearest.js";

/** The obvious way: every pair in double precision, a full sort. */
function naive(targets: Float32Array, pool: Float32Array, dim: number, k: number) {
  const norm = (data: Float32Array, row: number) => Math.hypot(...data.subarray(row * dim, row * dim + dim));
  const index: number[] = [];
  const similarity: number[] = [];
  for (let t = 0; t < targets.length / dim; t++) {
    const all = [];
    for (let p = 0; p < pool.length / dim; p++) {
      let dot = 0;
      for (let d = 0; d < dim; d++) dot += (targets[t * dim + d] ?? 0) * (pool[p * dim + d] ?? 0);
      const length = norm(targets, t) * norm(pool, p);
      all.push({ p, s: length === 0 ? 0 : Math.round((dot / length) * 2 ** 36) / 2 ** 36 });
    }
    all.sort((a, b) => b.s - a.s || a.p - b.p);
    for (const { p, s } of all.slice(0, k)) {
      index.push(p);
      similarity.push(s);
    }
  }
  return { index, similarity };
}

async function* blocks(data: Float32Array, dim: number, rows: number) {
  for (let at = 0; at < data.length; at += rows * dim) yield data.slice(at, at + rows * dim);
}

describe("nearest", () => {
  test("worked example: order, zero vectors, ties by the lower row", async () => {
    const targets = Float32Array.from([1, 0, /**/ 0, 0]);
    const pool = Float32Array.from([0, 0, /**/ 3, 4, /**/ 2, 0, /**/ -1, 0, /**/ 7, 0]);
    const found = await nearest({ targets, pool, dim: 2, k: 9 });
    expect(found.k).toBe(5);
    expect([...found.index]).toEqual([2, 4, 1, 0, 3, /**/ 0, 1, 2, 3, 4]);
    expect([...found.similarity].map((s) => +s.toFixed(9))).toEqual([1, 1, 0.6, 0, -1, 0, 0, 0, 0, 0]);
  });

  test("equals a double loop, whatever the tiles", async () => {
    const value = fc.integer({ min: -3, max: 3 });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 7 }),
        fc.array(value, { minLength: 200, maxLength: 200 }),
        fc.integer({ min: 1, max: 50 }),
        async (dim, targetRows, poolRows, k, values, tileRows) => {
          // Small integers make many exact ties and zero vectors.
          const pick = (n: number, step: number) =>
            Float32Array.from({ length: n }, (_, i) => values[(i * step + n) % 200] ?? 0);
          const targets = pick(targetRows * dim, 7);
          const pool = pick(poolRows * dim, 3);
          const found = await nearest({ targets, pool, dim, k, tileRows });
          const want = naive(targets, pool, dim, k);
          expect([...found.index]).toEqual(want.index);
          found.similarity.forEach((s, i) => {
            expect(s).toBeCloseTo(want.similarity[i] ?? Number.NaN, 9);
          });
        },
      ),
      { numRuns: 60 },
    );
  });

  test("threads and streamed blocks give the same bytes as one call", async () => {
    const dim = 24;
    const random = seeded(3);
    const data = (rows: number) => Float32Array.from({ length: rows * dim }, () => random.normal());
    const targets = data(50);
    const pool = data(3000);
    const whole = await nearest({ targets, pool, dim, k: 5 });
    const progress: number[] = [];
    const streamed = await nearest({
      targets,
      pool: blocks(pool, dim, 700),
      dim,
      k: 5,
      tileRows: 256,
      workers: 2,
      onProgress: (n) => progress.push(n),
    });
    expect(streamed.index).toEqual(whole.index);
    expect(streamed.similarity).toEqual(whole.similarity);
    expect(streamed.poolRows).toBe(3000);
    expect(progress.at(-1)).toBe(3000);
  });

  test("hundreds of equal pool rows: the lowest rows win in every tile split", async () => {
    const pool = new Float32Array(900 * 3).fill(0.3);
    for (const tileRows of [7, 100, 8192]) {
      const found = await nearest({
        targets: Float32Array.from([1, 1, 1]),
        pool,
        dim: 3,
        k: 4,
        tileRows,
      });
      expect([...found.index]).toEqual([0, 1, 2, 3]);
    }
  });

  test.each([
    ["embedding_not_finite", { targets: [1, 2], pool: [Number.NaN, 1], dim: 2, k: 1 }],
    ["embedding_not_finite", { targets: [Number.POSITIVE_INFINITY, 1], pool: [1, 1], dim: 2, k: 1 }],
    ["embedding_shape", { targets: [1, 2, 3], pool: [1, 1], dim: 2, k: 1 }],
    ["embedding_shape", { targets: [1, 2], pool: [1, 1, 1], dim: 2, k: 1 }],
    ["embedding_shape", { targets: [1, 2], pool: [1, 1], dim: 2, k: 0 }],
  ])("refuses impossible embeddings with %s", async (code, { targets, pool, dim, k }) => {
    await expect(
      nearest({ targets: Float32Array.from(targets), pool: Float32Array.from(pool), dim, k }),
    ).rejects.toMatchObject({ code });
  });

  test("no targets, or an empty pool, find nothing", async () => {
    const none = await nearest({ targets: new Float32Array(), pool: new Float32Array(6), dim: 2, k: 3 });
    expect([none.index.length, none.poolRows]).toEqual([0, 3]);
    const empty = await nearest({ targets: new Float32Array(4), pool: new Float32Array(), dim: 2, k: 3 });
    expect([empty.k, empty.index.length]).toEqual([0, 0]);
  });

  test("stops on abort", async () => {
    const signal = AbortSignal.abort();
    const pool = new Float32Array(10).fill(1);
    await expect(nearest({ targets: pool, pool, dim: 2, k: 1, signal })).rejects.toThrow();
  });
});
