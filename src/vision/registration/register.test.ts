import { describe, expect, test } from "vitest";
import { fixedPicture, fromParams, movingPicture, multiply, register } from "./index.js";
import { meanDistance, toyBoard, toyPhoto } from "./testing.js";
import type { AnyPixels, Matrix3 } from "./types.js";

const SIZE = { width: 480, height: 360 };
/** For searches that go through all ranges. */
const SMALL = { width: 288, height: 216 };
const board = toyBoard(1, SIZE);
/** A range around the camera's place. */
const NEAR = { shift: 25, rotation: [1, 3], scaleX: [1, 1.06] } as const;
const tilt: Matrix3 = [1, 0, 0, 0, 1, 0, 2e-5, -3e-5, 1];
const camera = fromParams({ scaleX: 1.03, scaleY: 1.03, rotation_deg: 2.2, tx: 17.3, ty: -11.6 }, SIZE, SIZE);
const photo = toyPhoto(board.render, camera, SIZE, 5);
const find = (moving: AnyPixels, fixed: AnyPixels, options = {}) =>
  register(movingPicture(moving), fixedPicture(fixed), options);

describe("register", () => {
  test("finds a render in a photo with inverted light, to a few hundredths of a pixel", () => {
    const found = find(board.render, photo);
    expect(found.accepted).toBe(true);
    expect(meanDistance(found.matrix, camera, SIZE)).toBeLessThan(0.05);
    expect(found.params.scaleX).toBeCloseTo(1.03, 3);
    expect(found.params.rotation_deg).toBeCloseTo(2.2, 2);
    expect(found.paramsResidual).toBeLessThan(1e-6);
    expect(found.miAfter).toBeGreaterThan(3 * found.miBefore);
    expect(found.overlap).toBeGreaterThan(0.85);
  });

  test("finds a label mask in it, as well", () => {
    const found = find(board.labels, photo);
    expect(found.accepted).toBe(true);
    expect(meanDistance(found.matrix, camera, SIZE)).toBeLessThan(0.2);
  });

  test("follows a tilted camera with a homography, and says how far contract 4.2 is from it", () => {
    const truth = multiply(camera, tilt);
    const found = find(board.render, toyPhoto(board.render, truth, SIZE, 6), { model: "homography" });
    expect(meanDistance(found.matrix, truth, SIZE)).toBeLessThan(0.1);
    expect(found.paramsResidual).toBeGreaterThan(1);
  });

  test("two scales, other sizes and a given range (contract 4.4)", () => {
    const large = { width: 620, height: 520 };
    const truth = fromParams({ scaleX: 1.2, scaleY: 1.3, rotation_deg: 0.1, tx: 9, ty: 4 }, SIZE, large);
    const found = find(board.render, toyPhoto(board.render, truth, large, 7), {
      model: "two-scale",
      search: { shift: 40, rotation: [-1, 1], scaleX: [1.1, 1.3], scaleY: [1.1, 1.5] },
    });
    expect(found.accepted).toBe(true);
    expect(found.params.scaleX).toBeCloseTo(1.2, 2);
    expect(found.params.scaleY).toBeCloseTo(1.3, 2);
    expect(meanDistance(found.matrix, truth, SIZE)).toBeLessThan(0.1);
  });

  test("finds a photo that lies upside down", () => {
    const truth = fromParams({ scaleX: 1, scaleY: 1, rotation_deg: 181, tx: 5, ty: 3 }, SMALL, SMALL);
    const { render } = toyBoard(4, SMALL);
    const found = find(render, toyPhoto(render, truth, SMALL, 8));
    expect(found.accepted).toBe(true);
    expect(meanDistance(found.matrix, truth, SMALL)).toBeLessThan(0.1);
  });

  test("what a sparse board does not tell follows a similarity, not the noise", () => {
    // One cluster of parts at the left and a straight trace: nothing tells the shear of the right half.
    const sparse = toyBoard(3, SIZE).render;
    const data = sparse.data.map((v, i) =>
      i % SIZE.width < 110 ? v : Math.abs((i % SIZE.width) - 330) < 12 ? 30 : 70,
    );
    const render = { ...sparse, data };
    const found = find(render, toyPhoto(render, camera, SIZE, 9), { model: "affine" });
    expect(found.accepted).toBe(true);
    expect(meanDistance(found.matrix, camera, SIZE)).toBeLessThan(0.3);
  });

  test("refuses another board, for a render and for a mask, with the numbers", () => {
    const other = toyPhoto(toyBoard(2, SIZE).render, camera, SIZE, 5);
    for (const moving of [board.render, board.labels]) {
      const found = find(moving, other, { search: { shift: 40 } });
      expect(found).toMatchObject({ accepted: false, refusal: "patches_disagree" });
      expect(found.reason).toMatch(/^\d+ of \d+ patches .* mutual information \d/);
      expect(found.consistency.share).toBeLessThan(0.3);
    }
  });

  test("the gate of contract 4.1", () => {
    const { miAfter } = find(board.render, photo, { search: NEAR });
    expect(find(board.render, photo, { search: NEAR, minMi: miAfter - 0.01 }).accepted).toBe(true);
    expect(find(board.render, photo, { search: NEAR, minMi: miAfter + 0.01 })).toMatchObject({
      accepted: false,
      refusal: "min_mi",
    });
  });

  test("same inputs and seed, same numbers", () => {
    const once = (seed: number) => find(board.labels, photo, { seed, search: NEAR });
    const first = once(3);
    expect(once(3)).toEqual(first);
    expect(once(4).matrix).not.toEqual(first.matrix);
  });

  test("unusable pictures are named", () => {
    const flat = (width: number, height: number, v: number): AnyPixels => ({
      width,
      height,
      channels: 1,
      data: new Uint8Array(width * height).fill(v),
    });
    const code = (moving: AnyPixels, fixed: AnyPixels): string => {
      try {
        find(moving, fixed);
      } catch (error) {
        return (error as { code: string }).code;
      }
      return "none";
    };
    expect(code(board.render, flat(480, 360, 128))).toBe("picture_blank");
    expect(code(board.render, flat(480, 360, 0))).toBe("picture_blank");
    expect(code(board.render, flat(480, 360, 255))).toBe("picture_saturated");
    const mask = { ...flat(480, 360, 0), data: new Uint8Array(480 * 360).fill(1, 0, 30_000) };
    expect(code(mask, photo)).toBe("mask_binary");
    expect(code(board.render, flat(40, 40, 9))).toBe("picture_too_small");
    expect(code(board.render, flat(4000, 100, 9))).toBe("picture_too_long");
    expect(
      code(toyBoard(1, { width: 64, height: 64 }).render, toyBoard(1, { width: 900, height: 900 }).render),
    ).toBe("pictures_unlike");
  });
});
