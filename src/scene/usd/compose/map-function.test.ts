import fc from "fast-check";
import { expect, test } from "vitest";
import {
  composeMaps,
  composeOffsets,
  IDENTITY_MAP,
  invertMap,
  invertOffset,
  type MapFunction,
  mapFunction,
  toSource,
  toTarget,
  withIdentity,
} from "./map-function.js";

test("the longest prefix counts; outside there is nothing, or the path itself", () => {
  const map = mapFunction([
    ["/Model", "/Model_1"],
    ["/Model/Rig", "/Model_1/Anim"],
  ]);
  expect(toTarget(map, "/Model/A.x")).toBe("/Model_1/A.x");
  expect(toTarget(map, "/Model/Rig/Arm")).toBe("/Model_1/Anim/Arm");
  expect(toTarget(map, "/Models")).toBe("");
  expect(toSource(map, "/Model_1/Anim/Arm")).toBe("/Model/Rig/Arm");
  // Nothing else may claim a path that a closer pair leads to.
  expect(toTarget(map, "/Model/Anim")).toBe("");
  expect(toTarget(withIdentity(map), "/Other")).toBe("/Other");
  expect(toTarget(withIdentity(map), "/Model_1/A")).toBe("");
});

test("an empty target blocks what lies below its source", () => {
  const map = mapFunction([
    ["/", "/"],
    ["/A", ""],
  ]);
  expect([toTarget(map, "/A/B"), toTarget(map, "/C")]).toEqual(["", "/C"]);
});

test("redundant pairs are dropped", () => {
  const map = mapFunction([
    ["/", "/"],
    ["/A", "/A"],
    ["/A/B", "/C/B"],
    ["/A/B/D", "/C/B/D"],
  ]);
  expect(map).toMatchObject({ identity: true, pairs: [["/A/B", "/C/B"]] });
});

test("two arcs in a row", () => {
  const inner = mapFunction([["/C", "/B"]], { offset: 1, scale: 2 });
  const outer = mapFunction([["/B", "/A/Deep"]], { offset: 10, scale: 3 });
  const both = composeMaps(outer, inner);
  expect(both.pairs).toEqual([["/C", "/A/Deep"]]);
  expect(both.offset).toEqual({ offset: 13, scale: 6 });
  expect(composeMaps(IDENTITY_MAP, inner)).toBe(inner);
});

const name = fc.constantFrom("A", "B", "C", "D");
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => `/${parts.join("/")}`);
const map: fc.Arbitrary<MapFunction> = fc
  .tuple(fc.uniqueArray(fc.tuple(path, path), { selector: ([s]) => s, maxLength: 4 }), fc.boolean())
  .map(([pairs, identity]) => {
    // Each target once, as arcs and relocates make them.
    const targets = new Set<string>();
    const distinct = pairs.filter(([, t]) => !targets.has(t) && targets.add(t));
    return mapFunction(identity ? [["/", "/"], ...distinct] : distinct);
  });

test("a path that maps comes back", () => {
  fc.assert(
    fc.property(map, path, (m, p) => {
      const there = toTarget(m, p);
      if (there !== "") expect(toSource(m, there)).toBe(p);
      const back = toSource(m, p);
      if (back !== "") expect(toTarget(m, back)).toBe(p);
      expect(toTarget(invertMap(m), p)).toBe(back);
    }),
  );
});

test("composing is mapping one after the other, where both steps can map", () => {
  fc.assert(
    fc.property(map, map, path, (outer, inner, p) => {
      const first = toTarget(inner, p);
      const second = first === "" ? "" : toTarget(outer, first);
      if (second === "") return;
      const both = toTarget(composeMaps(outer, inner), p);
      expect(both === second || both === "").toBe(true);
    }),
  );
});

test("offsets: there and back", () => {
  const finite = fc.double({ min: -1e3, max: 1e3, noNaN: true });
  fc.assert(
    fc.property(finite, fc.double({ min: 0.1, max: 10, noNaN: true }), (offset, scale) => {
      const o = composeOffsets({ offset, scale }, invertOffset({ offset, scale }));
      expect(o.offset).toBeCloseTo(0, 8);
      expect(o.scale).toBeCloseTo(1, 12);
    }),
  );
});
