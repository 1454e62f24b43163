import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PythonRandom } from "../../kit/python-random.js";
import { cropMask, type Mask, mask } from "../../vision/index.js";
import { ALIGNMENTS, fixedPoint, targetIn } from "./alignment.js";
import { drawChange } from "./augment.js";
import { ALL_DYNAMIC, DEFAULT_AUGMENTATION, readAugmentation, strictly } from "./parameters.js";
import { placeInstances } from "./place.js";
import { withRanges } from "./ranges.js";
import { gatherRegions, regionOfMask } from "./regions.js";
import { renderChange } from "./render.js";

function box(width: number, height: number, x: number, y: number, w: number, h: number): Mask {
  const out = mask(width, height);
  for (let v = y; v < y + h; v++) out.data.fill(1, v * width + x, v * width + x + w);
  return out;
}

describe("the recorded trace (contract 9)", () => {
  const region = { width: 31, height: 46 };
  const shape = { width: 30, height: 29 };

  test("dynamic ranges", () => {
    const a = withRanges(DEFAULT_AUGMENTATION, ALL_DYNAMIC, { region, shape, on: "random", by: "random" });
    expect(a.shift_x_range).toEqual([-1, 1]);
    expect(a.shift_y_range).toEqual([-9, 8]);
    expect(a.rotation_range).toEqual([-45, 45]);
    expect(a.shear_x_range).toEqual([-22, 22]);
    expect(a.shear_y_range).toEqual([-30, 30]);
  });

  test("draws and sizes, one after the other", () => {
    const random = new PythonRandom(42);
    expect(random.sample([0, 1, 2], 3)).toEqual([2, 0, 1]);
    const first = withRanges(DEFAULT_AUGMENTATION, ALL_DYNAMIC, {
      region,
      shape,
      on: "random",
      by: "random",
    });
    const change = drawChange(random, shape, first, { by: "random", strict: false });
    expect([change.width, change.height, change.fixed]).toEqual([60, 78, { x: 33, y: 41 }]);
    const target = targetIn("random", { x: 218, y: 146, width: 31, height: 46 }, random);
    expect([target.x - 33, target.y - 41]).toEqual([209, 115]);
  });
});

describe("changes of a shape", () => {
  const change = fc.record({
    seed: fc.nat(1e6),
    w: fc.integer({ min: 1, max: 30 }),
    h: fc.integer({ min: 1, max: 30 }),
    by: fc.constantFrom(...ALIGNMENTS),
  });

  test("a window shows what the whole canvas shows there, touch-ups included", () => {
    fc.assert(
      fc.property(change, ({ seed, w, h, by }) => {
        const random = new PythonRandom(seed);
        const shape = {
          width: w,
          height: h,
          data: Uint8Array.from({ length: w * h }, () => random.below(2)),
        };
        const drawn = drawChange(random, shape, DEFAULT_AUGMENTATION, { by, strict: false });
        if (drawn.width < 1 || drawn.height < 1) return;
        const all = { x: 0, y: 0, width: drawn.width, height: drawn.height };
        const whole = renderChange(shape, drawn, all);
        const x = random.below(drawn.width);
        const y = random.below(drawn.height);
        const part = {
          x,
          y,
          width: 1 + random.below(drawn.width - x),
          height: 1 + random.below(drawn.height - y),
        };
        expect(renderChange(shape, drawn, part)).toEqual(cropMask(whole, part));
      }),
      { numRuns: 60 },
    );
  });

  test("nothing drawn, nothing changed", () => {
    const off = Object.fromEntries(
      Object.keys(DEFAULT_AUGMENTATION)
        .filter((key) => key.endsWith("_probability"))
        .map((key) => [key, 0]),
    );
    const { augmentation } = readAugmentation(off);
    const shape = box(9, 7, 2, 1, 4, 3);
    const drawn = drawChange(new PythonRandom(1), shape, augmentation, { by: "center", strict: false });
    expect([drawn.width, drawn.height, drawn.fixed]).toEqual([9, 7, { x: 4, y: 3 }]);
    expect(renderChange(shape, drawn, { x: 0, y: 0, width: 9, height: 7 })).toEqual(shape);
  });
});

test("placed pixels stay inside their regions, and one seed is one result", () => {
  fc.assert(
    fc.property(fc.nat(1e6), fc.integer({ min: 1, max: 4 }), (seed, instances) => {
      const submask = box(60, 50, 20, 15, 12, 9);
      const legal = [box(60, 50, 3, 4, 20, 20), box(60, 50, 35, 20, 18, 25)];
      const regions = legal.map(regionOfMask);
      const r = placeInstances({ submask, regions, instances, seed });
      r.levels.data.forEach((v, i) => {
        if (v) expect(legal.some((m) => m.data[i] === 1)).toBe(true);
      });
      expect(placeInstances({ submask, regions, instances, seed })).toEqual(r);
    }),
    { numRuns: 40 },
  );
});

