import fc from "fast-check";
import { expect, test } from "vitest";
import type { PairRow } from "../../dataset/row.js";
import type { Encoder } from "./encoder.js";
import { moments, standardised } from "./standardise.js";

const rows = Array.from({ length: 9 }, (_, index) => ({ index }) as PairRow);
/** All-positive features like those behind a ReLU: a large common part, a small own part, one constant dimension. */
const relu: Encoder = {
  model: "m",
  modelPath: "p",
  embed: async (some) => ({
    dim: 3,
    data: Float32Array.from(some.flatMap((r) => [100 + r.index, 100 + ((r.index * 7) % 5), 42])),
  }),
};
const cosine = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  const dot = (x: ArrayLike<number>, y: ArrayLike<number>) =>
    Array.from(x).reduce((s, v, i) => s + v * y[i], 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
};

test("rows that all look alike by raw cosine are told apart, a constant dimension counts for nothing", async () => {
  const raw = await relu.embed([rows[0], rows[8]] as PairRow[]);
  expect(cosine(raw.data.subarray(0, 3), raw.data.subarray(3))).toBeGreaterThan(0.99);
  const better = await standardised(relu, rows);
  const out = await better.embed([rows[0], rows[8]] as PairRow[]);
  expect(cosine(out.data.subarray(0, 3), out.data.subarray(3))).toBeLessThan(0);
  expect(out.data[2]).toBe(0);
  expect(better.model).toContain("standardised");
});

test("a row gets the same vector whatever rows it is embedded with", async () => {
  const better = await standardised(relu, rows);
  const alone = await better.embed([rows[4]] as PairRow[]);
  const among = await better.embed(rows);
  expect([...alone.data]).toEqual([...among.data.subarray(12, 15)]);
});

test("the moments are those of the columns", () => {
  const values = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 4, maxLength: 40 });
  fc.assert(
    fc.property(values, (list) => {
      const { mean, scale } = moments({ dim: 1, data: Float32Array.from(list) });
      const average = list.reduce((a, b) => a + b, 0) / list.length;
      const variance = list.reduce((a, b) => a + (b - average) ** 2, 0) / list.length;
      expect(mean[0]).toBeCloseTo(average, 6);
      if (variance > 0) expect(scale[0]).toBeCloseTo(1 / Math.sqrt(variance), 6);
      else expect(scale[0]).toBe(0);
    }),
  );
});
