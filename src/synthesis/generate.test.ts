import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { PairRow } from "../dataset/row.js";
import { decodeImage, type Pixels, writeImage } from "../kit/images.js";
import { seeded } from "../kit/random.js";
import { sharedData } from "../kit/testing.js";
import { board, spot, workspace } from "./fixtures/board.js";
import { type GenerateOptions, generate, RESULT_COLUMNS } from "./index.js";

async function options(
  o: Partial<GenerateOptions> & Pick<GenerateOptions, "ngRows" | "cleanRows">,
): Promise<GenerateOptions> {
  const root = await mkdtemp(path.join(tmpdir(), "generate-"));
  return {
    numSdg: 7,
    seed: 3,
    outDir: path.join(root, "iter1", "anomalygen"),
    stageDir: path.join(root, "iter1", "dataset", "images"),
    subdir: "synthetic_iter1",
    lights: ["L"],
    imageExt: ".png",
    workspaceRelative: "results/run_1/iter1/dataset/images",
    workers: 1,
    ...o,
  };
}

/** Relative path and hash of every file below a folder, without the timing. */
async function tree(root: string): Promise<Record<string, string>> {
  const out: Record<string, string> = {};
  for (const entry of (await readdir(root, { recursive: true, withFileTypes: true })).sort()) {
    if (!entry.isFile() || entry.name === "timing_summary.json") continue;
    const file = path.join(entry.parentPath, entry.name);
    out[path.relative(root, file)] = createHash("sha256")
      .update(await readFile(file))
      .digest("hex");
  }
  return Object.fromEntries(Object.entries(out).sort());
}

const lines = async (file: string): Promise<string[]> =>
  (await readFile(file, "utf8")).split("\n").filter((line) => line !== "");

