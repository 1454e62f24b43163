import { readdirSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeImage } from "../../kit/images.js";
import { sharedData } from "../../kit/testing.js";
import {
  area,
  boundsOf,
  components,
  cropMask,
  cropPixels,
  grey,
  type Mask,
  mask,
  threshold,
} from "../../vision/index.js";
import { augmentMask, NO_AUGMENTATION } from "./augment.js";
import { convexHull, enclosedArea, enclosingCircle, outerBorder } from "./contour.js";
import { instancesOf } from "./instances.js";
import { enlargedMask, roundHalfEven, windowOf } from "./window.js";

const data = sharedData("amp-examples", "generation");
const draw = (...rows: string[]): Mask => ({
  width: rows[0]!.length,
  height: rows.length,
  data: Uint8Array.from(rows.join(""), (c) => (c === "#" ? 1 : 0)),
});
const read = async (file: string): Promise<Mask> => threshold(grey(await decodeImage(file, "gray")), 127);

describe.skipIf(!data)("recorded examples (contract 6.1)", () => {
  const names = data ? readdirSync(path.join(data, "original_mask")).sort() : [];
  // Ratio, window side and corner of each, as contract 9 lists them.
  const expected = [
    { ratio: 1.5, side: 27, x: 99, y: 97 },
    { ratio: 1.5, side: 48, x: 36, y: 44 },
    { ratio: 2, side: 16, x: 122, y: 132 },
  ];
  test.each(names.map((name, i) => [name, expected[i]!] as const))("%s", async (name, want) => {
    const at = (folder: string, file: string): string => path.join(data as string, folder, file);
    const m = await read(at("original_mask", name));
    const original = await decodeImage(at("original_image", name), "rgb");
    const window = windowOf(m, { ratio: want.ratio })!;
    expect(window).toEqual({ x: want.x, y: want.y, width: want.side, height: want.side });
    const cut = name.replace(".png", "_0.png");
    const crop = await decodeImage(at("cropped_image", cut), "rgb");
    expect(Buffer.compare(cropPixels(original, window).data, crop.data)).toBe(0);
    expect(cropMask(m, window)).toEqual(await read(at("cropped_mask", cut)));
    const allowed = enlargedMask(m, window);
    expect(area(allowed)).toBeGreaterThan(area(m));
    for (const step of ["step200", "step75000"]) {
      const made = await decodeImage(at("reconstructed_image", name.replace(".png", `_${step}.png`)), "rgb");
      let outside = 0;
      for (let i = 0; i < m.data.length; i++)
        for (let c = 0; c < 3; c++)
          if (made.data[3 * i + c] !== original.data[3 * i + c] && !allowed.data[i]) outside++;
      expect(outside).toBe(0);
    }
  });
});

describe("windows", () => {
  test("half rounds to even, and windows move into the picture", () => {
    expect([0.5, 1.5, 2.5, 2.4, 2.6].map(roundHalfEven)).toEqual([0, 2, 2, 2, 3]);
    const m = mask(10, 20);
    m.data[0] = 1;
    m.data[2] = 1;
    expect(windowOf(m, { ratio: 2 })).toEqual({ x: 0, y: 0, width: 6, height: 6 });
    m.data[9] = 1;
    // 20 wanted, 10 wide: cut and no longer square.
    expect(windowOf(m, { ratio: 2 })).toEqual({ x: 0, y: 0, width: 10, height: 20 });
    expect(windowOf(mask(3, 3), { ratio: 2 })).toBeUndefined();
    expect(windowOf(m, { width: 4, height: 6 })).toMatchObject({ width: 4, height: 6 });
  });

  test("a line of one pixel is painted nowhere; a block is, within twice its circle", () => {
    const line = draw("......", ".####.", "......", "......");
    expect(area(enlargedMask(line, { x: 0, y: 0, width: 6, height: 4 }))).toBe(0);
    const block = draw("......", "..##..", "..##..", "......");
    // Middle (2.5, 1.5) cut to (2, 1), radius √½, doubled and cut: 1.
    expect(enlargedMask(block, { x: 0, y: 0, width: 6, height: 4 })).toEqual(
      draw("..#...", ".###..", "..#...", "......"),
    );
    expect(area(enlargedMask(block, { x: 0, y: 1, width: 6, height: 3 }))).toBe(4);
  });

  test("borders", () => {
    const border = (m: Mask) => outerBorder(components(m).parts[0]!, m.width);
    expect(enclosedArea(border(draw("####")))).toBe(0);
    expect(enclosedArea(border(draw("#..", ".#.", "..#")))).toBe(0);
    expect(enclosedArea(border(draw("##", ".#")))).toBe(0.5);
    expect(enclosedArea(border(draw("###", "#.#", "###")))).toBe(4);
    expect(border(draw("#"))).toHaveLength(1);
    expect(enclosedArea(border(draw(".#.", "###", ".#.")))).toBe(2);
  });

  test("the smallest circle holds all points and touches two or three", () => {
    const point = fc.record({ x: fc.integer({ min: 0, max: 50 }), y: fc.integer({ min: 0, max: 50 }) });
    fc.assert(
      fc.property(fc.array(point, { minLength: 1, maxLength: 40 }), (points) => {
        const c = enclosingCircle(points);
        const far = points.map((p) => Math.hypot(p.x - c.x, p.y - c.y));
        expect(Math.max(...far)).toBeLessThanOrEqual(c.r + 1e-6);
        const touching = new Set(points.filter((_, i) => far[i]! > c.r - 1e-6).map((p) => `${p.x},${p.y}`));
        expect(touching.size).toBeGreaterThanOrEqual(c.r > 0 ? 2 : 1);
        expect(convexHull(points).length).toBeGreaterThan(0);
      }),
    );
  });
});

describe("instances", () => {
  const three = draw("##...##...##", "##...##...##");
  test("one, parts, groups", () => {
    expect(instancesOf(three, 1)).toEqual([three]);
    expect(instancesOf(three, 5)).toHaveLength(3);
    const two = instancesOf(three, 2);
    expect(two.map(area).sort()).toEqual([4, 8]);
    expect(instancesOf(mask(3, 3), 5)).toEqual([]);
  });
});

describe("mask augmentation", () => {
  const m = draw(".....", ".##..", ".#...", ".....", ".....");
  test("the first number of a shift is the vertical one", () => {
    expect(augmentMask(m, { ...NO_AUGMENTATION, shift: { down: 2, right: 1 } }).mask).toEqual(
      draw(".....", ".....", ".....", "..##.", "..#.."),
    );
  });
  test("a shift out of the picture undoes everything", () => {
    const got = augmentMask(m, { shift: { down: 0, right: 3 }, rotation: 90, morph: "dilate" });
    expect(got).toEqual({ mask: m, done: NO_AUGMENTATION });
  });
  test("turns counter-clockwise on screen, keeps the middle", () => {
    const bar = draw("..#..", "..#..", "..##.", ".....", ".....");
    expect(augmentMask(bar, { ...NO_AUGMENTATION, rotation: 90 }).mask).toEqual(
      draw(".....", "..#..", "###..", ".....", "....."),
    );
  });
  test("morphology with a square; what leaves nothing is not done", () => {
    expect(boundsOf(augmentMask(m, { ...NO_AUGMENTATION, morph: "dilate" }).mask)).toEqual({
      x: 0,
      y: 0,
      width: 4,
      height: 4,
    });
    expect(augmentMask(m, { ...NO_AUGMENTATION, morph: "erode" }).done).toEqual(NO_AUGMENTATION);
  });
});
