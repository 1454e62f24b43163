import { copyFile, link, rm, symlink } from "node:fs/promises";
import path from "node:path";
import sharp, { type Sharp } from "sharp";
import { describe, expect, test } from "vitest";
import { sharedData } from "../kit/testing.js";
import { diagnose } from "./diagnose.js";
import { image, type MadeRow, makeWorkspace, picture, savePicture } from "./fixtures/workspace.js";
import { findLeaks } from "./leaks.js";
import { toPairRows } from "./pairs.js";
import { rowSet } from "./rowset.js";
import { readTable } from "./table.js";
import { discoverWorkspace } from "./workspace.js";

const TRAIN = "train/base/training_set.csv";
const KPI = "kpi/testing_set.csv";

async function look(root: string) {
  const d = await diagnose(await discoverWorkspace(root), { workers: 1 });
  const of = (code: string) => d.findings.filter((f) => f.code === code);
  const places = (code: string) =>
    of(code).flatMap((f) => f.examples.map((e) => [path.basename(e.where?.file ?? ""), e.where?.row]));
  const messages = (code: string) => of(code).flatMap((f) => f.examples.map((e) => e.message));
  const leaks = d.findings.map((f) => f.code).filter((c) => c.startsWith("leak"));
  return { places, messages, leaks };
}

const row = (tables: Record<string, MadeRow[]>, file: string, i: number) => tables[file]?.[i] as MadeRow;

describe("a copy in disguise", () => {
  /** A training image made from the first KPI image, which is redrawn with `size` pixels. */
  async function disguised(size: number, disguise: (from: string, to: string) => Promise<unknown>) {
    const { root, tables } = await makeWorkspace();
    const from = image(root, row(tables, KPI, 1), "inspect");
    const to = image(root, row(tables, TRAIN, 6), "inspect");
    await savePicture(from, 4711, size);
    await disguise(from, to);
    return look(root);
  }

  test.each([
    ["left to right", "mirrored", (s: Sharp) => s.flop()],
    ["top to bottom", "mirrored", (s: Sharp) => s.flip()],
    ["by a quarter", "turned by 90°", (s: Sharp) => s.rotate(90)],
    ["by a half", "upside down", (s: Sharp) => s.rotate(180)],
    ["by three quarters", "turned by 90°", (s: Sharp) => s.rotate(270)],
    ["along a diagonal", "mirrored", (s: Sharp) => s.rotate(90).flop()],
    ["along the other", "mirrored", (s: Sharp) => s.rotate(90).flip()],
  ])("laid over %s is found", async (_, word, turn) => {
    for (const size of [32, 53]) {
      const seen = await disguised(size, async (from, to) => {
        const turned = await turn(sharp(from)).png().toBuffer();
        await sharp(turned).jpeg({ quality: 88 }).toFile(to);
      });
      expect(seen.places("leak_near_duplicate"), String(size)).toEqual([["training_set.csv", 8]]);
      expect(seen.messages("leak_near_duplicate")[0]).toContain(
        `, ${word}, looks nearly the same as kpi row 3`,
      );
      expect(seen.leaks).toEqual(["leak_near_duplicate"]);
    }
  });

  test("cut a few pixels elsewhere is found, with the shift", async () => {
    const board = picture(99, 160);
    const cut = (left: number, top: number, to: string) =>
      sharp(board.data, { raw: { width: 160, height: 160, channels: 3 } })
        .extract({ left, top, width: 112, height: 112 })
        .jpeg({ quality: 90 })
        .toFile(to);
    for (const [dx, dy] of [
      [3, -2],
      [-7, 5],
    ] as const) {
      const seen = await disguised(112, async (from, to) => {
        await cut(20, 20, from);
        await cut(20 + dx, 20 + dy, to);
      });
      expect(seen.places("leak_near_duplicate")).toEqual([["training_set.csv", 8]]);
      expect(seen.messages("leak_near_duplicate")[0]).toContain(`, moved by ${-dx}, ${-dy} pixels, looks`);
    }
  });

  test("the same part with a small defect is no copy, turned or not", async () => {
    const blot = Buffer.from(
      '<svg width="32" height="32"><rect x="9" y="12" width="7" height="6" fill="#fff"/></svg>',
    );
    for (const angle of [0, 90]) {
      const seen = await disguised(32, async (from, to) => {
        const spoilt = await sharp(from)
          .composite([{ input: blot }])
          .png()
          .toBuffer();
        await sharp(spoilt).rotate(angle).jpeg({ quality: 92 }).toFile(to);
      });
      expect(seen.leaks).toEqual([]);
    }
  });
});

