import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { mainAxis } from "./main-axis.js";

// Points, and the first right singular vector that NumPy gives for them once they are centred.
const vectors: readonly (readonly [points: [number, number][], axis: [number, number]])[] = JSON.parse(
  readFileSync(new URL("./axis-vectors.json", import.meta.url), "utf8"),
);

test("the main axis of two and three points, with its direction", () => {
  for (const [points, [x, y]] of vectors) {
    const mean = [0, 1].map((c) => points.reduce((sum, p) => sum + (p[c] as number), 0) / points.length);
    const axis = mainAxis(points.map(([px, py]) => ({ x: px - (mean[0] ?? 0), y: py - (mean[1] ?? 0) })));
    expect(axis.x, JSON.stringify(points)).toBeCloseTo(x, 8);
    expect(axis.y, JSON.stringify(points)).toBeCloseTo(y, 8);
  }
});
