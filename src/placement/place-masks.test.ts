import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { ReflowError } from "../kit/errors.js";
import { writeImage } from "../kit/images.js";
import { area } from "../vision/index.js";
import { boxes, chip, spot, writeDataset, writeSpec } from "./fixtures.js";
import { readMask } from "./picture.js";
import { placeMasks } from "./place-masks.js";

let root: string;
let dataset: string;
let output: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "place-"));
  dataset = path.join(root, "data");
  output = path.join(root, "out");
  await writeDataset(dataset);
  return () => rm(root, { recursive: true, force: true });
});

const place = (more: Partial<Parameters<typeof placeMasks>[0]> = {}) =>
  placeMasks({ dataset, numSdg: 9, output, workers: 1, ...more });

async function refusal(work: Promise<unknown>): Promise<ReflowError> {
  const error = await work.then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(ReflowError);
  return error as ReflowError;
}

async function tree(folder: string): Promise<Map<string, string>> {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((e) => e.isFile());
  const files = names.map((e) => path.join(e.parentPath, e.name)).sort();
  return new Map(
    await Promise.all(
      files.map(async (f) => [path.relative(folder, f), (await readFile(f)).toString("base64")] as const),
    ),
  );
}

describe("the chain from dataset to test cases", () => {
  test("counts agree along the chain, and every mask lies where it should", async () => {
    const r = await place();
    expect(r.allocation).toEqual({
      "Chip+less_solder": 3,
      "Chip+missing": 2,
      "Chip+scratch": 2,
      "Chip+smear": 2,
    });
    expect(r.placed).toEqual(r.allocation);
    expect(r.problems.map((p) => [p.severity, p.code])).toEqual([
      ["info", "mask_single"],
      ["info", "mask_single"],
      ["warning", "prompt_not_read"],
    ]);
    const lines = (await readFile(r.files.testcase, "utf8")).trim().split("\n");
    expect(lines.map((l) => JSON.parse(l))).toEqual(r.testcases);
    expect(lines[0]).toContain('"guidance":7.0');
    expect(r.testcases[0]).toMatchObject({
      image_filename: "../data/Chip/clean_image/a.png",
      mask_filename: "amp/a/Chip+less_solder/1_mask_largest__seed0.png",
      anomaly_type: "Chip+less_solder",
      iteration_generation_max_instance: 5,
    });
    for (const { mask_filename } of r.testcases) {
      const mask = await readMask(path.join(output, mask_filename));
      expect([mask.width, mask.height]).toEqual([100, 70]);
      expect(mask.data.some((v) => v === 1)).toBe(true);
      const cad = chip().data;
      // Less solder stays on bare pads.
      if (mask_filename.includes("less_solder"))
        mask.data.forEach((v, i) => {
          if (v) expect([...cad.subarray(3 * i, 3 * i + 3)]).toEqual([255, 255, 0]);
        });
    }
    expect(r.summary.find((s) => s.defect_type === "Chip+smear")).toMatchObject({
      route: "free",
      reason: "prompt_not_read",
    });
    expect(JSON.parse(await readFile(r.files.summary, "utf8"))).toEqual(r.summary);
  });

  test("same inputs, same bytes, on any number of workers", async () => {
    await place({ workers: 1 });
    const other = path.join(root, "other");
    await place({ workers: 3, output: other });
    expect(await tree(other)).toEqual(await tree(output));
    const third = path.join(root, "third");
    await place({ seed: 7, output: third });
    expect(await tree(third)).not.toEqual(await tree(output));
  });

  test("more samples than pairs: several seeds a pair, cut to the allocation", async () => {
    await writeSpec(dataset, [["smear", "free"]]);
    const r = await place({ numSdg: 5 });
    expect(await readFile(path.join(output, "amp_samples.json.n_seeds"), "utf8")).toBe("3");
    expect(r.testcases.map((t) => t.mask_filename)).toEqual([
      "amp/a/Chip+smear/0_mask_largest__seed0.png",
      "amp/a/Chip+smear/0_mask_largest__seed1.png",
      "amp/a/Chip+smear/0_mask_largest__seed2.png",
      "amp/b/Chip+smear/0_mask_largest__seed0.png",
      "amp/b/Chip+smear/0_mask_largest__seed1.png",
    ]);
  });

  test("validation shares by masks; exact counts win over the even share", async () => {
    const r = await place({ mode: "validation", numSdg: 7 });
    expect(Object.values(r.allocation)).toEqual([3, 1, 2, 1]);
    const exact = await place({
      perDefectCounts: { "Chip+scratch": 2, "Chip+nothing": 1 },
      output: path.join(root, "x"),
    });
    expect(exact.placed).toEqual({
      "Chip+less_solder": 0,
      "Chip+missing": 0,
      "Chip+scratch": 2,
      "Chip+smear": 0,
    });
    expect(exact.problems.filter((p) => p.code === "counts_differ").length).toBe(2);
  });

  test("boxes for prompts bound the masks; what was not found is missing", async () => {
    await writeSpec(dataset, [["smear", "text"]]);
    const file = path.join(root, "boxes.jsonl");
    const line = (clean: string, regions: unknown) =>
      JSON.stringify({ clean_image: clean, defect_type: "Chip+smear", regions });
    await writeFile(
      file,
      `${line("a.png", [
        { bbox_2d: [0, 0, 10, 10], confidence: 0.2 },
        { bbox_2d: [300, 300, 700, 1200], point_2d: [500, 500], confidence: 0.9 },
      ])}\n${line("b.png", [])}\n`,
    );
    const r = await place({ numSdg: 2, boxes: file });
    expect(r.placed).toEqual({ "Chip+smear": 1 });
    expect(r.summary.map((s) => [s.name, s.status, s.bbox]).sort()).toEqual([
      ["a", "OK", [30, 21, 70, 70]],
      ["b", "NO_DETECTION", undefined],
    ]);
    const mask = await readMask(path.join(output, r.testcases[0]?.mask_filename ?? ""));
    mask.data.forEach((v, i) => {
      if (v) expect(i % 100 >= 30 && i % 100 < 70 && i >= 2100).toBe(true);
    });
    expect(r.problems.map((p) => p.code)).toContain("amp_shortfall");
  });

  test("a board without a place: a warning and a short list, no mask", async () => {
    await writeSpec(dataset, [["bridge", "cad"]]);
    await writeImage(
      path.join(dataset, "Chip/mask/bridge/m_mask.png"),
      spot(20, 20, { x: 3, y: 3, width: 9, height: 9 }),
    );
    const r = await place({ numSdg: 2 });
    expect(r.testcases).toEqual([]);
    expect(r.summary.map((s) => s.status)).toEqual(["NO_CANDIDATES", "NO_CANDIDATES"]);
    expect(r.problems.map((p) => p.code)).toEqual([
      "mask_single",
      "no_roi_candidates",
      "no_roi_candidates",
      "amp_shortfall",
    ]);
  });
});

