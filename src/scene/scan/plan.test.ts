import { describe, expect, test } from "vitest";
import { tinyBoard, tinyCookbook } from "./fixtures/tiny-board.js";
import { planScan } from "./plan.js";

function plan(more: Readonly<Record<string, unknown>> = {}) {
  const recipe = Object.values(tinyCookbook(more).recipes)[0]!;
  return planScan(tinyBoard(), recipe.config, recipe.merged);
}
const meta = async (more: object, trigger = 0) => (await plan({ ...more })).triggers[trigger]!.metadata;
const BLUR = { augmentation: { motion_blur: {} } };
const DEFECT = {
  pipeline_type: "defect",
  defects: { shift: { enabled: true } },
  writer: { semantic_types: ["defect"] },
};

describe("the draws are those of NumPy (contract 1.4, 1.7, 1.8)", () => {
  // np.random.seed(1); uniform(.01, 1), uniform(90, 150), uniform(.5, 1), then intensity, red, green, blue; the blur after.
  test("light and blur of the first trigger", async () => {
    const { lighting, augmentation } = (await meta(BLUR)) as Record<string, never>;
    expect(lighting).toEqual({
      ring_light: false,
      global: {
        exposure: 0.4228517846555483,
        cone_angle: 133.2194696065295,
        cone_softness: 0.5000571874086724,
      },
      dome_light: {
        intensity: 244.65312033691515,
        color: [0.8293511781634226, 0.8184677189537596, 0.8372520422755342],
      },
    });
    expect(augmentation).toEqual({
      applied: true,
      type: "MotionBlur",
      strength: 0.12506256752689426,
      kernelSize: 5,
    });
  });

  test("materials come before light; each trigger has its own stream", async () => {
    const both = await plan({ num_triggers: 2, randomize_material: {} });
    const second = both.triggers[1]!;
    expect(second.passes[0]!.frames[0]!.materials.get(1)!.color).toEqual([
      0.04359949021420038, 0.0025926231827891333, 0.05496624778787092,
    ]);
    expect((second.metadata.lighting as { global: { exposure: number } }).global.exposure).toBe(
      0.42616412406661414,
    );
  });

  test("a sample of a cell has the stream seed · 1000 + cell · samples + sample", async () => {
    const frames = (await plan({ samples_per_position: 2 })).triggers[0]!.passes[0]!.frames;
    const exposure = (i: number) =>
      (frames[i]!.lighting.record as { global: { exposure: number } }).global.exposure;
    expect(exposure(0)).toBe(0.4228517846555483);
    expect(exposure(3)).toBe(0.5552899235488298);
  });
});

describe("runs of one seed fit together", () => {
  test("good and defect: same views, light, blur and names", async () => {
    const common = { ...BLUR, num_triggers: 2, camera_rotation: { x_range: [-5, 5], y_range: [-5, 5] } };
    const [good, defect] = [await plan(common), await plan({ ...common, ...DEFECT })];
    for (const [i, trigger] of good.triggers.entries()) {
      const other = defect.triggers[i]!;
      expect(other.metadata.lighting).toEqual(trigger.metadata.lighting);
      expect(other.metadata.augmentation).toEqual(trigger.metadata.augmentation);
      const facts = (t: typeof trigger) => t.passes[0]!.frames.map((f) => [f.view, f.seed, f.slot.id]);
      expect(facts(other)).toEqual(facts(trigger));
    }
    const tilts = good.triggers.map((t) => t.passes[0]!.frames[0]!.view.tiltXDeg);
    expect(tilts[0]).not.toBe(tilts[1]);
    for (const tilt of tilts) expect(Math.abs(tilt)).toBeLessThanOrEqual(5);
  });

  test("named lightings too, and another seed gives others", async () => {
    const named = { reflow: { lightings: ["SolderLight", "WhiteLight"] } };
    const [good, defect] = [await meta(named), await meta({ ...named, ...DEFECT })];
    expect(defect.lighting).toEqual(good.lighting);
    expect((await meta({ ...named, random_seed: 1 })).lighting).not.toEqual(good.lighting);
  });

  test("defects are drawn once, or anew for every trigger", async () => {
    const paths = async (more: object) =>
      (await plan({ ...DEFECT, num_triggers: 4, ...more })).triggers.map((t) =>
        JSON.stringify(t.metadata.defects),
      );
    expect(new Set(await paths({})).size).toBe(1);
    expect(new Set(await paths({ randomize_defects_per_trigger: true })).size).toBeGreaterThan(1);
  });
});

test("a lens: sharp at the asked height above the highest point, radius in scene units", async () => {
  const { triggers } = await plan({ reflow: { lens: { radius_mm: 0.5, focus_height_mm: -1 } } });
  const { view } = triggers[0]!.passes[0]!.frames[0]!;
  // Blocks are 1 mm high: the sharp plane is the plate's top, z = 0.
  expect(view).toMatchObject({ lensRadius: 0.5, focusDistance: view.position[2] });
});

test("blacked-out prims are not shown and do not count as board", async () => {
  const { scene, record } = await plan({ extra_blackout_prims: ["/World/board/Plate"] });
  expect(scene.parts.map((p) => p.visible)).toEqual([false, true, true, true, true, true, true]);
  expect(record.scan_grid).toMatchObject({ bbox_min: [-22, -11, 0], bbox_max: [22, 11, 1] });
});

test("the record has no path of this machine", async () => {
  const { record } = await plan({ scene: "/home/someone/board.usd", output: "/home/someone/out" });
  expect(JSON.stringify(record)).not.toContain("/home");
  expect(record).toMatchObject({ scene: "test.usda", output: ".", component_types: ["_0402", "_QFN"] });
});

test("frames that would overwrite each other keep their numbers, and that is told", async () => {
  const named = { rename_to_grid_index: true };
  const ids = async (more: object) => {
    const { triggers, problems } = await plan({ ...named, ...more });
    const all = triggers.flatMap((t) => t.passes[0]!.frames.map((f) => f.slot.id));
    return [all[0], new Set(all).size === all.length, problems.map((p) => p.code)];
  };
  expect(await ids({})).toEqual(["x0_y0", true, []]);
  expect(await ids({ samples_per_position: 2 })).toEqual(["0000", true, ["names_by_number"]]);
  expect(await ids({ flat_output: true, num_triggers: 2 })).toEqual(["0000", true, ["names_by_number"]]);
});
