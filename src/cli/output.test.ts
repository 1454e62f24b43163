import { expect, test } from "vitest";
import { outOf } from "./output.js";

test("progress counts in the singular when there is but one", () => {
  expect(outOf({ done: 1, total: 1, unit: "frames" })).toBe("1 of 1 frame");
  expect(outOf({ done: 1, total: 12, unit: "frames" })).toBe("1 of 12 frames");
  expect(outOf({ done: 1, total: 100, unit: "%" })).toBe("1 of 100 %");
});
