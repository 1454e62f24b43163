import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Point } from "../board/board.js";
import { areaOf, convexHull, depthInside, longestEdge, spanAt } from "../outline.js";
import { boxMesh } from "../poses/fixtures.js";
import { coverOf, heightAt, latticeOf, solderSurface } from "./field.js";
import { sheetOf } from "./sheet.js";

const circle = (radius: number, n = 96): Point[] =>
  Array.from({ length: n }, (_, k) => [
    radius * Math.cos((2 * Math.PI * k) / n),
    radius * Math.sin((2 * Math.PI * k) / n),
  ]);
const rectangle = (w: number, h: number): Point[] => [
  [-w / 2, -h / 2],
  [w / 2, -h / 2],
  [w / 2, h / 2],
  [-w / 2, h / 2],
];
const soup = (min: [number, number, number], max: [number, number, number]): number[] => {
  const mesh = boxMesh({ min, max });
  return [...mesh.triangles].flatMap((k) => [...mesh.points.subarray(k * 3, k * 3 + 3)]);
};

describe("outlines", () => {
  test("hull of scattered points, depth, spans, area", () => {
    const hull = convexHull([...rectangle(2, 1), [0, 0], [0.3, 0.2], [1, 0], [0, -0.5]]);
    expect(hull).toHaveLength(4);
    expect(areaOf(hull)).toBeCloseTo(2);
    expect(depthInside(hull, 0, 0)).toBeCloseTo(0.5);
    expect(depthInside(hull, 0, 1)).toBeCloseTo(-0.5);
    expect(spanAt(hull, 0.5)).toEqual([-1, 1]);
    expect(spanAt(hull, 0.6)).toBeUndefined();
  });
});

test("a slightly turned pad with rounded vertices keeps its shape", () => {
  const [c, s] = [Math.cos(0.011), Math.sin(0.011)];
  const turned = rectangle(0.9, 0.7).flatMap(([x, y]): Point[] =>
    [0, 1e-6, -1e-6].map((e) => [Math.fround(c * x - s * y + 3 + e), Math.fround(s * x + c * y - 7 - e)]),
  );
  const middle: Point[] = [-0.2, 0, 0.3].map((x) => [3 + c * x - s * 0.35, -7 + s * x + c * 0.35]);
  const outline = convexHull([...turned, ...middle]);
  expect(outline).toHaveLength(4);
  const along = longestEdge(outline);
  expect(Math.abs(along[0] * c + along[1] * s)).toBeCloseTo(1, 5);
  const lattice = latticeOf(
    outline.map(([x, y]) => [c * x + s * y, c * y - s * x]),
    12,
  );
  const sheet = sheetOf(lattice, new Float64Array(lattice.columns * lattice.rows), 0);
  let area = 0;
  for (let t = 0; t < sheet.triangles.length; t += 3) {
    const [a, b, d] = [0, 1, 2].map((k) => sheet.points.subarray(sheet.triangles[t + k]! * 3)) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    area += ((b[0]! - a[0]!) * (d[1]! - a[1]!) - (b[1]! - a[1]!) * (d[0]! - a[0]!)) / 2;
  }
  expect(area).toBeCloseTo(0.63, 3);
});

describe("solder on a pad", () => {
  test("a round pad carries the paraboloid of its volume", () => {
    const radius = 0.5;
    const volume = 0.03;
    const lattice = latticeOf(circle(radius), 24);
    const solder = solderSurface({
      ...{ lattice, cover: coverOf(lattice, []), volume, climb: 0.2, reach: 0.05, film: 0 },
    });
    const top = (2 * volume) / (Math.PI * radius ** 2);
    for (const r of [0, 0.1, 0.25, 0.4, 0.47]) {
      const exact = top * (1 - (r / radius) ** 2);
      expect(heightAt(lattice, solder.height, r * 0.6, r * 0.8)).toBeCloseTo(exact, 2.6);
      expect(Math.abs(heightAt(lattice, solder.height, r, 0) - exact)).toBeLessThan(0.02 * top);
    }
    expect(solder.volume).toBeCloseTo(volume, 4);
    expect(solder.pressure).toBeCloseTo((8 * volume) / (Math.PI * radius ** 4), 0);
  });

  test("between a long wall and the border the surface is the parabola of its volume", () => {
    // Pad x from −1 to 1, long in y; wall for x < −0.4, wetted up to 0.3: h'' = −p on (−0.4, 1).
    const lattice = latticeOf(rectangle(2, 20), 40);
    const cover = coverOf(lattice, soup([-2, -20, 0.01], [-0.4, 20, 0.5]));
    const length = 1.4;
    const starved = (length * 0.3 * 0.7) / 2;
    const solder = solderSurface({
      ...{ lattice, cover, volume: starved * 20 + 0.6 * 0.01 * 20, climb: 0.3, reach: 0.05, film: 0 },
    });
    expect(solder.pressure).toBeLessThan(0);
    const p = solder.pressure;
    for (const x of [-0.3, 0, 0.5, 0.9]) {
      const s = x + 0.4;
      const exact = 0.3 * (1 - s / length) + (p / 2) * s * (length - s);
      expect(heightAt(lattice, solder.height, x, 0)).toBeCloseTo(exact, 2);
    }
    expect(heightAt(lattice, solder.height, 0, 0)).toBeLessThan(0.3 * (1 - 0.4 / length));
  });

  test("volume is kept, nothing is negative, walls are wetted, whatever stands on the pad", () => {
    const place = fc.double({ min: -0.5, max: 0.5, noNaN: true });
    fc.assert(
      fc.property(
        place,
        place,
        fc.double({ min: 0.1, max: 0.6, noNaN: true }),
        fc.double({ min: 0.03, max: 0.12, noNaN: true }),
        (x, y, half, mean) => {
          const outline = rectangle(1, 0.8);
          const lattice = latticeOf(outline, 16);
          const cover = coverOf(lattice, soup([x - half, y - half, 0.015], [x + half, y + half, 0.4]));
          const volume = mean * areaOf(outline);
          const film = 0.01;
          const solder = solderSurface({ lattice, cover, volume, climb: 0.3, reach: 0.05, film });
          expect(solder.height.some(Number.isNaN)).toBe(false);
          if (solder.pressure > 0 && solder.volume < volume * 1.001)
            expect(Math.abs(solder.volume - volume)).toBeLessThan(0.02 * volume);
          expect(solder.volume).toBeGreaterThan(0.97 * volume * (solder.pressure === 0 ? 0 : 1));
          const mesh = sheetOf(lattice, solder.height, 0.2);
          // One expectation for all vertices: thousands of them took longer than the solder.
          const least = { height: Infinity, depth: Infinity };
          for (let k = 0; k < mesh.points.length; k += 3) {
            const depth = depthInside(outline, mesh.points[k]!, mesh.points[k + 1]!);
            least.height = Math.min(least.height, mesh.points[k + 2]!);
            least.depth = Math.min(least.depth, depth);
          }
          expect(least.height).toBeGreaterThanOrEqual(Math.fround(0.2));
          expect(least.depth).toBeGreaterThan(-1e-6);
          // Up: the sheet is seen from above everywhere.
          expect(mesh.normals!.every((n, k) => k % 3 !== 2 || n > 0)).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });
});
