import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CsvRow, formatCsv, streamCsv } from "./csv.js";

async function parse(bytes: string | Uint8Array) {
  const file = path.join(await mkdtemp(path.join(tmpdir(), "csv-")), "a.csv");
  await writeFile(file, bytes);
  const rows: CsvRow[] = [];
  const { header, problems } = await streamCsv(
    file,
    () => {},
    (r) => rows.push(r),
  );
  return { header, problems, rows };
}

describe("streamCsv", () => {
  test("understands a byte-order mark, CRLF, blank lines and quoted commas, and keeps line numbers", async () => {
    const { header, rows } = await parse('\ufeffa,b\r\n1,"x,y"\r\n\r\n3,"two\nlines"\r\n4,z\r\n');
    expect(header).toEqual(["a", "b"]);
    expect(rows.map((r) => r.cells)).toEqual([
      ["1", "x,y"],
      ["3", "two\nlines"],
      ["4", "z"],
    ]);
    expect(rows[0]?.line).toBe(2);
    expect(rows[2]?.line).toBeGreaterThan(5);
  });

  test("collects rows of the wrong length with their place and passes the others on", async () => {
    const { rows, problems } = await parse("a,b\n1\n2,3\n4,5,6\n");
    expect(rows.map((r) => r.cells[0])).toEqual(["2"]);
    expect(problems.map((p) => [p.code, p.where?.row])).toEqual([
      ["csv_row_length", 2],
      ["csv_row_length", 4],
    ]);
  });

  test.each([
    ["", "csv_empty"],
    [Buffer.from("a,b\ncaf\xe9,1\n", "latin1"), "csv_not_utf8"],
    ["a,a\n1,2\n", "csv_duplicate_column"],
    ['a,b\n1,"open\n2,3\n', "csv_malformed"],
  ])("refuses %j with %s", async (bytes, code) => {
    await expect(parse(bytes)).rejects.toMatchObject({ code });
  });

  test("reads back what formatCsv writes, whatever the cells hold", async () => {
    const cell = fc.string({ unit: "grapheme" }).map((s) => s.replaceAll("\r", ""));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 8 }), async (cells) => {
        const kept = cells.map(([a, b]) => [`k${a}`, b] as const);
        const { rows } = await parse(formatCsv(["x", "y"], kept));
        expect(rows.map((r) => r.cells)).toEqual(kept.map((c) => [...c]));
      }),
      { numRuns: 40 },
    );
  });
});
