import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { decodeImage, type Pixels, writeImage } from "../../kit/images.js";
import { seeded } from "../../kit/random.js";
import { mask } from "../../vision/index.js";
import { fitCheckpoint } from "../checkpoint/fit.js";
import { readSynthCheckpoint } from "../checkpoint/read.js";
import { enlargedMask } from "../window/index.js";
import { changeOutside } from "./outside.js";
import { readMask } from "./plan.js";
import { runTestcases } from "./run.js";

const root = mkdtempSync(path.join(tmpdir(), "synth-"));
const at = (...parts: string[]): string => path.join(root, ...parts);
const [W, H] = [96, 80];

const tile = (seed: number): Pixels => {
  const random = seeded(seed);
  return {
    width: W,
    height: H,
    channels: 1,
    data: Uint8Array.from({ length: W * H }, (_, i) => 110 + 0.5 * (i % W) + 4 * random.normal()),
  };
};
const disc = (image: Pixels, x: number, y: number, r: number, value: number): Pixels => ({
  ...image,
  data: image.data.map((v, i) => (Math.hypot((i % W) - x, Math.floor(i / W) - y) <= r ? value : v)),
});
const blank: Pixels = { width: W, height: H, channels: 1, data: new Uint8Array(W * H) };

async function dataset(): Promise<string> {
  const to = at("data");
  for (let i = 0; i < 3; i++) {
    await writeImage(path.join(to, "Tile", "clean_image", `c${i}.png`), tile(20 + i));
    const [x, y] = [30 + 12 * i, 30 + 6 * i];
    await writeImage(
      path.join(to, "Tile", "anomaly_image", "pit", `p${i}.png`),
      disc(tile(i), x, y, 5 + i, 40),
    );
    await writeImage(path.join(to, "Tile", "mask", "pit", `p${i}_mask.png`), disc(blank, x, y, 5 + i, 255));
  }
  await writeImage(path.join(to, "Tile", "anomaly_image", "pit", "lost.png"), tile(9));
  await writeImage(path.join(to, "Tile", "mask", "scratch", "s_mask.png"), disc(blank, 40, 40, 6, 255));
  await writeImage(path.join(to, "Tile", "mask", "scratch", "empty_mask.png"), blank);
  return to;
}

const row = (more: Record<string, unknown> = {}): string =>
  JSON.stringify({
    image_filename: "data/Tile/clean_image/c0.png",
    mask_filename: "one.png",
    anomaly_type: "Tile+pit",
    guidance: 7.0,
    num_steps: 35,
    crop_and_paste: true,
    crop_ratio: 2.0,
    crop_grid_X: "none",
    crop_grid_Y: "none",
    num_generated_images: 1,
    poisson_blend: false,
    iteration_generation_max_instance: 5,
    ...more,
  });
const cases = (name: string, ...lines: string[]): string => {
  writeFileSync(at(name), lines.map((l) => `${l}\n`).join(""));
  return at(name);
};
const bytes = (folder: string): Record<string, string> => {
  const out: Record<string, string> = {};
  for (const e of readdirSync(folder, { withFileTypes: true, recursive: true }))
    if (e.isFile() && e.name !== "timing_summary.json")
      out[path.relative(folder, path.join(e.parentPath, e.name))] = readFileSync(
        path.join(e.parentPath, e.name),
      ).toString("base64");
  return out;
};

let fitted: Awaited<ReturnType<typeof fitCheckpoint>>;
beforeAll(async () => {
  fitted = await fitCheckpoint({ dataset: await dataset(), output: at("ck"), seed: 3 });
  await writeImage(at("one.png"), disc(blank, 50, 40, 7, 255));
  await writeImage(at("two.png"), disc(disc(blank, 25, 25, 5, 255), 70, 50, 6, 255));
  await writeImage(at("black.png"), blank);
  await writeImage(at("photo.png"), tile(77));
  await writeImage(at("large.png"), {
    width: 200,
    height: 200,
    channels: 1,
    data: new Uint8Array(40000).fill(255),
  });
  const line = Uint8Array.from(blank.data);
  line.fill(255, 40 * W + 20, 40 * W + 60);
  await writeImage(at("line.png"), { ...blank, data: line });
});

