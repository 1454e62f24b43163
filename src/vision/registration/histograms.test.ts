import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { countShifts, informationOf, logTable, margins } from "./histograms.js";
import { ranked } from "./rank.js";

const BINS = 3;
const COLUMNS = 4;
const CELLS = BINS * (COLUMNS + 1);

/** Places in a grid of 12 × 6 whose last bin means outside, and five neighbouring shifts. */
const places = fc.record({
  grid: fc.array(fc.integer({ min: 0, max: COLUMNS }), { minLength: 72, maxLength: 72 }),
  places: fc.array(fc.record({ at: fc.nat(40), bin: fc.nat(BINS - 1) }), { minLength: 1, maxLength: 60 }),
});

describe("histograms of neighbouring shifts", () => {
  test("each is the one counted pair by pair, and its information is that of the definition", () => {
    fc.assert(
      fc.property(places, ({ grid, places }) => {
        const side = 5;
        const start = 12;
        const joint = new Uint16Array(side * CELLS);
        const row = Int32Array.from(places, (p) => p.bin * (COLUMNS + 1));
        const base = Int32Array.from(places, (p) => p.at);
        countShifts(joint, CELLS, side, places.length, row, base, Uint8Array.from(grid), start);
        const inside = new Int32Array(1);
        const sums = margins(BINS, COLUMNS);
        for (let k = 0; k < side; k++) {
          const pairs = places
            .map((p) => [p.bin, grid[p.at + start + k]] as const)
            .filter(([, b]) => b < COLUMNS);
          const part = (a?: number, b?: number): number =>
            pairs.filter(([x, y]) => (a ?? x) === x && (b ?? y) === y).length / pairs.length;
          let expected = 0;
          for (const [a, b] of pairs) expected += Math.log(part(a, b) / (part(a) * part(undefined, b)));
          const found = informationOf(joint, k * CELLS, sums, logTable(places.length), 1, inside);
          expect(inside[0]).toBe(pairs.length);
          expect(found).toBeCloseTo(pairs.length === 0 ? -1 : expected, 9);
        }
      }),
      { numRuns: 100 },
    );
  });
});

test("a value of a rank is that of the sorted list", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -20, max: 20 }), { maxLength: 80 }), fc.nat(90), (list, rank) => {
      const sorted = Float32Array.from(list).sort();
      expect(ranked(Float32Array.from(list), list.length, rank)).toBe(sorted[rank]);
    }),
    { numRuns: 300 },
  );
});