describe("generate", () => {
  test("writes every file of the contract, for every lighting, and the counts agree", async () => {
    const w = await workspace({ pass: 8, ng: 3, lights: ["Solder", "White"] });
    const o = await options({
      ...w,
      lights: ["Solder", "White"],
      defects: ["copper", "pin-hole", "PASS"],
      seed: 5,
    });
    const r = await generate(o);
    expect(r.chain).toMatchObject({ status: "ok", planned: 7, produced: 7 });
    expect(JSON.parse(await readFile(r.files.allocation, "utf8"))).toEqual({
      "PCB+copper": 4,
      "PCB+pin-hole": 3,
    });
    const names = r.rows.map((row) => row.objectName);
    expect(names).toEqual([
      ...[0, 1, 2, 3].map((i) => `PCB+copper_0000${i}`),
      ...[0, 1, 2].map((i) => `PCB+pin-hole_0000${i}`),
    ]);
    const sdg = path.join(o.outDir, "sdg");
    for (const folder of ["reconstructed_image", "original_image", "original_mask"])
      expect((await readdir(path.join(sdg, folder))).sort()).toEqual(names.map((n) => `${n}.png`));
    for (const folder of ["cropped_image", "cropped_mask", "annotated_image"])
      expect((await readdir(path.join(sdg, folder))).sort()).toEqual(names.map((n) => `${n}_0.png`));
    const result = await lines(r.files.result);
    expect(result[0]).toBe(RESULT_COLUMNS.join(","));
    expect(result.length).toBe(8);
    const testcase = (await lines(r.files.testcase)).map((line) => JSON.parse(line));
    expect(testcase.map((t) => t.anomaly_type)).toEqual(names.map((n) => n.slice(0, -6)));
    for (const t of testcase) {
      await expect(readFile(path.join(o.outDir, t.mask_filename))).resolves.toBeDefined();
      await expect(readFile(path.join(o.outDir, t.image_filename))).resolves.toBeDefined();
    }
    // Staged pairs, one file per lighting and side; labels are what stands between + and _.
    for (const side of ["ng", "ok"])
      expect((await readdir(path.join(o.stageDir, `synthetic_iter1_${side}`))).length).toBe(14);
    const raw = await lines(r.files.rowsCsv);
    expect(raw[1]).toBe("synthetic_iter1_ng/,synthetic_iter1_ok/,copper,PCB+copper_00000,,,,,,,,,,");
    expect(r.table[0].slice(0, 4)).toEqual([
      "results/run_1/iter1/dataset/images/synthetic_iter1_ng",
      "results/run_1/iter1/dataset/images/synthetic_iter1_ok",
      "copper",
      "PCB+copper_00000",
    ]);
    expect(JSON.parse(await readFile(r.files.ingestSummary, "utf8"))).toMatchObject({
      input_count: 7,
      paired_count: 7,
      skipped_unpaired_count: 0,
      labels: { copper: 4, "pin-hole": 3 },
    });
    // Provenance: one record a row, and the staged picture differs from its clean crop inside the mask only.
    const provenance = (await lines(r.files.provenance)).map((line) => JSON.parse(line));
    expect(provenance.map((p) => p.object_name)).toEqual(names);
    for (const [i, p] of provenance.entries()) {
      expect(p.admission).toMatchObject({ verdict: "kept", reason: "unscored" });
      const mask = await decodeImage(path.join(o.outDir, p.mask));
      for (const k of [0, 1]) {
        const clean = await decodeImage(path.resolve(o.outDir, p.clean_test[k]));
        const made = await decodeImage(r.rows[i].test[k]);
        let inside = 0;
        let far = 0;
        made.data.forEach((v, j) => {
          if (v === clean.data[j]) return;
          if (mask.data[j]) inside++;
          else if (!nearMask(mask, j, 5)) far++;
        });
        expect(far).toBe(0);
        expect(inside).toBeGreaterThan(5);
      }
    }
  });

  test("gives the same bytes again, on one worker or two, over the remains of an earlier run", async () => {
    const w = await workspace({ pass: 6, ng: 3 });
    const o = await options({ ...w, numSdg: 6, defects: ["copper", "spur", "open"] });
    await generate(o);
    const root = path.join(o.outDir, "..");
    const first = await tree(root);
    await mkdir(path.join(o.outDir, "work", "0_0_0"), { recursive: true });
    await writeFile(path.join(o.outDir, "sdg", "reconstructed_image", "left-over.png"), "x");
    await generate({ ...o, workers: 2 });
    expect(await tree(root)).toEqual(first);
    const other = await generate({ ...o, numSdg: 3, subdir: "synthetic_iter2" });
    expect(other.chain.status).toBe("ok");
    const second = await tree(root);
    expect(second["anomalygen/provenance.jsonl"]).not.toBe(first["anomalygen/provenance.jsonl"]);
  });

  test("draws again what the model finds too easy and keeps the least easy one at the end", async () => {
    const w = await workspace({ pass: 6, ng: 3 });
    const asked: number[] = [];
    const scoreRows = async (rows: readonly PairRow[]): Promise<number[]> => {
      asked.push(rows.length);
      for (const row of rows) await decodeImage(row.test[0]);
      return rows.map((_, i) => (i % 2 ? 0.5 : 0.999 - 0.0001 * asked.length));
    };
    const r = await generate(await options({ ...w, numSdg: 6, scoreRows }));
    expect(r.chain.status).toBe("ok");
    expect(asked).toEqual([6, 3, 2, 1]);
    const provenance = (await lines(r.files.provenance)).map((line) => JSON.parse(line));
    const reasons = provenance.map((p) => p.admission.reason);
    expect(reasons.filter((reason) => reason === "least_easy").length).toBe(1);
    const last = provenance.find((p) => p.admission.reason === "least_easy");
    expect(last.admission.score).toBeCloseTo(0.9986, 6);
    expect(r.refused.too_easy).toBe(3 + 2 + 1 + 1);
  });

  test("writes JPEG under a JPEG name", async () => {
    const w = await workspace({ pass: 4, ng: 2 });
    const r = await generate(await options({ ...w, numSdg: 2, imageExt: ".jpg", lights: [] }));
    const bytes = await readFile(r.rows[0].test[0]);
    expect([...bytes.subarray(0, 2)]).toEqual([0xff, 0xd8]);
    expect(path.basename(r.rows[0].test[0])).toBe("PCB+copper_00000.jpg");
  });
});

