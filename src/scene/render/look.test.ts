import sharp from "sharp";
import { afterAll, describe, expect, test } from "vitest";
import { multiply, rotation, translation } from "../matrix.js";
import type { Scene, Texture } from "../model.js";
import type { Frame, Renderer } from "../view.js";
import { ball, box, light, lookDown, material, part, scene, settings, sheet } from "./fixtures/scenes.js";
import { openRenderer } from "./open.js";

const open: Renderer[] = [];
afterAll(async () => {
  await Promise.all(open.map((r) => r.close()));
});
async function render(s: Scene, o: Parameters<typeof settings>[0]): Promise<Frame> {
  const renderer = await openRenderer(s, { workers: 1 });
  open.push(renderer);
  return renderer.render(settings(o));
}

const red = (frame: Frame, x: number, y: number) => frame.rgb[(y * frame.width + x) * 3]!;
const flat = { coneAngleDeg: 180, coneSoftness: 0 };
const mirror = material({ color: [1, 1, 1], metallic: 1, roughness: 0, specular: 0.5 });

describe("mirrors show lights where geometry says", () => {
  test("a perspective camera over a mirror sees a disk at its mirrored place and size", async () => {
    // Camera at height 20, light of radius 2 at (3, 1, 40) facing down: seen as if at (3, 1, −40).
    const s = scene([sheet(-100, -100, 100, 100)], [mirror]);
    const view = lookDown(20, { position: [0, 0, 20], projection: "perspective", focalLength: 20 });
    const lights = [light("disk", { radius: 2, ...flat }, { world: translation([3, 1, 40]) })];
    const size = 100;
    const frame = await render(s, { view, lights, width: size, height: size, samples: 64 });
    let area = 0;
    let cx = 0;
    let cy = 0;
    for (let y = 0; y < size; y++)
      for (let x = 0; x < size; x++) {
        const v = red(frame, x, y);
        area += v;
        cx += v * (x + 0.5);
        cy += v * (y + 0.5);
      }
    // Distance 20 + 40 along the axis: one unit there is a third of a unit on the window, 5 pixels per unit.
    const pixels = (size / 20) * (20 / 60);
    expect(cx / area).toBeCloseTo(size / 2 + 3 * pixels, 1);
    expect(cy / area).toBeCloseTo(size / 2 - 1 * pixels, 1);
    expect(area / (Math.PI * (2 * pixels) ** 2)).toBeCloseTo(1, 1);
    expect(red(frame, Math.round(size / 2 + 3 * pixels), Math.round(size / 2 - pixels))).toBeCloseTo(1, 1);
  });

  test("a facet tilted by α mirrors the light at 2α, and no other", async () => {
    for (const alpha of [10, 20, 30]) {
      const s = scene([sheet(-5, -5, 5, 5)], [mirror], [part(0, 0, rotation(1, alpha))]);
      for (const elevation of [2 * alpha, 2 * alpha + 6]) {
        const lights = [
          light(
            "disk",
            { radius: 4, ...flat },
            { world: multiply(translation([0, 0, 100]), rotation(1, elevation)) },
          ),
        ];
        const value = red(await render(s, { view: lookDown(0.1), lights, samples: 16 }), 8, 8);
        expect(value).toBeCloseTo(elevation === 2 * alpha ? 1 : 0, 1);
      }
    }
  });

  test("mirrors show other surfaces: bounces count", async () => {
    // A tilted mirror shows a glowing wall to its side.
    const s = scene(
      [sheet(-5, -5, 5, 5), sheet(-50, -50, 50, 50)],
      [mirror, material({ color: [0, 0, 0], emissive: [0.5, 0.5, 0.5] })],
      [part(0, 0, rotation(1, 45)), part(1, 1, multiply(rotation(1, 90), translation([60, 0, 0])))],
    );
    expect(
      red(await render(s, { view: lookDown(0.1), lights: [], bounces: 0, samples: 8 }), 8, 8),
    ).toBeCloseTo(0.5, 3);
  });
});

