import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { NumpyRandom } from "../../kit/numpy-random.js";
import { seeded } from "../../kit/random.js";
import { NAMED_LIGHTINGS } from "../cookbook/index.js";
import { IDENTITY, transformDirection, transformPoint, translation } from "../matrix.js";
import type { Light, Vec3 } from "../model.js";
import { irradiance } from "./irradiance.js";
import { domeLights, ringLights, sceneLights } from "./modes.js";
import { namedLightings } from "./named.js";
import { ledBowl, ringRig } from "./rig.js";
import { lightingRecord, sampleLighting, sampleRig } from "./sampling.js";

const SHAPE = { domeRadius: 100, lightRadius: 4, intensity: 5000, coneAngleDeg: 120, coneSoftness: 1 };
const close = (v: readonly number[], digits = 9) => v.map((x) => expect.closeTo(x, digits));

describe("rigs", () => {
  test("15 rings of 60 on a hemisphere, each light facing the centre (contract 1.7)", () => {
    const rig = ringRig("/r", SHAPE);
    expect(rig).toHaveLength(900);
    expect(new Set(rig.map((l) => l.light.path)).size).toBe(900);
    for (const { light } of rig) {
      const p = transformPoint([0, 0, 0], light.world);
      const facing = transformDirection([0, 0, -1], light.world);
      expect(Math.hypot(...p)).toBeCloseTo(100, 9);
      expect(p[2]).toBeGreaterThanOrEqual(0);
      expect(facing).toEqual(close(p.map((x) => -x / 100)));
    }
    const layers = rig.map((l) => l.layer);
    expect([layers[0], layers[299], layers[300], layers[599], layers[600], layers[899]]).toEqual([
      "Outer_Blue",
      "Outer_Blue",
      "Middle_Green",
      "Middle_Green",
      "Inner_Red",
      "Inner_Red",
    ]);
    expect(rig[0]!.light.path).toBe("/r/Outer_Blue/Ring_00_p0/L_000");
    // Ring 6 of the whole stands 38.57° high and is the second green one.
    expect(rig[6 * 60 + 15]!.light.path).toBe("/r/Middle_Green/Ring_01_p38/L_015");
    const at = transformPoint([0, 0, 0], rig[6 * 60 + 15]!.light.world);
    const e = (90 * 6 * Math.PI) / 14 / 180;
    expect(at).toEqual(close([0, 100 * Math.cos(e), 100 * Math.sin(e)]));
  });

  test("999 LEDs on the sphere about z = −16, aimed inwards and down", () => {
    const bowl = ledBowl("/b", 1);
    expect(bowl).toHaveLength(999);
    for (const { light } of bowl) {
      const p = transformPoint([0, 0, 0], light.world);
      expect(Math.hypot(p[0], p[1], p[2] + 16)).toBeCloseTo(71, 0);
      const facing = transformDirection([0, 0, -1], light.world);
      expect(facing[2]).toBeLessThan(0);
    }
    const first = bowl[0]!.light;
    expect(first.radius).toBeCloseTo(((2 * Math.PI * 10) / 22) * 0.45, 9);
    // Tilt of the first ring: atan2(10, 54.3) − 10.43 = 0.005°: straight down.
    expect(transformDirection([0, 0, -1], first.world)).toEqual(close([0, 0, -1], 3));
    const metres = ledBowl("/b", 0.001);
    expect(transformPoint([0, 0, 0], metres[998]!.light.world)[2]).toBeCloseTo(0.025, 9);
  });
});

const layer = { intensity: [1, 2], color_r: [0, 1], color_g: [0, 1], color_b: [0, 1] } as const;
const ranges = {
  exposure_range: [0, 1],
  cone_angle_range: [90, 150],
  cone_softness_range: [0.5, 1],
  layers: { Inner_Red: layer, Outer_Blue: layer },
  white_light: layer,
} as unknown as Parameters<typeof sampleLighting>[0];

describe("sampling", () => {
  test("the draws follow NumPy's stream in the order of contract 1.7", () => {
    const next = (() => {
      const random = new NumpyRandom(1);
      return () => random.random();
    })();
    const sample = sampleLighting({ ...ranges, ring_light: true }, new NumpyRandom(1));
    expect(sample.exposure).toBe(next());
    expect(sample.coneAngleDeg).toBe(90 + 60 * next());
    expect(sample.coneSoftness).toBe(0.5 + 0.5 * next());
    for (const name of ["Inner_Red", "Outer_Blue"])
      expect(sample.layers[name]).toEqual({ intensity: 1 + next(), color: [next(), next(), next()] });
    expect(lightingRecord(sample)).toMatchObject({ ring_light: true, Inner_Red: sample.layers.Inner_Red });
  });

  test("the dome is drawn after the same three numbers", () => {
    const ring = sampleLighting({ ...ranges, ring_light: true }, new NumpyRandom(5));
    const dome = sampleLighting({ ...ranges, ring_light: false }, new NumpyRandom(5));
    expect(dome.white).toEqual(ring.layers.Inner_Red);
    expect(lightingRecord(dome)).toEqual({
      ring_light: false,
      global: { exposure: dome.exposure, cone_angle: dome.coneAngleDeg, cone_softness: dome.coneSoftness },
      dome_light: dome.white,
    });
  });

  test("a rig draws only what is a range, and always the cone", () => {
    const rig = { dome_radius: 100, light_radius_world: 4, light_intensity: 5000 };
    const random = new NumpyRandom(3);
    const drawn = sampleRig({ light_radius: [10, 20] }, rig, { ...ranges, ring_light: true }, random);
    expect(drawn).toMatchObject({ dome_radius: 100, light_intensity: 5000 });
    const again = new NumpyRandom(3);
    expect(drawn.light_radius_world).toBe(again.uniform(10, 20));
    again.random();
    again.random();
    expect(random.random()).toBe(again.random());
  });
});