describe("bad input", () => {
  test("no clean rows, no NG rows, bad options", async () => {
    const w = await workspace({ pass: 2, ng: 1 });
    const code = (code: string) => expect.objectContaining({ code });
    await expect(generate(await options({ ...w, cleanRows: [] }))).rejects.toEqual(code("no_clean_images"));
    await expect(generate(await options({ ...w, ngRows: [] }))).rejects.toEqual(code("no_defect_types"));
    await expect(generate(await options({ ...w, imageExt: ".gif" }))).rejects.toEqual(
      code("image_ext_unsupported"),
    );
    await expect(generate(await options({ ...w, subdir: "../x" }))).rejects.toEqual(code("subdir_invalid"));
    await expect(generate(await options({ ...w, numSdg: -1 }))).rejects.toEqual(code("num_sdg_invalid"));
    await expect(generate(await options({ ...w, defectSpec: "x" }))).rejects.toEqual(
      code("dataset_incomplete"),
    );
    const gone = { ...w.cleanRows[0], test: ["/nowhere/a.png"], golden: ["/nowhere/b.png"] };
    await expect(generate(await options({ ...w, cleanRows: [gone] }))).rejects.toEqual(
      code("no_clean_images"),
    );
  });

  test("zero samples are a valid wish", async () => {
    const w = await workspace({ pass: 2, ng: 1 });
    const r = await generate(await options({ ...w, numSdg: 0 }));
    expect(r.chain).toMatchObject({ status: "ok", planned: 0, produced: 0 });
    expect((await lines(r.files.rowsCsv)).length).toBe(1);
  });

  test("an unreadable NG row, a label that cannot be a file name and an unknown type are reported", async () => {
    const w = await workspace({ pass: 4, ng: 2 });
    const broken: PairRow = { ...w.ngRows[0], test: ["/nowhere/a.png"] };
    const odd: PairRow = { ...w.ngRows[1], label: "a/b" };
    const r = await generate(
      await options({
        ...w,
        numSdg: 2,
        ngRows: [...w.ngRows, broken, odd],
        defects: ["copper", "a/b", "smear"],
      }),
    );
    expect(r.chain.status).toBe("ok");
    expect(r.problems.map((p) => p.code).sort()).toEqual([
      "defect_unknown",
      "file_missing",
      "label_unusable",
    ]);
  });

  test("crops without any place for the type come back as a shortfall or nothing", async () => {
    const w = await workspace({ pass: 2, ng: 2 });
    const blank: Pixels = { width: 64, height: 64, channels: 1, data: new Uint8Array(4096).fill(225) };
    const file = path.join(w.root, "blank.png");
    await writeImage(file, blank);
    const cleanRows = w.cleanRows.map((row) => ({ ...row, golden: row.golden, test: row.test }));
    const onBlank = [{ ...cleanRows[0], test: [file], golden: [file] }];
    const r = await generate(
      await options({ ...w, cleanRows: [...onBlank], ngRows: w.ngRows, defects: ["spur"], numSdg: 2 }),
    ).catch((error) => error);
    // One tone only: nothing is known of spurs there.
    expect(r.code ?? r.chain.status).toMatch(/no_defect_types|fatal/);
  });
});

describe("a dataset folder (contract 7.1)", () => {
  async function folder(): Promise<string> {
    const root = await mkdtemp(path.join(tmpdir(), "dataset-"));
    const tile = (i: number): Pixels => {
      const random = seeded(i);
      const data = new Uint8Array(80 * 72).map((_, j) => 120 + 0.4 * (j % 80) + 5 * random.normal());
      return { width: 80, height: 72, channels: 1, data };
    };
    for (let i = 0; i < 4; i++)
      await writeImage(path.join(root, "Tile", "clean_image", `c${i}.png`), tile(i));
    for (let i = 0; i < 2; i++) {
      const clean = tile(10 + i);
      const black: Pixels = { ...clean, data: new Uint8Array(80 * 72) };
      await writeImage(
        path.join(root, "Tile", "anomaly_image", "hole", `h${i}.png`),
        spot(clean, 40, 36, 5, 20),
      );
      await writeImage(
        path.join(root, "Tile", "mask", "hole", `h${i}_mask.png`),
        spot(black, 40, 36, 5, 255),
      );
      await writeImage(
        path.join(root, "Tile", "mask", "stain", `s${i}_mask.png`),
        spot(black, 30, 30, 8, 255),
      );
    }
    const full: Pixels = { width: 80, height: 72, channels: 1, data: new Uint8Array(80 * 72).fill(255) };
    await writeImage(path.join(root, "Tile", "mask", "stain", "z_full.png"), full);
    await writeFile(path.join(root, "Tile", "mask", "hole", "broken_mask.png"), "no image");
    await writeFile(
      path.join(root, "defect_spec.jsonl"),
      [
        '{"defect_type":"Tile+hole","spatial_dependency":"free"}',
        '{"defect_type":"Tile+stain","spatial_dependency":"text","roi_prompt_defect_location":"on the tile"}',
        '{"defect_type":"Tile+ghost"}',
        "nonsense",
      ].join("\n"),
    );
    return root;
  }

  test("makes the types that can be made and names what is wrong with the rest", async () => {
    const root = await folder();
    const r = await generate(
      await options({
        ngRows: [],
        cleanRows: [],
        defectSpec: path.join(root, "defect_spec.jsonl"),
        datasetDir: root,
        numSdg: 6,
      }),
    );
    expect(r.chain.status).toBe("ok");
    expect(Object.fromEntries(r.made)).toEqual({ "Tile+hole": 3, "Tile+stain": 3 });
    expect(r.problems.map((p) => p.code).sort()).toEqual([
      "image_unreadable",
      "mask_unusable",
      "masks_missing",
      "prompt_not_read",
      "spec_line_invalid",
    ]);
    const made = await decodeImage(r.rows[0].test[0]);
    expect(Math.min(...made.data)).toBeLessThan(90);
    // A prompt is not read: the result and every record of such a sample say so.
    expect(r.placedFreely).toEqual([{ defectType: "Tile+stain", reason: "prompt_not_read", samples: 3 }]);
    const records = (await readFile(r.files.provenance, "utf8"))
      .trim()
      .split("\n")
      .map((l) => JSON.parse(l));
    expect(records.map((x) => [x.defect_type, x.placement])).toEqual([
      ...[0, 1, 2].map(() => ["Tile+hole", { asked: "free", done: "free" }]),
      ...[0, 1, 2].map(() => ["Tile+stain", { asked: "text", done: "free", reason: "prompt_not_read" }]),
    ]);
  });

  test("a folder that is not there is one clear error", async () => {
    const root = await folder();
    const o = { ngRows: [], cleanRows: [], defectSpec: path.join(root, "defect_spec.jsonl") };
    await expect(generate(await options({ ...o, datasetDir: path.join(root, "gone") }))).rejects.toEqual(
      expect.objectContaining({ code: "dataset_folder_missing" }),
    );
    await expect(
      generate(await options({ ...o, defectSpec: path.join(root, "gone.jsonl"), datasetDir: root })),
    ).rejects.toEqual(expect.objectContaining({ code: "file_missing" }));
  });
});

