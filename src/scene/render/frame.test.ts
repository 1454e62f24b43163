import { afterAll, describe, expect, test } from "vitest";
import { multiply, scaling, translation } from "../matrix.js";
import type { Scene, TriangleMesh } from "../model.js";
import type { Renderer } from "../view.js";
import { placement, random } from "./fixtures/random.js";
import { ball, box, light, lookDown, material, part, scene, settings, sheet } from "./fixtures/scenes.js";
import { openRenderer } from "./open.js";

const open: Renderer[] = [];
afterAll(async () => {
  await Promise.all(open.map((r) => r.close()));
});
async function opened(s: Scene, workers = 1): Promise<Renderer> {
  const renderer = await openRenderer(s, { workers });
  open.push(renderer);
  return renderer;
}

describe("what does not depend on how a frame is made", () => {
  const next = random(21);
  const meshes = [sheet(-10, -10, 10, 10, -4), ball(2, 10, true), box([-1, -1, -1], [1, 2, 1])];
  const parts = [
    part(0),
    ...Array.from({ length: 25 }, (_, i) => part(1 + (i % 2), 1 + (i % 2), placement(next))),
  ];
  const looks = [
    material(),
    material({ metallic: 1, roughness: 0.2, bumps: { slope: 0.2, cell: 0.3, octaves: 3, seed: 4 } }),
    material({ clearcoat: 1, specular: 0.5, opacity: 0.7 }),
  ];
  const s = scene(meshes, looks, parts);
  const lights = [
    light("dome", {}, { intensity: 0.3 }),
    light(
      "disk",
      { radius: 3, coneAngleDeg: 120, coneSoftness: 0.7 },
      { world: translation([3, 2, 40]), intensity: 50 },
    ),
    light("sphere", { radius: 1 }, { world: translation([-8, 5, 20]), intensity: 100 }),
  ];
  const wanted = settings({
    view: lookDown(20, { lensRadius: 0.5, focusDistance: 50 }),
    lights,
    width: 100,
    height: 70,
    samples: 4,
    bounces: 2,
    seed: 9,
  });

  test("the same bytes on one, two and three workers; another seed, other noise", async () => {
    const frames = [];
    for (const workers of [1, 2, 3]) {
      const renderer = await opened(s, workers);
      let last = 0;
      frames.push(
        await renderer.render({
          ...wanted,
          onProgress: (done) => {
            expect(done).toBeGreaterThan(last);
            last = done;
          },
        }),
      );
      expect(last).toBe(1);
      if (workers === 3) {
        const other = await renderer.render({ ...wanted, seed: 10 });
        expect(other.rgb).not.toEqual(frames[0]!.rgb);
        expect(other.ids).toEqual(frames[0]!.ids);
      }
    }
    expect(frames[1]).toEqual(frames[0]);
    expect(frames[2]).toEqual(frames[0]);
  });

  test("changed poses and materials give the bytes of a scene loaded that way, and go back", async () => {
    const renderer = await opened(s, 2);
    const before = await renderer.render(wanted);
    const moved = placement(next);
    await renderer.pose(
      new Map([
        [3, { world: moved }],
        [5, { visible: false }],
      ]),
    );
    await renderer.material(new Map([[1, { roughness: 0.6, color: [0.9, 0.1, 0.1] as const }]]));
    const changed = await renderer.render(wanted);
    const fresh = await opened({
      ...s,
      parts: s.parts.map((p, i) =>
        i === 3 ? { ...p, world: moved } : i === 5 ? { ...p, visible: false } : p,
      ),
      materials: s.materials.map((m, i) =>
        i === 1 ? { ...m, roughness: 0.6, color: [0.9, 0.1, 0.1] as const } : m,
      ),
    });
    expect(await fresh.render(wanted)).toEqual(changed);
    expect(renderer.bounds()).toEqual(fresh.bounds());
    expect(changed.rgb).not.toEqual(before.rgb);
    await renderer.pose(
      new Map([
        [3, { world: s.parts[3]!.world }],
        [5, { visible: true }],
      ]),
    );
    await renderer.material(new Map([[1, { roughness: 0.2, color: [0.5, 0.5, 0.5] as const }]]));
    expect(await renderer.render(wanted)).toEqual(before);
  });

  test("a frame can be aborted and the renderer goes on", async () => {
    const renderer = await opened(s, 2);
    const control = new AbortController();
    const running = renderer.render({
      ...wanted,
      samples: 256,
      signal: control.signal,
      onProgress: () => control.abort(),
    });
    await expect(running).rejects.toMatchObject({ code: "render_aborted", kind: "interrupted" });
    await expect(renderer.render({ ...wanted, signal: control.signal })).rejects.toMatchObject({
      code: "render_aborted",
    });
    expect((await renderer.render({ ...wanted, samples: 1 })).rgb.some((v) => v > 0)).toBe(true);
  });

  test("settings that cannot be are refused, empty scenes are black", async () => {
    const renderer = await opened(scene([], [], []));
    await expect(renderer.render({ ...wanted, samples: 0 })).rejects.toMatchObject({
      code: "bad_render_settings",
    });
    await expect(renderer.render({ ...wanted, width: 1e6 })).rejects.toMatchObject({
      code: "bad_render_settings",
    });
    const frame = await renderer.render(wanted);
    expect(frame.rgb.every((v) => v === 0)).toBe(true);
    expect(frame.ids.every((v) => v === 0)).toBe(true);
  });

  test("triangles without area and broken points are left out", async () => {
    const broken: TriangleMesh = {
      points: Float32Array.from([0, 0, 0, 1, 0, 0, 2, 0, 0, 0, 1, 0, Number.NaN, 0, 0]),
      triangles: Uint32Array.from([0, 1, 2, 0, 1, 1, 0, 1, 4, 0, 1, 99, 0, 1, 3]),
    };
    const flat = multiply(scaling([1, 1, 0]));
    const renderer = await opened(
      scene([broken, sheet(0, 0, 1, 1)], [material()], [part(0), part(1, 0, flat)]),
    );
    const frame = await renderer.render({ ...wanted, view: lookDown(4), width: 16, height: 16 });
    expect(frame.rgb.every(Number.isFinite)).toBe(true);
    expect(frame.ids.some((v) => v === 1)).toBe(true);
    expect(frame.ids.some((v) => v === 2)).toBe(false);
  });
});
