import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { readTable } from "../../dataset/table.js";
import { formatCsv, writeFileAtomic } from "../../kit/index.js";
import { EXT, LIGHTS, makeWorkspace } from "../testing.js";
import type { MergeSource } from "./inputs.js";
import { type MergeOptions, merge } from "./merge.js";

let space: Awaited<ReturnType<typeof makeWorkspace>>;
const HEADER = ["input_path", "golden_path", "label", "object_name"];

beforeEach(async () => {
  space = await makeWorkspace({
    train: [
      { object: "t0", label: "open" },
      { object: "t1", label: "PASS" },
      { object: "t1", label: "PASS" },
    ],
    validation: [{ object: "v0", label: "PASS" }],
    kpi: [
      { object: "k0", label: "PASS" },
      { object: "k1", label: "open" },
    ],
    pool: [
      { object: "p0", label: "open" },
      { object: "p1", label: "PASS" },
      { object: "p2", label: "short" },
      { object: "copy", label: "PASS", content: "k0" },
    ],
  });
});

const row = (object: string, label: string, role = "pool") => [
  `images/${role}/test`,
  `images/${role}/golden`,
  label,
  object,
];

async function source(
  name: string,
  rows: readonly (readonly string[])[],
  header: readonly string[] = HEADER,
): Promise<string> {
  const file = path.join(space.run, `${name}.csv`);
  await writeFileAtomic(file, formatCsv(header, rows));
  return file;
}

function options(
  iteration: number,
  sources: readonly MergeSource[],
  more: Partial<MergeOptions> = {},
): MergeOptions {
  const at = (n: number, ...parts: string[]) => path.join(space.run, `iter${n}`, ...parts);
  const combined = (n: number) => at(n, "dataset", `train_combined_iter${n}.csv`);
  return {
    iteration,
    workspace: space.root,
    imagesDir: space.images,
    previousCsv: iteration === 1 ? space.table("train") : combined(iteration - 1),
    sources,
    validationCsv: space.table("validation"),
    kpiCsv: space.table("kpi"),
    poolCsv: at(iteration, "mining_filter", "mining_pool.csv"),
    combinedCsv: combined(iteration),
    provenanceCsv: combined(iteration).replace(".csv", "_provenance.csv"),
    report: at(iteration, "dataset", "merge_validation.json"),
    lights: LIGHTS,
    imageExt: EXT,
    workers: 1,
    ...more,
  };
}

const records = async (file: string) => {
  const { table } = await readTable(file, { requireColumns: [] });
  if (!table) throw new Error(`no table in ${file}`);
  return table.rows.map((cells) => Object.fromEntries(table.header.map((h, i) => [h, cells[i]])));
};

