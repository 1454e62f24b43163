import { execFileSync } from "node:child_process";
import { copyFile, mkdir, readFile, rm, stat, symlink, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { sharedData } from "../kit/testing.js";
import { parseClaim } from "../metric/index.js";
import { CODES } from "./codes.js";
import { type DiagnoseOptions, diagnose } from "./diagnose.js";
import { repair } from "./fix.js";
import {
  cellsOf,
  HEADER,
  image,
  type MadeRow,
  makeWorkspace,
  savePicture,
  writeTable,
} from "./fixtures/workspace.js";
import { findLeaks } from "./leaks.js";
import { toPairRows } from "./pairs.js";
import { rowSet } from "./rowset.js";
import { readTable } from "./table.js";
import { discoverWorkspace } from "./workspace.js";

const TRAIN = "train/base/training_set.csv";
const VALIDATION = "train/base/validation_set.csv";
const KPI = "kpi/testing_set.csv";
const POOL = "augmentation/mining_pool/mining_pool.csv";

async function look(root: string, o: DiagnoseOptions = {}) {
  const d = await diagnose(await discoverWorkspace(root), { workers: 1, ...o });
  const count = (code: string) => d.findings.filter((f) => f.code === code).reduce((n, f) => n + f.count, 0);
  const places = (code: string) =>
    d.findings
      .filter((f) => f.code === code)
      .flatMap((f) => f.examples.map((e) => [path.basename(e.where?.file ?? ""), e.where?.row]));
  return { d, count, places, codes: d.findings.filter((f) => f.severity !== "info").map((f) => f.code) };
}

const row = (tables: Record<string, MadeRow[]>, file: string, i: number) => tables[file]?.[i] as MadeRow;

describe("a sound workspace", () => {
  test("has no errors and no warnings, and its lighting, size and counts are seen", async () => {
    const { root } = await makeWorkspace();
    const workspace = await discoverWorkspace(root);
    expect(workspace.specSource).toBe("default");
    expect(workspace.traits).toEqual({
      lights: ["SolderLight"],
      imageExt: ".jpg",
      imageWidth: 32,
      imageHeight: 32,
      gray: false,
    });
    const { d, codes } = await look(root);
    expect(codes).toEqual([]);
    expect(d.ok).toBe(true);
    expect(d.decoded).toBe(160);
    expect(d.tables[0]).toMatchObject({
      role: "train",
      rows: 20,
      pass: 15,
      ng: 5,
      defects: { missing: 3, shift: 2 },
    });
  });

  test("finds two lightings, grey PNGs and the legacy images folder", async () => {
    const { root } = await makeWorkspace((t) => {
      for (const key of Object.keys(t)) delete t[key];
    });
    const rows = Array.from({ length: 3 }, (_, i) => [
      `B/in`,
      `B/golden`,
      i ? "PASS" : "open",
      `C1${"0".repeat(i)}`,
      "B",
    ]);
    await writeTable(root, TRAIN, HEADER, rows);
    for (const [, , , object] of rows)
      for (const light of ["White", "Angled"]) {
        const file = path.join(root, "kpi/images/B/in", `${object}_${light}.png`);
        await mkdir(path.dirname(file), { recursive: true });
        await sharp({ create: { width: 20, height: 10, channels: 3, background: "#333" } })
          .toColourspace("b-w")
          .png()
          .toFile(file);
      }
    const { traits, imagesDir } = await discoverWorkspace(root);
    expect(imagesDir.endsWith(path.join("kpi", "images"))).toBe(true);
    expect(traits).toEqual({
      lights: ["Angled", "White"],
      imageExt: ".png",
      imageWidth: 20,
      imageHeight: 10,
      gray: true,
    });
  });

  test("a spec decides lightings, extension and batch size", async () => {
    const { root } = await makeWorkspace();
    await mkdir(path.join(root, "specs"));
    await writeFile(
      path.join(root, "specs/baseline_spec.yaml"),
      "dataset:\n  classify:\n    input_map: {B: 1, A: 0}\n    image_ext: .png\n    batch_size: 64\n    image_width: 224\n",
    );
    const w = await discoverWorkspace(root);
    expect([w.specSource, w.traits.lights, w.traits.imageExt, w.traits.imageWidth, w.batchSize]).toEqual([
      "file",
      ["B", "A"],
      ".png",
      224,
      64,
    ]);
    const { count } = await look(root, { decode: false });
    expect(count("too_few_rows")).toBe(3);
    expect(count("image_missing")).toBe(160);
  });

  test("a missing workspace is one clear error", async () => {
    await expect(discoverWorkspace("/nowhere/at/all")).rejects.toMatchObject({
      code: "workspace_missing",
      kind: "data",
    });
  });
});

describe("rows and files", () => {
  test("missing, empty, looping, folder and outside-leading files, each with file and line", async () => {
    const { root, tables } = await makeWorkspace();
    const file = (i: number, kind: "inspect" | "golden" = "inspect") =>
      image(root, row(tables, TRAIN, i), kind);
    await rm(file(1));
    await rm(file(2, "golden"));
    await truncate(file(3));
    await rm(file(4));
    await symlink(path.basename(file(4)), file(4));
    await rm(file(5));
    await mkdir(file(5));
    const outside = path.join(root, "elsewhere");
    await savePicture(path.join(outside, "C1@1_SolderLight.jpg"), "far");
    await symlink(outside, path.join(root, "images/out"));
    await writeTable(root, VALIDATION, HEADER, [
      ...(tables[VALIDATION] as MadeRow[]).map(cellsOf),
      ["out", "V1/golden", "PASS", "C1@1", "V1"],
    ]);
    const { places, d } = await look(root, { decode: false });
    expect(places("image_missing")).toEqual([["training_set.csv", 3]]);
    expect(places("golden_missing")).toEqual([["training_set.csv", 4]]);
    expect(places("image_empty")).toEqual([["training_set.csv", 5]]);
    expect(places("symlink_loop")).toEqual([["training_set.csv", 6]]);
    expect(places("image_not_a_file")).toEqual([["training_set.csv", 7]]);
    expect(places("symlink_outside")).toEqual([["validation_set.csv", 22]]);
    expect(d.ok).toBe(false);
  });

  test("unreadable, mismatched, converted and mislabelled images", async () => {
    const { root, tables } = await makeWorkspace();
    const file = (i: number, kind: "inspect" | "golden" = "inspect") =>
      image(root, row(tables, KPI, i), kind);
    const raw = (channels: 3 | 4, size = 32) =>
      sharp({
        create: { width: size, height: size, channels, background: { r: 200, g: 30, b: 90, alpha: 0.5 } },
      });
    const whole = await readFile(file(0));
    await writeFile(file(0), whole.subarray(0, 200));
    await writeFile(file(1), "not an image");
    await savePicture(file(2), 777, 64);
    await savePicture(file(3), 778, 31);
    await sharp(file(4, "golden")).greyscale().jpeg().toFile(file(4).replace(".jpg", ".tmp"));
    await copyFile(file(4).replace(".jpg", ".tmp"), file(4));
    await raw(3).toColourspace("cmyk").jpeg().toFile(file(5));
    await raw(4).png().toFile(file(6));
    await sharp(file(7, "golden")).toColourspace("rgb16").png().toFile(file(7));
    await copyFile(file(8, "golden"), file(8));
    await raw(3).jpeg().toFile(file(9));
    await raw(3, 6).jpeg().toFile(file(10));
    const { places, count } = await look(root);
    expect(places("image_unreadable")).toEqual([
      ["testing_set.csv", 2],
      ["testing_set.csv", 3],
    ]);
    expect(places("image_size_mismatch")).toEqual([
      ["testing_set.csv", 4],
      ["testing_set.csv", 12],
    ]);
    expect(places("image_size_differs")).toEqual([["testing_set.csv", 5]]);
    expect(places("image_channels_mixed")).toEqual([["testing_set.csv", 6]]);
    expect(places("image_converted")).toEqual([
      ["testing_set.csv", 7],
      ["testing_set.csv", 8],
      ["testing_set.csv", 9],
    ]);
    expect(count("image_format")).toBe(2);
    expect(places("defect_equals_golden")).toEqual([["testing_set.csv", 10]]);
    expect(count("image_blank")).toBeGreaterThanOrEqual(1);
    expect(count("image_tiny")).toBe(1);
  });

  test("a drawing named .jpg is an error, and its row is what --fix takes out", async () => {
    const { root, tables } = await makeWorkspace();
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="32" height="32"><circle r="9"/></svg>';
    await writeFile(image(root, row(tables, TRAIN, 1), "inspect"), svg);
    await writeFile(image(root, row(tables, KPI, 2), "golden"), svg);
    const { d, places } = await look(root);
    expect(d.ok).toBe(false);
    expect(places("image_not_raster")).toEqual([
      ["training_set.csv", 3],
      ["testing_set.csv", 4],
    ]);
    const { tables: fixed, after } = await repair(await discoverWorkspace(root), { workers: 1 });
    expect(fixed.map((t) => t.rejected)).toEqual([{ image_not_raster: 1 }, {}, { image_not_raster: 1 }, {}]);
    expect(after.findings.map((f) => f.code)).not.toContain("image_not_raster");
  });

  test("a picture that is turned by its header is compared upright, and pointed out", async () => {
    const { root, tables } = await makeWorkspace();
    const from = image(root, row(tables, KPI, 1), "inspect");
    const { data, info } = await sharp(from).rotate(90).raw().toBuffer({ resolveWithObject: true });
    const turned = () => sharp(data, { raw: info }).withMetadata({ orientation: 8 }).png();
    await turned().toFile(image(root, row(tables, TRAIN, 6), "inspect"));
    const { places, codes } = await look(root);
    expect(places("leak_same_content")).toEqual([["training_set.csv", 8]]);
    expect(places("image_turned")).toEqual([["training_set.csv", 8]]);
    expect(codes).not.toContain("image_size_mismatch");
  });

  test("an image with more pixels than any crop is refused, not decoded", async () => {
    const { root, tables } = await makeWorkspace();
    // A 20000 × 20000 PNG header with next to nothing behind it.
    const png = await sharp({ create: { width: 8, height: 8, channels: 3, background: "#000" } })
      .png()
      .toBuffer();
    png.writeUInt32BE(20_000, 16);
    png.writeUInt32BE(20_000, 20);
    await writeFile(image(root, row(tables, TRAIN, 1), "inspect"), png);
    const { codes } = await look(root);
    expect(codes.some((c) => c === "image_too_large" || c === "image_unreadable")).toBe(true);
  });

  test("duplicates, label conflicts and equal pixels within a table", async () => {
    const { root, tables } = await makeWorkspace();
    const rows = tables[TRAIN] as MadeRow[];
    await copyFile(image(root, rows[3] as MadeRow, "inspect"), image(root, rows[7] as MadeRow, "inspect"));
    const cells = rows.map(cellsOf);
    const again = [...(cells[1] as string[])];
    const conflict = [...(cells[2] as string[])];
    conflict[2] = "bridge";
    const otherGolden = [...(cells[5] as string[])];
    otherGolden[1] = "T1/inspect/../inspect";
    await writeTable(root, TRAIN, HEADER, [...cells, again, conflict, otherGolden]);
    const { places } = await look(root);
    expect(places("duplicate_row")).toEqual([["training_set.csv", 22]]);
    expect(places("label_conflict")).toEqual([["training_set.csv", 23]]);
    expect(places("golden_is_test")).toEqual([["training_set.csv", 24]]);
    expect(places("duplicate_content")).toEqual([["training_set.csv", 9]]);
  });
});

describe("leaks", () => {
  /** Row i of the training table becomes the first KPI row in disguise. */
  async function leaking(disguise: (from: string, to: string) => Promise<void>) {
    const { root, tables } = await makeWorkspace();
    const victim = row(tables, TRAIN, 6);
    const to = image(root, victim, "inspect");
    await rm(to);
    await disguise(image(root, row(tables, KPI, 1), "inspect"), to);
    return look(root);
  }

  test.each([
    ["a copy under another name", (from: string, to: string) => copyFile(from, to), "leak_same_content"],
    ["a symbolic link", (from: string, to: string) => symlink(from, to), "leak_same_file"],
    [
      "the same pixels in a PNG",
      async (from: string, to: string) => void (await sharp(from).png().toFile(to)),
      "leak_same_content",
    ],
    [
      "another saving",
      async (from: string, to: string) => void (await sharp(from).jpeg({ quality: 85 }).toFile(to)),
      "leak_near_duplicate",
    ],
  ])("%s is found", async (_, disguise, code) => {
    const { places, codes } = await leaking(disguise as never);
    expect(places(code)).toEqual([["training_set.csv", 8]]);
    expect(codes.filter((c) => c.startsWith("leak"))).toEqual([code]);
  });

  test("another spelling of the path, a repeated prefix and another label do not hide a leak", async () => {
    const { root, tables } = await makeWorkspace();
    const stolen = cellsOf(row(tables, KPI, 1));
    const spelled = [`./${stolen[0]}/`, ...stolen.slice(1)];
    spelled[2] = "bridge";
    const prefixed = cellsOf(row(tables, VALIDATION, 2));
    prefixed[0] = `images/${prefixed[0]}`;
    await writeTable(root, TRAIN, HEADER, [...(tables[TRAIN] as MadeRow[]).map(cellsOf), spelled, prefixed]);
    const { places } = await look(root, { decode: false });
    expect(places("leak_same_file")).toEqual([
      ["training_set.csv", 22],
      ["training_set.csv", 23],
    ]);
    expect(places("path_prefix")).toEqual([["training_set.csv", 23]]);
  });

  test("between all tables; train and pool may overlap; goldens may be shared", async () => {
    const { root, tables } = await makeWorkspace((t) => {
      t["release/release_set.csv"] = Array.from({ length: 20 }, (_, i) => ({
        object: `C${i}@1`,
        label: i % 3 ? "PASS" : "shift",
        board: "R1",
        seed: 900 + i,
      }));
    });
    const cells = (file: string) => (tables[file] as MadeRow[]).map(cellsOf);
    const first = (file: string, golden = "T1/golden") => {
      const c = cellsOf(row(tables, file, 2));
      c[1] = golden;
      return c;
    };
    await writeTable(root, POOL, HEADER, [...cells(POOL), first(TRAIN), first(KPI, "K1/golden")]);
    await writeTable(root, VALIDATION, HEADER, [...cells(VALIDATION), first("release/release_set.csv")]);
    await writeTable(root, KPI, HEADER, [...cells(KPI), first("release/release_set.csv")]);
    const { places, d } = await look(root, { decode: false });
    expect(places("leak_same_file")).toEqual([
      ["testing_set.csv", 22],
      ["validation_set.csv", 22],
      ["validation_set.csv", 22],
      ["mining_pool.csv", 23],
    ]);
    expect(places("pool_repeats_train")).toEqual([["mining_pool.csv", 22]]);
    expect(d.ok).toBe(false);
  });

  test("a golden that another table measures is a warning", async () => {
    const { root, tables } = await makeWorkspace();
    await copyFile(image(root, row(tables, TRAIN, 3), "golden"), image(root, row(tables, KPI, 5), "inspect"));
    const { places } = await look(root);
    expect(places("leak_golden")).toEqual([["testing_set.csv", 7]]);
  });

  test("findLeaks works on rows in memory and names both sides", async () => {
    const { root, tables } = await makeWorkspace();
    await copyFile(
      image(root, row(tables, KPI, 4), "inspect"),
      image(root, row(tables, TRAIN, 9), "inspect"),
    );
    const naming = { imagesDir: path.join(root, "images"), lights: ["SolderLight"], imageExt: ".jpg" };
    const sets = await Promise.all(
      (
        [
          ["train", TRAIN],
          ["kpi", KPI],
        ] as const
      ).map(async ([role, file]) => {
        const { table } = await readTable(path.join(root, file));
        if (!table) throw new Error("no table");
        return rowSet(role, table.file, toPairRows(table, naming).rows);
      }),
    );
    const { leaks, problems } = await findLeaks(sets, { imagesDir: naming.imagesDir, workers: 1 });
    expect(leaks).toEqual([
      { kind: "content", kept: { set: 1, row: 4, light: 0 }, extra: { set: 0, row: 9, light: 0 } },
    ]);
    expect(problems[0]).toMatchObject({ code: "leak_same_content", where: { row: 11 } });
    expect((await findLeaks(sets, { imagesDir: naming.imagesDir, workers: 1, decode: false })).leaks).toEqual(
      [],
    );
  });
});

describe("the sets", () => {
  test("one class, few rows, unseen types, claims", async () => {
    const { root, tables } = await makeWorkspace();
    const kpi = (tables[KPI] as MadeRow[]).map(cellsOf);
    (kpi[0] as string[])[2] = "bridge";
    (kpi[4] as string[])[2] = "tombstone";
    await writeTable(root, KPI, HEADER, kpi);
    const pool = (tables[POOL] as MadeRow[]).map(cellsOf);
    (pool[0] as string[])[2] = "bridge";
    await writeTable(root, POOL, HEADER, pool);
    await writeTable(
      root,
      VALIDATION,
      HEADER,
      (tables[VALIDATION] as MadeRow[]).filter((r) => r.label === "PASS").map(cellsOf),
    );
    await writeTable(root, TRAIN, HEADER, (tables[TRAIN] as MadeRow[]).slice(0, 5).map(cellsOf));
    const { places, count, d } = await look(root, { decode: false, claim: parseClaim("escape<=1%@95%") });
    expect(places("one_class")).toEqual([["validation_set.csv", undefined]]);
    expect(count("too_few_rows")).toBe(2);
    expect(count("defect_only_in_pool")).toBe(1);
    expect(count("defect_not_in_train")).toBe(1);
    expect(count("defect_not_in_pool")).toBe(1);
    expect(d.claim).toEqual({ claim: "escape<=1%@95%", role: "kpi", have: 5, needed: 299, possible: false });
    expect(d.findings.find((f) => f.code === "too_few_defects")?.examples[0]?.message).toContain("299");
  });

  test.each([
    ["", "csv_empty"],
    ["input_path,golden_path,label,object_name\n", "table_no_rows"],
    ["input_path,golden_path,label\na,b,PASS\n", "column_missing"],
    ['input_path,golden_path,label,object_name\na,b,"PASS,c\n', "csv_malformed"],
    ["input_path,golden_path,label,object_name\na,b,PASS\n", "csv_row_length"],
  ])("a training table %j is one clear error", async (text, code) => {
    const { root } = await makeWorkspace();
    await writeFile(path.join(root, TRAIN), text);
    const { d } = await look(root, { decode: false });
    expect(d.findings.filter((f) => f.severity === "error").map((f) => f.code)).toEqual([code]);
  });

  test("a one-row table", async () => {
    const { root, tables } = await makeWorkspace();
    await writeTable(root, KPI, HEADER, [cellsOf(row(tables, KPI, 1))]);
    const { codes } = await look(root, { decode: false });
    expect(codes).toEqual(["one_class", "too_few_rows"]);
  });
});

describe("repair", () => {
  test("writes a second workspace that is clean, and leaves the first as it was", async () => {
    const { root, tables } = await makeWorkspace();
    const cells = (tables[TRAIN] as MadeRow[]).map(cellsOf);
    const set = (i: number, column: number, text: string) => {
      (cells[i] as string[])[column] = text;
    };
    set(1, 2, "Pass");
    set(2, 2, "NA");
    set(3, 3, " C3@1 ");
    set(4, 0, path.join(root, "images/T1/inspect"));
    set(5, 0, "images/T1/inspect");
    set(6, 0, "../x");
    set(7, 0, "T1\\inspect");
    set(8, 2, "MISSING");
    await rm(image(root, row(tables, TRAIN, 9), "inspect"));
    await copyFile(
      image(root, row(tables, KPI, 2), "inspect"),
      image(root, row(tables, TRAIN, 10), "inspect"),
    );
    await writeFile(image(root, row(tables, KPI, 3), "inspect"), "broken");
    cells.push([...(cells[11] as string[])], cellsOf(row(tables, KPI, 1)));
    const text = [HEADER, ...cells].map((r) => r.join(",")).join("\r\n");
    await writeFile(path.join(root, TRAIN), `\ufeff${text}\r\n`);
    await writeFile(
      path.join(root, POOL),
      Buffer.from((await readFile(path.join(root, POOL), "utf8")).replace("shift", "caf\xe9"), "latin1"),
    );
    const untouched = await readFile(path.join(root, TRAIN));

    const done = await repair(await discoverWorkspace(root), { workers: 1 });
    expect(await readFile(path.join(root, TRAIN))).toEqual(untouched);
    expect(done.before.ok).toBe(false);
    expect(done.before.findings.map((f) => f.code)).toContain("csv_not_utf8");
    expect(done.after.counts.error).toBe(0);

    const train = done.tables.find((t) => t.role === "train");
    expect([train?.rowsBefore, train?.rowsAfter]).toEqual([22, 16]);
    expect(train?.rejected).toEqual({
      label_nan_like: 1,
      path_escapes: 1,
      image_missing: 1,
      leak_same_content: 1,
      duplicate_row: 1,
      leak_same_file: 1,
    });
    expect(train?.repaired).toMatchObject({
      label_wrong_case: 1,
      cell_whitespace: 1,
      path_absolute: 1,
      path_prefix: 1,
      path_backslash: 1,
    });
    const { table } = await readTable(path.join(root, "fixed", TRAIN));
    expect(table?.rows[1]).toEqual(["T1/inspect", "T1/golden", "PASS", "C1@1", "T1"]);
    expect(new Set(table?.rows.map((r) => r[0]))).toEqual(new Set(["T1/inspect"]));
    const rejects = await readTable(train?.rejects as string, { requireColumns: ["line", "code", "reason"] });
    expect(rejects.table?.rows.map((r) => [r[0], r[1]])).toContainEqual(["4", "label_nan_like"]);

    const kpi = done.tables.find((t) => t.role === "kpi");
    expect(kpi?.rejected).toEqual({ image_unreadable: 1 });
    expect(done.tables.find((t) => t.role === "pool")?.encoding).toBe("windows-1252");
    const second = await look(done.workspace);
    expect(second.codes.filter((c) => c !== "defect_not_in_train")).toEqual([]);

    // Again: same bytes, nothing left behind.
    const bytes = await readFile(path.join(root, "fixed", TRAIN));
    await repair(await discoverWorkspace(root), { workers: 1 });
    expect(await readFile(path.join(root, "fixed", TRAIN))).toEqual(bytes);
    await expect(stat(path.join(root, "fixed/.reencoded"))).rejects.toThrow();
  });

  test("refuses to write through a link", async () => {
    const { root } = await makeWorkspace();
    await symlink(root, path.join(root, "fixed"));
    await expect(repair(await discoverWorkspace(root), { decode: false })).rejects.toMatchObject({
      code: "path_escapes",
    });
  });
});

test("every code is explained in docs/doctor.md", async () => {
  const text = await readFile(new URL("../../docs/doctor.md", import.meta.url), "utf8");
  for (const [code, { severity }] of Object.entries(CODES)) {
    expect(text).toContain(`\`${code}\``);
    expect(text).toMatch(new RegExp(`\`${code}\` \\| ${severity === "info" ? "note" : severity} \\|`));
  }
});

const real = sharedData("ball-screw");
test.skipIf(!real)("real data (ball-screw) is clean", async () => {
  const { d } = await look(real as string, { decode: false });
  expect(d.counts.error + d.counts.warning).toBe(0);
});

test("a pipe as a table or an image is reported, not waited for", async () => {
  const { root, tables } = await makeWorkspace();
  await rm(path.join(root, KPI));
  execFileSync("mkfifo", [path.join(root, KPI)]);
  const first = row(tables, TRAIN, 0);
  const file = image(root, first, "inspect");
  await rm(file);
  execFileSync("mkfifo", [file]);
  const { count } = await look(root);
  expect(count("not_a_file")).toBe(1);
  expect(count("image_not_a_file")).toBe(1);
}, 10_000);

test("an image that is a link out of the images folder is reported; links inside it are not", async () => {
  const { root, tables } = await makeWorkspace();
  const file = (i: number) => image(root, row(tables, TRAIN, i), "inspect");
  const far = path.join(root, "far.jpg");
  await savePicture(far, "far");
  await rm(file(1));
  await symlink(far, file(1));
  await rm(file(2));
  await copyFile(file(3), `${file(2)}.kept`);
  await symlink(`${path.basename(file(2))}.kept`, file(2));
  const { places } = await look(root, { decode: false });
  expect(places("symlink_outside")).toEqual([["training_set.csv", 3]]);
});

test("control characters in label, object name and paths are errors at their column", async () => {
  const { root, tables } = await makeWorkspace();
  const rows = (tables[TRAIN] as MadeRow[]).map(cellsOf);
  for (const [i, [column, text]] of (
    [
      [2, "mis\0sing"],
      [3, "C\u001b1"],
      [0, "T1\ninspect"],
    ] as const
  ).entries())
    rows[i] = (rows[i] as string[]).map((cell, c) => (c === column ? text : cell));
  await writeTable(root, TRAIN, HEADER, rows);
  const { count, d } = await look(root, { decode: false });
  expect(count("control_character")).toBe(3);
  const found = d.findings.filter((f) => f.code === "control_character");
  expect(found.flatMap((f) => f.examples.map((e) => e.where?.column)).sort()).toEqual([1, 3, 4]);
});
