import { describe, expect, test } from "vitest";
import { contrast, DARK, LIGHT, TEXT_ON } from "./colours.js";

describe("colours", () => {
  test("contrast of known pairs", () => {
    expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 5);
    expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.478, 2);
  });

  test.each([
    ["light", LIGHT],
    ["dark", DARK],
  ] as const)("every text colour reaches 4.5 : 1 in %s", (_, palette) => {
    for (const [text, surface] of TEXT_ON)
      expect([text, surface, contrast(palette[text] as string, palette[surface] as string) >= 4.5]).toEqual([
        text,
        surface,
        true,
      ]);
  });

  test.each([
    ["light", LIGHT],
    ["dark", DARK],
  ] as const)("chart fills stand off the page at 2 : 1 or more in %s", (_, palette) => {
    for (const [name, colour] of Object.entries(palette))
      if (name.startsWith("fill-")) expect(contrast(colour, palette.paper as string)).toBeGreaterThan(2);
  });

  test("both palettes name the same colours", () => {
    expect(Object.keys(DARK)).toEqual(Object.keys(LIGHT));
  });
});
