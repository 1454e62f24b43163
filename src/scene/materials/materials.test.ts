import { describe, expect, test } from "vitest";
import { NumpyRandom } from "../../kit/numpy-random.js";
import { type RenderConfig, renderConfigSchema } from "../cookbook/index.js";
import { IDENTITY } from "../matrix.js";
import type { Material, Scene } from "../model.js";
import { blockScene } from "../poses/fixtures.js";
import { bucketOf, materialBuckets } from "./buckets.js";
import { drawMaterials, fixedMaterials } from "./overrides.js";
import { drawTinNoise, tinBumps, tinChanges } from "./tin.js";

test.each([
  ["_007_tin_plating", "tin"],
  ["tin_plating_lead", "tin"],
  ["_001_solder_pad", "pad"],
  ["pad", "pad"],
  ["Solder_Paste", "pad"],
  ["my_pad", "body"],
  ["SolderPaste", "board"],
  ["SolderMask_Copper", "board"],
  ["SolderMasked", "body"],
  ["ceramic_tan_0", "body"],
])("%s is %s (contract 1.8)", (name, bucket) => {
  expect(bucketOf(name)).toBe(bucket);
});

const NAMES = ["ceramic", "tin_plating", "solder_pad", "SolderMask", "table"];
const BOX = { min: [0, 0, 0], max: [1, 1, 1] } as const;
const blocks = blockScene(
  NAMES.map((name, i) => ({
    path: `/World/${i < 4 ? "board" : "room"}/X/${name}`,
    local: IDENTITY,
    box: BOX,
  })),
);
const scene: Scene = {
  ...blocks,
  materials: NAMES.map(
    (name) => ({ name, path: `/m/${name}`, color: [0.2, 0.4, 0.6] }) as unknown as Material,
  ),
  parts: blocks.parts.map((part, i) => ({ ...part, material: i })),
};
const config = (more: object): RenderConfig =>
  renderConfigSchema.parse({
    pcba_root: "/World/board",
    camera_path: "/c",
    camera_xform_path: "/c",
    ring_light_root: "/r",
    vantablack_components: false,
    ...more,
  }) as RenderConfig;

describe("overrides", () => {
  test("only what is below the board's root is touched", () => {
    expect(materialBuckets(scene, "/World/board")).toEqual({ body: [0], tin: [1], pad: [2], board: [3] });
    expect([...fixedMaterials(scene, config({})).keys()]).toEqual([]);
    expect(Object.fromEntries(fixedMaterials(scene, config({ vantablack_components: true })))).toEqual({
      0: { color: [0, 0, 0], roughness: 0.97, metallic: 0.89 },
    });
  });

  test("fixed component and board materials", () => {
    const changes = fixedMaterials(
      scene,
      config({
        component_material: { tin_roughness: 0.36, pad_color: [1, 1, 1] },
        board_material: { SolderMask: { roughness: 0.9, diffuse_weight: 0.5, specular_weight: 0 } },
      }),
    );
    expect(Object.fromEntries(changes)).toEqual({
      0: {},
      1: { roughness: 0.36 },
      2: { color: [1, 1, 1], specular: 0 },
      3: { color: [0.1, 0.2, 0.3], roughness: 0.9, specular: 0 },
    });
  });

  test("random materials draw in the order of contract 1.8, fixed knobs draw nothing", () => {
    const random = new NumpyRandom(9);
    const drawn = drawMaterials(
      scene,
      config({ randomize_material: { body_g: 0.5, tin_color: [[0, 1], 0, 0] } }),
      random,
    )!;
    const next = new NumpyRandom(9);
    const body = [next.uniform(0, 0.1), 0.5, next.uniform(0, 0.1)];
    expect(drawn.get(0)).toEqual({ color: body, roughness: 1, metallic: next.uniform(0.9, 1) });
    expect(drawn.get(1)).toEqual({ color: [next.random(), 0, 0], roughness: 0.2, metallic: 0.89 });
    expect(drawn.get(2)).toEqual({ color: [0, 0, 0], roughness: 0.2, metallic: 0, specular: 0 });
    expect(random.random()).toBe(next.random());
    expect(drawMaterials(scene, config({}), random)).toBeUndefined();
  });
});

describe("tin", () => {
  test("bumps: finer with more tiles, steeper with amplitude, cut off at slope 3", () => {
    const noise = config({ tin_noise: { enabled: true } }).tin_noise!;
    const bumps = tinBumps(noise, 5);
    expect(bumps).toMatchObject({ octaves: 5, seed: 5 });
    expect(bumps.cell).toBeCloseTo(1 / (17.62 * 4), 12);
    expect(bumps.slope).toBeCloseTo(0.24 * 0.18 * 4 * Math.sqrt(5), 12);
    expect(tinBumps({ ...noise, noise_amp: 100 }, 5).slope).toBeCloseTo(0.72, 12);
    expect([...tinChanges(scene, "/World/board", bumps)]).toEqual([[1, { bumps }]]);
  });

  test("random noise draws its pattern's seed last", () => {
    const with_ = config({ tin_noise: { enabled: true }, randomize_tin_noise: { noise_amp: [0, 1] } });
    const random = new NumpyRandom(4);
    const bumps = drawTinNoise(with_, random)!;
    const next = new NumpyRandom(4);
    next.random();
    expect(bumps.seed).toBe(next.randint(0, 2 ** 31 - 1));
    expect(drawTinNoise(config({ randomize_tin_noise: {} }), random)).toBeUndefined();
  });
});
