import { describe, expect, test } from "vitest";
import { boxOf, transformBox } from "../box.js";
import { CONTRACT_FILLET, contractFillet } from "../fillet/index.js";
import { viewAxes } from "../grid/index.js";
import { multiply, rotation } from "../matrix.js";
import type { Prim, Scene } from "../model.js";
import { fakeRenderer, tinyBoard, tinyCookbook } from "./fixtures/tiny-board.js";
import { planScan } from "./plan.js";
import { rendererState, shownIn } from "./state.js";
import type { FramePlan, ScanPlan } from "./types.js";

const FILLET = { solder_fillet: { enabled: true } };

function plan(more: Readonly<Record<string, unknown>> = {}, scene = tinyBoard()) {
  const recipe = Object.values(tinyCookbook(more).recipes)[0]!;
  return planScan(scene, recipe.config, recipe.merged);
}
const firstPass = (p: ScanPlan) => p.triggers[0]!.passes[0]!;
const codes = (p: ScanPlan) => p.problems.map(({ code }) => code);
const isFillet = (path: string) => /\/solder_fillet_[LR]$/.test(path);

/** Ids of a frame. */
async function idsOf(p: ScanPlan, frame: FramePlan): Promise<Uint32Array> {
  const renderer = fakeRenderer(p.scene);
  await rendererState(renderer, p).set(frame.poses, frame.materials);
  const [width, height] = p.config.resolution;
  return (await renderer.identify(frame.view, width, height)).ids;
}

/** Paths of the fillets that a frame shows. */
function shown(p: ScanPlan, frame: FramePlan): string[] {
  const seen = shownIn(p.scene, frame.poses);
  return p.scene.parts.flatMap((part, i) => (isFillet(part.path) && seen(i) ? [part.path] : []));
}