describe("merge", () => {
  test("worked example over two iterations: prefix once, columns, order, provenance, report", async () => {
    const mined = await source("mined", [row("p0", "Open "), row("p1", "PASS")]);
    await writeFile(
      mined.replace(".csv", "_provenance.csv"),
      "producer,origin_file,target_file,target_label,similarity,novelty,exemplar\n" +
        "mined,/pool/p0.png,/kpi/k1.png,open,0.950000,0.200000,\nmined,/pool/p1.png,/kpi/k1.png,open,0.910000,0.400000,\n",
    );
    const first = await merge(options(1, [{ source: "mined", csv: mined }]));
    expect(first).toMatchObject({
      rows: 5,
      inherited: 3,
      added: 2,
      addedBy: { mined: 2, synthetic: 0 },
      refused: {},
    });
    expect(await readFile(first.combinedCsv, "utf8")).toBe(
      [
        "input_path,golden_path,label,object_name,boardname",
        "images/train/test,images/train/golden,open,t0,B1",
        "images/train/test,images/train/golden,PASS,t1,B1",
        "images/train/test,images/train/golden,PASS,t1,B1",
        "images/pool/test,images/pool/golden,open,p0,",
        "images/pool/test,images/pool/golden,PASS,p1,",
        "",
      ].join("\n"),
    );
    const provenance = await records(first.provenanceCsv);
    expect(provenance.map((p) => [p.source, p.iteration, p.producer, p.similarity])).toEqual([
      ["base_train", "0", "base", ""],
      ["base_train", "0", "base", ""],
      ["base_train", "0", "base", ""],
      ["mining_pool", "1", "mined", "0.950000"],
      ["mining_pool", "1", "mined", "0.910000"],
    ]);
    expect(provenance[1]?.origin_file).toBe(`${space.table("train")}:3`);
    expect(JSON.parse(await readFile(first.report, "utf8"))).toMatchObject({
      status: "ok",
      training_csv: first.combinedCsv,
      validation_csv: space.table("validation"),
      rows_checked: 5,
      missing_file_count: 0,
      train_val_leakage_overlap_count: 0,
      reflow: { lights_checked: ["Top", "Side"], inherited_rows: 3, added_rows: 2 },
    });

    // A second iteration with a column that the set does not have, and a repeated row.
    const more = await source(
      "more",
      [
        [...row("p2", "short"), "x"],
        [...row("p0", "open"), "y"],
      ],
      [...HEADER, "comp_name"],
    );
    const second = await merge(
      options(2, [
        { source: "mined", csv: more, describe: (cells) => ({ exemplar: `of ${cells.object_name}` }) },
      ]),
    );
    expect(second).toMatchObject({ rows: 6, added: 1, refused: { duplicate_row: 1 } });
    const text = await readFile(second.combinedCsv, "utf8");
    expect(text.startsWith(await readFile(first.combinedCsv, "utf8"))).toBe(true);
    expect(text.endsWith("images/pool/test,images/pool/golden,short,p2,\n")).toBe(true);
    expect(await readFile(options(2, []).poolCsv, "utf8")).toBe(
      "input_path,golden_path,label,object_name,comp_name\nimages/pool/test,images/pool/golden,short,p2,x\n",
    );
    const again = await records(second.provenanceCsv);
    expect(again.map((p) => `${p.source} ${p.iteration} ${p.producer}`)).toEqual([
      ...Array(3).fill("previous_iter_train 0 base"),
      ...Array(2).fill("previous_iter_train 1 mined"),
      "mining_pool 2 mined",
    ]);
    expect(again[3]?.similarity).toBe("0.950000");
    expect(again[5]?.exemplar).toBe("of p2");
    expect(JSON.parse(await readFile(second.report, "utf8")).reflow.dropped_columns).toEqual(["comp_name"]);
    expect((await records(second.rejectsCsv)).map((r) => r.reason)).toEqual(["duplicate_row"]);
  });

  test("a renamed copy of a KPI image is refused with its reason, the rest goes in", async () => {
    const csv = await source("mined", [row("copy", "PASS"), row("p0", "open")]);
    const result = await merge(options(1, [{ source: "mined", csv }]));
    expect(result).toMatchObject({ added: 1, refused: { leak_kpi: 1 } });
    const [reject] = await records(result.rejectsCsv);
    expect(reject).toMatchObject({ reason: "leak_kpi", object_name: "copy", producer: "mined" });
    expect(reject?.detail).toContain("kpi row 1");
    expect(await readFile(result.combinedCsv, "utf8")).not.toContain("copy");
  });

  test("a validation row under its workspace path is refused although no cell is equal", async () => {
    const csv = await source("mined", [row("v0", "open", "validation"), row("p0", "open")]);
    const result = await merge(options(1, [{ source: "mined", csv }]));
    expect(result.refused).toEqual({ leak_validation: 1 });
  });

  test("inherited leaks and validation-KPI leaks stop the run", async () => {
    const csv = await source("mined", [row("p0", "open")]);
    const kpi = await readFile(space.table("kpi"), "utf8");
    await writeFile(space.table("kpi"), `${kpi}validation/test,validation/golden,PASS,v0,B1\n`);
    await expect(merge(options(1, [{ source: "mined", csv }]))).rejects.toMatchObject({
      code: "train_leakage",
    });
    await writeFile(space.table("kpi"), `${kpi}train/test/,train/golden,PASS,t0,B1\n`);
    const error = await merge(options(1, [{ source: "mined", csv }])).catch((e) => e);
    expect(error).toMatchObject({ code: "train_leakage", where: { file: space.table("train"), row: 2 } });
    await expect(readFile(options(1, []).report)).rejects.toThrow();
  });

  test("synthetic rows come first, whatever the order of the sources, and both producers are counted", async () => {
    const mined = await source("mined", [row("p0", "open")]);
    const synthetic = await source("sdg_rows", [row("p1", "PASS"), row("p2", "short")]);
    const sources: MergeSource[] = [
      { source: "mined", csv: mined },
      { source: "synthetic", csv: synthetic },
    ];
    const result = await merge(options(1, sources));
    expect(result.addedBy).toEqual({ synthetic: 2, mined: 1 });
    const bytes = await readFile(result.combinedCsv);
    await merge(options(1, [...sources].reverse()));
    expect(await readFile(result.combinedCsv)).toEqual(bytes);
    expect((await records(result.poolCsv)).map((r) => r.object_name)).toEqual(["p1", "p2", "p0"]);
  });

  test.each([
    ["zero_new_rows", async () => ({ sources: [] })],
    ["zero_new_rows", async () => ({ sources: await one([row("copy", "PASS")]) })],
    ["zero_new_rows", async () => ({ sources: await one([row("t0", "open", "train")]) })],
    ["merge_missing_files", async () => ({ sources: await one([row("gone", "open")]) })],
    [
      "merge_rows_invalid",
      async () => ({ sources: await one([["../../etc", "images/x", "open", "passwd"]]) }),
    ],
    ["merge_rows_invalid", async () => ({ sources: await one([["images/pool/test", "", "open", "p0"]]) })],
    ["merge_label_invalid", async () => ({ sources: await one([row("p0", "pass")]) })],
    ["merge_label_invalid", async () => ({ sources: await one([row("p0", "NaN")]) })],
    ["merge_input_invalid", async () => ({ sources: await cut("input_path,golden_path,label\na,b,PASS\n") })],
    ["merge_input_invalid", async () => ({ sources: await cut(`${HEADER.join(",")}\na,b\n`) })],
    ["file_missing", async () => ({ sources: [{ source: "mined" as const, csv: "/nowhere.csv" }] })],
    ["file_missing", async () => ({ previousCsv: "/nowhere.csv" })],
    ["file_missing", async () => ({ kpiCsv: "/nowhere.csv" })],
  ])("stops with %s and writes no report", async (code, more) => {
    const o = options(1, await one([row("p0", "open")]), await more());
    await expect(merge(o)).rejects.toMatchObject({ code, hint: expect.any(String) });
    await expect(readFile(o.report)).rejects.toThrow();
  });

  test("previous provenance of another length is refused", async () => {
    await merge(options(1, await one([row("p0", "open")])));
    const file = options(1, []).provenanceCsv;
    await writeFile(file, `${(await readFile(file, "utf8")).split("\n").slice(0, 3).join("\n")}\n`);
    await expect(merge(options(2, await one([row("p1", "PASS")])))).rejects.toMatchObject({
      code: "provenance_rows_differ",
    });
    await rm(file);
    expect((await merge(options(2, await one([row("p1", "PASS")])))).rows).toBe(5);
  });

  test("whatever is offered, the set grows as a multiset and provenance follows it", async () => {
    // Images of a dozen objects, so that any subset of them can be offered in any order, with repetitions.
    const objects = Array.from({ length: 12 }, (_, i) => `q${i}`);
    for (const side of ["test", "golden"]) {
      await mkdir(path.join(space.images, "many", side), { recursive: true });
      for (const object of objects)
        for (const light of LIGHTS)
          await copyFile(
            path.join(space.images, "pool", side, `p0_${light}${EXT}`),
            path.join(space.images, "many", side, `${object}_${light}${EXT}`),
          );
    }
    const offer = fc.array(fc.integer({ min: 0, max: 11 }), { maxLength: 15 });
    await fc.assert(
      fc.asyncProperty(offer, offer, offer, async (...offers) => {
        let before: Record<string, unknown>[] = [];
        let iteration = 1;
        const taken = new Set<number>();
        for (const picks of offers) {
          const csv = await source(
            "offer",
            picks.map((i) => row(`q${i}`, "open", "many")),
          );
          const fresh = new Set(picks.filter((i) => !taken.has(i)));
          const o = options(iteration, [{ source: "mined", csv }], { findLeaks: async () => [] });
          if (fresh.size === 0) {
            await expect(merge(o)).rejects.toMatchObject({ code: "zero_new_rows" });
            continue;
          }
          const result = await merge(o);
          for (const i of fresh) taken.add(i);
          const now = await records(result.combinedCsv);
          expect(now.slice(0, result.inherited).map((r) => r.object_name)).toEqual(
            iteration === 1 ? ["t0", "t1", "t1"] : before.map((r) => r.object_name),
          );
          expect(now.length).toBe(result.inherited + fresh.size);
          expect(await records(result.provenanceCsv)).toHaveLength(now.length);
          before = now;
          iteration++;
        }
        await rm(path.join(space.run, "iter1"), { recursive: true, force: true });
      }),
      { numRuns: 12 },
    );
  });
});

async function one(rows: readonly (readonly string[])[]): Promise<MergeSource[]> {
  return [{ source: "mined", csv: await source("one", rows) }];
}

async function cut(text: string): Promise<MergeSource[]> {
  const csv = path.join(space.run, "cut.csv");
  await writeFile(csv, text);
  return [{ source: "mined", csv }];
}
