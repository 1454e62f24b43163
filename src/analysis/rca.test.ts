import { mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import type { PairRow } from "../dataset/row.js";
import { exists } from "../kit/files.js";
import { writeImage } from "../kit/images.js";
import { readParquet } from "../kit/parquet.js";
import { seeded } from "../kit/random.js";
import { rca, route } from "./index.js";

const LIGHTS = ["SolderLight", "WhiteLight"];
let dir: string;
let rows: PairRow[];
let csv: string;
const at = (...parts: string[]) => path.join(dir, ...parts);

/** 40 pairs on two boards; board B2 makes false alarms, and the golden of P20 (used five times) is dark. */
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), "rca-"));
  const random = seeded(5);
  const lines: string[] = [];
  rows = [];
  for (let i = 0; i < 40; i++) {
    const ng = i % 4 === 0;
    const board = i < 20 ? "B1" : "B2";
    const label = ng ? (i % 8 === 0 ? "missing" : "bridge") : "PASS";
    const object = `P${i}`;
    const score = ng ? 0.5 + 0.012 * i : board === "B2" && i % 2 ? 0.55 + i / 1000 : 0.1 + i / 1000;
    lines.push(`${board}/test,${board}/golden,${label},${object},${score},${board}`);
    const name = (kind: string, light: string) => at("images", board, kind, `${object}_${light}.png`);
    for (const light of LIGHTS) {
      const base = Uint8Array.from({ length: 32 * 24 }, () => 100 + random.int(60));
      const dark = i === 30 ? 0.3 : 1;
      await mkdir(path.dirname(name("test", light)), { recursive: true });
      const image = (data: Uint8Array) => ({ width: 32, height: 24, channels: 1 as const, data });
      await writeImage(name("test", light), image(base.map((v) => v + random.int(5))));
      await writeImage(name("golden", light), image(base.map((v) => v * dark)));
    }
    rows.push({
      index: i,
      line: i + 2,
      label,
      ng: ng ? 1 : 0,
      inputPath: `${board}/test`,
      goldenPath: `${board}/golden`,
      objectName: object,
      boardname: board,
      test: LIGHTS.map((l) => name("test", l)),
      golden: LIGHTS.map((l) => name("golden", l)),
    });
  }
  csv = at("inference.csv");
  await writeFile(
    csv,
    `input_path,golden_path,label,object_name,siamese_score,boardname\n${lines.join("\n")}\n`,
  );
});

const heat = async (some: readonly PairRow[]) =>
  some.map((row) => {
    const data = new Float32Array(32 * 32).fill(0.01);
    // False alarms burn in the second lighting (lower half), defects at the top left of the first.
    data[row.ng ? 2 * 32 + 3 : 28 * 32 + 28] = 0.9;
    return { width: 32, height: 32, data, score: 0.5 };
  });
const embedding = async (some: readonly PairRow[]) => ({
  dim: 2,
  data: Float32Array.from(some.flatMap((r) => (r.ng ? [1, 0.1] : [0.1, 1]))),
});
const options = () => ({ inferenceCsv: csv, rows, lights: LIGHTS, topK: 8 });