describe("shadows", () => {
  test("the penumbra of an edge is as wide as the light is: w · h / (H − h)", async () => {
    // A rect light 8 wide at height 40, an edge at x = 0 at height 10 that covers x < 0.
    const s = scene(
      [sheet(-200, -200, 200, 200), sheet(-100, -100, 0, 100, 10)],
      [material({ color: [1, 1, 1] })],
    );
    const lights = [light("rect", { width: 8, height: 8, ...flat }, { world: translation([0, 0, 40]) })];
    const renderer = await openRenderer(s, { workers: 1 });
    open.push(renderer);
    // Looking down between edge and floor: the camera stands below the edge's height.
    const view = lookDown(6, { position: [0, 0, 9] });
    const frame = await renderer.render(settings({ view, lights, width: 60, height: 4, samples: 512 }));
    const row = Array.from({ length: 60 }, (_, x) => (red(frame, x, 1) + red(frame, x, 2)) / 2);
    const full = row.at(-1)!;
    const across = (share: number) => {
      const i = row.findIndex((v) => v >= share * full);
      return ((i + (share * full - row[i - 1]!) / (row[i]! - row[i - 1]!) - 0.5) / 60) * 6 - 3 + 0.05;
    };
    // The edge's shadow of the light's end at ±4 falls at ∓4 · 10 / 30: half light below the edge itself.
    expect(across(0.5)).toBeCloseTo(0, 1);
    expect(across(0.75) - across(0.25)).toBeCloseTo(0.5 * ((8 * 10) / 30), 1);
    expect(row[0]!).toBe(0);
  });

  test("half-opaque parts let half the light through, cut-outs all of it", async () => {
    const half = material({ opacity: 0.5, color: [0, 0, 0] });
    const s = scene(
      [sheet(-200, -200, 200, 200), sheet(-100, -100, 100, 100, 10)],
      [material({ color: [1, 1, 1] }), half],
    );
    const lights = [light("disk", { radius: 2, ...flat }, { world: translation([0, 0, 40]) })];
    const below = lookDown(0.1, { position: [0, 0, 5] });
    const value = red(await render(s, { view: below, lights, samples: 64 }), 8, 8);
    const bare = red(
      await render(scene([s.meshes[0]!], [s.materials[0]!]), { view: below, lights, samples: 64 }),
      8,
      8,
    );
    expect(value / bare).toBeCloseTo(0.5, 2);
    // From above half of the rays end on the black sheet; the others see the floor in its half shadow.
    const above = await render(s, { view: lookDown(0.1), lights, samples: 1024 });
    let mean = 0;
    for (let i = 0; i < above.rgb.length; i += 3) mean += (above.rgb[i]! * 3) / above.rgb.length;
    expect(mean / bare).toBeCloseTo(0.25, 2);
    expect(above.ids[0]).toBe(2);
  });

  test("no cracks, no spots: what sees the whole sky has one value", async () => {
    const white = material({ color: [0.8, 0.8, 0.8] });
    const layers = scene(
      [sheet(-50, -50, 50, 50), box([-5, -5, 0], [5, 5, 1]), sheet(-4, -4, 4, 4, 1.002)],
      [white],
    );
    const globe = scene([ball(8, 40, false)], [white], [part(0, 0, translation([100, -60, 0]))]);
    for (const [s, position] of [
      [layers, [0, 0, 50]],
      [globe, [100, -60, 50]],
    ] as const) {
      const o = { view: lookDown(8, { position }), lights: [light("dome", {})], width: 64, height: 64 };
      const frame = await render(s, { ...o, samples: 64, bounces: 0 });
      const wrong = frame.rgb.filter((v, i) => i % 3 === 0 && !(Math.abs(v - 0.8) < 5e-5));
      expect([...wrong]).toEqual([]);
    }
  });
});

