import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { readParquet } from "../../kit/index.js";
import type { Encoder } from "../embed/encoder.js";
import { readEmbeddings } from "../embed/parquet.js";
import { committedFolder } from "../history/commit.js";
import { readHistory } from "../history/ledger.js";
import { resolvePool } from "../pool/resolve.js";
import { EXT, LIGHTS, makeWorkspace, pairRows, type Sample, tableEncoder, writeRouted } from "../testing.js";
import { checkCounts } from "./counts.js";
import { miningFiles } from "./files.js";
import { type MineOptions, mine } from "./mine.js";

// Unit vectors in a plane make similarities easy: cosine of the angle between them, in degrees.
const at = (degrees: number, length = 1) => [
  length * Math.cos((degrees * Math.PI) / 180),
  length * Math.sin((degrees * Math.PI) / 180),
  0,
];
const POOL: readonly Sample[] = [
  { object: "p0", label: "open" },
  { object: "p1", label: "PASS" },
  { object: "p2", label: "Short " },
  { object: "p3", label: "open" },
  { object: "p4", label: "PASS", golden: false },
  { object: "p5", label: "open" },
];
const VECTORS = {
  k0: at(0),
  k1: at(60, 3),
  p0: at(5, 2),
  p1: at(20),
  p2: at(62),
  p3: at(180),
  p4: at(40),
  p5: [0, 0, 0],
  t0: at(5),
  t1: at(90),
};
const KPI: readonly Sample[] = [
  { object: "k0", label: "open" },
  { object: "k1", label: "spur" },
  { object: "k2", label: "PASS" },
];

let space: Awaited<ReturnType<typeof makeWorkspace>>;
let options: (iteration: number, more?: Partial<MineOptions>) => MineOptions;

beforeAll(async () => {
  space = await makeWorkspace({
    train: [
      { object: "t0", label: "open" },
      { object: "t1", label: "PASS" },
    ],
    validation: [],
    kpi: KPI,
    pool: POOL,
  });
  const { root, images, run, table } = space;
  const kpiRows = await pairRows(table("kpi"), images);
  const routedParquet = path.join(run, "routed.parquet");
  await writeRouted(routedParquet, kpiRows.slice(0, 2));
  const resolvedPoolCsv = path.join(run, "inputs", "mining_pool.resolved.csv");
  const summary = await resolvePool({
    csv: table("pool"),
    imagesRoot: images,
    outputCsv: resolvedPoolCsv,
    light: "Top",
    imageExt: "png",
    within: [root],
  });
  expect(summary).toEqual({ rows: 6, missing: 0, ambiguous: 0 });
  const trainRows = await pairRows(table("train"), images);
  options = (iteration, more = {}) => ({
    iteration,
    outDir: path.join(run, `iter${iteration}`, "mining_results", "2026-01-01_000000"),
    historyFile: path.join(run, "mining_history.json"),
    routedParquet,
    kpiRows,
    resolvedPoolCsv,
    poolCsv: table("pool"),
    imagesRoot: images,
    trainRows,
    encoder: tableEncoder(VECTORS),
    lights: LIGHTS,
    imageExt: EXT,
    topK: 3,
    minSimilarity: 0.9,
    workspace: root,
    stageDir: path.join(run, `iter${iteration}`, "dataset", "images"),
    workers: 1,
    partRows: 4,
    ...more,
  });
});

