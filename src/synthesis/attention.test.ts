import { expect, test } from "vitest";
import { area, plane } from "../vision/index.js";
import { attend, hotRegion } from "./attention.js";

const flat = (width: number, height: number, value: number) => ({
  ...plane(width, height),
  data: new Float32Array(width * height).fill(value),
});

test("a difference counts fully where the heat is, and a fifth where it is not", () => {
  const heat = { width: 20, height: 20, data: new Float32Array(400) };
  heat.data[10 * 20 + 5] = 0.4;
  const seen = attend(flat(40, 40, 10), heat);
  expect(seen.data[21 * 40 + 11]).toBeCloseTo(10, 5);
  expect(seen.data[2 * 40 + 35]).toBeCloseTo(2, 5);
});

test("without heat, or with a model that sees nothing, a difference stays as it is", () => {
  const difference = flat(8, 8, 3);
  expect(attend(difference, undefined)).toBe(difference);
  const blind = { width: 8, height: 8, data: new Float32Array(64).fill(0.01) };
  expect(attend(difference, blind)).toBe(difference);
});

test("what the model looks at is a region of the crop, in the crop's own pixels", () => {
  const heat = { width: 20, height: 20, data: new Float32Array(400).fill(0.1) };
  for (const at of [10 * 20 + 5, 10 * 20 + 6]) heat.data[at] = 0.8;
  const hot = hotRegion(40, 40, heat);
  expect(hot && area(hot)).toBe(8);
  expect(hot?.data[21 * 40 + 13]).toBe(1);
  expect(hotRegion(40, 40, { ...heat, data: new Float32Array(400).fill(0.01) })).toBeUndefined();
  expect(hotRegion(40, 40, undefined)).toBeUndefined();
});