describe("rca", () => {
  test("writes every file, with numbers that agree", async () => {
    const outDir = at("full");
    const r = await rca({ ...options(), outDir, heat, embedding, target: "FAR < 1% at Recall=100%" });
    expect(r.point).toMatchObject({ tp: 10, fn: 0, fp: 10, tn: 20 });
    expect(await readFile(path.join(outDir, "threshold.txt"), "utf8")).toBe(String(r.threshold));
    const gaps = await readParquet(path.join(outDir, "kpi_gaps.parquet"));
    expect(gaps).toHaveLength(r.gapRows);
    expect(Object.keys(gaps[0])).toEqual(["filepath", "label", "siamese_score", "weakness"]);
    expect(gaps[0].filepath).toBe(rows[r.weak[0].index].test[0]);
    expect(gaps[1].filepath).toBe(rows[r.weak[0].index].test[1]);
    expect(gaps[0].weakness).toBe(r.weak[0].weakness);
    const metrics = JSON.parse(await readFile(path.join(outDir, "metrics.json"), "utf8"));
    expect(metrics.confusion_matrix).toEqual({ tp: 10, fp: 10, tn: 20, fn: 0 });
    expect(metrics.per_label.PASS).toMatchObject({ total: 30, n_misclassified: 10 });
    expect(r.targetDefects).toContain("PASS");
    const images = await readdir(path.join(outDir, "rca_images"));
    const thumbnails = images.filter((n) => n.endsWith(".png"));
    expect(thumbnails).toHaveLength(10);
    const thumb = await sharp(path.join(outDir, "rca_images", thumbnails[0])).metadata();
    expect([thumb.width, thumb.height]).toEqual([128, 128]);
    const overlay = await sharp(
      path.join(outDir, "rca_images", images.find((n) => n.endsWith(".jpg"))!),
    ).metadata();
    expect([overlay.width, overlay.height]).toEqual([588, 192]);
    for (const name of [
      "gaps.parquet",
      "score_distribution.csv",
      "defect_type_rows.csv",
      "group_tables.csv",
      "rca.json",
    ])
      expect(await exists(path.join(outDir, name)), name).toBe(true);
  });

  test("finds the board, the lighting, the place and the golden", async () => {
    const r = await rca({ ...options(), outDir: at("find"), heat, embedding });
    const b2 = r.groups.find((g) => g.group === "B2")!;
    expect(b2).toMatchObject({ dimension: "boardname", n: 20, far: { k: 10, n: 15 } });
    expect(b2.p).toBeLessThan(0.01);
    const alarms = r.clusters.find((c) => c.side === "false alarm")!;
    expect(alarms.name).toBe("PASS · board B2 · WhiteLight · bottom right");
    expect(r.clusters.find((c) => c.side === "defect")?.place).toBe("top left");
    expect(r.lightings.map((l) => [l.lighting, l.falseAlarms])).toEqual([
      ["SolderLight", 0],
      ["WhiteLight", 8],
    ]);
    expect(r.suspectGoldens.map((g) => path.basename(g.golden))).toEqual(["P30_SolderLight.png"]);
    expect(r.suspectGoldens[0].reasons[0]).toMatch(/^darker/);
    expect(r.dropN[0].point.far).toBe(r.point?.far);
    expect(r.dropN.map((d) => d.point.fp)).toEqual([10, 10, 0, 0, 0]);
  });

  test("the report keeps to its sections, lengths and one threshold", async () => {
    const outDir = at("report");
    const r = await rca({ ...options(), outDir, heat, embedding });
    const text = await readFile(r.report, "utf8");
    const words = text.split(/\s+/).filter((w) => w !== "").length;
    expect(words).toBeGreaterThanOrEqual(1000);
    expect(words).toBeLessThanOrEqual(1800);
    const sections = text.split(/\n## /).slice(1);
    const titles = [
      "Verdict",
      "Threshold Selection",
      "Weakness Distribution",
      "Top-K Weakest Samples",
      "Visual Spot Check",
      "Per-Label Breakdown",
      "Recommended Actions",
    ];
    expect(sections.map((s) => s.split("\n")[0].replace(/^\d\. /, ""))).toEqual(titles);
    for (const s of sections) expect(s.split(/\s+/).length).toBeGreaterThanOrEqual(40);
    const limit = /threshold[^0-9-]*(-?\d+\.\d+)/i;
    expect(sections[0].match(limit)?.[1]).toBe(sections[1].match(limit)?.[1]);
    expect(text.match(/!\[\]\(rca_images\//g)).toHaveLength(10);
  });

  test("same inputs, same bytes; works without heat, embedding or pictures", async () => {
    const a = await rca({ ...options(), outDir: at("a"), heat, embedding });
    const b = await rca({ ...options(), outDir: at("b"), heat, embedding });
    for (const name of await readdir(at("a"))) {
      if (name === "rca_images" || name === "rca.json") continue;
      expect(await readFile(at("a", name)), name).toEqual(await readFile(at("b", name)));
    }
    expect({ ...a, gapsParquet: "", report: "" }).toEqual({ ...b, gapsParquet: "", report: "" });
    const plain = await rca({ ...options(), outDir: at("plain"), pictures: 0, threshold: 0.2 });
    expect(plain).toMatchObject({ threshold: 0.2, clusters: [], reachable: true });
    expect(await exists(at("plain", "rca_images"))).toBe(false);
  });

  test("an unreachable recall gives the note and an abridged report, no parquet", async () => {
    const file = at("pass.csv");
    await writeFile(file, "label,siamese_score\nPASS,0.5\n");
    const r = await rca({ inferenceCsv: file, rows: rows.slice(1, 2), lights: LIGHTS, outDir: at("none") });
    expect(r.reachable).toBe(false);
    expect((await readdir(at("none"))).sort()).toEqual(["RCA_Report.md", "unreachable_kpi.txt"]);
  });

  test("refuses scores of other rows; an unreadable picture is only a warning", async () => {
    await expect(rca({ ...options(), rows: rows.slice(1), outDir: at("x") })).rejects.toMatchObject({
      code: "rows_out_of_order",
    });
    await expect(rca({ ...options(), rows: [...rows].reverse(), outDir: at("x") })).rejects.toMatchObject({
      code: "rows_out_of_order",
    });
    const events: string[] = [];
    const broken = rows.map((r) => ({ ...r, test: r.test.map((f) => `${f}.gone`) }));
    const r = await rca({
      ...options(),
      rows: broken,
      outDir: at("broken"),
      emit: (e) => e.type === "problem" && events.push(e.problem.code),
    });
    expect(new Set(events)).toEqual(new Set(["file_missing"]));
    expect(r.weak.every((w) => w.overlay === undefined)).toBe(true);
  });
});

describe("route", () => {
  const pool = async (labels: string[]) => {
    const file = at(`pool${labels.join("")}.csv`);
    await writeFile(file, `label,x\n${labels.map((l) => `${l},1\n`).join("")}`);
    return file;
  };

  test("splits by pool and support, keeps the schema and lists what is dropped", async () => {
    await rca({ ...options(), outDir: at("r") });
    const r = await route({
      gapsParquet: at("r", "kpi_gaps.parquet"),
      poolCsv: await pool(["Pass", "PASS"]),
      supported: ["missing"],
      outDir: at("routing"),
    });
    expect(r).toMatchObject({ status: "routed", mining: 16, anomalygen: 10, total: 36, poolMissing: false });
    expect(r.labels).toEqual([
      { label: "PASS", count: 16, mining: true, anomalygen: false },
      { label: "MISSING", count: 10, mining: false, anomalygen: true },
      { label: "BRIDGE", count: 10, mining: false, anomalygen: false },
    ]);
    expect(r.dropped.map((d) => d.label)).toEqual(["BRIDGE"]);
    const rowsOut = await readParquet(r.anomalygenParquet);
    expect(Object.keys(rowsOut[0])).toEqual(["filepath", "label", "siamese_score", "weakness"]);
    expect((await readFile(r.summary, "utf8")).split("\n").slice(0, 4)).toEqual([
      "Weak-sample routing summary",
      "Total weak samples: 36",
      `Mining subset:      16 -> ${r.miningParquet}`,
      `AnomalyGen subset:  10 -> ${r.anomalygenParquet}`,
    ]);
    const words = (await readFile(r.report, "utf8")).split(/\s+/).length;
    expect(words).toBeGreaterThanOrEqual(400);
    expect(words).toBeLessThanOrEqual(800);
  });

  test("both empty is a typed result, and empty files keep their columns", async () => {
    const r = await route({
      gapsParquet: at("r", "kpi_gaps.parquet"),
      poolCsv: at("absent.csv"),
      supported: ["short"],
      outDir: at("stop"),
    });
    expect(r).toMatchObject({ status: "both_empty", poolMissing: true, mining: 0, anomalygen: 0 });
    expect(r.dropped).toHaveLength(3);
    const again = await route({ gapsParquet: r.miningParquet, outDir: at("stop2") });
    expect(again).toMatchObject({ status: "both_empty", total: 0, labels: [] });
    await expect(route({ gapsParquet: csv, outDir: at("bad") })).rejects.toMatchObject({
      code: "parquet_invalid",
    });
  });
});