describe("solder_fillet (contract 1.8)", () => {
  test("two sheets a listed component, with its labels and a material of their own", async () => {
    const p = await plan({ ...FILLET, component_types: ["_0402"] });
    const own = p.scene.parts.flatMap((part, i) => (isFillet(part.path) ? [i] : []));
    expect(own.map((i) => p.scene.parts[i]!.path)).toEqual(
      [0, 1, 2].flatMap((n) =>
        ["L", "R"].map((side) => `/World/board/_0402/tn__0402_${n}_/solder_fillet_${side}`),
      ),
    );
    for (const i of own) {
      expect(p.scene.materials[p.scene.parts[i]!.material]).toMatchObject({ metallic: 1, roughness: 0.2 });
      expect(firstPass(p).labels[i]).toEqual({ class: "capacitor" });
    }
    expect(p.scene.parts.slice(0, 7)).toEqual((await plan({ component_types: ["_0402"] })).scene.parts);
    expect(codes(p)).toEqual([]);
  });

  test("a picture with and without differs only beside the ends, by the fillets' ids", async () => {
    const grid = { scan_grid: { x_num: 1, y_num: 1 }, resolution: [320, 240] };
    const [plain, filleted] = [await plan(grid), await plan({ ...grid, ...FILLET })];
    const frame = firstPass(filleted).frames[0]!;
    const [before, after] = [await idsOf(plain, firstPass(plain).frames[0]!), await idsOf(filleted, frame)];
    const { view } = frame;
    const { right, up } = viewAxes(view);
    let changed = 0;
    after.forEach((id, i) => {
      if (id === before[i]) return;
      changed++;
      const part = filleted.scene.parts[id - 1]!;
      expect(isFillet(part.path)).toBe(true);
      const box = transformBox(boxOf(filleted.scene.meshes[part.mesh]!.points), part.world);
      const [u, v] = [((i % 320) + 0.5) / 320 - 0.5, 0.5 - (Math.floor(i / 320) + 0.5) / 240];
      for (const k of [0, 1] as const) {
        const w = view.position[k] + u * view.width * right[k] + v * view.height * up[k];
        expect(w).toBeGreaterThanOrEqual(box.min[k] - 1e-6);
        expect(w).toBeLessThanOrEqual(box.max[k] + 1e-6);
      }
    });
    expect(changed).toBeGreaterThan(12 * 8);
    expect(new Set(after).size - new Set(before).size).toBe(12);
  });

  test("samples of a cell draw fillets of their own, materials before and light after", async () => {
    const p = await plan({
      ...{ ...FILLET, samples_per_position: 2, scan_grid: { x_num: 1, y_num: 1 } },
      randomize_fillet: { bump: [0.3, 0.5] },
    });
    const { frames } = firstPass(p);
    for (const frame of frames) expect(shown(p, frame)).toHaveLength(12);
    // NumPy, seed 1: the first number is the fillet's, the second the light's exposure.
    const light = frames[0]!.lighting.record as { global: { exposure: number } };
    expect(light.global.exposure).toBeCloseTo(0.01 + 0.99 * 0.720324493, 8);
    const first = p.scene.parts.findIndex((part, i) => isFillet(part.path) && frames[0]!.poses.has(i));
    const expected = contractFillet({ ...CONTRACT_FILLET, bump: 0.3 + 0.2 * 0.417022005 });
    p.scene.meshes[p.scene.parts[first]!.mesh]!.points.forEach((v, i) => {
      expect(v).toBeCloseTo(expected.points[i]!, 6);
    });
    expect(p.scene.meshes).toHaveLength(7 + 2);
    expect(await idsOf(p, frames[0]!)).not.toEqual(await idsOf(p, frames[1]!));
  });

  test("defects: fillets stay where the good part was and carry the component's label", async () => {
    const p = await plan({
      ...{ ...FILLET, pipeline_type: "defect", defects: { shift: { enabled: true, ratio: 1 } } },
      ...{ writer: { semantic_types: ["defect"] }, reflow: { defect_geometry: "compatible" } },
    });
    const { frames, labels } = firstPass(p);
    const good = await plan(FILLET);
    const seats = (of: ScanPlan) =>
      of.scene.parts.filter(({ path }) => isFillet(path)).map((part) => part.world);
    expect(seats(p)).toEqual(seats(good));
    for (const i of frames[0]!.poses.keys()) expect(isFillet(p.scene.parts[i]!.path)).toBe(false);
    const own = p.scene.parts.flatMap((part, i) => (isFillet(part.path) ? [labels[i]!.defect] : []));
    expect(own).toEqual(new Array(12).fill("shift"));
  });

  test("missing parts leave theirs behind, in both folders, drawn anew for each trigger", async () => {
    const p = await plan({
      ...{ ...FILLET, pipeline_type: "missing", missing: { ratio: 0.5 }, num_triggers: 2 },
      ...{ randomize_fillet: { fillet_sz: [0.2, 0.3] }, max_image_count: 16 },
    });
    for (const { passes } of p.triggers)
      for (const { frames } of passes) for (const frame of frames) expect(shown(p, frame)).toHaveLength(12);
    const [reference, defective] = p.triggers[1]!.passes.map(({ frames }) => frames[0]!.poses);
    expect(defective!.size).toBe(reference!.size + 3);
    expect(p.triggers[1]!.passes[1]!.frames[1]?.poses ?? defective).toBe(defective);
  });

  test("turned parts are left out and counted; joints of the scene and lost offsets are told", async () => {
    const scene = tinyBoard();
    const turned = "/World/board/_0402/tn__0402_1_";
    const turn = (prim: Prim): Prim =>
      prim.path === turned
        ? { ...prim, world: multiply(rotation(2, 45), prim.world) }
        : { ...prim, children: prim.children.map(turn) };
    const odd: Scene = {
      ...scene,
      root: turn(scene.root),
      materials: scene.materials.map((m, i) => (i === 1 ? { ...m, name: "solder_joint" } : m)),
    };
    const p = await plan({ solder_fillet: { enabled: true, z_offset_mm: 10 } }, odd);
    expect(
      p.problems.filter(({ code }) => code.startsWith("solder_fillet")).map((q) => [q.code, q.message]),
    ).toEqual([
      ["solder_fillet_turned", expect.stringContaining("1 of 6 components")],
      ["solder_fillet_doubled", expect.stringContaining("5 of 5 components")],
      ["solder_fillet_adrift", expect.stringContaining("5 of 5 components")],
    ]);
    expect(shown(p, firstPass(p).frames[0]!)).toHaveLength(10);
  });

  test("without component_types there are none, and that is told", async () => {
    const p = await plan({ ...FILLET, component_types: undefined });
    expect(codes(p)).toEqual(["solder_fillet_nowhere"]);
    expect(p.scene.parts).toHaveLength(7);
    expect((await plan({ solder_fillet: { enabled: false } })).scene.parts).toHaveLength(7);
  });
});