describe("fit", () => {
  test("learns what it can and names the rest", () => {
    expect(fitted.types).toEqual([
      { defectType: "Tile+pit", specimens: 3, pictured: 3 },
      { defectType: "Tile+scratch", specimens: 1, pictured: 0 },
    ]);
    expect(fitted.problems.map((p) => [p.code, p.severity])).toEqual([
      ["mask_missing", "error"],
      ["mask_empty", "error"],
    ]);
    expect(fitted.steps.map((s) => s.step)).toEqual([0, 500, 1000, 2000, 4000]);
    expect(fitted.best).toBeGreaterThan(0);
    expect(readFileSync(at("ck", "valid", "2000", "valid_kpi.csv"), "utf8")).toMatch(
      /^kpi,Tile\+pit,Average\n/,
    );
    expect(readFileSync(at("ck", "checkpoints", "latest_checkpoint.txt"), "utf8")).toBe(
      "iter_000004000.pt\n",
    );
  });

  test("again: the same bytes", async () => {
    const before = bytes(at("ck"));
    rmSync(at("ck", "valid"), { recursive: true });
    await fitCheckpoint({ dataset: at("data"), output: at("ck"), seed: 3 });
    expect(bytes(at("ck"))).toEqual(before);
    await fitCheckpoint({ dataset: at("data"), output: at("ck2"), seed: 3 });
    expect(bytes(at("ck2"))).toEqual(before);
  });

  test("damaged files of an earlier fit are made again", async () => {
    const before = bytes(at("ck2"));
    const fit = JSON.parse(readFileSync(at("ck2", "fit.json"), "utf8"));
    writeFileSync(at("ck2", "fit.json"), JSON.stringify({ ...fit, steps: [null, { step: 500 }] }));
    const name = readdirSync(at("ck2", "bank")).find((n) => n.endsWith(".png"))!;
    writeFileSync(at("ck2", "bank", name), "");
    writeFileSync(at("ck2", "bank", `.${name}.99999999.0123abcd.tmp`), "half");
    await fitCheckpoint({ dataset: at("data"), output: at("ck2"), seed: 3 });
    expect(bytes(at("ck2"))).toEqual(before);
  });

  test("clean pictures that cannot be read and single specimens are told; a file and a folder in the dataset refused", async () => {
    const to = at("few");
    await writeImage(path.join(to, "Tile", "anomaly_image", "pit", "p.png"), disc(tile(1), 40, 40, 6, 40));
    await writeImage(path.join(to, "Tile", "mask", "pit", "p_mask.png"), disc(blank, 40, 40, 6, 255));
    mkdirSync(path.join(to, "Tile", "clean_image"));
    writeFileSync(path.join(to, "Tile", "clean_image", "c.png"), "");
    const r = await fitCheckpoint({ dataset: to, output: at("few-ck") });
    expect(r.problems.map((p) => [p.severity, p.code])).toEqual([
      ["warning", "image_unreadable"],
      ["warning", "clean_images_missing"],
      ["info", "specimen_single"],
    ]);
    const error = (dataset: string, output: string) => expect(fitCheckpoint({ dataset, output })).rejects;
    await error(path.join(to, "Tile", "mask", "pit", "p_mask.png"), at("x")).toMatchObject({
      code: "not_a_folder",
    });
    await error(to, path.join(to, "ck")).toMatchObject({ code: "output_inside_input" });
  });

  test("a folder without labelled defects, a foreign and a damaged checkpoint: one clear error", async () => {
    mkdirSync(at("none", "Tile", "clean_image"), { recursive: true });
    await expect(fitCheckpoint({ dataset: at("none"), output: at("x") })).rejects.toMatchObject({
      code: "no_defect_types",
    });
    await expect(fitCheckpoint({ dataset: at("gone"), output: at("x") })).rejects.toMatchObject({
      code: "dataset_folder_missing",
    });
    await expect(readSynthCheckpoint(at("none"))).rejects.toMatchObject({ code: "checkpoint_missing" });
    await expect(readSynthCheckpoint(at("ck"), 7)).rejects.toMatchObject({ code: "checkpoint_step_missing" });
    const pt = at("ck2", "checkpoints", "model", "iter_000000500.pt");
    writeFileSync(pt, Buffer.from([0x50, 0x4b, 3, 4, 0xff, 0xfe]));
    await expect(readSynthCheckpoint(at("ck2"), 500)).rejects.toMatchObject({ code: "checkpoint_foreign" });
    writeFileSync(pt, "{}");
    await expect(readSynthCheckpoint(at("ck2"), 500)).rejects.toMatchObject({ code: "checkpoint_damaged" });
  });
});