describe("textures", () => {
  /** 2 × 2 pixels, top row first: red, green / blue, white. */
  async function checker(wrap: Texture["wrap"] = "clamp", srgb = false): Promise<Texture> {
    const data = Uint8Array.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255]);
    const bytes = await sharp(data, { raw: { width: 2, height: 2, channels: 3 } })
      .png()
      .toBuffer();
    return { name: "checker.png", bytes: new Uint8Array(bytes), srgb, wrap };
  }
  const input = { texture: 0, channel: "rgb", scale: 1, bias: 0 } as const;
  const lights = [light("dome", {})];

  test("st has its origin at the bottom left", async () => {
    const s = scene([sheet(-1, -1, 1, 1)], [material({ colorTexture: input })], undefined, {
      textures: [await checker()],
    });
    const frame = await render(s, { view: lookDown(2), lights, width: 8, height: 8, samples: 16 });
    const color = (x: number, y: number) =>
      Array.from(frame.rgb.slice((y * 8 + x) * 3, (y * 8 + x) * 3 + 3), (v) => Math.round(v));
    expect(color(0, 0)).toEqual([1, 0, 0]);
    expect(color(7, 0)).toEqual([0, 1, 0]);
    expect(color(0, 7)).toEqual([0, 0, 1]);
    expect(color(7, 7)).toEqual([1, 1, 1]);
  });

  test("sRGB is decoded, bilinear in between, wrapped as asked", async () => {
    const gray = await sharp(Uint8Array.from([188, 188, 188]), { raw: { width: 1, height: 1, channels: 3 } })
      .png()
      .toBuffer();
    const one: Texture = { name: "g.png", bytes: new Uint8Array(gray), srgb: true, wrap: "repeat" };
    const plain = scene([sheet(-1, -1, 1, 1)], [material({ colorTexture: input })], undefined, {
      textures: [one],
    });
    const view = lookDown(0.01);
    expect(red(await render(plain, { view, lights }), 0, 0)).toBeCloseTo(0.5029, 3);
    // The middle of the checker: the mean of all four.
    const middle = scene([sheet(-1, -1, 1, 1)], [material({ colorTexture: input })], undefined, {
      textures: [await checker()],
    });
    expect(red(await render(middle, { view, lights }), 8, 8)).toBeCloseTo(0.5, 2);
    // Coordinates from 0 to 2: a repeated texture shows its lower left again beyond the middle.
    const mesh = sheet(-1, -1, 1, 1);
    const twice = { ...mesh, uvs: mesh.uvs!.map((v) => v * 2) };
    for (const [wrap, expected] of [
      ["repeat", [0, 0, 1]],
      ["mirror", [0, 1, 0]],
      ["clamp", [0, 1, 0]],
      ["black", [0, 0, 0]],
    ] as const) {
      const s = scene([twice], [material({ colorTexture: input })], undefined, {
        textures: [await checker(wrap)],
      });
      // Just right of and above the middle, at st = (1.25, 1.25).
      const at = lookDown(0.01, { position: [0.25, 0.25, 50] });
      const frame = await render(s, { view: at, lights });
      expect(Array.from(frame.rgb.slice(0, 3), (v) => Math.round(v * 10) / 10)).toEqual(expected);
    }
  });

  test("one channel drives roughness, metallic or opacity; a normal map tilts the surface", async () => {
    // Left half transparent by the red channel of (red, green): opacity 1 left, 0 right on the upper row.
    const s = scene(
      [sheet(-1, -1, 1, 1, 1), sheet(-9, -9, 9, 9)],
      [material({ opacityTexture: { ...input, channel: "r" } }), material({ color: [0, 0, 0] })],
      undefined,
      { textures: [await checker()] },
    );
    const frame = await render(s, { view: lookDown(2), lights, width: 8, height: 8, samples: 32 });
    expect(red(frame, 0, 0)).toBeGreaterThan(0.3);
    expect(red(frame, 7, 0)).toBeLessThan(0.05);

    // A normal of (0.5, 0, 0.866) in the map: tilted by 30° towards +s. Lit by a narrow sun from straight above.
    const pixel = Uint8Array.from([191, 128, 238]);
    const bytes = new Uint8Array(
      await sharp(pixel, { raw: { width: 1, height: 1, channels: 3 } })
        .png()
        .toBuffer(),
    );
    const map: Texture = { name: "n.png", bytes, srgb: false, wrap: "repeat" };
    const sun = (tilt: number) => [light("distant", { angleDeg: 0 }, { world: rotation(1, tilt) })];
    for (const turn of [0, 90]) {
      const world = rotation(2, turn);
      const bumped = scene(
        [sheet(-1, -1, 1, 1)],
        [material({ color: [1, 1, 1], normalTexture: { ...input, scale: 2, bias: -1 } })],
        [part(0, 0, world)],
        { textures: [map] },
      );
      const above = red(await render(bumped, { view: lookDown(0.1), lights: sun(0) }), 8, 8) * Math.PI;
      expect(above).toBeCloseTo(Math.cos(Math.PI / 6), 2);
      // From +x at 30° (a turn of the light by +30° about Y leads its axis there).
      const aside = red(await render(bumped, { view: lookDown(0.1), lights: sun(30) }), 8, 8) * Math.PI;
      expect(aside).toBeCloseTo(turn === 0 ? 1 : Math.cos(Math.PI / 6) ** 2, 1);
    }
  });

  test("a picture that cannot be decoded is named", async () => {
    const bad: Texture = {
      name: "/x/bad.png",
      bytes: Uint8Array.from([1, 2, 3]),
      srgb: true,
      wrap: "repeat",
    };
    const s = scene([sheet(-1, -1, 1, 1)], [material({ colorTexture: input })], undefined, {
      textures: [bad],
    });
    await expect(openRenderer(s, { workers: 1 })).rejects.toMatchObject({ code: "texture_unreadable" });
  });

  test("a dome's picture: its middle shines from +Z of the light, its left half from +X", async () => {
    const width = 16;
    const data = new Uint8Array(width * 8 * 3);
    for (let y = 0; y < 8; y++)
      for (let x = 0; x < width; x++) data[(y * width + x) * 3] = x < width / 2 ? 255 : 0;
    const bytes = new Uint8Array(
      await sharp(data, { raw: { width, height: 8, channels: 3 } })
        .png()
        .toBuffer(),
    );
    const picture: Texture = { name: "sky.png", bytes, srgb: false, wrap: "repeat" };
    // A wall that faces +X gets red light, one that faces −X none; the floor half of it.
    const wall = (turn: number) =>
      scene([sheet(-5, -5, 5, 5)], [material({ color: [1, 1, 1] })], [part(0, 0, rotation(1, turn))], {
        textures: [picture],
      });
    const sky = [light("dome", { texture: 0 })];
    const look = (turn: number) =>
      lookDown(0.1, { position: [turn > 0 ? 20 : -20, 0, 20], tiltYDeg: turn > 0 ? 45 : -45 });
    expect(red(await render(wall(80), { view: look(1), lights: sky, samples: 256 }), 8, 8)).toBeGreaterThan(
      0.85,
    );
    expect(red(await render(wall(-80), { view: look(-1), lights: sky, samples: 256 }), 8, 8)).toBeLessThan(
      0.15,
    );
    expect(red(await render(wall(0), { view: lookDown(0.1), lights: sky, samples: 1024 }), 8, 8)).toBeCloseTo(
      0.5,
      1,
    );
  });
});