describe("resuming", () => {
  test("finished samples are kept, changed inputs are placed again", async () => {
    const first = await place();
    const before = await tree(output);
    const again = await place();
    expect(again.resumed).toBe(first.summary.length);
    expect(await tree(output)).toEqual(before);
    await writeImage(
      path.join(dataset, "Chip/mask/scratch/0_mask.png"),
      spot(100, 70, { x: 10, y: 10, width: 30, height: 4 }),
    );
    const changed = await place();
    expect(changed.resumed).toBeLessThan(first.summary.length);
    expect(changed.resumed).toBeGreaterThan(0);
  });

  test("notes that cannot be read are one clear error; half a line costs that line alone", async () => {
    const first = await place();
    const before = await tree(output);
    const { settings, samples } = JSON.parse(await readFile(path.join(output, "place.json"), "utf8"));
    await writeFile(path.join(output, "place.json"), "{");
    expect((await refusal(place())).code).toBe("output_exists");
    // As a kill leaves it: in the middle of the third sample, and of a picture.
    await rm(path.join(output, "place.json"));
    const lines = samples.slice(0, 3).map((s: unknown) => JSON.stringify(s));
    const text = `${[JSON.stringify({ settings }), ...lines].join("\n").slice(0, -20)}`;
    // The cut may lie within a letter of several bytes.
    await writeFile(
      path.join(output, ".place.jsonl"),
      Buffer.concat([Buffer.from(text), Buffer.from("ö").subarray(0, 1)]),
    );
    await writeFile(path.join(output, "amp", ".x.png.99999999.0123abcd.tmp"), "half");
    expect((await place()).resumed).toBe(2);
    expect(await tree(output)).toEqual(before);
    expect(first.resumed).toBe(0);
  });

  test("a mask that somebody changed, or an entry, is made again", async () => {
    const r = await place();
    const before = await tree(output);
    const mask = path.join(output, r.testcases[0]?.mask_filename ?? "");
    await writeImage(mask, spot(100, 70, { x: 1, y: 1, width: 9, height: 9 }));
    expect((await place()).resumed).toBe(r.summary.length - 1);
    expect(await tree(output)).toEqual(before);
    const notes = path.join(output, "place.json");
    const whole = JSON.parse(await readFile(notes, "utf8"));
    whole.samples = [null, { ...whole.samples[1], masks: 5 }, ...whole.samples.slice(2)];
    await writeFile(notes, JSON.stringify(whole));
    expect((await place()).resumed).toBe(r.summary.length - 2);
    expect(await tree(output)).toEqual(before);
  });

  test("no record holds a whole path; dataset and output can move together", async () => {
    await writeImage(path.join(dataset, "Chip/clean_image/a.png"), boxes(100, 70, []));
    const first = await place();
    expect(first.problems.find((p) => p.code === "clean_image_blank")?.where?.file).toContain(dataset);
    for (const [name, text] of await tree(output))
      expect([name, Buffer.from(text, "base64").includes(root)]).toEqual([name, false]);
    const moved = path.join(root, "moved");
    await mkdir(moved);
    await rename(dataset, path.join(moved, "data"));
    await rename(output, path.join(moved, "out"));
    const again = await place({ dataset: path.join(moved, "data"), output: path.join(moved, "out") });
    expect(again.resumed).toBe(first.summary.length);
    expect(again.problems.find((p) => p.code === "clean_image_blank")?.where?.file).toContain(moved);
  });

  test("an output inside the dataset, or around it, is refused", async () => {
    expect((await refusal(place({ output: path.join(dataset, "placed") }))).code).toBe("output_inside_input");
    expect((await refusal(place({ output: root }))).code).toBe("output_inside_input");
  });

  test("other settings and foreign folders are refused", async () => {
    await place({ numSdg: 4 });
    expect((await refusal(place({ numSdg: 5 }))).code).toBe("output_exists");
    const foreign = path.join(root, "foreign");
    await mkdir(foreign);
    await writeFile(path.join(foreign, "letter.txt"), "mine");
    expect((await refusal(place({ output: foreign }))).code).toBe("output_exists");
  });

  test("a stopped placement goes on to the same bytes", async () => {
    await place();
    const whole = await tree(output);
    const part = path.join(root, "part");
    const stop = new AbortController();
    const emit = (e: { type: string; done?: number }): void => {
      if (e.type === "progress" && e.done === 3) stop.abort();
    };
    await expect(place({ output: part, emit, signal: stop.signal })).rejects.toThrow();
    const r = await place({ output: part });
    expect(r.resumed).toBeGreaterThanOrEqual(3);
    expect(await tree(part)).toEqual(whole);
  });
});

