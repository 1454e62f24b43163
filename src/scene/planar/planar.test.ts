import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Point, Polygon } from "../board/board.js";
import {
  apply,
  arcThrough,
  boundsOf,
  CHORD_ERROR,
  chain,
  circleRing,
  compose,
  corneredRing,
  difference,
  evenOdd,
  grown,
  intersection,
  ovalRing,
  polygonContains,
  rectRing,
  ringArea,
  rotation,
  roundRectRing,
  scaling,
  solid,
  stroke,
  totalArea,
  translation,
  union,
} from "./index.js";

const box = (x: number, y: number, w: number, h: number): Polygon =>
  solid(rectRing(w, h).map(([a, b]): Point => [a + x, b + y]));

describe("maps", () => {
  test("the last map comes first; quarter turns are exact", () => {
    const map = compose(translation(10, 0), rotation(90), scaling(2, 1));
    expect(apply(map, [1, 0])).toEqual([10, 2]);
    expect(rotation(-90)).toEqual(rotation(270));
    expect(apply(rotation(360), [3, 4])).toEqual([3, 4]);
  });

  test("a turn and its opposite cancel", () => {
    fc.assert(
      fc.property(fc.double({ min: -720, max: 720, noNaN: true }), (angle) => {
        const [x, y] = apply(compose(rotation(angle), rotation(-angle)), [3, 4]);
        expect(Math.hypot(x - 3, y - 4)).toBeLessThan(1e-9);
      }),
    );
  });
});

describe("arcs", () => {
  test("through three points, both ways round", () => {
    const left = arcThrough([1, 0], [0, 1], [-1, 0]);
    expect(Math.min(...left.map(([, y]) => y))).toBeGreaterThan(-1e-9);
    const right = arcThrough([1, 0], [0, -1], [-1, 0]);
    expect(Math.max(...right.map(([, y]) => y))).toBeLessThan(1e-9);
    const long = arcThrough([1, 0], [-1, 0], [0, -1]);
    expect(Math.max(...long.map(([, y]) => y))).toBeGreaterThan(0.99);
  });

  test("points on a line stay a line; equal ends make a circle", () => {
    expect(arcThrough([0, 0], [1, 0], [2, 0])).toEqual([
      [0, 0],
      [1, 0],
      [2, 0],
    ]);
    expect(Math.abs(ringArea(arcThrough([0, 0], [2, 0], [0, 0])))).toBeCloseTo(Math.PI, 1);
  });

  test("every point lies on the circle, every chord near it", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.05, max: 200, noNaN: true }), (radius) => {
        const ring = circleRing([3, -2], radius);
        ring.forEach((p, i) => {
          const q = ring[(i + 1) % ring.length];
          expect(Math.hypot(p[0] - 3, p[1] + 2)).toBeCloseTo(radius, 6);
          const sagitta = radius - Math.hypot((p[0] + q[0]) / 2 - 3, (p[1] + q[1]) / 2 + 2);
          expect(sagitta).toBeLessThan(Math.max(CHORD_ERROR * 1.01, radius * 1e-4));
        });
      }),
      { numRuns: 30 },
    );
  });
});

describe("shapes", () => {
  test("areas", () => {
    expect(ringArea(rectRing(2, 3))).toBe(6);
    expect(ringArea(ovalRing(4, 2))).toBeCloseTo(4 + Math.PI, 1);
    expect(ringArea(roundRectRing(4, 2, 0.5))).toBeCloseTo(8 - (4 - Math.PI) * 0.25, 1);
    const cut = corneredRing(4, 2, [
      { radius: 0, chamfer: 0.5 },
      { radius: 0, chamfer: 0 },
      { radius: 0, chamfer: 0 },
      { radius: 0, chamfer: 0 },
    ]);
    expect(ringArea(cut)).toBeCloseTo(8 - 0.125, 9);
    expect(cut.some(([x, y]) => x === -2 && y === -1)).toBe(false);
    expect(cut.some(([x, y]) => x === 2 && y === 1)).toBe(true);
  });

  test("strokes: one segment, one point, a corner", () => {
    expect(
      totalArea(
        stroke(
          [
            [0, 0],
            [10, 0],
          ],
          1,
        ),
      ),
    ).toBeCloseTo(10 + Math.PI / 4, 1);
    expect(
      totalArea(
        stroke(
          [
            [1, 1],
            [1, 1],
          ],
          2,
        ),
      ),
    ).toBeCloseTo(Math.PI, 1);
    const corner = stroke(
      [
        [0, 0],
        [10, 0],
        [10, 10],
      ],
      1,
    );
    expect(totalArea(corner)).toBeCloseTo(20 + Math.PI / 4 - 0.25 + Math.PI / 16, 1);
    expect(
      stroke(
        [
          [0, 0],
          [1, 0],
        ],
        0,
      ),
    ).toEqual([]);
  });
});

