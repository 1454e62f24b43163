import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Fixture, writeFixtureRun } from "./fixtures/run.js";
import { buildReport, renderReport, withoutTimes } from "./index.js";

let root: string;
let met: Fixture;
let page: string;

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), "report-"));
  met = await writeFixtureRun(path.join(root, "met"), {
    rows: 160,
    iterations: 1,
    target: 2,
    skills: [0, 0.9],
    pictures: 5,
  });
  page = await renderReport(met.runDir);
});
afterAll(() => rm(root, { recursive: true, force: true }));

type State = Record<string, unknown> & {
  config: Record<string, unknown>;
  events: Record<string, unknown>[];
  iterations: Record<string, { inference_csv: string }>;
};

/** Like toContain / toMatch, without printing a page of megabytes when it fails. */
function expectIn(html: string, words: string | RegExp) {
  const found = typeof words === "string" ? html.includes(words) : words.test(html);
  expect({ words, found }).toEqual({ words, found: true });
}

function inferenceOf(state: State, dir: string): string {
  return (state.iterations.iter1 as { inference_csv: string }).inference_csv.replace(met.runDir, dir);
}

/** A copy of the run with one change. */
async function changed(name: string, change: (runDir: string, state: State) => Promise<void> | void) {
  const workspace = path.join(root, name, "workspace");
  await cp(met.workspace, workspace, { recursive: true });
  const runDir = path.join(workspace, "results", path.basename(met.runDir));
  const file = path.join(runDir, "deft_state.json");
  const state = JSON.parse(await readFile(file, "utf8"));
  await change(runDir, state);
  await writeFile(file, JSON.stringify(state));
  return runDir;
}