const deeppcb = sharedData("deeppcb");
test.skipIf(!deeppcb)("deeppcb: all six types from the weak seed set, the absent one included", async () => {
  const root = deeppcb as string;
  const text = await readFile(path.join(root, "train/base/training_set.csv"), "utf8");
  const rows = text
    .trim()
    .split("\n")
    .slice(1)
    .map((line, index): PairRow => {
      const [inputPath, goldenPath, label, objectName, boardname] = line.split(",");
      const file = (p: string): string[] => [path.join(root, "images", p, `${objectName}_SolderLight.jpg`)];
      const ng = label === "PASS" ? 0 : 1;
      const paths = { test: file(inputPath), golden: file(goldenPath) };
      return { index, line: index + 2, label, ng, inputPath, goldenPath, objectName, boardname, ...paths };
    });
  const types = ["copper", "mousebite", "open", "pin-hole", "short", "spur"];
  const o = await options({
    ngRows: rows.filter((row) => row.ng).filter((row, i) => i % 8 === 0 || row.label === "spur"),
    cleanRows: rows.filter((row) => !row.ng),
    defects: types,
    numSdg: 12,
    lights: ["SolderLight"],
    imageExt: ".jpg",
  });
  const r = await generate(o);
  expect(r.chain.status).toBe("ok");
  expect([...r.made.values()]).toEqual([2, 2, 2, 2, 2, 2]);
});

function nearMask(mask: Pixels, j: number, r: number): boolean {
  const x = j % mask.width;
  const y = Math.floor(j / mask.width);
  for (let v = Math.max(0, y - r); v <= Math.min(mask.height - 1, y + r); v++)
    for (let u = Math.max(0, x - r); u <= Math.min(mask.width - 1, x + r); u++)
      if (mask.data[v * mask.width + u]) return true;
  return false;
}

test("the fixture is what it says", () => {
  const b = board(seeded(1));
  expect(new Set(b.data.map((v) => (v > 128 ? 1 : 0))).size).toBe(2);
});

test("a type keeps to the places where it was seen when places come back", async () => {
  const w = await workspace({ pass: 24, ng: 2 });
  // Ten crops show the place of the first NG row, fourteen show others.
  const { golden } = w.ngRows[0];
  const cleanRows = w.cleanRows.map((row, i) => (i < 10 ? { ...row, test: golden, golden } : row));
  const r = await generate(await options({ ...w, cleanRows, numSdg: 6 }));
  const provenance = (await lines(r.files.provenance)).map((line) => JSON.parse(line));
  expect(new Set(provenance.map((p) => path.basename(p.clean_golden[0])))).toEqual(
    new Set([path.basename(golden[0])]),
  );
});