describe("camera", () => {
  test("depth of field blurs by the lens, in focus stays sharp", async () => {
    // A white half plane at two heights; the edge at x = 0.
    const edge = (z: number) =>
      scene([sheet(0, -50, 50, 50, z)], [material({ color: [0, 0, 0], emissive: [1, 1, 1] })]);
    const view = lookDown(4, { lensRadius: 2, focusDistance: 50 });
    const o = { view, lights: [], width: 40, height: 2, samples: 256 };
    const sharpEdge = await render(edge(0), o);
    expect([red(sharpEdge, 19, 0), red(sharpEdge, 20, 0)]).toEqual([0, 1]);
    // 25 above the focus the blur's radius is 2 · 25 / 50 = 1 unit, ten pixels.
    const soft = await render(edge(25), o);
    expect(red(soft, 9, 0)).toBe(0);
    expect(red(soft, 30, 0)).toBeCloseTo(1, 5);
    expect(red(soft, 19, 0) + red(soft, 20, 0)).toBeCloseTo(1, 1);
    expect(red(soft, 25, 0)).toBeGreaterThan(0.7);
    expect(red(soft, 25, 0)).toBeLessThan(0.95);
  });

  test("guides: albedo, normal and depth", async () => {
    const s = scene(
      [sheet(-5, -5, 5, 5, 2)],
      [material({ color: [0.2, 0.4, 0.6] })],
      [part(0, 0, rotation(0, 20))],
    );
    const frame = await render(s, { view: lookDown(0.01), lights: [], samples: 4 });
    expect([...frame.albedo.slice(0, 3)].map((v) => +v.toFixed(3))).toEqual([0.2, 0.4, 0.6]);
    expect(frame.normal[1]).toBeCloseTo(-Math.sin((20 * Math.PI) / 180), 3);
    expect(frame.normal[2]).toBeCloseTo(Math.cos((20 * Math.PI) / 180), 3);
    expect(frame.depth[0]).toBeCloseTo(50 - 2 / Math.cos((20 * Math.PI) / 180), 2);
  });
});