describe("mine", () => {
  test("worked example: neighbours, retention, novelty, rows and counts", async () => {
    const seen: string[] = [];
    const result = await mine(options(1, { emit: (e) => e.type === "problem" && seen.push(e.problem.code) }));
    // k0 (0°): p0 5°, p1 20°, p4 40°. k1 (60°): p2 2°, p4 20°, p1 40°. cos 20° = 0.94, cos 40° = 0.77.
    expect(result).toMatchObject({
      targets: 2,
      pool: 6,
      raw: 4,
      kept: 4,
      rejected: 0,
      mined: 4,
      alreadyMined: 0,
      cumulative: 4,
      dim: 3,
    });
    expect(seen).toEqual(["pool_lacks_label"]);
    const file = (name: string) => path.join(space.images, "pool", "test", `${name}_Top.png`);
    const raw = (await readParquet(miningFiles(result.folder).raw)).map((r) => r.filepath);
    expect(raw).toEqual(["p0", "p1", "p4", "p2"].map(file));
    const mined = await readParquet(result.minedParquet);
    const kpiFile = (name: string) => path.join(space.images, "kpi", "test", `${name}_Top.png`);
    expect(mined.map((r) => [r.filepath, r.label, r.target])).toEqual([
      [file("p0"), "open", kpiFile("k0")],
      [file("p1"), "PASS", kpiFile("k0")],
      [file("p4"), "PASS", kpiFile("k1")],
      [file("p2"), "short", kpiFile("k1")],
    ]);
    // Training rows lie at 5° and 90°: p0 is not new at all, p2 is 28° away.
    expect(mined.map((r) => Number(r.novelty))).toEqual([
      expect.closeTo(0, 6),
      expect.closeTo(1 - Math.cos((15 * Math.PI) / 180), 6),
      expect.closeTo(1 - Math.cos((35 * Math.PI) / 180), 6),
      expect.closeTo(1 - Math.cos((28 * Math.PI) / 180), 6),
    ]);
    expect(await readFile(result.summary, "utf8")).toBe(
      "candidate_count,kept_count,rejected_count,similarity_threshold\n4,4,0,0.9\n",
    );
    // p4 has no golden: both sides are staged copies of the pool image.
    expect(result.staged).toBe(1);
    const staged = "results/run_20260101_000000/iter1/dataset/images/mined_iter1";
    expect((await readFile(result.rowsCsv, "utf8")).split("\n")).toEqual([
      "input_path,golden_path,label,object_name,boardname",
      "images/pool/test,images/pool/golden,open,p0,B1",
      "images/pool/test,images/pool/golden,PASS,p1,B1",
      `${staged}_test/00002,${staged}_golden/00002,PASS,p4,B1`,
      "images/pool/test,images/pool/golden,short,p2,B1",
      "",
    ]);
    for (const side of ["test", "golden"])
      for (const light of LIGHTS)
        expect(await readFile(path.join(space.root, `${staged}_${side}/00002/p4_${light}.png`))).toEqual(
          await readFile(path.join(space.images, "pool", "test", `p4_${light}.png`)),
        );
    for (const log of [result.targetLog, result.sourceLog, result.knnLog])
      expect(await readFile(log, "utf8")).toMatch(
        /\d+ (target|pool|queries)[\s\S]*\nExecution status: PASS\n$/,
      );
  });

  test("embedding tables hold float lists, unnormalised, one row per image", async () => {
    const { sourceEmbeddings, targetEmbeddings } = miningFiles(options(1).outDir);
    const parts = [];
    for await (const part of readEmbeddings(sourceEmbeddings)) parts.push(part);
    expect(parts.map((p) => p.filepath.length)).toEqual([4, 2]);
    expect(parts[0]?.vectors.data[0]).toBeCloseTo(2 * Math.cos((5 * Math.PI) / 180), 6);
    const targets = await readParquet(targetEmbeddings);
    expect(targets.map((t) => [t.label, t.siamese_score, (t.embedding as number[]).length])).toEqual([
      ["open", "0", 3],
      ["spur", "0.02", 3],
    ]);
  });

  test("retention follows from the stored vectors alone", async () => {
    const files = miningFiles(options(1).outDir);
    const vectors = async (file: string) =>
      (await readParquet(file)).map((r) => ({ file: String(r.filepath), v: r.embedding as number[] }));
    const cosine = (a: number[], b: number[]) => {
      const dot = (x: number[], y: number[]) =>
        x.reduce((sum, value, i) => sum + value * (y[i] as number), 0);
      const length = Math.sqrt(dot(a, a) * dot(b, b));
      return length === 0 ? 0 : dot(a, b) / length;
    };
    const sources = await vectors(files.sourceEmbeddings);
    const kept = new Set<string>();
    for (const target of await vectors(files.targetEmbeddings)) {
      const ranked = sources.map((s) => ({ file: s.file, c: cosine(target.v, s.v) }));
      ranked.sort((a, b) => b.c - a.c);
      for (const near of ranked.slice(0, 3)) if (near.c >= 0.9) kept.add(near.file);
    }
    const candidates = (await readParquet(files.candidates)).map((r) => String(r.filepath));
    expect(new Set(candidates)).toEqual(kept);
  });

  test("a finished iteration is verified and reused byte for byte, or refused without resume", async () => {
    const before = await Promise.all(
      Object.values(miningFiles(options(1).outDir))
        .slice(1)
        .map(bytes),
    );
    const broken: Encoder = { ...options(1).encoder, embed: () => Promise.reject(new Error("must not run")) };
    const again = await mine(options(1, { encoder: broken }));
    expect(again.mined).toBe(4);
    expect(
      await Promise.all(
        Object.values(miningFiles(options(1).outDir))
          .slice(1)
          .map(bytes),
      ),
    ).toEqual(before);
    await expect(mine(options(1, { resume: false }))).rejects.toMatchObject({
      code: "history_iteration_committed",
    });
    await expect(mine(options(1, { topK: 4 }))).rejects.toMatchObject({ code: "history_resume_mismatch" });
    await expect(mine(options(1, { outDir: path.join(space.run, "elsewhere") }))).rejects.toMatchObject({
      code: "history_resume_mismatch",
    });
    expect(await committedFolder(options(1).historyFile, 1)).toBe(options(1).outDir);
  });

  test("a second iteration takes nothing again, warns of the yield, and its kill leaves no trace", async () => {
    const ledger = await readFile(options(2).historyFile);
    // Killed just before the ledger: the files are there, the ledger is not.
    const first = await mine(options(2, { minSimilarity: 0.5 }));
    expect(first).toMatchObject({ raw: 4, kept: 4, alreadyMined: 4, mined: 0, cumulative: 4 });
    expect(first.warnings.map((w) => w.code)).toEqual(["pool_lacks_label", "mining_yield_low"]);
    expect(first.warnings[1]?.message).toContain("pool near exhaustion");
    expect(first.yield).toMatchObject({ keptToPreviousMined: 1, keptRatio: 1, minedRatio: 0 });
    const files = Object.values(miningFiles(options(2).outDir)).slice(1);
    const written = await Promise.all(files.map(bytes));
    await writeFile(options(2).historyFile, ledger);
    await mine(options(2, { minSimilarity: 0.5 }));
    expect(await Promise.all(files.map(bytes))).toEqual(written);
    const summary = JSON.parse(await readFile(first.historySummary, "utf8"));
    expect(summary).toMatchObject({ historical_candidate_rate: 1, selected_count: 0 });
    expect(summary.recommendation).toMatch(/topn|pool/);
  });

  test("the report has its seven sections, their key words and a fitting length", async () => {
    const text = await readFile(miningFiles(options(1).outDir).report, "utf8");
    const sections = text.split(/^## /m).slice(1);
    expect(sections).toHaveLength(7);
    for (const section of sections) expect(section.split(/\s+/).length).toBeGreaterThanOrEqual(40);
    const words = text.split(/\s+/).length;
    expect(words).toBeGreaterThan(600);
    expect(words).toBeLessThan(1200);
    expect(sections[2]).toContain("match=yes");
    expect(sections[6]).toContain("mined.parquet");
  });

  test("counts that disagree are found", async () => {
    const o = options(2);
    const check = () =>
      checkCounts({
        folder: o.outDir,
        historyFile: o.historyFile,
        iteration: 2,
        topK: 3,
        stateMinedCount: 0,
      });
    expect(await check()).toEqual([]);
    const { knnSummary, knnLog } = miningFiles(o.outDir);
    const saved = await readFile(knnSummary);
    await writeFile(
      knnSummary,
      "candidate_count,kept_count,rejected_count,similarity_threshold\n4,3,0,0.5\n",
    );
    await writeFile(knnLog, "ok\nExecution status: FAIL\nExecution status: PASS\n");
    const faults = (await check()).map((f) => f.message);
    expect(faults).toHaveLength(4);
    expect(faults[0]).toContain("4 is not 3");
    await writeFile(knnSummary, saved);
  });

  test.each([
    ["mined_golden_missing", async () => ({ minSimilarity: -1, topK: 6, resolvedPoolCsv: await unpaired() })],
    ["encoder_dimension_mismatch", async () => ({ encoder: twoLengths() })],
    ["encoder_shape", async () => ({ encoder: shortAnswer() })],
    ["mining_pool_missing", async () => ({ resolvedPoolCsv: "/nowhere.csv" })],
    ["mining_pool_empty", async () => ({ resolvedPoolCsv: await text("filepath,label\n") })],
    [
      "mining_pool_unresolved",
      async () => ({ resolvedPoolCsv: await text("filepath,label\ngone.png,open\n") }),
    ],
    [
      "mining_pool_label",
      async () => ({ resolvedPoolCsv: await text("filepath,label\npool/test/p0_Top.png,pass\n") }),
    ],
    ["parquet_invalid", async () => ({ routedParquet: await text("PAR1 cut short") })],
    ["file_missing", async () => ({ routedParquet: "/nowhere.parquet" })],
    ["routed_row_unknown", async () => ({ kpiRows: [] })],
  ])("stops with %s and leaves the ledger alone", async (code, more) => {
    const ledger = await readFile(options(3).historyFile);
    await expect(mine(options(3, await more()))).rejects.toMatchObject({ code, hint: expect.any(String) });
    expect(await readFile(options(3).historyFile)).toEqual(ledger);
  });

  test("a failing encoder leaves a log that says so", async () => {
    const encoder: Encoder = { ...options(3).encoder, embed: () => Promise.reject(new Error("no memory")) };
    await expect(mine(options(3, { encoder }))).rejects.toThrow("no memory");
    const log = await readFile(miningFiles(options(3).outDir).targetLog, "utf8");
    expect(log).toContain("no memory");
    expect(log).toMatch(/Execution status: FAIL\n$/);
    await rm(options(3).outDir, { recursive: true });
  });

  test("a ledger whose artifact was edited or removed blocks later iterations", async () => {
    const o = options(3);
    const artifact = miningFiles(options(1).outDir).mined;
    const saved = await readFile(artifact);
    await writeFile(artifact, Buffer.concat([saved, Buffer.from("x")]));
    await expect(mine(o)).rejects.toMatchObject({ code: "history_hash_mismatch" });
    await rm(artifact);
    await expect(mine(o)).rejects.toMatchObject({ code: "history_artifact_missing" });
    await writeFile(artifact, saved);
    expect((await readHistory(o.historyFile, 3)).iterations).toHaveLength(2);
    await expect(mine(options(4))).rejects.toMatchObject({ code: "history_not_contiguous" });
  });
});

async function bytes(file: string): Promise<Buffer> {
  return readFile(file);
}

let number = 0;
async function text(content: string): Promise<string> {
  const file = path.join(space.run, `input${number++}`);
  await writeFile(file, content);
  return file;
}

/** The resolved pool with the golden of a defect row taken away. */
async function unpaired(): Promise<string> {
  const csv = await readFile(options(1).resolvedPoolCsv, "utf8");
  // The history knows p0 already, so the row that was never mined loses its golden.
  return text(csv.replace(/pool\/test,pool\/golden,open,p3/, "pool/test,,open,p3"));
}

function twoLengths(): Encoder {
  let calls = 0;
  return {
    ...tableEncoder({}),
    embed: async (rows) => {
      const dim = calls++ === 0 ? 3 : 4;
      return { dim, data: new Float32Array(rows.length * dim).fill(1) };
    },
  };
}

function shortAnswer(): Encoder {
  return { ...tableEncoder({}), embed: async () => ({ dim: 3, data: new Float32Array(2) }) };
}
