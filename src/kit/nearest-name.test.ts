import { expect, test } from "vitest";
import { editDistance, nearestName } from "./nearest-name.js";

test("edit distance", () => {
  expect(editDistance("", "abc")).toBe(3);
  expect(editDistance("shift", "shfit")).toBe(1);
  expect(editDistance("kitten", "sitting")).toBe(3);
});

test("the nearest name, or none", () => {
  const known = ["shift", "tombstone", "sideflip", "_0603_H100", "_0402_H060"];
  expect(nearestName("tombstome", known)).toBe("tombstone");
  expect(nearestName("SideFlip", known)).toBe("sideflip");
  expect(nearestName("0603_H100", known)).toBe("_0603_H100");
  expect(nearestName("_0402_H066", known)).toBe("_0402_H060");
  expect(nearestName("bridge", known)).toBeUndefined();
  expect(nearestName("x", [])).toBeUndefined();
});
