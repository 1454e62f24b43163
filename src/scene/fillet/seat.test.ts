import { describe, expect, test } from "vitest";
import { boxOf, transformBox } from "../box.js";
import { multiply, rotation, transformPoint, translation } from "../matrix.js";
import type { Box, Mat4, Vec3 } from "../model.js";
import { CONTRACT_FILLET, contractFillet } from "./contract.js";
import { type FilletFit, seatsOf } from "./seat.js";

/** A chip of 4 × 2 × 1 about its origin. */
const CHIP: Box = { min: [-2, -1, 0], max: [2, 1, 1] };
const ADAPTIVE: FilletFit = {
  ...{ adaptive: true, sx: 0.14, sz: 0.24, inwardMm: 2.6, inwardShare: 0.15, zOffsetMm: 0.2 },
};
const seats = (world: Mat4, fit = ADAPTIVE, millimetre = 1, chip = CHIP) =>
  seatsOf(world, transformBox(chip, world), CONTRACT_FILLET, fit, millimetre);
const at = (world: Mat4, p: Vec3) => transformPoint(p, world).map((v) => Number(v.toFixed(9)));
/** Depth and width of the sheet, its own unit. */
const [DEPTH, WIDTH] = [1.8, 5.4];

describe("seats of fillets (contract 1.8)", () => {
  test("adaptive: as wide as the part, 15 % of its half length inwards, falling outwards at both ends", () => {
    const { left, right } = seats(translation([10, 5, 3]))!;
    const deep = (DEPTH * 2) / WIDTH;
    expect(at(right, [0, 0, 0])).toEqual([11.7, 4, 3.2]);
    expect(at(right, [DEPTH, WIDTH, 1])).toEqual([Number((11.7 + deep).toFixed(9)), 6, 3.44]);
    expect(at(left, [0, 0, 0])).toEqual([8.3, 4, 3.2]);
    expect(at(left, [DEPTH, WIDTH, 1])).toEqual([Number((8.3 - deep).toFixed(9)), 6, 3.44]);
  });

  test("fixed: scales .14, .14, .24 and an offset in millimetres, by the scene's unit", () => {
    const fixed = { ...ADAPTIVE, adaptive: false };
    const { right, adrift } = seats(translation([0, 0, 0]), fixed, 0.1)!;
    expect(at(right, [0, 0, 0])).toEqual([1.74, -0.378, 0.02]);
    expect(at(right, [DEPTH, WIDTH, 1])).toEqual([1.992, 0.378, 0.26]);
    expect(adrift).toBe(false);
    const share = seats(translation([0, 0, 0]), { ...fixed, inwardMm: undefined })!;
    expect(at(share.right, [0, 0, 0])).toEqual([1.7, -0.378, 0.2]);
  });

  test.each([0, 90, 180, 270, 3])("a part turned by %i° has them at the ends of its long side", (angle) => {
    const world = multiply(rotation(2, angle), translation([7, -4, 0]));
    const { left, right } = seats(world)!;
    const sheet = boxOf(contractFillet().points);
    const ends = [left, right].map((seat) => transformBox(sheet, seat));
    const along = angle % 180 === 90 ? 1 : 0;
    for (const end of ends) {
      const middle = [0, 1].map((k) => (end.min[k]! + end.max[k]!) / 2 - [7, -4][k]!);
      expect(Math.abs(middle[along]!)).toBeCloseTo(2, 0);
      expect(Math.abs(middle[1 - along]!)).toBeLessThan(0.2);
    }
    const [a, b] = ends.map((end) => end.min[along]!) as [number, number];
    expect(Math.abs(a - b)).toBeGreaterThan(3);
  });

  test("a part that is long in its own Y; a scaled one", () => {
    const upright: Box = { min: [-1, -2, 0], max: [1, 2, 1] };
    expect(at(seats(translation([0, 0, 0]), ADAPTIVE, 1, upright)!.right, [0, 0, 0])).toEqual([-1, 1.7, 0.2]);
    const scaled: Mat4 = [3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1];
    expect(at(seats(scaled)!.right, [0, 0, 0])).toEqual([5.1, -3, 0.2]);
  });

  test("parts turned otherwise, standing up or without extent have none", () => {
    expect(seats(rotation(2, 45))).toBeUndefined();
    expect(seats(rotation(2, 6))).toBeUndefined();
    expect(seats(rotation(1, 90))).toBeUndefined();
    expect(seats([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])).toBeUndefined();
    expect(seats(translation([0, 0, 0]), ADAPTIVE, 1, { min: [0, 0, 0], max: [0, 0, 0] })).toBeUndefined();
  });

  test("offsets of another unit are told", () => {
    expect(seats(translation([0, 0, 0]), { ...ADAPTIVE, zOffsetMm: 10 })!.adrift).toBe(true);
    expect(seats(translation([0, 0, 0]), { ...ADAPTIVE, adaptive: false })!.adrift).toBe(true);
    expect(seats(translation([0, 0, 0]))!.adrift).toBe(false);
  });
});