describe("areas", () => {
  test("union, difference, intersection, even-odd keep holes", () => {
    const frame = difference([box(0, 0, 10, 10)], [box(0, 0, 4, 4)]);
    expect(frame).toHaveLength(1);
    expect(frame[0].holes).toHaveLength(1);
    expect(totalArea(frame)).toBeCloseTo(84, 6);
    expect(polygonContains(frame[0], [0, 0])).toBe(false);
    expect(polygonContains(frame[0], [4, 4])).toBe(true);
    const island = union([...frame, box(0, 0, 2, 2)]);
    expect(island).toHaveLength(2);
    expect(totalArea(island)).toBeCloseTo(88, 6);
    expect(totalArea(intersection(island, [box(0, 0, 3, 3)]))).toBeCloseTo(4, 6);
    expect(totalArea(evenOdd([rectRing(6, 6), rectRing(2, 2)]))).toBeCloseTo(32, 6);
    expect(ringArea(frame[0].outline)).toBeGreaterThan(0);
    expect(ringArea(frame[0].holes[0])).toBeLessThan(0);
  });

  test("growing rounds or keeps corners", () => {
    expect(totalArea(grown([box(0, 0, 2, 2)], 1, "sharp"))).toBeCloseTo(16, 4);
    expect(totalArea(grown([box(0, 0, 2, 2)], 1))).toBeCloseTo(12 + Math.PI, 1);
    expect(totalArea(grown([box(0, 0, 2, 2)], -0.5))).toBeCloseTo(1, 4);
  });
});

describe("chain", () => {
  const edges = (ring: readonly Point[]) =>
    ring.map((p, i) => ({ points: [p, ring[(i + 1) % ring.length]], closed: false }));

  test("shuffled and turned edges of rings come back as those rings", () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 40 }), fc.infiniteStream(fc.nat()), (n, stream) => {
        const draw = () => Number(stream.next().value);
        const ring = Array.from({ length: n }, (_, i): Point => {
          const a = (2 * Math.PI * i) / n;
          return [20 * Math.cos(a), 20 * Math.sin(a)];
        });
        const pieces = [...edges(ring), ...edges(rectRing(4, 4))]
          .map((e) => (draw() % 2 ? e : { ...e, points: [...e.points].reverse() }))
          .map((e) => ({ e, key: draw() }))
          .sort((a, b) => a.key - b.key)
          .map(({ e }) => e);
        const { rings, open } = chain(pieces, 0.01);
        expect(open).toEqual([]);
        const areas = rings.map((r) => Math.abs(ringArea(r))).sort((a, b) => a - b);
        expect(areas).toHaveLength(2);
        expect(areas[0]).toBeCloseTo(16, 6);
        expect(areas[1]).toBeCloseTo(Math.abs(ringArea(ring)), 4);
      }),
      { numRuns: 50 },
    );
  });

  test("gaps are bridged up to the tolerance", () => {
    const square = edges(rectRing(10, 10));
    const torn = square.map((e, i) => (i === 0 ? { ...e, points: [[-4.95, -5] as Point, e.points[1]] } : e));
    expect(chain(torn, 0.01).rings).toEqual([]);
    expect(chain(torn, 0.01).open).toHaveLength(1);
    const mended = chain(torn, 0.1);
    expect(mended.rings).toHaveLength(1);
    expect(mended.gap).toBeCloseTo(0.05, 6);
    expect(boundsOf(mended.rings[0])).toEqual({ minX: -5, minY: -5, maxX: 5, maxY: 5 });
  });
});
