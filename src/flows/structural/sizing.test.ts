import { describe, expect, test } from "vitest";
import { chosenModes } from "./modes.js";
import { MEASURED_YIELD, sizeStructural, yieldOf } from "./sizing.js";

describe("sizeStructural", () => {
  test.each([
    [1, 1],
    [30, 1],
    [31, 2],
    [60, 2],
    [120, 4],
  ])("%i crops by the common rule: %i frames", (wanted, patches) => {
    expect(sizeStructural(wanted)).toMatchObject({ render_patches: patches, expected: undefined });
  });

  test("few crops, and a single frame, are warned of", () => {
    expect(sizeStructural(12).warnings.join(" ")).toMatch(/Fewer than 30.*single frame/);
    expect(sizeStructural(90).warnings).toHaveLength(1);
  });

  test.each([0, -1, 2.5])("%d is refused", (wanted) => {
    expect(() => sizeStructural(wanted)).toThrow(expect.objectContaining({ code: "count_invalid" }));
  });

  test("on our boards the frames are the fewest that reach the number, and never more than the board has", () => {
    for (const [board, table] of Object.entries(MEASURED_YIELD)) {
      const [most, all] = table.at(-1) as readonly [number, number];
      for (const wanted of [1, 5, 20, 60, 150]) {
        const { render_patches, expected } = sizeStructural(wanted, board);
        expect(render_patches).toBeLessThanOrEqual(most);
        if (wanted <= all) expect(yieldOf(render_patches, table)).toBeGreaterThanOrEqual(wanted);
        if (render_patches > 1 && wanted <= all)
          expect(yieldOf(render_patches - 1, table)).toBeLessThan(wanted);
        expect(expected).toBe(Math.round(yieldOf(render_patches, table)));
      }
      expect(sizeStructural(1_000_000, board)).toMatchObject({ render_patches: most, most: true });
      expect(sizeStructural(all, board).most).toBe(false);
    }
  });
});

describe("chosenModes", () => {
  const defects = {
    shift: { enabled: true, ratio: 0.2, translate_range: 0.2, rotate_z_range: 15 },
    tombstone: { enabled: false, ratio: 0.2, angle_min: 70, angle_max: 90 },
    missing: { ratio: 0.5 },
  };

  test("all leaves the cookbook's switches alone, a list sets them all", () => {
    expect(chosenModes(defects, "all")).toBe(defects);
    const chosen = chosenModes(defects, "tombstone");
    expect([chosen.shift?.enabled, chosen.tombstone?.enabled]).toEqual([false, true]);
    expect(chosen.tombstone?.angle_min).toBe(70);
  });

  test("an unknown mode names the nearest, missing another flow", () => {
    expect(() => chosenModes(defects, "tombston")).toThrow(
      expect.objectContaining({ code: "defect_mode_unknown", hint: "Did you mean tombstone?" }),
    );
    expect(() => chosenModes(defects, "missing")).toThrow(
      expect.objectContaining({ hint: expect.stringContaining("texture-day0") }),
    );
  });
});
