import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Point, Polygon } from "../board/board.js";
import {
  areaOf,
  circle,
  finish,
  fromFrame,
  grow,
  inPolygon,
  meet,
  minus,
  place,
  polygonsOf,
  rectangle,
  regionFilm,
  regionOf,
  revolve,
  roundedBox,
  stack,
  strip,
  stroke,
  textStrokes,
  textWidth,
  toFrame,
  union,
} from "./index.js";
import { flatPoints, openEdges, volumeOf } from "./measure.js";

const box = (x: number, y: number, w: number, h: number): Polygon => ({
  outline: rectangle([x, y], w, h),
  holes: [],
});
const size = fc.double({ min: 0.05, max: 20, noNaN: true });
const place1 = fc.double({ min: -50, max: 50, noNaN: true });

describe("regions", () => {
  test("areas of union, difference and intersection agree", () => {
    fc.assert(
      fc.property(place1, place1, size, size, place1, place1, size, size, (...n) => {
        const a = regionOf([box(n[0], n[1], n[2], n[3])]);
        const b = regionOf([box(n[4], n[5], n[6], n[7])]);
        const both = areaOf(meet(a, b));
        const slack = 0.01;
        expect(Math.abs(areaOf(union(a, b)) - (areaOf(a) + areaOf(b) - both))).toBeLessThan(slack);
        expect(Math.abs(areaOf(minus(a, b)) - (areaOf(a) - both))).toBeLessThan(slack);
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  test("a hole belongs to the outline around it, an island in a hole is a polygon of its own", () => {
    const ring = minus(regionOf([box(0, 0, 10, 10)]), regionOf([box(0, 0, 6, 6)]));
    const all = union(ring, regionOf([box(0, 0, 2, 2)]), regionOf([box(20, 0, 1, 1)]));
    const polygons = polygonsOf(all);
    expect(polygons.map((p) => p.holes.length).sort()).toEqual([0, 0, 1]);
    const outer = polygons.find((p) => p.holes.length === 1) as Polygon;
    expect(inPolygon([4, 0], outer)).toBe(true);
    expect(inPolygon([0, 0], outer)).toBe(false);
  });

  test("growing a square adds its rim and round corners", () => {
    const grown = areaOf(grow(regionOf([box(0, 0, 4, 4)]), 1, { tolerance: 0.0005 }));
    expect(grown).toBeCloseTo(16 + 16 + Math.PI, 2);
    expect(areaOf(grow(grow(regionOf([box(0, 0, 4, 4)]), -1), 1, { round: false }))).toBeCloseTo(16, 6);
  });

  test("a stroke has its length times its width and two half discs", () => {
    expect(
      areaOf(
        stroke(
          [
            [
              [0, 0],
              [10, 0],
            ],
          ],
          2,
          { tolerance: 0.0005 },
        ),
      ),
    ).toBeCloseTo(20 + Math.PI, 2);
  });
});

describe("frames", () => {
  test("there and back", () => {
    fc.assert(
      fc.property(place1, place1, place1, place1, fc.double({ min: -720, max: 720, noNaN: true }), (...n) => {
        const frame = { at: [n[0], n[1]] as const, rotation: n[4] };
        const back = toFrame(fromFrame([n[2], n[3]], frame), frame);
        expect(back[0]).toBeCloseTo(n[2], 9);
        expect(back[1]).toBeCloseTo(n[3], 9);
      }),
      { seed: 2 },
    );
  });

  test("quarter turns are exact", () => {
    expect(fromFrame([1, 2], { at: [0, 0], rotation: 90 })).toEqual([-2, 1]);
    expect(fromFrame([1, 2], { at: [0, 0], rotation: -90 })).toEqual([2, -1]);
  });
});

describe("solids", () => {
  const solids = {
    "rounded box": roundedBox([1, 2], [3, 2], 0.5, 1.5, 0.2, { segments: 3, bottom: true }),
    "box standing": roundedBox([0, 0], [1, 1], 0, 1, 0.1),
    stack: stack([
      { z: 0, x: 1, y: 2, r: 0.1 },
      { z: 1, x: 0.8, y: 1.8, r: 0.1 },
    ]),
    revolve: revolve(
      [
        [1, 0],
        [1.2, 1],
        [0.4, 2],
      ],
      [3, 0],
      24,
    ),
    strip: strip(
      [
        [0, 1],
        [1, 1],
        [1.5, 0.2],
        [2.5, 0.2],
      ],
      0.4,
      0.15,
      0.03,
      2,
    ),
    "sharp strip": strip(
      [
        [0, 0],
        [0, 1],
        [1, 1],
      ],
      0.4,
      0.15,
    ),
    "turned box": place(roundedBox([0, 0], [2, 1], 0, 1, 0.1), [4, 5, 6], 37),
  };
  test.each(Object.entries(solids))("%s is closed and faces outwards", (_, s) => {
    const m = flatPoints(s);
    expect(openEdges(m)).toBe(0);
    expect(volumeOf(m)).toBeGreaterThan(0);
  });

  test("volumes", () => {
    expect(volumeOf(flatPoints(roundedBox([0, 0], [2, 3], 0, 4, 0.0001)))).toBeCloseTo(24, 2);
    const n = 64;
    const circleArea = (n / 2) * Math.sin((2 * Math.PI) / n);
    expect(
      volumeOf(
        flatPoints(
          revolve(
            [
              [1, 0],
              [1, 2],
            ],
            [0, 0],
            n,
          ),
        ),
      ),
    ).toBeCloseTo(2 * circleArea, 6);
    expect(
      volumeOf(
        flatPoints(
          strip(
            [
              [0, 0],
              [5, 0],
            ],
            0.4,
            0.2,
          ),
        ),
      ),
    ).toBeCloseTo(0.4, 6);
  });

  test("a flat face beside a rounded edge keeps its normal; sharp edges stay sharp", () => {
    const mesh = finish(roundedBox([0, 0], [2, 2], 0, 1, 0.02), 50);
    let level = 0;
    for (let c = 0; c < mesh.triangles.length; c++) {
      const z = mesh.points[3 * mesh.triangles[c] + 2];
      const [x, y, nz] = [0, 1, 2].map((k) => mesh.normals?.[3 * c + k] ?? 0);
      expect(Math.hypot(x, y, nz)).toBeCloseTo(1, 3);
      if (z === 1 && nz > 0.99) level++;
    }
    expect(level).toBeGreaterThan(10);
    const cube = finish(roundedBox([0, 0], [2, 2], 0, 1, 0.0001), 0);
    expect(cube.normals).toBeUndefined();
  });
});

describe("films and text", () => {
  test("a film covers its region's area and faces up", () => {
    const region = minus(
      regionOf([box(0, 0, 6, 4)]),
      regionOf([{ outline: circle([1, 0], 1, 40), holes: [] }]),
    );
    const s = regionFilm(region, 0.5);
    let twice = 0;
    for (let t = 0; t < s.triangles.length; t += 3) {
      const [a, b, c] = [0, 1, 2].map((k) => s.points[s.triangles[t + k]]);
      const area = (b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1]);
      expect(area).toBeGreaterThan(0);
      twice += area;
    }
    expect(twice / 2).toBeCloseTo(areaOf(region), 4);
  });

  test("text has its height and width, centred", () => {
    const points: Point[] = textStrokes("AE8", { height: 3, at: [10, 20] }).flat();
    const xs = points.map((p) => p[0]);
    const ys = points.map((p) => p[1]);
    expect(Math.max(...ys) - Math.min(...ys)).toBeCloseTo(3, 9);
    expect(Math.max(...xs) - Math.min(...xs)).toBeCloseTo(textWidth("AE8", 3), 9);
    expect((Math.max(...xs) + Math.min(...xs)) / 2).toBeCloseTo(10, 9);
    expect(textStrokes("\u{1F600}", { height: 1, at: [0, 0] })).toHaveLength(1);
  });
});
