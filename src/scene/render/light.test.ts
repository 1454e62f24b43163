import { afterAll, describe, expect, test } from "vitest";
import { multiply, rotation, translation } from "../matrix.js";
import type { Light, Material, Scene } from "../model.js";
import type { Frame, Renderer, RenderSettings } from "../view.js";
import { light, lookDown, material, part, scene, settings, sheet } from "./fixtures/scenes.js";
import { openRenderer } from "./open.js";

afterAll(async () => {
  await Promise.all([...opened.values()].map((r) => r.close()));
});

const opened = new Map<Scene, Renderer>();
async function render(s: Scene, o: Parameters<typeof settings>[0]): Promise<Frame> {
  const renderer = opened.get(s) ?? (await openRenderer(s, { workers: 1 }));
  opened.set(s, renderer);
  return renderer.render(settings({ width: 8, height: 8, ...o }));
}

function mean(frame: Frame, channel = 0): number {
  let sum = 0;
  for (let i = channel; i < frame.rgb.length; i += 3) sum += frame.rgb[i]!;
  return (sum * 3) / frame.rgb.length;
}

/** A large plane seen through a tiny window: every pixel sees the same point, near the origin. */
const point = lookDown(0.01);
const grey: Material = material({ color: [0.5, 0.25, 1] });
const floor = scene([sheet(-500, -500, 500, 500)], [grey]);

/** Radiance of the grey floor is albedo / π times the irradiance. */
async function irradiance(lights: readonly Light[], more: Partial<RenderSettings> = {}): Promise<number> {
  const frame = await render(floor, { view: point, lights, samples: 128, ...more });
  if (mean(frame) > 0) expect(mean(frame, 1) / mean(frame, 0)).toBeCloseTo(0.5, 4);
  return (mean(frame) * Math.PI) / 0.5;
}

describe("irradiance of a point below a light equals the formula", () => {
  test("uniform dome: π L", async () => {
    expect(await irradiance([light("dome", {}, { intensity: 3 })])).toBeCloseTo(3 * Math.PI, 3);
  });

  test("disk on the axis: π L R² / (R² + h²)", async () => {
    for (const [r, h] of [
      [4, 100],
      [20, 10],
    ] as const) {
      const found = await irradiance([
        light("disk", { radius: r, coneAngleDeg: 180, coneSoftness: 0 }, { world: translation([0, 0, h]) }),
      ]);
      const exact = (Math.PI * r * r) / (r * r + h * h);
      expect(found / exact).toBeCloseTo(1, 2);
    }
  });

  test("disk turned towards the point from the side, and its cone", async () => {
    const at = multiply(rotation(0, 60), translation([0, -86.6025, 50]));
    const disk = { radius: 3, coneAngleDeg: 180, coneSoftness: 0 };
    // Rotated by +60° about X its −Z axis points to the origin from (0, −86.6, 50).
    const open = await irradiance([light("disk", disk, { world: at })]);
    expect(open / ((Math.PI * 9 * 0.5) / 10000)).toBeCloseTo(1, 1);
    const dimmed = await irradiance([
      light(
        "disk",
        { ...disk, coneAngleDeg: 120, coneSoftness: 1 },
        { world: translation([0, -86.6025, 50]) },
      ),
    ]);
    // Unrotated, the point lies 60° off the axis: cosine 0.5, cone 1 − smoothstep(60 / 120) = 0.5.
    expect(dimmed / ((Math.PI * 9 * 0.5 * 0.5 * 0.5) / 10000)).toBeCloseTo(1, 1);
    const none = await irradiance([
      light("disk", { ...disk, coneAngleDeg: 45 }, { world: translation([0, -86.6025, 50]) }),
    ]);
    expect(none).toBe(0);
  });

  test("rect above the point: the closed form of four corners", async () => {
    const [a, b, h] = [15, 5, 10];
    const found = await irradiance([
      light(
        "rect",
        { width: 2 * a, height: 2 * b, coneAngleDeg: 180, coneSoftness: 0 },
        { world: translation([0, 0, h]) },
      ),
    ]);
    // Form factor of a differential area to a parallel rectangle over its corner, four times (Howell B-3).
    const [x, y] = [a / h, b / h];
    const corner =
      (x / Math.hypot(1, x)) * Math.atan(y / Math.hypot(1, x)) +
      (y / Math.hypot(1, y)) * Math.atan(x / Math.hypot(1, y));
    expect(found / (Math.PI * 4 * (corner / (2 * Math.PI)))).toBeCloseTo(1, 2);
  });

  test("sphere: π L r² / d²", async () => {
    const found = await irradiance([light("sphere", { radius: 5 }, { world: translation([0, 0, 20]) })]);
    expect(found / ((Math.PI * 25) / 400)).toBeCloseTo(1, 2);
  });

  test("cylinder along its X axis: a thin one is a line light", async () => {
    const [r, half, h] = [0.05, 10, 10];
    const found = await irradiance([
      light("cylinder", { radius: r, length: 2 * half }, { world: translation([0, 0, h]) }),
    ]);
    // A line of width 2r: ∫ 2r L cosθ · sin φ / d² dx with both cosines h / d.
    const steps = 10000;
    let exact = 0;
    for (let i = 0; i < steps; i++) {
      const x = ((i + 0.5) / steps) * 2 * half - half;
      const d2 = x * x + h * h;
      exact += (((2 * r * h) / Math.sqrt(d2)) * (h / Math.sqrt(d2))) / d2;
    }
    exact *= (2 * half) / steps;
    expect(found / exact).toBeCloseTo(1, 1);
  });

  test("distant: L π sin²(half angle) · cos, an angle of zero is an irradiance", async () => {
    const tilted = rotation(0, 30);
    const sun = await irradiance([light("distant", { angleDeg: 10 }, { world: tilted, intensity: 2 })]);
    expect(sun / (2 * Math.PI * Math.sin((5 * Math.PI) / 180) ** 2 * Math.cos(Math.PI / 6))).toBeCloseTo(
      1,
      2,
    );
    const sharp = await irradiance([light("distant", { angleDeg: 0 }, { world: tilted, intensity: 2 })]);
    expect(sharp / (2 * Math.cos(Math.PI / 6))).toBeCloseTo(1, 3);
  });

  test("`normalize` divides by the area; exposure doubles per stop", async () => {
    const shape = { radius: 2, coneAngleDeg: 180, coneSoftness: 0 };
    const world = translation([0, 0, 50]);
    const plain = await irradiance([light("disk", shape, { world })]);
    const stopped = await irradiance([light("disk", shape, { world, exposure: 1 })]);
    const normal = await irradiance([light("disk", shape, { world, normalize: true })]);
    expect(stopped / plain).toBeCloseTo(2, 5);
    expect(plain / normal).toBeCloseTo(Math.PI * 4, 3);
  });

  test("a light that shows its back or is hidden gives nothing", async () => {
    const shape = { radius: 2, coneAngleDeg: 180, coneSoftness: 0 };
    const above = translation([0, 0, 50]);
    const away = multiply(rotation(0, 180), above);
    expect(await irradiance([light("disk", shape, { world: away })])).toBe(0);
    expect(await irradiance([light("disk", shape, { world: above, visible: false })])).toBe(0);
  });

  test("900 lights of a ring rig add up", async () => {
    const lights: Light[] = [];
    let exact = 0;
    for (let g = 0; g < 15; g++) {
      const elevation = (6.428571 * g * Math.PI) / 180;
      for (let k = 0; k < 60; k++) {
        const phi = (2 * Math.PI * k) / 60;
        const world = multiply(
          rotation(1, 90 - (elevation * 180) / Math.PI),
          rotation(2, (phi * 180) / Math.PI),
          translation([
            100 * Math.cos(elevation) * Math.cos(phi),
            100 * Math.cos(elevation) * Math.sin(phi),
            100 * Math.sin(elevation),
          ]),
        );
        lights.push(
          light(
            "disk",
            { radius: 1, coneAngleDeg: 180, coneSoftness: 0 },
            { world, intensity: g < 5 ? 3 : 1 },
          ),
        );
        exact += ((g < 5 ? 3 : 1) * Math.PI * Math.sin(elevation)) / 10000;
      }
    }
    expect(Math.abs((await irradiance(lights)) / exact - 1)).toBeLessThan(0.01);
  });
});

