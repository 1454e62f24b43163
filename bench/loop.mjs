// The DEFT loop on public data, as a user runs it: plan, run, and the false-alarm rate of every iteration.
//
//   npm run bench loop -- [--data deeppcb|ball-screw] [--kpi "FAR < 1% at Recall=100%"] [--seeds 1,2,3]
//        [--iterations 3] [--every 20] [--work <dir>] [--json]
//
// --every 20 keeps the first and then every 20th row of the training table: a line with a handful of labelled crops.
// Needs ../shared/data. <dir> (default bench/results/loop) keeps the workspaces and runs; a finished run is not made again.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readTable } from "../dist/dataset/index.js";
import { sharedData } from "../dist/kit/testing.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values: flags } = parseArgs({
  options: {
    data: { type: "string", default: "deeppcb" },
    kpi: { type: "string", default: "FAR < 1% at Recall=100%" },
    seeds: { type: "string", default: "1,2,3" },
    iterations: { type: "string", default: "3" },
    every: { type: "string", default: "1" },
    work: { type: "string", default: path.join(root, "bench/results/loop") },
    json: { type: "boolean", default: false },
  },
});
const data = sharedData(flags.data);
if (!data) throw new Error(`../shared/data/${flags.data} is not there`);

function reflow(...args) {
  const r = spawnSync(process.execPath, [path.join(root, "bin/reflow.mjs"), ...args], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  // 1: the target was not met.
  if (![0, 1].includes(r.status))
    throw new Error(`reflow ${args.join(" ")}\n${(r.stdout + r.stderr).slice(-2000)}`);
  return r.stdout;
}

/** A copy of the data as a workspace of its own, with every n-th row of the training table. */
function workspace(seed) {
  const to = path.join(flags.work, `${flags.data}-${flags.every}-s${seed}`);
  if (existsSync(to)) return to;
  const made = `${to}.part`;
  mkdirSync(made, { recursive: true });
  for (const part of ["images", "train", "kpi", "augmentation"])
    if (existsSync(path.join(data, part)))
      cpSync(path.join(data, part), path.join(made, part), { recursive: true });
  const table = path.join(made, "train/base/training_set.csv");
  const [head, ...rows] = readFileSync(table, "utf8").trim().split(/\r?\n/);
  writeFileSync(table, `${[head, ...rows.filter((_, i) => i % Number(flags.every) === 0)].join("\n")}\n`);
  renameSync(made, to);
  return to;
}

/** False-alarm rates, percent, at the thresholds that lose no more than the share 1 - recall of the defects. */
async function rates(file) {
  const { table } = await readTable(file);
  const column = (name) => table.header.indexOf(name);
  const [label, score] = [column("label"), column("siamese_score")];
  const scores = (wanted) =>
    table.rows
      .filter((r) => (r[label] === "PASS") === wanted)
      .map((r) => Number(r[score]))
      .sort((a, b) => a - b);
  const [pass, ng] = [scores(true), scores(false)];
  return [1, 0.99].map((recall) => {
    const threshold = ng[Math.floor((1 - recall) * ng.length + 1e-9)];
    return (100 * pass.filter((s) => s >= threshold).length) / pass.length;
  });
}

/** The finished run of a workspace, made now where there is none. */
function run(ws, seed) {
  const results = path.join(ws, "results");
  const done = (dir) => {
    const file = path.join(results, dir, "deft_state.json");
    if (!existsSync(file)) return undefined;
    const state = JSON.parse(readFileSync(file, "utf8"));
    return state.status === "complete" ? state : undefined;
  };
  const finished = () =>
    existsSync(results) ? readdirSync(results).sort().map(done).findLast(Boolean) : undefined;
  const before = finished();
  if (before) return before;
  const what = [ws, "--kpi", flags.kpi, "--max-iterations", flags.iterations, "--seed", seed, "--json"];
  const plan = reflow("plan", ...what);
  reflow("run", ...what, "--approve", /"plan_hash": *"([^"]+)"/.exec(plan)?.[1]);
  return finished();
}

const table = [];
for (const seed of flags.seeds.split(",")) {
  const ws = workspace(seed);
  const state = run(ws, seed);
  const minutes = (Date.parse(state.completed_at) - Date.parse(state.started_at)) / 60_000;
  for (const [name, { inference_csv, metric_result }] of Object.entries(state.iterations)) {
    if (!inference_csv) continue;
    const [far_100, far_99] = await rates(inference_csv);
    table.push({
      data: flags.data,
      seed,
      iteration: name,
      far_100,
      far_99,
      met: metric_result.passed,
      minutes,
    });
  }
}
const [cpu] = cpus();
if (flags.json)
  process.stdout.write(
    `${JSON.stringify({ bench: "loop", kpi: flags.kpi, every: Number(flags.every), cpu: cpu?.model, load: loadavg(), table }, null, 1)}\n`,
  );
else
  console.table(
    table.map((r) => ({
      ...r,
      far_100: r.far_100.toFixed(2),
      far_99: r.far_99.toFixed(2),
      minutes: r.minutes.toFixed(1),
    })),
  );
