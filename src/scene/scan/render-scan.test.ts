import { mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { decodeNpyRecords } from "../../kit/npy.js";
import { multiply, rotation, translation } from "../matrix.js";
import { colorKey } from "../semantics/index.js";
import { type Call, fakeRenderer, tinyBoard, tinyCookbook } from "./fixtures/tiny-board.js";
import { type RenderScanOptions, renderScan } from "./render-scan.js";

async function render(more: Readonly<Record<string, unknown>> = {}, o: Partial<RenderScanOptions> = {}) {
  const output = o.output ?? path.join(await mkdtemp(path.join(tmpdir(), "scan-")), "out");
  const calls: Call[] = [];
  const result = await renderScan({
    scene: tinyBoard(),
    cookbook: tinyCookbook(more),
    output,
    quality: "preview",
    workers: 1,
    open: async (scene) => fakeRenderer(scene, calls),
    ...o,
  });
  return { output, calls, result, ...(await read(output)) };
}

/** All files below a folder: name → bytes as text. */
async function read(output: string): Promise<{ files: string[]; bytes: Record<string, string> }> {
  const names = await readdir(output, { recursive: true, withFileTypes: true });
  const files = names
    .filter((e) => e.isFile())
    .map((e) => path.relative(output, path.join(e.parentPath, e.name)))
    .sort();
  const bytes: Record<string, string> = {};
  for (const file of files) bytes[file] = (await readFile(path.join(output, file))).toString("base64");
  return { files, bytes };
}
const count = (files: readonly string[], pattern: RegExp) => files.filter((f) => pattern.test(f)).length;
const json = async (...at: string[]) => JSON.parse(await readFile(path.join(...at), "utf8"));

describe("files (contract 1.5)", () => {
  test("the canonical 100 cells of a good run: six files each and two for the trigger", async () => {
    const { files, result } = await render({ scan_grid: { x_num: 10, y_num: 10 }, resolution: [16, 16] });
    const own = files.filter((f) => f.startsWith("trigger_0000/"));
    expect(result).toMatchObject({ frames: 100, kept: 0, pictures: 100, folders: ["trigger_0000"] });
    expect(own).toHaveLength(602);
    expect(count(own, /\/rgb_\d{4}\.png$/)).toBe(100);
    expect(count(own, /\/semantic_segmentation_\d{4}\.png$/)).toBe(100);
    expect(count(own, /\/semantic_segmentation_labels_\d{4}\.json$/)).toBe(100);
    expect(count(own, /\/bounding_box_2d_tight_\d{4}\.npy$/)).toBe(100);
    expect(count(own, /\/bounding_box_2d_tight_labels_\d{4}\.json$/)).toBe(100);
    expect(count(own, /\/bounding_box_2d_tight_prim_paths_\d{4}\.json$/)).toBe(100);
    expect(own).toContain("trigger_0000/metadata.json");
    expect(own).toContain("trigger_0000/metadata.txt");
  });

  test("a missing run of 100 cells: five kinds in reference, pictures alone in defective", async () => {
    const { files, result } = await render({
      pipeline_type: "missing",
      missing: { ratio: 0.5 },
      scan_grid: { x_num: 10, y_num: 10 },
      resolution: [16, 16],
      reflow: { reference_rgb: false },
      writer: {
        reference: { rgb: false, semantic_types: ["class", "defect"] },
        defective: { semantic_segmentation: false, bounding_box_2d_tight: false },
      },
    });
    expect(count(files, /^trigger_0000\/reference\//)).toBe(501);
    expect(count(files, /^trigger_0000\/defective\//)).toBe(101);
    expect(files).toContain("trigger_0000/metadata.json");
    expect(result).toMatchObject({
      frames: 200,
      folders: ["trigger_0000/reference", "trigger_0000/defective"],
    });
  });

  test("cells name frames, triggers have folders, several lightings share one set of labels", async () => {
    const { files, output } = await render({
      rename_to_grid_index: true,
      num_triggers: 2,
      reflow: { lightings: ["SolderLight", "LowAngleLight"] },
    });
    expect(count(files, /^trigger_0001\/rgb_x[01]_y[01]\.png$/)).toBe(4);
    expect(count(files, /^trigger_0001\/rgb_x[01]_y[01]_LowAngleLight\.png$/)).toBe(4);
    expect(count(files, /^trigger_0001\/semantic_segmentation_x/)).toBe(4);
    const metadata = await json(output, "trigger_0001", "metadata.json");
    expect(metadata.frame_to_grid).toEqual([
      { frame: 4, x_idx: 0, y_idx: 0 },
      { frame: 5, x_idx: 1, y_idx: 0 },
      { frame: 6, x_idx: 0, y_idx: 1 },
      { frame: 7, x_idx: 1, y_idx: 1 },
    ]);
    expect(metadata.config.reflow.lightings).toEqual(["SolderLight", "LowAngleLight"]);
    expect(Object.keys(metadata.lighting.named)).toEqual(["SolderLight", "LowAngleLight"]);
  });

  test("flat output, sample numbers, a limit and a seed", async () => {
    const { files } = await render({
      flat_output: true,
      seed: 1,
      max_image_count: 3,
      samples_per_position: 2,
    });
    expect(files.filter((f) => f.startsWith("rgb_"))).toEqual([
      "rgb_0001.png",
      "rgb_0002.png",
      "rgb_0003.png",
    ]);
    expect(files).toContain("metadata_0000.json");
  });

  test("the writer's switches decide which files there are", async () => {
    const { files, calls } = await render({ writer: { rgb: false, bounding_box_2d_tight: false } });
    expect(count(files, /rgb_|bounding/)).toBe(0);
    expect(count(files, /semantic_segmentation_\d/)).toBe(4);
    expect(calls.some((c) => c.kind === "render")).toBe(false);
  });
});

describe("labels are exact", () => {
  test("segmentation and boxes follow from the ids of every pixel", async () => {
    const scene = tinyBoard();
    const { output } = await render({ scan_grid: { x_num: 1, y_num: 1 } }, { scene });
    const at = (name: string) => path.join(output, "trigger_0000", name);
    const { data, info } = await sharp(at("semantic_segmentation_0000.png"))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: 64, height: 48, channels: 4 });
    const map = await json(at("semantic_segmentation_labels_0000.json"));
    const { rows } = decodeNpyRecords(await readFile(at("bounding_box_2d_tight_0000.npy")), "boxes");
    const labels = await json(at("bounding_box_2d_tight_labels_0000.json"));
    const paths: string[] = await json(at("bounding_box_2d_tight_prim_paths_0000.json"));
    expect(map).toMatchObject({
      "(0, 0, 0, 0)": { class: "BACKGROUND" },
      "(0, 0, 0, 255)": { class: "UNLABELLED" },
    });
    expect(paths).toHaveLength(rows.length);
    expect(paths).toHaveLength(6);
    // Re-derived from the geometry: a pixel is 64 px over a 60 mm board, so 15/16 mm; blocks are 4 × 2 mm.
    const metadata = await json(at("metadata.json"));
    const grid = metadata.config.scan_grid;
    const scale = 64 / grid.footprint_x;
    for (const [i, row] of rows.entries()) {
      const part = scene.parts.find((p) => p.path === paths[i])!;
      const [x, y] = [part.world[12]!, part.world[13]!];
      const left = 32 + (x - 2 - grid.x_centers[0]) * scale;
      const top = 24 - (y + 1 - grid.y_centers[0]) * scale;
      expect(row.x_min).toBe(Math.ceil(left - 0.5));
      expect(row.x_max).toBe(Math.ceil(left + 4 * scale - 0.5) - 1);
      expect(row.y_min).toBe(Math.ceil(top - 0.5));
      expect(row.y_max).toBe(Math.ceil(top + 2 * scale - 0.5) - 1);
      expect(row.occlusionRatio).toBe(0);
      expect(labels[String(row.semanticId)]).toEqual({
        class: part.path.includes("_0402") ? "capacitor" : "ic",
      });
    }
    // Every pixel: the colour that the map gives to what stands there.
    let inside = 0;
    for (let y = 0; y < 48; y++)
      for (let x = 0; x < 64; x++) {
        const [r, g, b, a] = data.subarray((y * 64 + x) * 4, (y * 64 + x) * 4 + 4) as unknown as [
          number,
          number,
          number,
          number,
        ];
        const label = map[colorKey([r, g, b, a])];
        expect(label).toBeDefined();
        const row = rows.find((q) => x >= q.x_min! && x <= q.x_max! && y >= q.y_min! && y <= q.y_max!);
        if (row) {
          inside++;
          expect(label).toEqual(labels[String(row.semanticId)]);
        } else expect(["BACKGROUND", "UNLABELLED"]).toContain(label.class);
      }
    expect(inside).toBe(48);
  });

  test("a part under another has a smaller box and says how much of it is hidden", async () => {
    const scene = tinyBoard();
    // Turn the first IC on its end above half of its neighbour.
    const covered = scene.parts.findIndex((p) => p.path.includes("_0402_1_"));
    const over = scene.parts.findIndex((p) => p.path.includes("_QFN_1_"));
    const parts = scene.parts.map((p, i) => (i === over ? { ...p, world: translation([2, -10, 3]) } : p));
    const { output } = await render({ scan_grid: { x_num: 1, y_num: 1 } }, { scene: { ...scene, parts } });
    const at = (name: string) => path.join(output, "trigger_0000", name);
    const paths: string[] = await json(at("bounding_box_2d_tight_prim_paths_0000.json"));
    const { rows } = decodeNpyRecords(await readFile(at("bounding_box_2d_tight_0000.npy")), "boxes");
    const row = rows[paths.indexOf(scene.parts[covered]!.path)]!;
    expect(row.occlusionRatio).toBeCloseTo(0.5, 1);
    expect(rows[paths.indexOf(scene.parts[over]!.path)]!.occlusionRatio).toBe(0);
  });

  test("with yaw −90 the picture is turned: +X is up", async () => {
    const { output } = await render({
      scan_grid: { x_num: 1, y_num: 1 },
      camera_rotation: { z_fixed: -90 },
      resolution: [48, 64],
    });
    const at = (name: string) => path.join(output, "trigger_0000", name);
    const paths: string[] = await json(at("bounding_box_2d_tight_prim_paths_0000.json"));
    const { rows } = decodeNpyRecords(await readFile(at("bounding_box_2d_tight_0000.npy")), "boxes");
    const row = (name: string) => rows[paths.findIndex((p) => p.includes(name))]!;
    expect(row("_0402_2_").y_max).toBeLessThan(row("_0402_0_").y_min!);
    expect(row("_QFN_0_").x_max).toBeLessThan(row("_0402_0_").x_min!);
  });
});

describe("defects", () => {
  const DEFECT = {
    pipeline_type: "defect",
    defects: { shift: { enabled: true, ratio: 0.2 }, tombstone: { enabled: true, ratio: 0.2 } },
    writer: { semantic_types: ["defect"] },
  };

  test("only defective parts are labelled, and metadata lists them", async () => {
    const { output, calls } = await render({ ...DEFECT, scan_grid: { x_num: 1, y_num: 1 } });
    const metadata = await json(output, "trigger_0000", "metadata.json");
    expect(metadata.defects.map((d: { defect: string }) => d.defect)).toEqual(["shift", "tombstone"]);
    const labels = await json(output, "trigger_0000", "semantic_segmentation_labels_0000.json");
    expect(Object.values(labels)).toEqual([
      { class: "BACKGROUND" },
      { class: "UNLABELLED" },
      { defect: "shift" },
      { defect: "tombstone" },
    ]);
    const paths: string[] = await json(output, "trigger_0000", "bounding_box_2d_tight_prim_paths_0000.json");
    expect(paths.map((p) => path.posix.dirname(p)).toSorted()).toEqual(
      metadata.defects.map((d: { path: string }) => d.path).toSorted(),
    );
    expect(calls.filter((c) => c.kind === "pose")).toHaveLength(1);
    const good = await render({ scan_grid: { x_num: 1, y_num: 1 } });
    expect(good.bytes["trigger_0000/rgb_0000.png"]).not.toBe(
      (await read(output)).bytes["trigger_0000/rgb_0000.png"],
    );
  });

  test("the order of the file decides which defect draws first", async () => {
    const first = async (defects: object) => {
      const { output } = await render({ ...DEFECT, defects, scan_grid: { x_num: 1, y_num: 1 } });
      return (await json(output, "trigger_0000", "metadata.json")).defects;
    };
    const { shift, tombstone } = DEFECT.defects;
    const [a, b] = [await first({ shift, tombstone }), await first({ tombstone, shift })];
    expect(a[0].path).toBe(b[0].path);
    expect([a[0].defect, b[0].defect]).toEqual(["shift", "tombstone"]);
  });

  test("the missing flow: golden and defective pictures of the same frames; parts come back for the next trigger", async () => {
    const { output, bytes } = await render({
      pipeline_type: "missing",
      missing: { ratio: 0.5 },
      num_triggers: 2,
      scan_grid: { x_num: 1, y_num: 1 },
    });
    for (const trigger of ["trigger_0000", "trigger_0001"]) {
      const metadata = await json(output, trigger, "metadata.json");
      expect(metadata).toMatchObject({ defect_type: "missing", num_positions: 1 });
      expect(metadata.missing_components).toHaveLength(3);
    }
    const rgb = (trigger: number, pass: string) =>
      bytes[`trigger_000${trigger}/${pass}/rgb_000${trigger}.png`];
    expect(rgb(0, "reference")).toBeDefined();
    expect(rgb(0, "reference")).not.toBe(rgb(0, "defective"));
    const seg = bytes["trigger_0001/reference/semantic_segmentation_0001.png"];
    const labels = await json(output, "trigger_0001/reference/semantic_segmentation_labels_0001.json");
    expect(Object.values(labels)).toContainEqual({ class: "capacitor", defect: "missing" });
    expect(seg).toBeDefined();
  });
});

describe("a run that stops", () => {
  const GRID = {
    scan_grid: { x_num: 3, y_num: 2 },
    samples_per_position: 2,
    randomize_material: { body_r: [0, 1] },
    num_triggers: 2,
  };

  test("goes on where it was, and ends in the same bytes as one in a single go", async () => {
    const whole = await render(GRID);
    const output = path.join(await mkdtemp(path.join(tmpdir(), "scan-")), "out");
    for (const stopAt of [2, 15]) {
      const abort = new AbortController();
      let frames = 0;
      const stopped = render(GRID, {
        output,
        signal: abort.signal,
        emit: (e) => {
          if (e.type === "progress" && e.what === "render" && ++frames === stopAt) abort.abort();
        },
      });
      await expect(stopped).rejects.toMatchObject({ code: "interrupted", exitCode: 130 });
    }
    // What a kill leaves: a half-written file of a process that is gone.
    await writeFile(path.join(output, "trigger_0000", ".rgb_0005.png.4194305.0123abcd.tmp"), "half");
    const end = await render(GRID, { output });
    expect(end.result.kept).toBeGreaterThanOrEqual(15);
    expect(end.bytes).toEqual(whole.bytes);
    expect(whole.result.kept).toBe(0);
    const again = await render(GRID, { output });
    expect(again.result.kept).toBe(24);
    expect(again.calls).toEqual([]);
    expect(again.bytes).toEqual(whole.bytes);
  });

  test("a write that fails is one clear error, and finished frames are kept", async () => {
    const output = path.join(await mkdtemp(path.join(tmpdir(), "scan-")), "out");
    const blocked = path.join(output, "trigger_0000", "semantic_segmentation_0003.png");
    const failing = render(GRID, {
      output,
      emit: (e) => {
        // What stands in the way appears while the third frame is rendered.
        if (e.type === "progress" && e.what.startsWith("frame 4 of"))
          void mkdir(blocked, { recursive: true });
      },
    });
    await expect(failing).rejects.toMatchObject({
      code: "is_a_folder",
      exitCode: 4,
      where: { file: blocked },
    });
    const { files } = await read(output);
    expect(count(files, /rgb_000[012]\.png$/)).toBe(3);
    expect(files.some((f) => f.endsWith(".tmp"))).toBe(false);
  });

  test("a folder with frames of other settings is refused", async () => {
    const { output } = await render();
    await expect(render({ random_seed: 5 }, { output })).rejects.toMatchObject({ code: "output_exists" });
    const moved = tinyBoard();
    const parts = moved.parts.map((p, i) =>
      i === 3 ? { ...p, world: multiply(rotation(2, 1), p.world) } : p,
    );
    await expect(render({}, { output, scene: { ...moved, parts } })).rejects.toMatchObject({
      code: "output_exists",
    });
  });
});

describe("bad input is one clear error", () => {
  test.each([
    [{ pcba_root: "/World/bord" }, "pcba_root_missing"],
    [{ component_types: ["_0603"] }, "no_components"],
    [{ semantics: [{ match: "**/x", labels: { class: "y" } }] }, "no_rule_matches"],
    [{ semantics: undefined, component_types: undefined }, "nothing_labelled"],
    [{ scan_grid: { x_num: 2 }, camera_rotation: { z_fixed: 45 } }, "yaw_not_cardinal"],
    [{ seed: 99 }, "no_frames"],
    [{ max_image_count: 0 }, "no_frames"],
    [{ pipeline_type: "missing", missing: { ratio: 0.5 }, max_image_count: 1 }, "no_frames"],
    [{ pipeline_type: "defect", defects: {} }, "no_defects_enabled"],
    [
      { pipeline_type: "defect", defects: { shift: { enabled: true } }, component_types: undefined },
      "component_types_missing",
    ],
    [{ auto_locate_component: "0805" }, "component_missing"],
    [{ auto_locate_prim_path: "/World/nowhere" }, "component_missing"],
    [{ scan_grid: { z: 4 } }, "grid_invalid"],
    [{ use_scene_lights: true }, "no_lights"],
  ])("%j: %s", async (more, code) => {
    const where = { file: expect.stringMatching(/day0_image\.yaml|\.usda/) };
    await expect(render(more)).rejects.toMatchObject({ code, exitCode: 3, where });
  });

  test("a board without geometry", async () => {
    const scene = tinyBoard();
    const parts = scene.parts.map((p) => ({ ...p, visible: false }));
    await expect(render({}, { scene: { ...scene, parts } })).rejects.toMatchObject({ code: "board_empty" });
  });

  test("a rule that matches nothing is a warning", async () => {
    const semantics = [
      { match: "**/_QFN/*", labels: { class: "ic" } },
      { match: "**/_SOT/*", labels: { class: "ic" } },
    ];
    const { result } = await render({ semantics });
    expect(result.problems.map((p) => p.code)).toEqual(["rule_matches_nothing"]);
  });
});

test("auto-framing: one cell over the chosen component, half its size as margin", async () => {
  const { output, calls } = await render({ auto_locate_component: "_QFN", scan_grid: { z: 7 } });
  const metadata = await json(output, "trigger_0000", "metadata.json");
  expect(metadata.config.scan_grid).toMatchObject({ y_start: 10, z: 7 });
  const view = calls.find((c) => c.kind === "render")!.settings!.view;
  expect(view).toMatchObject({ width: 6, height: 4.5, position: [expect.any(Number), 10, 7] });
  expect([-20, 0, 20]).toContain(view.position[0]);
});

test("the files are the cookbook as it was used", async () => {
  const { output } = await render({ random_seed: 4 }, { seed: 9, patches: 2, lightings: ["UniformLight"] });
  const image = await readFile(path.join(output, "day0_image.yaml"), "utf8");
  expect(image).toContain("random_seed: 9");
  expect(image).toContain("max_image_count: 2");
  expect(image).not.toContain("pcba_root");
  expect(await readFile(path.join(output, "pcba_target.yaml"), "utf8")).toContain("pcba_root: /World/board");
});

test("a file that the scene lacks is told even when nothing can be planned without it", async () => {
  const problem = {
    code: "usd_syntax",
    severity: "error",
    message: "board.usda: parts.usda is not there",
    hint: "Put it back.",
  } as const;
  const told: string[] = [];
  const bare = tinyBoard();
  const scene = { ...bare, root: { ...bare.root, children: [] }, problems: [problem] };
  const run = render({}, { scene, emit: (e) => e.type === "problem" && told.push(e.problem.code) });
  await expect(run).rejects.toMatchObject({ code: "pcba_root_missing" });
  expect(told).toEqual(["usd_syntax"]);
});
