import { describe, expect, test } from "vitest";
import { seeded } from "../../kit/random.js";
import { area, components, grey, threshold } from "../../vision/index.js";
import { boardShape } from "./boards.js";
import { GLASS_DEFECTS, glassPicture } from "./glass.js";

describe("drawn exemplars", () => {
  test.each(GLASS_DEFECTS)("glass with %s: the picture changes inside the mask and not outside", (defect) => {
    const clean = glassPicture(undefined, seeded(5).fork("x"));
    const { picture, mask } = glassPicture(defect, seeded(5).fork("x"));
    expect(mask).toBeDefined();
    const inside = threshold(grey(mask as never), 127);
    expect(area(inside)).toBeGreaterThan(40);
    expect(area(inside)).toBeLessThan(0.2 * picture.width * picture.height);
    let [far, most] = [0, 0];
    for (let i = 0; i < inside.data.length; i++) {
      const change = Math.max(
        ...[0, 1, 2].map((c) => Math.abs(picture.data[3 * i + c] - clean.picture.data[3 * i + c])),
      );
      if (inside.data[i]) most = Math.max(most, change);
      else if (change > 12) far++;
    }
    expect(most).toBeGreaterThan(12);
    // A film fades out beyond the border of its mask.
    expect(far / inside.data.length).toBeLessThan(0.01);
  });

  test("shapes of boards are one piece and known by name", () => {
    for (const defect of ["bridge", "excess_solder", "missing"])
      for (let k = 0; k < 5; k++) {
        const shape = boardShape(defect, seeded(2).fork(defect, k));
        expect(components(threshold(grey(shape as never), 127)).parts).toHaveLength(1);
      }
    expect(boardShape("colour", seeded(1))).toBeUndefined();
  });
});
