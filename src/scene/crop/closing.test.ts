import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { closeEllipse, ellipseRows } from "./closing.js";

/** Half widths of the rows of OpenCV's elliptical elements. */
const KNOWN: Readonly<Record<number, readonly number[]>> = {
  1: [0, 1, 0],
  2: [0, 2, 2, 2, 0],
  3: [0, 2, 3, 3, 3, 2, 0],
  5: [0, 3, 4, 5, 5, 5, 5, 5, 4, 3, 0],
  7: [0, 4, 5, 6, 6, 7, 7, 7, 7, 7, 6, 6, 5, 4, 0],
  10: [0, 4, 6, 7, 8, 9, 9, 10, 10, 10, 10, 10, 10, 10, 9, 9, 8, 7, 6, 4, 0],
};

const masks = fc
  .tuple(fc.integer({ min: 1, max: 14 }), fc.integer({ min: 1, max: 11 }))
  .chain(([width, height]) =>
    fc.record({
      width: fc.constant(width),
      height: fc.constant(height),
      data: fc.uint8Array({ min: 0, max: 1, minLength: width * height, maxLength: width * height }),
    }),
  );

describe("closing with an ellipse", () => {
  test.each(Object.keys(KNOWN).map(Number))("the element of radius %i", (radius) => {
    expect(ellipseRows(radius)).toEqual(KNOWN[radius]);
  });

  test("radius 0 leaves the mask alone", () => {
    const mask = { width: 2, height: 1, data: Uint8Array.of(1, 0) };
    expect(closeEllipse(mask, 0)).toBe(mask);
  });

  test("is the definition: a pixel is in when every element over it meets the mask", () => {
    fc.assert(
      fc.property(masks, fc.integer({ min: 1, max: 4 }), (mask, radius) => {
        const rows = ellipseRows(radius);
        const inside = (x: number, y: number) => x >= 0 && y >= 0 && x < mask.width && y < mask.height;
        const around = (x: number, y: number) =>
          rows.flatMap((reach, i) =>
            Array.from({ length: 2 * reach + 1 }, (_, k) => [x + k - reach, y + i - radius] as const),
          );
        const grown = (x: number, y: number) =>
          around(x, y).some(([u, v]) => inside(u, v) && mask.data[v * mask.width + u] === 1);
        const wanted = Array.from(mask.data, (_, i) => {
          const [x, y] = [i % mask.width, Math.floor(i / mask.width)];
          return around(x, y).every(([u, v]) => !inside(u, v) || grown(u, v)) ? 1 : 0;
        });
        expect(Array.from(closeEllipse(mask, radius).data)).toEqual(wanted);
      }),
      { numRuns: 60 },
    );
  });

  test("grows, and closing twice changes nothing more", () => {
    fc.assert(
      fc.property(masks, fc.integer({ min: 1, max: 5 }), (mask, radius) => {
        const once = closeEllipse(mask, radius);
        expect(once.data.every((v, i) => v >= mask.data[i])).toBe(true);
        expect(closeEllipse(once, radius).data).toEqual(once.data);
      }),
      { numRuns: 60 },
    );
  });
});