test("an empty shape and an empty region place nothing", () => {
  const region = regionOfMask(mask(30, 20, 1));
  expect(placeInstances({ submask: mask(30, 20), regions: [region], instances: 1, seed: 1 }).placed).toBe(0);
  const nowhere = regionOfMask(mask(30, 20));
  const submask = box(30, 20, 3, 3, 5, 5);
  expect(placeInstances({ submask, regions: [nowhere], instances: 2, seed: 1 }).placed).toBe(0);
});

describe("regions", () => {
  const whole = { width: 40, height: 30 };
  const at = (x: number, y: number, width: number, height: number, isLegal = true, id?: string) => ({
    x,
    y,
    width,
    height,
    isLegal,
    ...(id ? { id } : {}),
  });

  test("illegal ground is cut out, and what is too small then is dropped", () => {
    const regions = gatherRegions({
      ...whole,
      boxes: [at(0, 0, 10, 10), at(20, 0, 4, 4), at(8, 0, 30, 30, false)],
    });
    expect(regions.map((r) => r.box)).toEqual([{ x: 0, y: 0, width: 8, height: 10 }]);
  });

  test("parts of a picture are separate regions, specks are none", () => {
    const picture = {
      ...box(40, 30, 2, 2, 10, 10),
      data: box(40, 30, 2, 2, 10, 10).data.map((v) => v * 255),
    };
    picture.data.fill(255, 1020, 1023);
    expect(gatherRegions({ ...whole, legal: [picture] }).length).toBe(1);
    expect(gatherRegions({ ...whole, legal: [picture], separate: false }).length).toBe(1);
    expect(gatherRegions({ ...whole, legal: [picture], minArea: 0 }).length).toBe(2);
  });

  test.each([
    [[at(0, 0, 5, 5, true, "a"), at(9, 9, 5, 5, false, "a")], "roi_duplicate"],
    [[at(36, 0, 5, 5)], "roi_outside"],
    [[at(0, -1, 5, 5)], "roi_outside"],
  ])("refuses %j with %s", (boxes, code) => {
    expect(() => gatherRegions({ ...whole, boxes })).toThrowError(expect.objectContaining({ code }));
  });
});

describe("settings", () => {
  test("all wrong keys and values are listed", () => {
    const { problems } = readAugmentation({
      scale_probability: 1,
      rotation_range: [30, -30],
      shift_x_range: [1.5, 2],
      flip_x_probability: 2,
      morph_operations: ["melt"],
      kernel_size: 0,
    });
    expect(problems.map((p) => p.where?.field)).toEqual([
      "scale_probability",
      "rotation_range",
      "shift_x_range",
      "flip_x_probability",
      "morph_operations",
      "kernel_size",
    ]);
    expect(readAugmentation([]).problems.length).toBe(1);
  });

  test("a given range switches off its dynamic one, for both axes", () => {
    const { dynamic, augmentation, problems } = readAugmentation({ shift_x_range: [-3, 3] });
    expect(problems).toEqual([]);
    expect(dynamic).toEqual({ shift: false, rotation: true, shear: true });
    const a = withRanges(augmentation, dynamic, {
      region: { width: 90, height: 90 },
      shape: { width: 5, height: 5 },
      on: "center",
      by: "center",
    });
    expect([a.shift_x_range, a.shift_y_range]).toEqual([
      [-3, 3],
      [-30, 30],
    ]);
  });

  test.each([
    ["center", 0.5, 0.5],
    ["top_center", 0.5, 0],
    ["left_center", 0, 0.5],
    ["bottom_right", 0, 0],
    ["random", 0, 0],
  ] as const)("strict %s: flips in x %f, in y %f, no shift", (alignment, x, y) => {
    expect(strictly(DEFAULT_AUGMENTATION, alignment)).toMatchObject({
      shift_x_probability: 0,
      shift_y_probability: 0,
      flip_x_probability: x,
      flip_y_probability: y,
    });
  });

  test("fixed points", () => {
    expect(fixedPoint("top_right", 10, 7)).toEqual({ x: 9, y: 0 });
    expect(fixedPoint("bottom_center", 10, 7)).toEqual({ x: 5, y: 6 });
    expect(fixedPoint("random", 10, 7)).toEqual({ x: 5, y: 3 });
  });
});
