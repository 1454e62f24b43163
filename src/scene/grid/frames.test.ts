import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Cell, type FrameOptions, gridCells, planFrames } from "./frames.js";
import { scanGrid } from "./geometry.js";

function cells(xNum: number, yNum: number): readonly Cell[] {
  const box = { min: [0, 0, 0], max: [120, 120, 1] } as const;
  const o = { box, projection: "orthographic", yawDeg: 0 } as const;
  return gridCells(scanGrid({ ...o, horizontalAperture: 60, verticalAperture: 60, xNum, yNum }));
}
const plan = (c: readonly Cell[], o: Partial<FrameOptions> = {}) =>
  planFrames(c, {
    triggers: 1,
    seed: 0,
    samplesPerPosition: 1,
    maxImageCount: -1,
    picturesPerFrame: 1,
    padding: 4,
    nameByCell: false,
    ...o,
  });
const ids = (frames: readonly (readonly { id: string }[])[]) => frames.map((t) => t.map((f) => f.id));

describe("order and names (contract 1.4)", () => {
  test("the first frame is the corner of largest X and Y; X falls first", () => {
    const [frames] = plan(cells(3, 2));
    expect(frames!.map((f) => f.cell.grid)).toEqual([
      [0, 0],
      [1, 0],
      [2, 0],
      [0, 1],
      [1, 1],
      [2, 1],
    ]);
    expect(frames![0]!.cell.at[0]).toBeGreaterThan(frames![1]!.cell.at[0]);
    expect(frames![0]!.cell.at[1]).toBeGreaterThan(frames![3]!.cell.at[1]);
  });

  test("names by cell are as wide as the largest index seen in the trigger", () => {
    expect(plan(cells(10, 10), { nameByCell: true })[0]!.at(-1)!.id).toBe("x9_y9");
    expect(plan(cells(12, 2), { nameByCell: true })[0]![0]!.id).toBe("x00_y0");
    // Only ten cells are taken: no index above 9 is seen.
    expect(plan(cells(12, 2), { nameByCell: true, maxImageCount: 10 })[0]![0]!.id).toBe("x0_y0");
  });

  test("a seed skips cells of the first trigger only and is the first number; numbers go on", () => {
    const frames = plan(cells(2, 2), { seed: 3, triggers: 2 });
    expect(ids(frames)).toEqual([["0003"], ["0004", "0005", "0006", "0007"]]);
    expect(frames[0]![0]!.cell.grid).toEqual([1, 1]);
    expect(plan(cells(2, 2), { seed: -5 })[0]).toHaveLength(4);
  });

  test("samples of a cell have numbers of their own, also when cells should name frames", () => {
    const frames = plan(cells(2, 2), { samplesPerPosition: 3, nameByCell: true, maxImageCount: 4 });
    expect(ids(frames)).toEqual([["0000", "0001", "0002", "0003"]]);
    expect(frames[0]!.map((f) => [f.position, f.sample])).toEqual([
      [0, 0],
      [0, 1],
      [0, 2],
      [1, 0],
    ]);
  });

  test("two pictures a frame: the limit counts pictures, the numbers count frames", () => {
    const frames = plan(cells(10, 10), { picturesPerFrame: 2, maxImageCount: 11 });
    expect(ids(frames)).toEqual([["0000", "0001", "0002", "0003", "0004"]]);
  });
});

test("never more frames than allowed; numbers are unique and without gaps", () => {
  const n = fc.integer({ min: 0, max: 5 });
  fc.assert(
    fc.property(n, n, n, fc.integer({ min: -1, max: 40 }), (seed, triggers, samples, max) => {
      const all = plan(cells(3, 2), {
        seed,
        triggers,
        samplesPerPosition: samples,
        maxImageCount: max,
      }).flat();
      if (max >= 0) expect(all.length).toBeLessThanOrEqual(max);
      expect(all.map((f) => f.number)).toEqual(all.map((_, i) => seed + i));
      expect(new Set(all.map((f) => f.id)).size).toBe(all.length);
    }),
  );
});
