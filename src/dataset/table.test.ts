import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatCsv } from "../kit/index.js";
import { labelFault, normaliseLabel } from "./label.js";
import { toPairRows } from "./pairs.js";
import { readTable } from "./table.js";

const NAMING = { imagesDir: "/data/images", lights: ["SolderLight", "UniformLight"], imageExt: ".jpg" };

async function tableFile(text: string | Uint8Array): Promise<string> {
  const file = path.join(await mkdtemp(path.join(tmpdir(), "table-")), "t.csv");
  await writeFile(file, text);
  return file;
}

async function rowsOf(text: string) {
  const { table, problems } = await readTable(await tableFile(text));
  if (!table) return { rows: [], problems };
  const made = toPairRows(table, NAMING);
  return { rows: made.rows, problems: [...problems, ...made.problems] };
}

describe("labels", () => {
  test.each([
    ["PASS", "PASS", undefined],
    ["pass", "pass", "label_wrong_case"],
    [" PASS", "pass", "label_wrong_case"],
    ["Missing ", "missing", "label_not_normal"],
    ["bridge", "bridge", undefined],
    ["", "", "label_nan_like"],
    ["NA", "na", "label_nan_like"],
    ["None", "none", "label_nan_like"],
    ["nan", "nan", "label_nan_like"],
    ["OK", "ok", "label_means_pass"],
  ])("%j is written %j, fault %s", (label, written, fault) => {
    expect(normaliseLabel(label)).toBe(written);
    expect(labelFault(label)).toBe(fault);
  });

  test("the write rule is its own fixed point", () => {
    fc.assert(
      fc.property(fc.string(), (label) => normaliseLabel(normaliseLabel(label)) === normaliseLabel(label)),
    );
  });
});

describe("readTable", () => {
  test("keeps every column and the line of every row", async () => {
    const { table } = await readTable(
      await tableFile("golden_path,input_path,label,extra,object_name\n\ng,i,PASS,007,C1018@1\n"),
    );
    expect(table?.header).toEqual(["golden_path", "input_path", "label", "extra", "object_name"]);
    expect(table?.rows).toEqual([["g", "i", "PASS", "007", "C1018@1"]]);
    expect(Array.from(table?.lines ?? [])).toEqual([3]);
  });

  test("says which column is missing, and which one was probably meant", async () => {
    const { table, problems } = await readTable(
      await tableFile("Input Path,golden_path,Label,object_name\n"),
    );
    expect(table).toBeUndefined();
    expect(problems.map((p) => [p.code, p.where?.field, p.where?.column])).toEqual([
      ["column_missing", "input_path", 1],
      ["column_missing", "label", 3],
    ]);
    expect(problems[0]?.hint).toBe('Rename "Input Path" to "input_path".');
  });

  test.each([
    ["", "csv_empty"],
    [Buffer.from("input_path,golden_path,label,object_name\ncaf\xe9,g,PASS,C1\n", "latin1"), "csv_not_utf8"],
    ['input_path,golden_path,label,object_name\na,b,"PASS,C1\n', "csv_malformed"],
  ])("gives one problem for %j", async (text, code) => {
    const { table, problems } = await readTable(await tableFile(text));
    expect(table).toBeUndefined();
    expect(problems.map((p) => p.code)).toEqual([code]);
  });

  test("a missing file and a folder are problems, not exceptions", async () => {
    expect((await readTable("/nowhere/t.csv")).problems[0]?.code).toBe("file_missing");
    expect((await readTable(tmpdir())).problems[0]?.code).toBe("is_a_folder");
  });

  test("gives back whatever cells a table of any shape holds", async () => {
    const cell = fc.string({ unit: "grapheme", maxLength: 12 }).map((s) => s.replaceAll("\r", ""));
    const rows = fc.array(fc.tuple(cell, cell, cell, cell), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(rows, async (cells) => {
        const header = ["input_path", "golden_path", "label", "object_name"];
        const kept = cells.map(([a, ...rest]) => [`k${a}`, ...rest]);
        const { table } = await readTable(await tableFile(formatCsv(header, kept)));
        expect(table?.rows).toEqual(kept);
      }),
      { numRuns: 30 },
    );
  });
});

describe("toPairRows", () => {
  const head = "input_path,golden_path,label,object_name,boardname\n";

  test("names one file per lighting in order; a trailing slash changes nothing; C1018@1 stays text", async () => {
    const { rows, problems } = await rowsOf(
      `${head}B1/in/,B1/golden,Missing,C1018@1,B1\nB1/in,B1/golden,PASS,007,B1\n`,
    );
    expect(rows[0]).toMatchObject({ index: 0, line: 2, label: "missing", ng: 1, objectName: "C1018@1" });
    expect(rows[0]?.test).toEqual([
      "/data/images/B1/in/C1018@1_SolderLight.jpg",
      "/data/images/B1/in/C1018@1_UniformLight.jpg",
    ]);
    expect(rows[1]).toMatchObject({ label: "PASS", ng: 0, objectName: "007" });
    expect(rows[1]?.golden[1]).toBe("/data/images/B1/golden/007_UniformLight.jpg");
    expect(problems.map((p) => p.code)).toEqual(["label_not_normal"]);
  });

  test("without lightings there is no suffix", () => {
    const table = {
      file: "t",
      header: head.trim().split(","),
      rows: [["a", "b", "PASS", "C1", ""]],
      lines: [2],
    };
    expect(toPairRows(table, { ...NAMING, lights: [] }).rows[0]?.test).toEqual(["/data/images/a/C1.jpg"]);
  });

  test.each([
    ["../x,g,PASS,C1,B", "path_escapes", 1],
    ["/etc,g,PASS,C1,B", "path_escapes", 1],
    ["i,a/../../b,PASS,C1,B", "path_escapes", 2],
    [",g,PASS,C1,B", "cell_empty", 1],
    ["i,g,NULL,C1,B", "label_nan_like", 3],
    ["i,g,PASS,../C1,B", "object_name_invalid", 4],
  ])("leaves out %s and says why and where", async (line, code, column) => {
    const { rows, problems } = await rowsOf(`${head}${line}\n`);
    expect(rows).toEqual([]);
    const worst = problems.find((p) => p.severity === "error");
    expect([worst?.code, worst?.where?.row, worst?.where?.column]).toEqual([code, 2, column]);
  });

  test("an absolute path inside the images folder works, with a warning", async () => {
    const { rows, problems } = await rowsOf(`${head}/data/images/B1,B1,PASS,C1,B\n`);
    expect(rows[0]?.test[0]).toBe("/data/images/B1/C1_SolderLight.jpg");
    expect(problems.map((p) => p.code)).toEqual(["path_absolute"]);
  });

  test("no path of any table names a file outside the images folder", async () => {
    const part = fc.constantFrom("..", ".", "a", "/", "\\", "~", "C:", "", "images", " ");
    const cell = fc.array(part, { maxLength: 6 }).map((parts) => parts.join("/"));
    fc.assert(
      fc.property(cell, cell, cell, (input, golden, object) => {
        const header = ["input_path", "golden_path", "label", "object_name"];
        const table = { file: "t", header, rows: [[input, golden, "PASS", object]], lines: [2] };
        for (const row of toPairRows(table, NAMING).rows)
          for (const file of [...row.test, ...row.golden])
            expect(path.resolve(file).startsWith("/data/images/")).toBe(true);
      }),
    );
  });
});
