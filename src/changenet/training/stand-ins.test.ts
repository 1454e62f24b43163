import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { seeded } from "../../kit/random.js";
import { resultWeights } from "./epoch.js";
import { comparedWith } from "./samples.js";
import type { Setup } from "./setup.js";
import { goldenKeys, pickStandIn, standInsOf } from "./stand-ins.js";
import type { StateArrays } from "./state.js";

const row = (ng: 0 | 1, golden: string) => ({ ng, golden: [golden] });

test("only other PASS rows of the same golden stand in, each of them", () => {
  const rows = [row(0, "a"), row(1, "a"), row(0, "b"), row(0, "a"), row(1, "c"), row(0, "a")];
  const standIns = standInsOf(rows);
  const seen = (i: number) =>
    [
      ...new Set(Array.from({ length: 60 }, (_, draw) => pickStandIn(standIns, i, seeded(1).fork(i, draw)))),
    ].sort();
  expect(seen(0)).toEqual([3, 5]);
  expect(seen(1)).toEqual([0, 3, 5]);
  expect(seen(2)).toEqual([undefined]);
  expect(seen(3)).toEqual([0, 5]);
  expect(seen(4)).toEqual([undefined]);
});

test("a copy of a golden under another name is the same golden; what cannot be read goes by its name", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "stand-ins-"));
  const files = ["a", "copy of a", "b"].map((name) => path.join(folder, name));
  for (const [i, text] of ["one", "one", "two"].entries()) await writeFile(files[i]!, text);
  const [a, copy, b] = files as [string, string, string];
  const rows = [row(0, a), row(1, copy), row(0, b), row(1, path.join(folder, "none")), row(1, a)];
  const keys = await goldenKeys(rows);
  expect([keys[1], keys[4]]).toEqual([keys[0], a]);
  expect(new Set(keys).size).toBe(3);
  expect(pickStandIn(standInsOf(rows, keys), 1, seeded(1))).toBe(0);
  expect(pickStandIn(standInsOf(rows), 1, seeded(1))).toBeUndefined();
  // Where no place comes back, two blank goldens are not one component.
  expect(await goldenKeys(rows.slice(0, 4))).toEqual([a, copy, b, path.join(folder, "none")]);
});

test("a stand-in lies on the test image: both were registered to the same golden", async () => {
  const shape = { channels: 1, height: 12, width: 14 } as const;
  const scene = (y: number, x: number) => (((y + 40) * 37 + (x + 40) * 11) * 7) % 251;
  /** Each row shows the golden moved by its shift: test[y, x] = golden[y + dy, x + dx]. */
  const shifts = [
    [2, -1],
    [-1, 3],
  ] as const;
  const size = shape.height * shape.width;
  const test = new Uint8Array(2 * size);
  shifts.forEach(([dy, dx], row) => {
    for (let i = 0; i < size; i++)
      test[row * size + i] = scene(Math.floor(i / shape.width) + dy, (i % shape.width) + dx);
  });
  const setup = { shifts: Int16Array.from(shifts.flat()), cachedRows: 2, test } as unknown as Setup;
  const own = Float32Array.from(test.subarray(0, size));
  const blank = new Float32Array(size);
  const sample = { shape, test: own, golden: blank, valid: blank, mask: blank };
  const { golden, valid } = await comparedWith(setup, sample, 0, 1);
  const inside = golden.filter((_, i) => valid[i] === 1);
  expect(inside.length).toBe((12 - 3) * (14 - 4));
  expect(inside).toEqual(own.filter((_, i) => valid[i] === 1));
});

test("a warm start ends half-way between its start and the running average; a cold one at the average", () => {
  const arrays = {
    averageParameters: Float32Array.of(1, 4),
    averageStatistics: Float32Array.of(2),
  } as unknown as StateArrays;
  const anchor = { parameters: Float32Array.of(3, 0), statistics: Float32Array.of(0) };
  expect(resultWeights({ arrays, anchor })).toEqual({
    parameters: Float32Array.of(2, 2),
    statistics: Float32Array.of(1),
  });
  expect(resultWeights({ arrays, anchor: undefined }).parameters).toEqual(Float32Array.of(1, 4));
});
