import { afterAll, describe, expect, test } from "vitest";
import { multiply, translation } from "../matrix.js";
import type { Scene } from "../model.js";
import type { Renderer, View } from "../view.js";
import { placement, random, soup } from "./fixtures/random.js";
import { ball, box, lookDown, material, part, scene, sheet } from "./fixtures/scenes.js";
import { openRenderer } from "./open.js";
import { rasterise } from "./peer/raster.js";

const open: Renderer[] = [];
afterAll(async () => {
  await Promise.all(open.map((r) => r.close()));
});
async function opened(s: Scene, workers = 1): Promise<Renderer> {
  const renderer = await openRenderer(s, { workers });
  open.push(renderer);
  return renderer;
}

describe("ids equal those of a z-buffer on every pixel", () => {
  const tie = 1e-6;

  async function differing(s: Scene, view: View, width: number, height: number): Promise<number> {
    const renderer = await opened(s);
    const traced = await renderer.identify(view, width, height);
    const expected = rasterise(s, view, width, height, tie);
    let wrong = 0;
    let seen = 0;
    for (let i = 0; i < expected.ids.length; i++) {
      if (traced.ids[i] !== expected.ids[i]) wrong++;
      if (Math.abs(traced.depth[i]! - expected.depth[i]!) > 1e-5 * (1 + expected.depth[i]!)) wrong++;
      if (expected.ids[i]! > 0) seen++;
    }
    expect(seen).toBeGreaterThan(0);
    return wrong;
  }

  test("random placements, orthographic with yaw and tilt, and perspective", async () => {
    for (let seed = 1; seed <= 4; seed++) {
      const next = random(seed);
      const meshes = [soup(40, 6, next), ball(2, 10, false), box([-1, -1, -1], [1, 2, 1])];
      const parts = Array.from({ length: 30 }, (_, i) => part(i % 3, 0, placement(next), next() < 0.9));
      const s = scene(meshes, [material()], parts);
      const turned = { yawDeg: next() * 360, tiltXDeg: next() * 20 - 10, tiltYDeg: next() * 20 - 10 };
      expect(await differing(s, lookDown(24, turned), 160, 160)).toBe(0);
      const wide = lookDown(20, { ...turned, projection: "perspective", focalLength: 25, height: 10 });
      expect(await differing(s, wide, 160, 80)).toBe(0);
    }
  });

  test("a camera in the middle of things sees only what lies before it", async () => {
    const next = random(77);
    const parts = Array.from({ length: 30 }, () => part(0, 0, placement(next)));
    const s = scene([soup(40, 6, next)], [material()], parts);
    const inside = lookDown(20, {
      position: [0, 0, 0],
      projection: "perspective",
      focalLength: 10,
      tiltXDeg: 30,
    });
    expect(await differing(s, inside, 120, 120)).toBe(0);
    expect(await differing(s, lookDown(20, { position: [0, 0, 0] }), 120, 120)).toBe(0);
  });

  test("edges and corners exactly on pixel centres, coplanar surfaces, at all quarter turns", async () => {
    // A pixel is 0.25 wide; sheets on the same grid, some at the same height, some 20 µm above.
    const sheets = Array.from({ length: 12 }, (_, i) => {
      const x = -4 + (i % 4) * 2;
      const y = -3 + Math.floor(i / 4) * 2;
      return sheet(x + 0.125, y + 0.125, x + 2.125, y + 2.125, i % 3 === 0 ? 0.02 : 0);
    });
    const s = scene(
      [sheet(-8, -8, 8, 8), ...sheets, box([-1.125, -1.125, 0], [1.125, 1.125, 0.5])],
      [material()],
    );
    for (const yawDeg of [0, 90, 180, -90])
      for (const position of [
        [0, 0, 50],
        [0.125, 0.125, 5000],
      ] as const)
        expect(await differing(s, lookDown(16, { yawDeg, position }), 64, 64)).toBe(0);
    const renderer = await opened(s);
    const { ids } = await renderer.identify(lookDown(16), 64, 64);
    // The rule for coplanar parts: the one listed last shows, on its closed area.
    expect(ids[32 * 64 + 32]).toBe(14);
  });

  test("far from the world's origin and with a tiny unit", async () => {
    const next = random(8);
    const far = translation([5000, -3000, 200]);
    const parts = Array.from({ length: 20 }, (_, i) => part(i % 2, 0, multiply(placement(next), far)));
    const s = scene([ball(2, 10, false), box([-1, -1, -1], [1, 2, 1])], [material()], parts);
    expect(await differing(s, lookDown(24, { position: [5000, -3000, 300], tiltXDeg: 3 }), 128, 128)).toBe(0);
  });
});