describe("the seam and the cad route", () => {
  test("another drawer takes over drawing; admission, files and the count chain stay", async () => {
    const w = await workspace({ pass: 3, ng: 2 });
    const file = path.join(w.root, "drawer.mjs");
    await writeFile(
      file,
      `export function draw({ canvas, random }) {
        const { width, height } = canvas[0];
        const region = { width, height, data: new Uint8Array(width * height) };
        const x = 5 + random.int(40), y = 5 + random.int(40);
        for (let v = 0; v < 6; v++) region.data.fill(1, (y + v) * width + x, (y + v) * width + x + 6);
        const images = canvas.map((i) => ({ ...i, data: i.data.map((p, j) => (region.data[j] ? 255 - p : p)) }));
        const measured = { contrast: 200, noise: 1, likeness: 0 };
        return { images, region, touched: region, parameters: { mode: "texture", at: { x, y } }, measured };
      }`,
    );
    const r = await generate(await options({ ...w, numSdg: 3, drawer: `file://${file}` }));
    expect(r.chain).toMatchObject({ status: "ok", produced: 3 });
    const provenance = (await lines(r.files.provenance)).map((line) => JSON.parse(line));
    expect(provenance.map((p) => p.mask_area)).toEqual([36, 36, 36]);
    await writeFile(path.join(w.root, "none.mjs"), "export const draw = () => undefined;");
    const none = await generate(
      await options({ ...w, numSdg: 3, drawer: `file://${path.join(w.root, "none.mjs")}` }),
    );
    expect(none.chain.status).toBe("fatal");
    expect(none.refused.no_place).toBeGreaterThan(0);
  });

  test("defects of the cad route lie on the classes that their name implies", async () => {
    const root = await mkdtemp(path.join(tmpdir(), "cad-"));
    const random = seeded(1);
    const clean: Pixels = {
      width: 96,
      height: 80,
      channels: 1,
      data: new Uint8Array(96 * 80).map(() => 120 + 6 * random.normal()),
    };
    const black: Pixels = { ...clean, data: new Uint8Array(96 * 80) };
    const classes: Pixels = { width: 96, height: 80, channels: 3, data: new Uint8Array(96 * 80 * 3) };
    for (let y = 20; y < 60; y++)
      for (let x = 0; x < 96; x++) {
        if (x >= 12 && x < 40) classes.data.set([255, 0, 0], (y * 96 + x) * 3);
        if (x >= 56 && x < 84) classes.data.set([0, 0, 255], (y * 96 + x) * 3);
      }
    // One place a crop: a second defect there would be a copy of the first.
    for (const name of ["a", "b", "c", "d", "e", "f", "g", "h"]) {
      const own = seeded(name);
      const data = clean.data.map((v) => v + 2 * own.normal());
      await writeImage(path.join(root, "Pcb", "clean_image", `${name}.png`), { ...clean, data });
      await writeImage(path.join(root, "Pcb", "cad_mask", `${name}.png`), classes);
    }
    await writeImage(
      path.join(root, "Pcb", "mask", "less_solder", "m_mask.png"),
      spot(black, 40, 40, 4, 255),
    );
    await writeFile(
      path.join(root, "semantic_segmentation_labels.json"),
      '{"(255, 0, 0, 255)":{"class":"pad"},"(0, 0, 255, 255)":{"class":"ic"},"(0, 0, 0, 0)":{"class":"BACKGROUND"},"oops":1}',
    );
    const defectSpec = path.join(root, "defect_spec.jsonl");
    await writeFile(defectSpec, '{"defect_type":"Pcb+less_solder","spatial_dependency":"cad"}\n');
    const r = await generate(
      await options({ ngRows: [], cleanRows: [], defectSpec, datasetDir: root, numSdg: 4 }),
    );
    expect(r.problems.map((p) => p.code)).toEqual(["labels_entry_invalid"]);
    const provenance = (await lines(r.files.provenance)).map((line) => JSON.parse(line));
    expect(provenance.length).toBe(4);
    for (const { parameters } of provenance) {
      expect(parameters.painter).toBe("less_solder");
      expect(parameters.at.x).toBeGreaterThanOrEqual(12);
      expect(parameters.at.x).toBeLessThan(40);
    }
  });

  test("an aborted stage stops", async () => {
    const w = await workspace({ pass: 2, ng: 2 });
    const signal = AbortSignal.abort();
    await expect(generate(await options({ ...w, signal }))).rejects.toThrow();
  });
});