describe("bad input", () => {
  test("everything wrong with a dataset is told at once, with its file", async () => {
    await rm(path.join(dataset, "Chip/cad_mask/b.png"));
    await rm(path.join(dataset, "Chip/mask/missing"), { recursive: true });
    await writeFile(path.join(dataset, "Chip/mask/scratch/0_mask.png"), "no picture");
    await writeFile(path.join(dataset, "Chip/clean_image/c.jpg"), "");
    await writeFile(
      path.join(dataset, "semantic_segmentation_labels.json"),
      '{"(255, 255, 0, 255)": {"class": "pad"}, "255-0-0": {"class": "ic"}, "(0, 0, 255, 255)": {"defect": "x"}}',
    );
    const error = await refusal(place());
    expect([error.code, error.exitCode]).toEqual(["placement_inputs", 3]);
    expect([...new Set(error.problems.map((p) => p.code))].sort()).toEqual([
      "cad_mask_missing",
      "image_unreadable",
      "labels_entry_invalid",
      "masks_missing",
    ]);
    for (const p of error.problems) {
      expect(p.where?.file).toBeTruthy();
      expect(p.hint).not.toBe("");
    }
  });

  test("a photo given as a mask is refused", async () => {
    const file = path.join(dataset, "Chip/mask/scratch/0_mask.png");
    const data = Uint8Array.from({ length: 7000 }, (_, i) => 60 + (i % 120));
    await writeImage(file, { width: 100, height: 70, channels: 1, data });
    const error = await refusal(place());
    expect(error.problems.map((p) => [p.code, p.where?.file])).toContainEqual(["mask_not_binary", file]);
  });

  test("empty masks are left out, large ones are told, a type with only empty ones stops", async () => {
    await writeSpec(dataset, [["scratch", "free"]]);
    const black = spot(100, 70, { x: 0, y: 0, width: 0, height: 0 });
    await writeImage(path.join(dataset, "Chip/mask/scratch/0_mask.png"), black);
    await writeImage(
      path.join(dataset, "Chip/mask/scratch/1_mask.png"),
      spot(300, 300, { x: 9, y: 9, width: 200, height: 99 }),
    );
    const r = await place({ numSdg: 2 });
    expect(r.problems.map((p) => p.code)).toEqual([
      "mask_empty",
      "mask_larger_than_image",
      "mask_single",
      "mask_covers_image",
    ]);
    expect(r.testcases.length).toBe(2);
    await writeImage(path.join(dataset, "Chip/mask/scratch/1_mask.png"), black);
    const error = await refusal(place({ numSdg: 2, output: path.join(root, "x") }));
    expect(error.problems.map((p) => p.code)).toContain("masks_missing");
  });

  test("shapes enlarged over their images are told, and bounded where that is asked", async () => {
    await writeSpec(dataset, [["scratch", "free"]]);
    for (const m of [0, 1])
      await writeImage(
        path.join(dataset, "Chip/mask/scratch", `${m}_mask.png`),
        spot(100, 70, { x: 30 + m, y: 20, width: 28, height: 18 }),
      );
    const covered = async ({ testcases }: Awaited<ReturnType<typeof place>>, folder: string) =>
      Promise.all(
        testcases.map(async (t) => area(await readMask(path.join(folder, t.mask_filename))) / 7000),
      );
    const free = await place({ numSdg: 24 });
    const large = (await covered(free, output)).filter((share) => share > 0.25).length;
    expect(large).toBeGreaterThan(0);
    const [told] = free.problems.filter((p) => p.code === "mask_covers_image");
    expect(told?.message).toContain(`${large} of 24 masks of "Chip+scratch"`);
    const to = path.join(root, "bounded");
    const bounded = await place({ numSdg: 24, output: to, mostCover: 0.15 });
    const shares = await covered(bounded, to);
    expect(shares.length).toBeGreaterThan(20);
    expect(Math.max(...shares)).toBeLessThanOrEqual(0.15);
    expect(bounded.problems.map((p) => p.code)).not.toContain("mask_covers_image");
    expect((await refusal(place({ mostCover: 0 }))).code).toBe("most_cover_invalid");
  });

  test("pictures that cannot be read are told before anything is placed, each once", async () => {
    const file = (...name: string[]) => path.join(dataset, "Chip", ...name);
    await writeFile(file("clean_image", "a.png"), "");
    await rm(file("cad_mask", "b.png"));
    await mkdir(file("cad_mask", "b.png"));
    const error = await refusal(place());
    expect(error.code).toBe("placement_inputs");
    const list = error.problems.filter((p) => p.severity === "error").map((p) => [p.code, p.where?.file]);
    expect(list).toEqual([
      ["image_unreadable", file("clean_image", "a.png")],
      ["is_a_folder", file("cad_mask", "b.png")],
    ]);
  });

  test("a black and white CAD mask is not read as classes", async () => {
    await writeSpec(dataset, [["less_solder", "cad"]]);
    const binary = boxes(100, 70, [[[255, 255, 255], { x: 9, y: 9, width: 40, height: 40 }]]);
    for (const name of ["a", "b"])
      await writeImage(path.join(dataset, "Chip/cad_mask", `${name}.png`), binary);
    const r = await place({ numSdg: 2 });
    expect(r.testcases).toEqual([]);
    expect(r.problems.filter((p) => p.severity === "error").map((p) => p.code)).toEqual([
      "cad_mask_colours",
      "cad_mask_colours",
    ]);
  });

  test("a CAD mask of another size, a blank clean image, an unknown defect", async () => {
    await writeSpec(dataset, [
      ["less_solder", "cad"],
      ["odd", "cad"],
      ["scratch", "free"],
    ]);
    await writeImage(
      path.join(dataset, "Chip/mask/odd/m_mask.png"),
      spot(20, 20, { x: 3, y: 3, width: 9, height: 9 }),
    );
    await writeImage(path.join(dataset, "Chip/clean_image/a.png"), boxes(100, 60, []));
    const r = await place({ numSdg: 12 });
    const codes = new Set(r.problems.map((p) => p.code));
    for (const code of ["cad_mask_size", "defect_without_rule", "clean_image_blank", "amp_shortfall"])
      expect(codes).toContain(code);
    expect(r.placed["Chip+odd"]).toBe(0);
    expect(r.placed["Chip+scratch"]).toBe(4);
  });

  test("types without anything to place can be dropped (dig C14)", async () => {
    await rm(path.join(dataset, "Chip/mask/missing"), { recursive: true });
    const r = await place({ dropUnplaceable: true, numSdg: 6 });
    expect(Object.keys(r.allocation)).toEqual(["Chip+less_solder", "Chip+scratch", "Chip+smear"]);
    expect(r.problems[0]).toMatchObject({ code: "masks_missing", severity: "warning" });
  });

  test.each([
    [{ numSdg: 0 }, "num_sdg_invalid", 2],
    [{ numSdg: 1e9 }, "num_sdg_invalid", 2],
    [{ numSdg: 2.5 }, "num_sdg_invalid", 2],
    [{ seed: -1 }, "seed_invalid", 2],
    [{ dataset: "/nowhere/at/all" }, "dataset_folder_missing", 3],
    [{ dataset: process.execPath }, "not_a_folder", 3],
    [{ boxes: "/nowhere/boxes.jsonl" }, "file_missing", 3],
    [{ mode: "validation" as const, numSdg: 2 }, "allocation_uncovered", 3],
  ])("%j is refused with %s", async (more, code, exit) => {
    const error = await refusal(place(more));
    expect([error.code, error.exitCode]).toEqual([code, exit]);
  });
});
