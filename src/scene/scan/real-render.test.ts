import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { decodeNpyRecords } from "../../kit/npy.js";
import { openRenderer } from "../render/index.js";
import { BACKGROUND, UNLABELLED } from "../semantics/index.js";
import { fakeRenderer, tinyBoard, tinyCookbook } from "./fixtures/tiny-board.js";
import { planScan } from "./plan.js";
import { renderScan } from "./render-scan.js";
import { rendererState } from "./state.js";

const SMALL = { resolution: [80, 60], scan_grid: { x_num: 2, y_num: 1 } };
const DEFECT = {
  ...SMALL,
  pipeline_type: "defect",
  defects: {
    shift: { enabled: true, ratio: 0.2, translate_range: 1 },
    tombstone: { enabled: true, ratio: 0.2 },
    sideflip: { enabled: true, ratio: 0.2 },
  },
  writer: { semantic_types: ["defect"] },
};

async function rendered(
  more: object,
  workers: number,
): Promise<{ output: string; bytes: Record<string, string> }> {
  const output = path.join(await mkdtemp(path.join(tmpdir(), "scan-real-")), "out");
  await renderScan({
    scene: tinyBoard(),
    cookbook: tinyCookbook({ ...more }),
    output,
    quality: "preview",
    workers,
  });
  const bytes: Record<string, string> = {};
  for (const e of await readdir(output, { recursive: true, withFileTypes: true })) {
    const file = path.join(e.parentPath, e.name);
    if (e.isFile()) bytes[path.relative(output, file)] = (await readFile(file)).toString("base64");
  }
  return { output, bytes };
}

describe("with the path tracer", () => {
  test("the same bytes on one and on three workers", async () => {
    const lightings = { reflow: { lightings: ["SolderLight", "LowAngleLight"] } };
    const [one, three] = [
      await rendered({ ...DEFECT, ...lightings }, 1),
      await rendered({ ...DEFECT, ...lightings }, 3),
    ];
    expect(Object.keys(one.bytes).length).toBeGreaterThan(12);
    expect(three.bytes).toEqual(one.bytes);
  });

  test("defects: what the label files say follows from ids that a depth buffer finds, pixel by pixel", async () => {
    const { output } = await rendered(DEFECT, 2);
    const recipe = tinyCookbook(DEFECT).recipes.defect!;
    const plan = await planScan(tinyBoard(), recipe.config, recipe.merged);
    const pass = plan.triggers[0]!.passes[0]!;
    const fake = fakeRenderer(plan.scene);
    const real = await openRenderer(plan.scene, { workers: 1 });
    try {
      for (const renderer of [fake, real])
        await rendererState(renderer, plan).set(pass.frames[0]!.poses, pass.frames[0]!.materials);
      for (const { view, slot } of pass.frames) {
        const [width, height] = plan.config.resolution;
        const { ids } = await fake.identify(view, width, height);
        expect((await real.identify(view, width, height)).ids).toEqual(ids);

        const at = (name: string) => path.join(output, "trigger_0000", name);
        const seg = await sharp(at(`semantic_segmentation_${slot.id}.png`))
          .raw()
          .toBuffer();
        const boxes = new Map<string, number[]>();
        ids.forEach((id, i) => {
          const entry = id === 0 ? undefined : pass.palette.find(pass.labels[id - 1]!);
          const color = id === 0 ? BACKGROUND : (entry?.color ?? UNLABELLED);
          expect([...seg.subarray(i * 4, i * 4 + 4)]).toEqual([...color]);
          if (!entry) return;
          const [x, y] = [i % width, Math.floor(i / width)];
          const prim = plan.scene.parts[id - 1]!.path;
          const [x0, y0, x1, y1] = boxes.get(prim) ?? [x, y, x, y];
          boxes.set(prim, [Math.min(x0!, x), Math.min(y0!, y), Math.max(x1!, x), Math.max(y1!, y)]);
        });
        const paths: string[] = JSON.parse(
          await readFile(at(`bounding_box_2d_tight_prim_paths_${slot.id}.json`), "utf8"),
        );
        const { rows } = decodeNpyRecords(
          await readFile(at(`bounding_box_2d_tight_${slot.id}.npy`)),
          "boxes",
        );
        expect(new Set(paths)).toEqual(new Set(boxes.keys()));
        rows.forEach((row, i) => {
          expect([row.x_min, row.y_min, row.x_max, row.y_max], paths[i]).toEqual(boxes.get(paths[i]!));
        });
      }
    } finally {
      await real.close();
    }
  });

  test("a white card under a dome comes out at the calibrated brightness", async () => {
    const scene = tinyBoard();
    const materials = scene.materials.map((m) => ({
      ...m,
      color: [1, 1, 1] as const,
      roughness: 1,
      specular: 0,
    }));
    const output = path.join(await mkdtemp(path.join(tmpdir(), "scan-real-")), "out");
    await renderScan({
      scene: { ...scene, materials },
      cookbook: tinyCookbook({
        ...SMALL,
        reflow: { lightings: ["UniformLight"], lighting: { UniformLight: { brightness: [1, 1] } } },
      }),
      output,
      quality: "preview",
      workers: 1,
    });
    const { data } = await sharp(path.join(output, "trigger_0000/rgb_0000.png"))
      .raw()
      .toBuffer({ resolveWithObject: true });
    // Far from components: the plate's edge in the middle of the picture's side.
    const card = data.subarray((30 * 80 + 6) * 4, (30 * 80 + 6) * 4 + 3);
    for (const value of card) expect(value / 255).toBeCloseTo(1.055 * 0.8 ** (1 / 2.4) - 0.055, 1);
  });
});
