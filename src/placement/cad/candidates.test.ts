import { describe, expect, test } from "vitest";
import type { Pixels } from "../../kit/images.js";
import { type CadDefect, cadCandidates } from "./candidates.js";
import { parseCad } from "./parse.js";

const CLASSES = [
  { name: "pad", rgb: [255, 255, 0] },
  { name: "solder", rgb: [0, 255, 255] },
  { name: "ic", rgb: [255, 0, 0] },
  { name: "capacitor", rgb: [0, 0, 255] },
] as const;
type Name = (typeof CLASSES)[number]["name"];

/** A CAD mask of boxes, later ones painted over earlier ones. */
function board(
  width: number,
  height: number,
  boxes: readonly [Name, number, number, number, number][],
): Pixels {
  const data = new Uint8Array(width * height * 3);
  for (const [name, x, y, w, h] of boxes) {
    const { rgb } = CLASSES.find((c) => c.name === name) as (typeof CLASSES)[number];
    for (let v = y; v < y + h; v++) for (let u = x; u < x + w; u++) data.set(rgb, (v * width + u) * 3);
  }
  return { width, height, channels: 3, data };
}

describe("candidates of the worked examples (contract 5.6)", () => {
  const rows = [0, 1, 2].map((k) => 30 + 40 * k);
  const ic = parseCad(
    board(200, 160, [
      ["ic", 70, 20, 60, 120],
      ...rows.flatMap((y): [Name, number, number, number, number][] => [
        ["pad", 20, y, 36, 20],
        ["pad", 144, y, 36, 20],
      ]),
      ...rows.flatMap((y): [Name, number, number, number, number][] => [
        ["solder", 50, y + 4, 20, 12],
        ["solder", 130, y + 4, 20, 12],
      ]),
    ]),
    CLASSES,
  );
  const capacitor = parseCad(
    board(160, 120, [
      ["pad", 20, 30, 30, 60],
      ["pad", 110, 30, 30, 60],
      ["solder", 40, 40, 12, 40],
      ["solder", 108, 40, 12, 40],
      ["capacitor", 52, 40, 56, 40],
    ]),
    CLASSES,
  );
  const shown = (cad: typeof ic, defect: CadDefect) =>
    cadCandidates(cad, defect).map((c) => [c.box.x, c.box.y, c.box.width, c.box.height, c.area]);

  test("missing: the body with its solder, without pads", () => {
    expect(shown(ic, "missing")).toEqual([[50, 20, 100, 120, 8688]]);
    expect(shown(capacitor, "missing")).toEqual([[40, 40, 80, 40, 3200]]);
  });

  test("less solder: the pads; excess solder: pads with their solder", () => {
    expect(shown(ic, "less_solder").map((c) => c.slice(2))).toEqual(Array(6).fill([36, 20, 648]));
    expect(shown(ic, "excess_solder").map((c) => c.slice(2))).toEqual(Array(6).fill([50, 20, 888]));
    expect(shown(capacitor, "less_solder").map((c) => c[4])).toEqual([1400, 1400]);
    expect(shown(capacitor, "excess_solder").map((c) => c[4])).toEqual([1880, 1880]);
  });

  test("bridge: neighbours, and pairs that reach across; none through a body", () => {
    expect(cadCandidates(ic, "bridge").map((c) => c.groups.join(","))).toEqual([
      "0,2",
      "0,4",
      "1,3",
      "1,5",
      "2,4",
      "3,5",
      "0,2,4",
      "1,3,5",
    ]);
    const sizes = shown(ic, "bridge").map(([, , w, h, area]) => `${w}x${h} ${area}`);
    expect(sizes).toEqual([
      "50x60 2422",
      "50x100 4182",
      "50x60 2422",
      "50x100 4182",
      "50x60 2422",
      "50x60 2422",
      "50x100 4182",
      "50x100 4182",
    ]);
    expect(cadCandidates(capacitor, "bridge")).toEqual([]);
  });
});