describe("run", () => {
  test("every file of the contract; names follow the order by parts; nothing changes outside", async () => {
    const file = cases(
      "a.jsonl",
      row({ mask_filename: "two.png" }),
      row(),
      row({ anomaly_type: "Tile+scratch" }),
    );
    const r = await runTestcases({
      checkpoint: at("ck"),
      testcases: file,
      output: at("out"),
      workers: 1,
      seed: 5,
    });
    expect(r.problems).toEqual([]);
    expect(r.counts).toEqual({ "Tile+pit": 2, "Tile+scratch": 1 });
    const table = readFileSync(at("out", "SDG_result.csv"), "utf8")
      .trim()
      .split("\n")
      .map((l) => l.split(","));
    expect(table[0]).toHaveLength(19);
    // The mask of two parts is the first line and the last picture of its type.
    expect(table.slice(1).map((c) => [c[0], c.at(-2)])).toEqual([
      ["Tile+pit_00000.png", "1"],
      ["Tile+scratch_00000.png", "2"],
      ["Tile+pit_00001.png", "0"],
    ]);
    expect(readdirSync(at("out", "cropped_mask")).sort()).toEqual([
      "Tile+pit_00000_0.png",
      "Tile+pit_00001_0.png",
      "Tile+pit_00001_1.png",
      "Tile+scratch_00000_0.png",
    ]);
    for (const { job, made } of r.finished) {
      expect(made.outside).toBe(0);
      const [before, after] = await Promise.all([
        decodeImage(at("out", "original_image", `${job.name}.png`)),
        decodeImage(at("out", "reconstructed_image", `${job.name}.png`)),
      ]);
      const mask = await readMask(at("out", "original_mask", `${job.name}.png`));
      const allowed = new Uint8Array(W * H);
      for (const { window } of made.instances)
        enlargedMask(mask, window).data.forEach((v, i) => {
          allowed[i]! |= v;
        });
      let inside = 0;
      for (let i = 0; i < W * H; i++) {
        if (before.data[i] === after.data[i]) continue;
        expect(allowed[i]).toBe(1);
        inside++;
      }
      expect(inside).toBeGreaterThan(40);
    }
    const coco = JSON.parse(readFileSync(at("out", "labels", "coco_annotations.json"), "utf8"));
    expect(coco.categories).toEqual([
      { id: 1, name: "Tile+pit" },
      { id: 2, name: "Tile+scratch" },
    ]);
    expect(coco.annotations[0].bbox).toEqual([43, 33, 15, 15]);
    expect(readFileSync(at("out", "labels", "yolo", "labels", "Tile+pit_00000.txt"), "utf8")).toBe(
      `0 ${(50.5 / W).toFixed(6)} ${(40.5 / H).toFixed(6)} ${(15 / W).toFixed(6)} ${(15 / H).toFixed(6)}\n`,
    );
    expect(readdirSync(at("out_daft_v3", "raw", "rgb"))).toHaveLength(3);
  });

  test("a folder with somebody's own pictures, labels or checkpoint is refused, and nothing is touched", async () => {
    const file = cases("one.jsonl", row());
    const o = { checkpoint: at("ck"), testcases: file, workers: 1 };
    for (const own of ["labels", "original_image"]) {
      const mine = at(`own-${own}`, own, "mine.png");
      await writeImage(mine, blank);
      await expect(runTestcases({ ...o, output: at(`own-${own}`) })).rejects.toMatchObject({
        code: "output_exists",
      });
      expect(readdirSync(at(`own-${own}`))).toEqual([own]);
      expect(readdirSync(path.dirname(mine))).toEqual(["mine.png"]);
    }
    await writeImage(at("beside_daft_v3", "mine.png"), blank);
    await expect(runTestcases({ ...o, output: at("beside") })).rejects.toMatchObject({
      code: "output_exists",
    });
    mkdirSync(at("theirs"));
    writeFileSync(at("theirs", "ag_config.yaml"), "name: theirs\n");
    await expect(fitCheckpoint({ dataset: at("data"), output: at("theirs") })).rejects.toMatchObject({
      code: "output_exists",
    });
    expect(readFileSync(at("theirs", "ag_config.yaml"), "utf8")).toBe("name: theirs\n");
  });

  test("the same bytes on two workers, and after a kill or damage", async () => {
    const file = cases(
      "a.jsonl",
      row({ mask_filename: "two.png" }),
      row(),
      row({ anomaly_type: "Tile+scratch" }),
    );
    const o = { checkpoint: at("ck"), testcases: file, seed: 5 };
    await runTestcases({ ...o, output: at("out2"), workers: 2 });
    expect(bytes(at("out2"))).toEqual(bytes(at("out")));
    rmSync(at("out2", "SDG_result.csv"));
    rmSync(at("out2", "work", "Tile+pit_00001.json"));
    rmSync(at("out2", "reconstructed_image", "Tile+pit_00001.png"));
    writeFileSync(at("out2", "reconstructed_image", "Tile+pit_00000.png"), "");
    rmSync(at("out2", "cropped_mask", "Tile+scratch_00000_0.png"));
    writeFileSync(at("out2", "cropped_mask", ".Tile+pit_00000_0.png.99999999.0123abcd.tmp"), "half");
    await runTestcases({ ...o, output: at("out2"), workers: 1 });
    expect(bytes(at("out2"))).toEqual(bytes(at("out")));
    // Fewer rows: what the others left goes.
    const less = cases("less.jsonl", row());
    await runTestcases({ ...o, testcases: less, output: at("out2"), workers: 1 });
    expect(readdirSync(at("out2", "reconstructed_image"))).toEqual(["Tile+pit_00000.png"]);
    await runTestcases({ ...o, seed: 6, output: at("out3"), workers: 1 });
    expect(bytes(at("out3"))["reconstructed_image/Tile+pit_00000.png"]).not.toBe(
      bytes(at("out"))["reconstructed_image/Tile+pit_00000.png"],
    );
  });

  test("each bad row is one problem with its line; the rest is made", async () => {
    const file = cases(
      "bad.jsonl",
      row(),
      "{oops",
      row({ anomaly_type: "Tile+ghost" }),
      row({ mask_filename: "black.png" }),
      row({ mask_filename: "large.png" }),
      row({ mask_filename: "gone.png" }),
      row({ mask_filename: "line.png" }),
      row({ crop_ratio: "wide" }),
      row({ morph_operation: "melt" }),
      row(),
      row({ crop_ratio: "none", crop_grid_X: 40 }),
      row({ crop_ratio: "none", crop_grid_Y: 40 }),
      row({ shift_values: "1000000000,0" }),
      row({ rotation_angle: 1e9 }),
      row({ mask_filename: "photo.png" }),
    );
    const r = await runTestcases({ checkpoint: at("ck"), testcases: file, output: at("bad"), workers: 1 });
    expect(r.made).toBe(1);
    expect(r.problems.map((p) => [p.where?.row, p.code]).sort((a, b) => Number(a[0]) - Number(b[0]))).toEqual(
      [
        [2, "testcase_line_invalid"],
        [3, "defect_unknown"],
        [4, "mask_empty"],
        [5, "mask_size_mismatch"],
        [6, "file_missing"],
        [7, "mask_too_thin"],
        [8, "testcase_field"],
        [9, "testcase_field"],
        [10, "testcase_duplicate"],
        [11, "testcase_field"],
        [12, "testcase_field"],
        [13, "testcase_field"],
        [14, "testcase_field"],
        [15, "mask_not_binary"],
      ],
    );
    expect(r.problems.find((p) => p.where?.row === 11)).toMatchObject({
      message: "crop_grid_X is given without crop_grid_Y",
      where: { field: "crop_grid_Y" },
    });
  });

  test("a mask that would leave the picture stays where it is, and that is said", async () => {
    const file = cases("away.jsonl", row({ shift_values: "500,0", rotation_angle: 10 }), row());
    const o = { checkpoint: at("ck"), testcases: file, output: at("away"), workers: 1 };
    const r = await runTestcases(o);
    expect([r.asked, r.made]).toEqual([2, 2]);
    expect(r.problems.map((p) => [p.code, p.severity, p.where?.row])).toEqual([
      ["augmentation_undone", "warning", 1],
    ]);
    expect(readFileSync(at("away", "SDG_result.csv"), "utf8").split("\n")[1]).toContain(',"0,0",0,none,');
  });

  test("what changes in a window beside the enlarged mask counts as outside", () => {
    const before: Pixels = { width: 9, height: 9, channels: 1, data: new Uint8Array(81) };
    const after = { ...before, data: Uint8Array.from(before.data) };
    const spot = mask(9, 9);
    for (const i of [30, 31, 32, 39, 40, 41, 48, 49, 50]) spot.data[i] = 1;
    const window = { x: 0, y: 0, width: 9, height: 9 };
    const enlarged = [enlargedMask(spot, window)];
    after.data[40] = 200;
    expect(changeOutside(before, after, enlarged)).toBe(0);
    after.data[0] = 7;
    expect(changeOutside(before, after, enlarged)).toBe(7);
  });

  test("what does not show is drawn again, then refused and said so, the same way on a second run", async () => {
    // A pit on black: nothing can be darker.
    await writeImage(at("flat.png"), { ...blank, data: new Uint8Array(W * H).fill(0) });
    const file = cases("faint.jsonl", row({ image_filename: "flat.png", index: 4 }), row({ index: 9 }));
    const o = { checkpoint: at("ck"), testcases: file, output: at("faint"), workers: 1 };
    const r = await runTestcases(o);
    expect(r.problems.map((p) => [p.code, p.where?.row])).toEqual([["defect_no_effect", 1]]);
    expect([r.asked, r.made]).toEqual([2, 1]);
    const lines = readFileSync(at("faint", "provenance.jsonl"), "utf8").trim().split("\n");
    const [made, refused] = lines.map((l) => JSON.parse(l));
    expect(made).toMatchObject({ index: 9, instances: [{ visible: true, draws: 1 }] });
    expect(refused).toMatchObject({ output_filename: null, index: 4, refused: { code: "defect_no_effect" } });
    expect(readFileSync(at("faint", "SDG_result.csv"), "utf8").trim().split("\n")).toHaveLength(2);
    const before = bytes(at("faint"));
    await runTestcases({ ...o, workers: 2 });
    expect(bytes(at("faint"))).toEqual(before);
  });

  test("with a root nothing outside it is read", async () => {
    const file = cases(
      "esc.jsonl",
      row({ mask_filename: "../one.png" }),
      row({ image_filename: "/etc/hostname" }),
    );
    await expect(
      runTestcases({
        checkpoint: at("ck"),
        testcases: file,
        output: at("esc"),
        workers: 1,
        root: at("data"),
      }),
    ).rejects.toMatchObject({
      code: "testcases_empty",
      problems: [{ code: "path_escapes" }, { code: "path_escapes" }],
    });
    symlinkSync(at("one.png"), at("data", "link.png"));
    const linked = cases(
      "link.jsonl",
      row({ image_filename: at("data", "link.png"), mask_filename: "x.png" }),
    );
    const o = { checkpoint: at("ck"), testcases: linked, output: at("esc"), workers: 1 };
    await expect(runTestcases({ ...o, root: at("data") })).rejects.toMatchObject({
      problems: [{ code: "path_escapes", where: { row: 1, field: "image_filename" } }],
    });
    await expect(runTestcases({ ...o, root: at("nowhere") })).rejects.toMatchObject({
      code: "folder_missing",
    });
  });

  test("an output in the checkpoint is refused", async () => {
    const o = { checkpoint: at("ck"), testcases: cases("one.jsonl", row()), workers: 1 };
    await expect(runTestcases({ ...o, output: at("ck", "made") })).rejects.toMatchObject({
      code: "output_inside_input",
    });
  });
});