describe("furnace: a surface in a white surround gives back no more than it gets", () => {
  const white = { color: [1, 1, 1] as const };
  const surround = [light("dome", {})];

  test.each([0, 0.1, 0.25, 0.5, 0.75, 1])("white metal of roughness %d gives back all", async (roughness) => {
    for (const tiltXDeg of [0, 45, 70]) {
      const s = scene(
        [sheet(-500, -500, 500, 500)],
        [material({ ...white, metallic: 1, roughness, specular: 0.5 })],
      );
      const value = mean(await render(s, { view: { ...point, tiltXDeg }, lights: surround, samples: 128 }));
      expect(value).toBeGreaterThan(0.97);
      expect(value).toBeLessThan(1.015);
    }
  });

  test.each([0, 0.3, 0.6, 1])("white plastic of roughness %d with a coat loses little", async (roughness) => {
    for (const clearcoat of [0, 1])
      for (const tiltXDeg of [0, 60]) {
        const s = scene(
          [sheet(-500, -500, 500, 500)],
          [material({ ...white, roughness, specular: 0.5, clearcoat })],
        );
        const value = mean(await render(s, { view: { ...point, tiltXDeg }, lights: surround, samples: 128 }));
        expect(value).toBeGreaterThan(0.95);
        expect(value).toBeLessThan(1.02);
      }
  });

  test("a white box keeps the light that enters it: many bounces converge to one", async () => {
    // Inside a closed white room nothing arrives; with a white dome over a pit everything comes back in the end.
    const pit = scene(
      [sheet(-1, -1, 1, 1, 0), sheet(-1, -1, 1, 1, 0)],
      [material(white)],
      [
        part(0),
        part(1, 0, multiply(rotation(1, 90), translation([1, 0, 1]))),
        part(1, 0, multiply(rotation(1, 90), translation([-1, 0, 1]))),
        part(1, 0, multiply(rotation(0, 90), translation([0, 1, 1]))),
        part(1, 0, multiply(rotation(0, 90), translation([0, -1, 1]))),
      ],
    );
    const view = lookDown(1);
    const few = mean(await render(pit, { view, lights: surround, samples: 256, bounces: 1 }));
    const many = mean(await render(pit, { view, lights: surround, samples: 256, bounces: 60 }));
    expect(few).toBeLessThan(0.85);
    expect(many).toBeGreaterThan(0.97);
    expect(many).toBeLessThan(1.02);
  });
});
