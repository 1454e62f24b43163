import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rectangle } from "../shape/index.js";
import { openEdges, volumeOf } from "../shape/measure.js";
import { filletMesh, insideDistance } from "./fillet.js";

const PAD = rectangle([0, 0], 0.8, 0.95, 0.2, 3);

function heights(mesh: { points: Float32Array }): number[] {
  return Array.from({ length: mesh.points.length / 3 }, (_, i) => mesh.points[3 * i + 2]);
}

describe("solder joints", () => {
  test("closed, over the whole pad, never below it, at most as high as the wetted wall", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -0.3, max: 0.3, noNaN: true }),
        fc.double({ min: -0.3, max: 0.3, noNaN: true }),
        fc.double({ min: 0.05, max: 1.2, noNaN: true }),
        fc.double({ min: 0.2, max: 1.2, noNaN: true }),
        fc.double({ min: 0.5, max: 1.6, noNaN: true }),
        fc.integer({ min: 0, max: 9 }),
        (x, y, height, wetting, amount, seed) => {
          const wall = { outline: rectangle([x, y], 0.3, 0.8), height };
          const mesh = filletMesh({ pad: PAD, walls: [wall], wetting, amount, seed, z: 0.5 });
          expect(openEdges(mesh)).toBe(0);
          expect(volumeOf(mesh)).toBeGreaterThan(0);
          const zs = heights(mesh);
          expect(Math.min(...zs)).toBeCloseTo(0.5, 6);
          const film = 0.035 * amount;
          expect(Math.max(...zs)).toBeLessThanOrEqual(0.5 + 1.08 * (Math.max(wetting * height, film) + film));
        },
      ),
      { numRuns: 200, seed: 7 },
    );
  });

  test("the meniscus falls from wall to border and is concave", () => {
    const wall = { outline: rectangle([-0.25, 0], 0.3, 0.8), height: 0.6 };
    const mesh = filletMesh({ pad: PAD, walls: [wall], wetting: 1, cells: 6 });
    const line: [number, number][] = [];
    for (let i = 0; i < mesh.points.length; i += 3)
      if (Math.abs(mesh.points[i + 1]) < 0.03 && mesh.points[i] > -0.101 && mesh.points[i + 2] > 0)
        line.push([mesh.points[i], mesh.points[i + 2]]);
    line.sort((a, b) => a[0] - b[0]);
    expect(line.length).toBeGreaterThan(4);
    const slopes = line.slice(1).map(([x, z], i) => (line[i][1] - z) / (x - line[i][0]));
    expect(line[0][1]).toBeGreaterThan(0.55);
    expect(line.at(-1)?.[1]).toBeLessThan(0.1);
    expect(slopes[0]).toBeGreaterThan(2 * slopes[slopes.length - 1]);
  });

  test("without a wall a dome stays: highest in the middle", () => {
    const mesh = filletMesh({ pad: PAD, walls: [], film: 0.05 });
    let top = 0;
    for (let i = 3; i < mesh.points.length; i += 3) if (mesh.points[i + 2] > mesh.points[top + 2]) top = i;
    expect(Math.hypot(mesh.points[top], mesh.points[top + 1])).toBeLessThan(0.25);
    expect(mesh.points[top + 2]).toBeLessThan(0.06);
    expect(openEdges(mesh)).toBe(0);
  });

  test("more solder is more volume; the joint follows a moved wall", () => {
    const wall = { outline: rectangle([-0.2, 0], 0.3, 0.8), height: 0.6 };
    const volume = (amount: number) => volumeOf(filletMesh({ pad: PAD, walls: [wall], amount }));
    expect(volume(1.4)).toBeGreaterThan(volume(1));
    expect(volume(1)).toBeGreaterThan(volume(0.6));
    const centre = (x: number) => {
      const mesh = filletMesh({ pad: PAD, walls: [{ ...wall, outline: rectangle([x, 0], 0.3, 0.8) }] });
      const zs = heights(mesh);
      const most = zs.indexOf(Math.max(...zs));
      return mesh.points[3 * most];
    };
    expect(centre(0.2)).toBeGreaterThan(0);
    expect(centre(-0.2)).toBeLessThan(0);
  });

  test("distance to a square's border", () => {
    const square = rectangle([0, 0], 2, 2);
    expect(insideDistance(square, [0, 0])).toBeCloseTo(1, 12);
    expect(insideDistance(square, [0.75, 0])).toBeCloseTo(0.25, 12);
    expect(insideDistance(square, [4, 5])).toBeCloseTo(-5, 12);
  });
});
