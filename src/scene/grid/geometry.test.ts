import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Box } from "../model.js";
import { grownAperture } from "./aperture.js";
import { cellCounts } from "./counts.js";
import { coversBox, gridRecord, scanGrid } from "./geometry.js";
import { legacyCentres } from "./legacy.js";

const BOX: Box = { min: [-100, -80, 0], max: [100, 80, 2] };

describe("the reference values of contract 1.2", () => {
  test("orthographic 10 × 10, yaw 0", () => {
    const g = scanGrid({
      box: BOX,
      projection: "orthographic",
      horizontalAperture: 28.444444,
      verticalAperture: 16,
      yawDeg: 0,
      xNum: 10,
      yNum: 10,
    });
    expect(g.z).toBe(4);
    expect([g.footprintX, g.footprintY]).toEqual([28.444444, 16]);
    expect(g.xCenters[0]).toBeCloseTo(85.777778, 6);
    expect(g.yCenters[0]).toBe(72);
    expect(g.xStep).toBeCloseTo(19.061728444, 9);
    expect(g.yStep).toBe(16);
  });

  test("orthographic 10 × 10, yaw −90: the window is turned", () => {
    const g = scanGrid({
      box: BOX,
      projection: "orthographic",
      horizontalAperture: 35.5556,
      verticalAperture: 20,
      yawDeg: -90,
      xNum: 10,
      yNum: 10,
    });
    expect(g.z).toBe(4);
    expect([g.footprintX, g.footprintY]).toEqual([20, 35.5556]);
    expect(g.xCenters[0]).toBe(90);
    expect(g.yCenters[0]).toBeCloseTo(62.2222, 4);
    expect(g.xStep).toBe(20);
    expect(g.yStep).toBeCloseTo(13.827160494, 4);
  });

  test("perspective, the number of rows derived", () => {
    const g = scanGrid({
      box: BOX,
      projection: "pinhole",
      horizontalAperture: 2.0955,
      verticalAperture: 1.5,
      yawDeg: 0,
      focalLength: 5,
      xNum: 3,
      yNum: null,
    });
    expect(g.yCenters).toHaveLength(4);
    expect(g.z).toBeCloseTo(161.071025213, 9);
    expect(g.footprintX).toBeCloseTo(66.6667, 4);
    expect(g.footprintY).toBeCloseTo(47.7213, 4);
    expect(g.xCenters[0]).toBeCloseTo(66.6667, 4);
    expect(g.yCenters[0]).toBeCloseTo(56.1393, 4);
    expect(g.xStep).toBeCloseTo(66.6667, 4);
    expect(g.yStep).toBeCloseTo(37.4262, 4);
  });
});

const length = fc.double({ min: 0.5, max: 500, noNaN: true });
const small = fc.double({ min: 5, max: 500, noNaN: true });
const count = fc.integer({ min: 1, max: 12 });
const yaw = fc.constantFrom(-180, -90, 0, 90, 180, 270, 360);