describe("modes", () => {
  const sample = sampleLighting({ ...ranges, ring_light: true }, new NumpyRandom(2));
  const rig = { dome_radius: 100, light_radius_world: 4, light_intensity: 5000 };

  test("ring lights stand at the root, coloured by layer; layers without a draw stay as built", () => {
    const lights = ringLights("/rig", translation([5, 6, 7]), rig, sample);
    const red = lights.find((l) => l.path.includes("Inner_Red"))!;
    expect(red).toMatchObject({ ...sample.layers.Inner_Red, exposure: sample.exposure });
    expect(lights.find((l) => l.path.includes("Green"))).toMatchObject({ intensity: 5000, color: [0, 1, 0] });
    expect(transformPoint([0, 0, 0], lights[0]!.world)).toEqual(close([105, 6, 7]));
  });

  test("scene lights move with the camera and lose their colour unless it is kept", () => {
    const light = (path: string): Light => ({
      ...(domeLights({ ...sample, white: { intensity: 1, color: [1, 0, 0] } })[0] as Light),
      path,
    });
    const lights = [
      light("/World/camera_light/L"),
      light("/World/lamp"),
      { ...light("/World/off"), visible: false },
    ];
    const o = { cameraXform: "/World/camera_light", moved: [1, 2, 3] as const };
    const kept = sceneLights(lights, { ...o, keepColor: true });
    expect(kept.map((l) => [l.color, l.world.slice(12, 15)])).toEqual([
      [
        [1, 0, 0],
        [1, 2, 3],
      ],
      [
        [1, 0, 0],
        [0, 0, 0],
      ],
    ]);
    expect(sceneLights(lights, { ...o, keepColor: false }).map((l) => l.color)).toEqual([
      [1, 1, 1],
      [1, 0, 0],
    ]);
  });
});

describe("irradiance", () => {
  const base = {
    path: "/l",
    world: IDENTITY,
    visible: true,
    color: [1, 0.5, 0] as const,
    intensity: 2,
    exposure: 1,
    normalize: false,
  };
  const at: Vec3 = [0, 0, 0];
  test("known sources", async () => {
    expect(await irradiance([{ ...base, kind: "dome" }], at)).toEqual(close([4 * Math.PI, 2 * Math.PI, 0]));
    // A disk overhead: π L sin²θ.
    const disk = { ...base, kind: "disk", radius: 3, coneAngleDeg: 180, coneSoftness: 0 } as const;
    const above = await irradiance([{ ...disk, world: translation([0, 0, 4]) }], at);
    expect(above[0] / (4 * Math.PI * (9 / 25))).toBeCloseTo(1, 2);
    const sphere = { ...base, kind: "sphere", radius: 0.5, world: translation([0, 0, 10]) } as const;
    expect((await irradiance([sphere], at))[0]).toBeCloseTo((4 * Math.PI * 0.25) / 100, 9);
    const sun = { ...base, kind: "distant", angleDeg: 1 } as const;
    expect((await irradiance([sun], at))[0]).toBeCloseTo(4 * 2 * Math.PI * (1 - Math.cos(Math.PI / 360)), 9);
    expect(await irradiance([{ ...base, kind: "dome", visible: false }], at)).toEqual([0, 0, 0]);
    // Below the horizon, and behind a disk.
    expect((await irradiance([{ ...disk, world: translation([0, 0, -4]) }], at))[0]).toBe(0);
    const narrow = { ...disk, coneAngleDeg: 10, coneSoftness: 0, world: translation([30, 0, 4]) };
    expect((await irradiance([narrow], at))[0]).toBe(0);
  });

  test("a white card is neutral and of radiance 1 under every named lighting", async () => {
    const prepared = await namedLightings(NAMED_LIGHTINGS, {
      LowAngleLight: { brightness: [1, 1] },
      WhiteLight: { brightness: [0.5, 0.5], color: [1, 0.5, 0.25] },
    });
    for (const name of NAMED_LIGHTINGS) {
      const { lights, brightness } = prepared.lights(name, 0, seeded(1));
      const e = await irradiance(lights, at, prepared.textures);
      const tint = name === "WhiteLight" ? [1, 0.5, 0.25] : [1, 1, 1];
      for (const c of [0, 1, 2]) expect(e[c]! / Math.PI / tint[c]! / brightness, name).toBeCloseTo(1, 1);
    }
    expect(prepared.lights("WhiteLight", 0, seeded(1)).brightness).toBe(0.5);
    expect(prepared.lights("UniformLight", 7, seeded(1)).lights[0]).toMatchObject({ texture: 8 });
  });

  test("SolderLight: red overhead, green between, blue near the horizon, nothing from below", async () => {
    const { textures } = await namedLightings(["SolderLight"]);
    const { data, info } = await sharp(textures[0]!.bytes).raw().toBuffer({ resolveWithObject: true });
    const row = (elevation: number) => {
      const y = Math.floor(((90 - elevation) / 180) * info.height);
      return [...data.subarray(y * info.width * 3, y * info.width * 3 + 3)];
    };
    const [above, middle, low] = [row(85), row(45), row(15)];
    expect(above[0]).toBe(255);
    expect(middle).toEqual([0, 255, 0]);
    expect(low).toEqual([0, 0, 255]);
    expect(above[1]).toBeLessThan(128);
    expect(row(-20)).toEqual([0, 0, 0]);
  });
});