describe("a finished run", () => {
  test("holds what upstream's auditor looks for, in the order of its cards", () => {
    const wanted = [
      "DEFT Loop Final Report",
      "Run Configuration &amp; Outcome",
      "Training Set Growth",
      "Problem Statement",
      "KPI Dataset Characteristics",
      "Approach",
      "Progress Overview",
      "Per-Iteration Results",
      "Augmentation Pool",
      "Root Cause Analysis",
      "Defect Type Analysis",
      "Generated Data Sample",
      "Iteration Details",
      "Recommendations",
      "Final Status",
    ];
    const headings = [...page.matchAll(/<h2>(.*?)<\/h2>/g)].map((m) => m[1]);
    let from = 0;
    for (const title of wanted.slice(1)) {
      const at = headings.indexOf(title, from);
      expect([title, at >= from]).toEqual([title, true]);
      from = at;
    }
    expectIn(page, wanted[0]);
    expectIn(page, "--nvidia-green: #76b900");
    const words = page.replaceAll(/base64,[^"]+/g, "");
    for (const bad of ["{{", "NOT MET", "undefined", "[object", "NaN"])
      expect({ bad, found: words.includes(bad) }).toEqual({ bad, found: false });
  });

  test("states the verdict first, with number, interval and counts", () => {
    expect(page.indexOf('class="status">MET<')).toBeLessThan(page.indexOf("<h2>"));
    expect(page).toMatch(
      /95\u202f% interval <b>[\d.]+\u202f–\u202f[\d.]+\u202f%<\/b>: \d+ false alarms? in 128 good parts/,
    );
  });

  test("needs nothing from outside", () => {
    expect(/https?:\/\//.test(page)).toBe(false);
    const sources = [...page.matchAll(/(?:src|href)="([^"]{0,24})/g)].map((m) => m[1] as string);
    expect(sources.length).toBeGreaterThan(20);
    for (const s of sources) expect(s).toMatch(/^(data:image\/webp;base64,|#)/);
    expectIn(page, /default-src &#39;none&#39;/);
  });

  test("the same folder gives the same bytes; a moved folder differs only in the times block", async () => {
    expect(await renderReport(met.runDir)).toBe(page);
    const moved = await changed("moved", () => {});
    const other = await renderReport(moved);
    expect(withoutTimes(other)).toBe(withoutTimes(page));
    expect(other).not.toBe(page);
  });

  test("times are in their block and nowhere else", async () => {
    const later = await changed("later", async (runDir, state) => {
      state.started_at = "2031-01-01T00:00:00+00:00";
      const plan = path.join(runDir, "plan.json");
      await writeFile(plan, (await readFile(plan, "utf8")).replace("all inputs found", "71 MiB free"));
      for (const e of state.events) Object.assign(e, { ts: "2031-01-01T00:00:00+00:00", duration_sec: 999 });
    });
    expect(withoutTimes(await renderReport(later))).toBe(withoutTimes(page));
    expect(withoutTimes(page)).not.toContain(met.workspace);
  });

  test("every picture and chart has words for those who do not see it", () => {
    for (const tag of page.match(/<img [^>]*>/g) ?? []) expect(tag).toMatch(/alt="[^"]+"/);
    for (const tag of page.match(/<svg [^>]*class="chart"[^>]*>/g) ?? [])
      expect(tag).toMatch(/aria-label="[^"]+"/);
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map((m) => m[1]);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, target] of page.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target);
  });

  test("shows heat maps of the analysis, mined neighbours and synthetic pairs", () => {
    expectIn(page, "<em>heat map</em>");
    expectIn(page, /<b>0\.9\d\d<\/b> /);
    expectIn(page, "<em>OK</em>");
    expectIn(page, "too easy for the current model");
  });
});

describe("hostile and broken input", () => {
  test("data cannot become markup", async () => {
    const nasty = '<img src=x onerror="alert(1)">';
    const runDir = await changed("nasty", async (dir, state) => {
      state.kpi_target = nasty;
      state.config.gpu_model = nasty;
      state.events.push({
        seq: 99,
        ts: nasty,
        iter: nasty,
        stage: nasty,
        status: "error",
        summary: nasty,
        duration_sec: 1,
      });
      const csv = inferenceOf(state, dir);
      const text = await readFile(csv, "utf8");
      await writeFile(csv, text.replaceAll(",bridge,", `,"${nasty.replaceAll('"', '""')}",`));
    });
    const html = await renderReport(runDir);
    expect(html).not.toContain("<img src=x");
    expectIn(html, "&lt;img src=x");
  });

  test("a path out of the images folder shows no picture", async () => {
    const runDir = await changed("escape", async (dir, state) => {
      await writeFile(path.join(root, "secret_SolderLight.jpg"), "secret");
      const csv = inferenceOf(state, dir);
      const text = await readFile(csv, "utf8");
      await writeFile(csv, text.replaceAll(/KPI\d\/TOP\/inspect\//g, "../../../../"));
    });
    expectIn(await renderReport(runDir), "not available");
  });

  test.each([
    [
      "no inference table",
      async (dir: string) => rm(path.join(dir, "iter1/inference"), { recursive: true }),
      "cannot be shown",
    ],
    [
      "a truncated inference table",
      async (dir: string) =>
        writeFile(path.join(dir, "iter1/inference/best_val/inference.csv"), 'label,siamese_score\n"x'),
      "is unusable",
    ],
    [
      "no images at all",
      async (dir: string) => rm(path.join(dir, "../../images"), { recursive: true }),
      "not available",
    ],
    [
      "no analysis",
      async (dir: string) => rm(path.join(dir, "iter1/rca_results"), { recursive: true }),
      "<em>difference</em>",
    ],
    ["a broken plan", async (dir: string) => writeFile(path.join(dir, "plan.json"), "{"), "Final Status"],
    [
      "a broken parquet",
      async (dir: string) =>
        writeFile(path.join(dir, "iter1/mining_results/2026-03-02_081000/neighbours.parquet"), "x"),
      "Final Status",
    ],
  ])("%s is no reason to fail", async (name, damage, words) => {
    const runDir = await changed(name.replaceAll(" ", "-"), async (dir) => {
      await damage(dir);
    });
    expectIn(await renderReport(runDir), words);
  });

  test("no run folder and a broken state are clear errors", async () => {
    const empty = path.join(root, "empty");
    await mkdir(empty, { recursive: true });
    await expect(buildReport(empty)).rejects.toMatchObject({ code: "no_run" });
    await writeFile(path.join(empty, "deft_state.json"), '{"version": 4,');
    await expect(buildReport(empty)).rejects.toMatchObject({ code: "json_invalid" });
    await writeFile(path.join(empty, "deft_state.json"), "[]");
    expectIn(await renderReport(empty), "IN PROGRESS");
  });
});

describe("any state", () => {
  test("whatever JSON the state holds, a page comes out", async () => {
    const dir = path.join(root, "any", "ws", "results", "run_x");
    await mkdir(dir, { recursive: true });
    const fields = ["metric_result", "inference_csv", "threshold", "training_spec", "status", "far_pct"];
    const record = fc.dictionary(fc.constantFrom(...fields), fc.jsonValue(), { maxKeys: 6 });
    const state = fc.record(
      {
        iterations: fc.dictionary(fc.constantFrom("baseline", "iter1", "../../..", "iter0"), record),
        metric_contract: fc.jsonValue(),
        config: fc.jsonValue(),
        events: fc.jsonValue(),
        status: fc.jsonValue(),
        kpi_target: fc.jsonValue(),
        results_dir: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(state, async (value) => {
        await writeFile(path.join(dir, "deft_state.json"), JSON.stringify(value));
        expectIn(await renderReport(dir), "Final Status");
      }),
      { numRuns: 40 },
    );
  });
});

describe("unfinished and failed runs", () => {
  const small = { rows: 60, iterations: 1, pictures: 2 };

  test("just begun", async () => {
    const { runDir } = await writeFixtureRun(path.join(root, "begun"), { ...small, end: "begun" });
    const html = await renderReport(runDir);
    expectIn(html, "IN PROGRESS");
    expectIn(html, "No label has been evaluated yet");
    expectIn(html, "reflow resume");
  });

  test("in the middle of an iteration", async () => {
    const { runDir } = await writeFixtureRun(path.join(root, "running"), {
      ...small,
      target: 0.01,
      end: "running",
    });
    const html = await renderReport(runDir);
    expectIn(html, "IN PROGRESS");
    expectIn(html, "Not evaluated yet.");
  });

  test("stopped hard", async () => {
    const { runDir } = await writeFixtureRun(path.join(root, "failed"), {
      ...small,
      target: 0.01,
      end: "failed",
    });
    const html = await renderReport(runDir);
    expectIn(html, "RUN ENDED AT A HARD STOP");
    expectIn(html, "silent drop: 20 pairs expected, 17 found");
  });

  test("met, but too few defects for the claim", async () => {
    const { runDir } = await writeFixtureRun(path.join(root, "claim"), {
      ...small,
      target: 101,
      claim: "escape<=1%@95%",
    });
    const html = await renderReport(runDir);
    expectIn(html, "not enough defects to claim");
    expectIn(html, "Collect 287 more defects for the KPI set");
  });
});

describe("size", () => {
  test("galleries shrink until the page fits", async () => {
    const limit = 150_000;
    expect(Buffer.byteLength(page)).toBeGreaterThan(limit);
    const { bytes, file } = await buildReport(met.runDir, {
      mostBytes: limit,
      file: path.join(root, "small.html"),
    });
    expect(bytes).toBeLessThanOrEqual(limit);
    expect((await readFile(file)).length).toBe(bytes);
    expect(await readFile(file, "utf8")).toContain("Final Status");
  });

  test("what cannot fit is an error, not a cut page", async () => {
    await expect(buildReport(met.runDir, { mostBytes: 1000 })).rejects.toMatchObject({
      code: "report_too_large",
    });
  });
});