describe("properties", () => {
  test("with the aperture grown, an orthographic scan covers the board and never leaves it", () => {
    fc.assert(
      fc.property(
        length,
        length,
        length,
        count,
        count,
        yaw,
        length,
        (w, h, hap, xNum, yNum, yawDeg, aspect) => {
          const box: Box = { min: [-w, 3, 0], max: [w, 3 + h, 1] };
          const grown = grownAperture({
            horizontalAperture: hap,
            aspect: aspect / 100,
            sizeX: 2 * w,
            sizeY: h,
            xNum,
            yNum,
            yawDeg,
          });
          const g = scanGrid({
            box,
            projection: "orthographic",
            horizontalAperture: grown,
            verticalAperture: (grown * aspect) / 100,
            yawDeg,
            xNum,
            yNum,
          });
          expect(grown).toBeGreaterThanOrEqual(hap);
          expect(coversBox(g, box)).toBe(true);
          expect([g.xCenters.length, g.yCenters.length]).toEqual([xNum, yNum]);
          // Neighbouring frames touch or overlap; centres fall.
          expect(g.xStep).toBeLessThanOrEqual(g.footprintX + 1e-9);
          expect(g.yStep).toBeLessThanOrEqual(g.footprintY + 1e-9);
          for (const c of [g.xCenters, g.yCenters])
            for (let i = 1; i < c.length; i++) expect(c[i]!).toBeLessThanOrEqual(c[i - 1]!);
        },
      ),
    );
  });

  test("a perspective scan covers the board at every size, and z_min only lifts it", () => {
    fc.assert(
      fc.property(length, length, length, count, count, yaw, (w, h, f, xNum, yNum, yawDeg) => {
        const box: Box = { min: [0, 0, 0], max: [w, h, 1] };
        const o = { box, projection: "perspective", horizontalAperture: 2, verticalAperture: 1.5 } as const;
        const g = scanGrid({ ...o, yawDeg, focalLength: f, xNum, yNum });
        expect(coversBox(g, box)).toBe(true);
        const lifted = scanGrid({ ...o, yawDeg, focalLength: f, xNum, yNum, zMin: g.z + 10 });
        expect(lifted.z).toBe(g.z + 10);
        expect(coversBox(lifted, box)).toBe(true);
      }),
    );
  });

  test("a derived count is the smallest that leaves no gap", () => {
    fc.assert(
      fc.property(small, small, count, yaw, (sizeX, sizeY, xNum, yawDeg) => {
        const o = { sizeX, sizeY, horizontalAperture: 16, verticalAperture: 9, yawDeg };
        const [, yNum] = cellCounts({ ...o, xNum });
        const [effX, effY] = yawDeg % 180 === 0 ? [16, 9] : [9, 16];
        const cellY = (sizeX / xNum) * (effY / effX);
        expect(yNum * cellY).toBeGreaterThanOrEqual(sizeY * (1 - 1e-12));
        expect((yNum - 1) * cellY).toBeLessThan(sizeY * (1 + 1e-12));
      }),
    );
  });
});

test("more cells than needed: all centres on the middle, none dropped", () => {
  const g = scanGrid({
    box: BOX,
    projection: "orthographic",
    horizontalAperture: 300,
    verticalAperture: 16,
    yawDeg: 0,
    xNum: 3,
    yNum: 10,
  });
  expect(g.xCenters).toEqual([0, 0, 0]);
  expect(g.xStep).toBe(0);
  expect(gridRecord(g, BOX)).toMatchObject({ x_num: 3, y_num: 10, x_start: 0, x_end: 0, bbox_min: BOX.min });
});

test.each([
  [{ yawDeg: 45 }, "yaw_not_cardinal"],
  [{ xNum: 0 }, "grid_invalid"],
  [{ xNum: 2.5 }, "grid_invalid"],
  [{ xNum: null, yNum: null }, "grid_invalid"],
  [{ horizontalAperture: 0 }, "grid_invalid"],
  [{ xNum: 2 }, "grid_gaps"],
  [{ box: { min: [0, 0, 0], max: [0, 5, 1] } }, "grid_invalid"],
  [{ projection: "perspective" }, "grid_invalid"],
] as const)("%j is refused", (change, code) => {
  const good = {
    box: BOX,
    projection: "orthographic",
    horizontalAperture: 28,
    verticalAperture: 16,
    yawDeg: 0,
    xNum: 10,
    yNum: 10,
  } as const;
  expect(() => scanGrid({ ...good, ...change } as Parameters<typeof scanGrid>[0])).toThrow(
    expect.objectContaining({ code }),
  );
});

test("the written-out form walks downwards, both ends included", () => {
  expect(
    legacyCentres({ x_start: 0.3, x_end: 0, y_start: 1, y_end: 0, z: 5, x_step: 0.1, y_step: 1 }),
  ).toEqual([
    [0.3, 1],
    [expect.closeTo(0.2, 9), 1],
    [expect.closeTo(0.1, 9), 1],
    [expect.closeTo(0, 9), 1],
    [0.3, 0],
    [expect.closeTo(0.2, 9), 0],
    [expect.closeTo(0.1, 9), 0],
    [expect.closeTo(0, 9), 0],
  ]);
  expect(legacyCentres({ x_start: 2, x_end: 2, y_start: 1, y_end: 1, z: 5, step: 0 })).toEqual([[2, 1]]);
  expect(() => legacyCentres({ x_start: 2, x_end: 0, y_start: 1, y_end: 1, z: 5 })).toThrow(/step/);
});