describe("several lightings", () => {
  const second = (file: string) => file.replace("_SolderLight", "_UniformLight");

  /** The little workspace with a second lighting, every picture its own. */
  async function lit() {
    const { root, tables } = await makeWorkspace();
    let seed = 50_000;
    for (const rows of Object.values(tables))
      for (const r of rows)
        for (const kind of ["inspect", "golden"] as const)
          await savePicture(
            second(image(root, r, kind)),
            kind === "golden" ? `u${r.board}/${r.object}` : ++seed,
          );
    const file = (table: string, i: number, kind: "inspect" | "golden" = "inspect") =>
      second(image(root, row(tables, table, i), kind));
    return { root, tables, file };
  }

  test("a sound workspace has no findings of the kind", async () => {
    expect((await look((await lit()).root)).leaks).toEqual([]);
  });

  test.each([
    ["a copy", copyFile, "leak_same_content"],
    ["a symbolic link", symlink, "leak_same_file"],
    ["a hard link", link, "leak_same_file"],
    [
      "another saving",
      (from: string, to: string) => sharp(from).jpeg({ quality: 85 }).toFile(to),
      "leak_near_duplicate",
    ],
    [
      "a mirrored saving",
      (from: string, to: string) => sharp(from).flop().jpeg({ quality: 90 }).toFile(to),
      "leak_near_duplicate",
    ],
  ])("%s of the second lighting alone is found, once", async (_, disguise, code) => {
    const { root, file } = await lit();
    await rm(file(TRAIN, 6));
    await disguise(file(KPI, 1), file(TRAIN, 6));
    const seen = await look(root);
    expect(seen.places(code)).toEqual([["training_set.csv", 8]]);
    expect(seen.messages(code)[0]).toContain("_UniformLight");
    expect(seen.leaks).toEqual([code]);
  });

  test("a copy of every lighting is one leak, and one lighting under another's name is found too", async () => {
    const { root, tables, file } = await lit();
    await copyFile(file(KPI, 1), file(TRAIN, 6));
    await copyFile(
      image(root, row(tables, KPI, 1), "inspect"),
      image(root, row(tables, TRAIN, 6), "inspect"),
    );
    await copyFile(file(KPI, 2), image(root, row(tables, TRAIN, 7), "inspect"));
    expect((await look(root)).places("leak_same_content")).toEqual([
      ["training_set.csv", 8],
      ["training_set.csv", 9],
    ]);
  });

  test("golden and test are compared in each lighting; a defect need only show in one", async () => {
    const { root, tables, file } = await lit();
    // Row 0 of each table is a defect.
    await copyFile(image(root, row(tables, KPI, 0), "golden"), image(root, row(tables, KPI, 0), "inspect"));
    expect((await look(root)).places("defect_equals_golden")).toEqual([]);
    await copyFile(file(KPI, 0, "golden"), file(KPI, 0));
    expect((await look(root)).places("defect_equals_golden")).toEqual([["testing_set.csv", 2]]);
    await rm(file(KPI, 3));
    await symlink(file(KPI, 3, "golden"), file(KPI, 3));
    expect((await look(root)).places("golden_is_test")).toEqual([["testing_set.csv", 5]]);
    await copyFile(file(TRAIN, 2, "golden"), file(KPI, 5));
    expect((await look(root)).places("leak_golden")).toContainEqual(["testing_set.csv", 7]);
  });

  test("the merge's check sees the second lighting", async () => {
    const { root, file } = await lit();
    await copyFile(file(KPI, 4), file(TRAIN, 9));
    const naming = {
      imagesDir: path.join(root, "images"),
      lights: ["SolderLight", "UniformLight"],
      imageExt: ".jpg",
    };
    const sets = [];
    for (const [role, table] of [
      ["train", TRAIN],
      ["kpi", KPI],
    ] as const) {
      const read = await readTable(path.join(root, table));
      if (!read.table) throw new Error("no table");
      sets.push(rowSet(role, read.table.file, toPairRows(read.table, naming).rows));
    }
    const { leaks } = await findLeaks(sets, { imagesDir: naming.imagesDir, workers: 1, near: false });
    expect(leaks).toEqual([
      { kind: "content", kept: { set: 1, row: 4, light: 1 }, extra: { set: 0, row: 9, light: 1 } },
    ]);
  });
});

const real = sharedData("deeppcb");
test.skipIf(!real)(
  "real crops: mirrored and shifted copies are found among hundreds that are none",
  async () => {
    const root = real as string;
    const { table } = await readTable(path.join(root, KPI));
    if (!table) throw new Error("no table");
    const { traits, imagesDir } = await discoverWorkspace(root);
    const naming = { imagesDir, lights: traits.lights, imageExt: traits.imageExt };
    const rows = toPairRows(table, naming).rows.slice(0, 240);
    const { root: made } = await makeWorkspace();
    const copies = await Promise.all(
      // Row 151, between them, shows one straight edge: such are not looked for turned, all edges look alike then.
      [3, 40, 77, 114, 152].map(async (n, i) => {
        const source = rows[n]?.test[0] as string;
        const file = path.join(made, `copy${i}.jpg`);
        await sharp(await sharp(source).rotate(90).png().toBuffer())
          .jpeg({ quality: 90 })
          .toFile(file);
        return { ...(rows[n] as (typeof rows)[number]), test: [file] };
      }),
    );
    const sets = [rowSet("kpi", "kpi.csv", rows), rowSet("train", "train.csv", copies)];
    const { leaks } = await findLeaks(sets, { imagesDir, workers: 1 });
    expect(leaks.map((l) => [l.kind, l.kept.row])).toEqual([3, 40, 77, 114, 152].map((n) => ["near", n]));
  },
);
