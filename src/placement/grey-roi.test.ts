import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { greyRoi, otsuLevel } from "./grey-roi.js";

// Levels that OpenCV 4.6 finds in random pictures, given by how often each grey occurs.
const vectors: readonly { level: number; greys: Record<string, number> }[] = JSON.parse(
  readFileSync(new URL("./otsu-vectors.json", import.meta.url), "utf8"),
);

test("Otsu's level", () => {
  const found = vectors.map(({ greys }) =>
    otsuLevel(Uint8Array.from(Object.entries(greys).flatMap(([v, n]) => Array<number>(n).fill(Number(v))))),
  );
  expect(found).toEqual(vectors.map((v) => v.level));
});

test("regions by grey level, on either side, touched up", () => {
  const levels = { width: 6, height: 1, data: Uint8Array.from([10, 20, 200, 20, 210, 220]) };
  const data = (o: Parameters<typeof greyRoi>[1]) => [...greyRoi(levels, o).data];
  expect(data({ mode: "otsu" })).toEqual([0, 0, 1, 0, 1, 1]);
  expect(data({ mode: "otsu_inv" })).toEqual([1, 1, 0, 1, 0, 0]);
  expect(data({ mode: "custom", level: 205 })).toEqual([0, 0, 0, 0, 1, 1]);
  expect(data({ mode: "custom_inv", level: 10 })).toEqual([1, 0, 0, 0, 0, 0]);
  expect(data({ mode: "otsu", morph: { operation: "close", kernel: 3 } })).toEqual([0, 0, 1, 1, 1, 1]);
});
