import { describe, expect, test } from "vitest";
import { findBridges } from "./bridge.js";
import { COLOURS, type Shape, segmentation } from "./fixtures/frames.js";
import { colourWord, type LabelColour } from "./label-map.js";
import { findRois, type RoiRules } from "./roi.js";
import { ROI_DEFAULTS } from "./roi-settings.js";

const colours: readonly LabelColour[] = Object.entries(COLOURS).map(([name, rgba]) => ({
  word: colourWord(`(${rgba.join(", ")})`) as number,
  classes: name.split(","),
  defects: [],
  hasDefect: false,
}));
const rules: RoiRules = { ...ROI_DEFAULTS, classes: ["capacitor", "ic"] };
const search = (shapes: readonly Shape[], more: Partial<RoiRules> = {}, size = [320, 240]) =>
  findRois(segmentation(size[0], size[1], shapes), colours, { ...rules, ...more });

/** The worked example of contract 4.6. */
const EXAMPLE: readonly Shape[] = [
  ["pad", 60, 60, 14, 20],
  ["pad", 106, 60, 14, 20],
  ["solder", 72, 64, 6, 12],
  ["solder", 102, 64, 6, 12],
  ["capacitor", 78, 64, 24, 12],
  ["ic", 200, 120, 40, 40],
  ["pad", 20, 200, 10, 10],
  ["capacitor", 0, 20, 12, 12],
  ["capacitor", 280, 20, 6, 6],
];

describe("regions of interest", () => {
  test("the worked example of the contract", () => {
    const { rois, refused, regions } = search(EXAMPLE);
    expect(regions).toBe(5);
    expect(refused).toEqual({ no_target: 1, min_area: 1, max_area: 0, edge: 1, coverage: 0 });
    expect(rois).toHaveLength(2);
    expect(rois[0]).toMatchObject({
      inner: { x: 60, y: 60, width: 60, height: 20 },
      crop: { x: 50, y: 50, width: 80, height: 40 },
      area: 952,
      dominant: "capacitor",
    });
    expect(rois[1]).toMatchObject({ area: 1600, dominant: "ic", pixels: { ic: 1600 } });
  });

  test.each([
    [0, 944],
    [1, 948],
    [5, 976],
  ])("closing radius %i gives the capacitor %i pixels", (morphKernel, area) => {
    expect(search(EXAMPLE, { morphKernel }).rois[0].area).toBe(area);
  });

  test("labels within reach of the closing become one region", () => {
    const near: readonly Shape[] = [
      ["capacitor", 30, 30, 20, 10],
      ["pad", 53, 30, 10, 10],
    ];
    expect(search(near, { morphKernel: 0 }).regions).toBe(2);
    expect(search(near, { morphKernel: 2 }).regions).toBe(1);
  });

  test("regions are numbered by 2×2 blocks", () => {
    // The right one begins a row higher, but both begin in the first row of blocks.
    const shapes: readonly Shape[] = [
      ["ic", 100, 40, 12, 12],
      ["capacitor", 30, 41, 12, 12],
    ];
    const names = (list: readonly Shape[]) => search(list, { minCoverage: 0 }).rois.map((r) => r.dominant);
    expect(names(shapes)).toEqual(["capacitor", "ic"]);
    const lower: readonly Shape[] = [
      ["ic", 100, 41, 12, 12],
      ["capacitor", 30, 42, 12, 12],
    ];
    expect(names(lower)).toEqual(["ic", "capacitor"]);
  });

  test("the class with most anchor pixels counts; support has no vote", () => {
    const shapes: readonly Shape[] = [
      ["pad", 40, 40, 40, 40],
      ["capacitor", 45, 45, 10, 10],
      ["ic", 60, 45, 10, 9],
    ];
    expect(search(shapes).rois[0]).toMatchObject({
      dominant: "capacitor",
      pixels: { capacitor: 100, ic: 90 },
    });
    expect(search([["ic,whole", 40, 40, 20, 20]]).rois[0]).toMatchObject({
      dominant: "ic",
      pixels: { ic: 400 },
    });
  });

  test("a part of the image's border is refused, or kept when asked", () => {
    for (const shape of [
      ["ic", 0, 50, 20, 20],
      ["ic", 50, 0, 20, 20],
      ["ic", 300, 50, 20, 20],
      ["ic", 50, 220, 20, 20],
    ] as const) {
      expect(search([shape]).refused.edge).toBe(1);
      expect(search([shape], { edgeSkip: false }).rois).toHaveLength(1);
    }
    // The closing takes what is nearer than its radius to the border along.
    expect(search([["ic", 2, 50, 20, 20]]).refused.edge).toBe(1);
    expect(search([["ic", 3, 3, 314, 234]]).rois[0].crop).toEqual({ x: 0, y: 0, width: 320, height: 240 });
  });

  test("coverage counts labelled pixels of the closed mask", () => {
    const frame: readonly Shape[] = [
      ["capacitor", 50, 50, 100, 100],
      ["UNLABELLED", 53, 53, 94, 94],
    ];
    expect(search(frame).refused.coverage).toBe(1);
    expect(search(frame, { minCoverage: 0 }).rois).toHaveLength(1);
    expect(search(frame, { minCoverage: 0, maxArea: 500 }).refused.max_area).toBe(1);
  });

  test("colours must match exactly", () => {
    const seg = segmentation(100, 100, [["capacitor", 30, 30, 20, 20]]);
    for (let i = 0; i < seg.data.length; i += 4) if (seg.data[i] === 33) seg.data[i] = 34;
    expect(findRois(seg, colours, rules)).toMatchObject({ rois: [], regions: 0 });
  });

  test("near pairs make bridges", () => {
    const shapes: readonly Shape[] = [
      ["capacitor", 30, 30, 20, 10],
      ["capacitor", 70, 30, 20, 10],
      ["ic", 70, 60, 20, 20],
    ];
    const { rois } = search(shapes, { minCoverage: 0 });
    const size = { width: 320, height: 240 };
    // From the last pixel of one to the first of the other: 21 across, 21 down, and both.
    const all = findBridges(rois, { distance: 21, classes: [] }, 10, size);
    expect(all.map((b) => [b.pair, b.distance])).toEqual([
      [[0, 1], 21],
      [[1, 2], 21],
    ]);
    expect(all[0].crop).toEqual({ x: 20, y: 20, width: 80, height: 30 });
    expect(findBridges(rois, { distance: 21, classes: ["capacitor"] }, 10, size)).toHaveLength(1);
    expect(findBridges(rois, { distance: 20, classes: [] }, 10, size)).toHaveLength(0);
    expect(findBridges(rois, { distance: 30, classes: [] }, 10, size)).toHaveLength(3);
  });
});
