import { readFile, rm, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { png, type Shape, scratch, tree, writeFrame } from "./fixtures/frames.js";
import { readPicture } from "./picture.js";
import { cropRois } from "./roi-crops.js";
import { ROI_DEFAULTS, type RoiSettings } from "./roi-settings.js";

const settings: RoiSettings = {
  ...ROI_DEFAULTS,
  classes: ["capacitor", "ic"],
  classDirs: { capacitor: "passive_component", ic: "IC" },
  offset: 4,
};
const TWO: readonly Shape[] = [
  ["capacitor", 20, 20, 20, 12],
  ["ic", 60, 40, 24, 24],
];
const THREE: readonly Shape[] = [...TWO, ["capacitor", 20, 60, 20, 12]];

let root: string;
let source: string;
let output: string;
beforeEach(async () => {
  root = await scratch();
  source = path.join(root, "trigger_0000");
  output = path.join(root, "crop");
});
const cut = (more: Partial<RoiSettings> = {}, to = output) =>
  cropRois({ source, output: to, settings: { ...settings, ...more } });
const names = async (dir = output) => Object.keys(await tree(dir));

describe("crops of regions", () => {
  test("material, cell, numbers from 0001, one file of labels", async () => {
    await writeFrame(source, "x0_y0", { shapes: THREE });
    await writeFrame(source, "x10_y0", { shapes: TWO });
    const { emitted, materials } = await cut();
    expect([emitted, materials]).toEqual([5, { passive_component: 3, IC: 2 }]);
    expect(await names()).toEqual([
      "IC/x0_y0/cad_mask/0001_cad_mask.png",
      "IC/x0_y0/normal_img/0001.png",
      "IC/x10_y0/cad_mask/0001_cad_mask.png",
      "IC/x10_y0/normal_img/0001.png",
      "crops.json",
      "passive_component/x0_y0/cad_mask/0001_cad_mask.png",
      "passive_component/x0_y0/cad_mask/0002_cad_mask.png",
      "passive_component/x0_y0/normal_img/0001.png",
      "passive_component/x0_y0/normal_img/0002.png",
      "passive_component/x10_y0/cad_mask/0001_cad_mask.png",
      "passive_component/x10_y0/normal_img/0001.png",
      "semantic_segmentation_labels.json",
    ]);
  });

  test("crops are RGBA and equal the picture pixel by pixel", async () => {
    await writeFrame(source, "0000", { shapes: TWO, channels: 3 });
    await cut();
    const whole = await readPicture(path.join(source, "rgb_0000.png"));
    const crop = await readPicture(path.join(output, "IC/0000/normal_img/0001.png"));
    expect([crop.width, crop.height, crop.channels]).toEqual([32, 32, 4]);
    for (const [x, y] of [
      [0, 0],
      [31, 31],
      [7, 19],
    ]) {
      const at = ((40 - 4 + y) * whole.width + 60 - 4 + x) * 3;
      const rgb = [...whole.data.subarray(at, at + 3)];
      expect([...crop.data.subarray((y * 32 + x) * 4, (y * 32 + x) * 4 + 4)]).toEqual([...rgb, 255]);
    }
  });

  test("a single cell has its folder level too, and without materials all goes to component", async () => {
    await writeFrame(source, "x0_y0", { shapes: TWO });
    await cut({ classDirs: null });
    expect(await names()).toEqual([
      "component/x0_y0/cad_mask/0001_cad_mask.png",
      "component/x0_y0/cad_mask/0002_cad_mask.png",
      "component/x0_y0/normal_img/0001.png",
      "component/x0_y0/normal_img/0002.png",
      "component/x0_y0/semantic_segmentation_labels.json",
      "crops.json",
      "semantic_segmentation_labels.json",
    ]);
  });

  test("max_emit counts each material of each cell, or all together", async () => {
    for (const id of ["x0_y0", "x1_y0"]) await writeFrame(source, id, { shapes: THREE });
    const each = await cut({ maxEmit: 1 });
    expect(each.materials).toEqual({ passive_component: 2, IC: 2 });
    expect(each.refused.max_emit).toBe(2);
    const all = await cut({ maxEmit: 4, maxEmitScope: "global" }, path.join(root, "all"));
    expect(all.frames.map((f) => f.rois.length)).toEqual([3, 1]);
    const one = await cut({ maxEmit: 3, maxEmitScope: "global" }, path.join(root, "one"));
    expect(one.frames).toHaveLength(1);
  });

  test("bridges have their own folder", async () => {
    await writeFrame(source, "x0_y0", { shapes: THREE });
    const { bridges, frames } = await cut({ bridge: { distance: 40, classes: ["capacitor"] } });
    expect(bridges).toBe(1);
    expect(frames[0].bridges[0]).toMatchObject({
      name: "bridge/x0_y0/0001",
      pair: ["passive_component/x0_y0/0001", "passive_component/x0_y0/0002"],
    });
    expect(await names()).toContain("bridge/x0_y0/cad_mask/0001_cad_mask.png");
  });

  test("a photo that was registered has no cell level", async () => {
    await writeFrame(source, "0000", { shapes: TWO });
    const photo = await readFile(path.join(source, "rgb_0000.png"));
    for (const name of ["ref_crop.png", "aligned_crop.png"]) await writeFile(path.join(source, name), photo);
    await cut({ layout: "aligned", pattern: "0000" });
    expect(await names()).toContain("IC/normal_img/0001.png");
    await rm(path.join(source, "aligned_crop.png"));
    await expect(cut({ layout: "aligned", pattern: "0000" }, `${output}2`)).rejects.toMatchObject({
      code: "file_missing",
    });
  });

  test("the same bytes again, and after a stop in the middle", async () => {
    for (const id of ["x0_y0", "x1_y0", "x2_y0"]) await writeFrame(source, id, { shapes: THREE });
    await cut();
    const whole = await tree(output);
    await cut();
    expect(await tree(output)).toEqual(whole);

    const stopped = path.join(root, "stopped");
    const abort = new AbortController();
    const work = cropRois({
      source,
      output: stopped,
      settings,
      signal: abort.signal,
      emit: (e) => e.type === "progress" && e.done === 2 && abort.abort(),
    });
    await expect(work).rejects.toMatchObject({ name: "AbortError" });
    // As if killed while the line of the second frame was written.
    const journal = path.join(stopped, ".crops.jsonl");
    await truncate(journal, (await readFile(journal)).length - 20);
    await cut({}, stopped);
    expect(await tree(stopped)).toEqual(whole);
  });

  test("a lost crop is made again; a frame that was rendered anew is cut anew", async () => {
    await writeFrame(source, "x0_y0", { shapes: TWO });
    await cut();
    const before = await tree(output);
    await rm(path.join(output, "IC/x0_y0/normal_img/0001.png"));
    await cut();
    expect(await tree(output)).toEqual(before);
    await writeFrame(source, "x0_y0", { shapes: TWO, rgb: 2 });
    await cut();
    expect((await tree(output))["IC/x0_y0/normal_img/0001.png"]).not.toBe(
      before["IC/x0_y0/normal_img/0001.png"],
    );
  });
});

test("crops of frames that changed or are gone do not stay behind", async () => {
  for (const id of ["x0_y0", "x1_y0"]) await writeFrame(source, id, { shapes: THREE });
  await cut();
  await writeFrame(source, "x0_y0", { shapes: TWO });
  for (const name of Object.keys(await tree(source)))
    if (name.includes("x1_y0")) await rm(path.join(source, name));
  await cut();
  await cut({}, path.join(root, "new"));
  expect(await tree(output)).toEqual(await tree(path.join(root, "new")));
});

describe("crops of regions: bad input", () => {
  test("a folder with other content, or other settings", async () => {
    await writeFrame(source, "x0_y0", { shapes: TWO });
    await expect(cut({}, source)).rejects.toMatchObject({ code: "output_exists" });
    await cut();
    await expect(cut({ offset: 5 })).rejects.toMatchObject({ code: "output_exists" });
  });

  test("no folder, no frames, no anchors, folders outside", async () => {
    await expect(cut()).rejects.toMatchObject({ code: "render_missing" });
    await writeFrame(source, "0000", { shapes: TWO });
    await expect(cut({ pattern: "x*_y*" })).rejects.toMatchObject({ code: "no_frames" });
    await expect(cut({ classes: [] })).rejects.toMatchObject({ code: "no_anchor_class" });
    await expect(cut({ classDirs: { ic: "../../elsewhere" } })).rejects.toMatchObject({
      code: "path_escapes",
    });
  });

  test("a class that no frame has is named with those there are", async () => {
    await writeFrame(source, "0000", { shapes: TWO });
    const { problems, emitted } = await cut({ classes: ["inductor", "ic"] });
    expect(emitted).toBe(1);
    expect(problems).toMatchObject([{ code: "class_unknown", severity: "warning" }]);
    expect(problems[0].message).toMatch(/inductor; there are capacitor, ic/);
  });

  test("frames with missing, broken or unfitting files are left out, the others are cut", async () => {
    for (const id of ["a", "b", "c", "d", "e"]) await writeFrame(source, id, { shapes: TWO });
    const at = (name: string) => path.join(source, name);
    await rm(at("rgb_a.png"));
    await truncate(at("semantic_segmentation_b.png"), 60);
    await writeFile(at("rgb_c.png"), await png(new Uint8Array(100 * 90 * 3), 100, 90, 3));
    await writeFile(at("semantic_segmentation_labels_d.json"), "{");
    const { problems, emitted, refused } = await cut();
    expect([emitted, refused.frame]).toEqual([2, 4]);
    expect(problems.map((p) => [p.code, p.severity])).toEqual([
      ["frame_incomplete", "warning"],
      ["image_unreadable", "error"],
      ["size_mismatch", "error"],
      ["labels_invalid", "error"],
    ]);
    expect(problems[2].message).toContain("100×90");
  });
});
