import { afterAll, describe, expect, test } from "vitest";
import { multiply, rotation, translation } from "../matrix.js";
import type { Frame, Renderer } from "../view.js";
import { ball, light, lookDown, material, part, scene, settings, sheet } from "./fixtures/scenes.js";
import { openRenderer } from "./open.js";

const open: Renderer[] = [];
afterAll(async () => {
  await Promise.all(open.map((r) => r.close()));
});

const flat = { coneAngleDeg: 180, coneSoftness: 0 };
const metal = material({ color: [0.8, 0.8, 0.75], metallic: 1, roughness: 0.3 });
const s = scene(
  [sheet(-20, -20, 20, 20), ball(2, 24, true), sheet(-1, -1, 1, 1, 0.5)],
  [material({ color: [0.1, 0.4, 0.2], roughness: 0.4, specular: 0.5 }), metal],
  [
    part(0),
    part(1, 1, translation([-3, 0, 0])),
    part(2, 1, multiply(rotation(0, 10), translation([3, 2, 0]))),
  ],
);
const lights = Array.from({ length: 24 }, (_, k) => {
  const world = multiply(translation([0, 0, 60]), rotation(1, 40), rotation(2, k * 15));
  return light("disk", { radius: 4, ...flat }, { world, intensity: 3 });
});
// An odd size: tiles of the denoiser are cut at the edges.
const wanted = settings({
  view: lookDown(12, { height: 9 }),
  lights,
  width: 100,
  height: 75,
  samples: 8,
  bounces: 1,
});

async function opened(workers: number): Promise<Renderer> {
  const renderer = await openRenderer(s, { workers });
  open.push(renderer);
  return renderer;
}

const distance = (a: Frame, b: Frame) =>
  Math.sqrt(
    a.rgb.reduce((sum, v, i) => sum + (Math.min(v, 2) - Math.min(b.rgb[i]!, 2)) ** 2, 0) / a.rgb.length,
  );

describe("denoiser", () => {
  test("brings a noisy picture much closer to a clean one, on any number of workers", async () => {
    const renderer = await opened(2);
    const reference = await renderer.render({ ...wanted, samples: 256, seed: 7 });
    const noisy = await renderer.render(wanted);
    const clean = await renderer.render({ ...wanted, denoise: true });
    expect(distance(clean, reference)).toBeLessThan(0.65 * distance(noisy, reference));
    expect(clean.half).toEqual(noisy.half);
    expect(clean.ids).toEqual(noisy.ids);
    const three = await opened(3);
    expect(await three.render({ ...wanted, denoise: true })).toEqual(clean);
  });

  test("leaves a picture without noise alone, and its edges", async () => {
    const glowing = scene(
      [sheet(-20, -20, 20, 20), sheet(-2, -2, 2, 2, 1)],
      [
        material({ color: [0, 0, 0], emissive: [0.2, 0.5, 0.1] }),
        material({ color: [0, 0, 0], emissive: [0.3, 0.1, 2] }),
      ],
    );
    const renderer = await openRenderer(glowing, { workers: 1 });
    open.push(renderer);
    // Pixels of a twelfth of a unit: the edges lie between pixels.
    const view = lookDown(12, { height: 9 });
    const o = { ...wanted, view, lights: [], width: 144, height: 108, samples: 4 };
    const plain = await renderer.render(o);
    const clean = await renderer.render({ ...o, denoise: true });
    const changed = clean.rgb.filter((v, i) => !(Math.abs(v - plain.rgb[i]!) < 5e-5));
    expect([...changed]).toEqual([]);
  });

  test("one sample has no halves: it stays as it is", async () => {
    const renderer = await opened(1);
    const o = { ...wanted, samples: 1 };
    expect(await renderer.render({ ...o, denoise: true })).toEqual(await renderer.render(o));
  });
});
