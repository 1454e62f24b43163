// What synthetic rows do for the model: the seed set alone, with mined rows, with synthetic rows, with both, with as
// many CutPaste patches; with one defect type taken out of the seed set, and with one alone left in it. Every result is
// a file under bench/results/ablation and is not made again. Needs `npm run build` and ../shared/data.
// Arms other than `seed` go on from the model of the seed set as an iteration of the loop does (a third of the rate, and
// the checkpoint half-way); `again` does so without a new row. `--cold` trains every arm from nothing.
// The trainer paints defects of its own into a fifth of each batch: with it the DeepPCB seed set alone leaves nothing to
// gain (0 % false alarms at full recall), so it is off here. `--painted 0.2` gives the product's trainer. `--ng 12` keeps
// twelve defects of the seed set, drawn by the seed: a line that has just started.
// usage: node bench/ablation.mjs [--data deeppcb,ball-screw] [--seeds 1,2,3] [--arms seed,synth,…] [--epochs 40]
//        [--ng 12] [--budget 120] [--painted 0.2] [--cold] [--work <dir>] [--table]
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { stringify } from "yaml";
import { defaultSpecTree, embed, heatmaps, parseSpec, score, train } from "../dist/changenet/index.js";
import { readTable, toPairRows } from "../dist/dataset/index.js";
import { seeded } from "../dist/kit/random.js";
import { sharedData } from "../dist/kit/testing.js";
import { nearest } from "../dist/mining/index.js";
import { generate } from "../dist/synthesis/index.js";
import { cutPasteRows } from "./lib-cutpaste.mjs";

const { values: flag } = parseArgs({
  options: {
    data: { type: "string", default: "deeppcb,ball-screw" },
    seeds: { type: "string", default: "1,2,3" },
    arms: { type: "string" },
    epochs: { type: "string", default: "40" },
    budget: { type: "string" },
    ng: { type: "string" },
    painted: { type: "string", default: "0" },
    cold: { type: "boolean", default: false },
    work: { type: "string", default: path.join(tmpdir(), "reflow-ablation") },
    table: { type: "boolean", default: false },
  },
});
const RESULTS = fileURLToPath(new URL("./results/ablation", import.meta.url));

/** Types that are taken out of the seed set, and that are left in it alone. */
const SETS = {
  deeppcb: {
    side: 96,
    budget: 120,
    ext: ".jpg",
    left: ["mousebite", "spur", "pin-hole", "copper", "open", "short"],
    alone: ["open", "short", "mousebite"],
    pool: true,
  },
  "ball-screw": { side: 128, budget: 60, ext: ".jpg", left: [], alone: [], pool: false },
};

function armsOf(name) {
  const { left, alone, pool } = SETS[name];
  return [
    "seed",
    "again",
    ...(pool ? ["mined"] : []),
    "synth",
    ...(pool ? ["both"] : []),
    "cutpaste",
    ...[...left.map((type) => `no-${type}`), ...alone.map((type) => `only-${type}`)].flatMap((which) =>
      ["seed", "synth", "cutpaste"].map((kind) => `${kind}-${which}`),
    ),
  ];
}

const keyOf = (name, arm, seed) =>
  `${name}_${arm}_s${seed}_e${flag.epochs}_p${flag.painted}${flag.ng ? `_n${flag.ng}` : ""}${flag.cold && !arm.startsWith("seed") ? "_cold" : ""}`;
const fileOf = (name, arm, seed) => path.join(RESULTS, `${keyOf(name, arm, seed)}.json`);

if (!flag.table)
  for (const name of flag.data.split(",")) {
    const arms = flag.arms ? flag.arms.split(",").filter((a) => armsOf(name).includes(a)) : armsOf(name);
    for (const seed of flag.seeds.split(",").map(Number))
      for (const arm of arms) await runArm(name, arm, seed);
  }
printTables();

async function load(name) {
  const root = sharedData(name);
  if (!root) throw new Error(`${name} is not in ../shared/data`);
  const { side, ext } = SETS[name];
  const tree = defaultSpecTree({
    imageWidth: side,
    imageHeight: side,
    imageExt: ext,
    lights: ["SolderLight"],
    numEpochs: Number(flag.epochs),
  });
  tree.model.builtin.synthetic_share = Number(flag.painted);
  const { spec, problems } = parseSpec(stringify(tree), "ablation.yaml");
  if (!spec) throw new Error(problems.map((p) => p.message).join("; "));
  const rows = async (table) => {
    const file = path.join(root, table);
    if (!existsSync(file)) return [];
    const read = await readTable(file);
    return toPairRows(read.table, {
      imagesDir: path.join(root, "images"),
      lights: spec.lights,
      imageExt: spec.imageExt,
    }).rows;
  };
  return {
    spec,
    train: await rows("train/base/training_set.csv"),
    validation: await rows("train/base/validation_set.csv"),
    kpi: await rows("kpi/testing_set.csv"),
    pool: await rows("augmentation/mining_pool/mining_pool.csv"),
  };
}

/** Trains one arm and writes its result; arms that need the seed model train it first. */
async function runArm(name, arm, seed) {
  const file = fileOf(name, arm, seed);
  const folder = path.join(flag.work, keyOf(name, arm, seed));
  const kept = path.join(folder, "latest.txt");
  if (existsSync(file) && (existsSync(kept) || !arm.startsWith("seed"))) return;
  const data = await load(name);
  const { kind, without, only } = /^(?<kind>[a-z]+)(-no-(?<without>.+)|-only-(?<only>.+))?$/.exec(arm).groups;
  const keep = (row) => row.label !== without && (only === undefined || row.ng === 0 || row.label === only);
  const base = fewDefects(data.train.filter(keep), seed);
  const validation = data.validation.filter(keep);
  const seedArm = `seed${arm.slice(kind.length)}`;
  let checkpoint;
  if (kind !== "seed") {
    await runArm(name, seedArm, seed);
    const where = path.join(flag.work, keyOf(name, seedArm, seed), "latest.txt");
    checkpoint = readFileSync(where, "utf8");
  }
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const started = performance.now();
  const budget = Number(flag.budget ?? (without === undefined ? SETS[name].budget : 40));
  const added = [];
  let notes = {};
  if (kind === "mined" || kind === "both") added.push(...(await mine(data, validation, checkpoint, budget)));
  if (kind === "synth" || kind === "both") {
    const made = await synthesise({ data, base, without, checkpoint, budget, seed, folder });
    added.push(...made.rows);
    notes = { made: Object.fromEntries(made.made), refused: made.refused, draws: made.draws };
  }
  if (kind === "cutpaste")
    added.push(
      ...(await cutPasteRows({
        clean: base.filter((row) => row.ng === 0),
        count: budget,
        seed,
        folder: path.join(folder, "cutpaste"),
      })),
    );
  const prepared = (performance.now() - started) / 1000;
  const result = await train({
    spec: data.spec,
    train: [...base, ...added].map((row, index) => ({ ...row, index })),
    validation,
    outDir: path.join(folder, "train"),
    seed,
    workers: 2,
    emit: () => {},
    ...(checkpoint === undefined || flag.cold ? {} : { pretrained: checkpoint }),
  });
  const scores = await score({ checkpoint: result.latestCheckpoint, rows: data.kpi, workers: 2 });
  const own = await score({ checkpoint: result.latestCheckpoint, rows: validation, workers: 2 });
  const value = {
    data: name,
    arm,
    seed,
    epochs: Number(flag.epochs),
    painted: Number(flag.painted),
    ng: flag.ng ? Number(flag.ng) : null,
    cold: flag.cold && kind !== "seed",
    rows: base.length,
    added: added.length,
    ...measure(data.kpi, scores, validation, own),
    validation_loss: Number(result.valLoss.toFixed(5)),
    steps: result.steps,
    seconds: { prepare: Math.round(prepared), all: Math.round((performance.now() - started) / 1000) },
    ...notes,
  };
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
  if (kind === "seed") writeFileSync(kept, result.latestCheckpoint);
  process.stderr.write(
    `${name} ${arm} seed ${seed}: FAR ${value.far_100} / ${value.far_99} %, ${value.seconds.all} s\n`,
  );
}

/** All good rows and the asked number of defects. */
function fewDefects(rows, seed) {
  if (!flag.ng) return rows;
  const some = seeded(seed)
    .fork("seed set")
    .shuffle(rows.filter((row) => row.ng === 1))
    .slice(0, Number(flag.ng));
  return rows.filter((row) => row.ng === 0 || some.includes(row));
}

/** The pool rows nearest to what the seed model gets wrong on the validation set, as many as the budget. */
async function mine(data, validation, checkpoint, budget) {
  const scores = await score({ checkpoint, rows: validation, workers: 2 });
  const level = quantile(passScores(validation, scores), 0.95);
  const weak = validation.filter((row, i) => (row.ng ? scores[i] < level : scores[i] >= level));
  if (weak.length === 0) return [];
  const targets = await embed({ checkpoint, rows: weak, workers: 2 });
  const pool = await embed({ checkpoint, rows: data.pool, workers: 2 });
  const found = await nearest({ targets: targets.data, pool: pool.data, dim: targets.dim, k: 5 });
  const order = [...found.index.keys()].sort((a, b) => found.similarity[b] - found.similarity[a]);
  return [...new Set(order.map((i) => found.index[i]))].slice(0, budget).map((i) => data.pool[i]);
}

function synthesise({ data, base, without, checkpoint, budget, seed, folder }) {
  const ngRows = base.filter((row) => row.ng === 1);
  const seen = new Set(ngRows.map((row) => row.label));
  const all = [...new Set(data.validation.filter((row) => row.ng === 1).map((row) => row.label))].sort();
  return generate({
    ngRows,
    cleanRows: base.filter((row) => row.ng === 0),
    // Missing and scarce types are what synthesis is for.
    defects: without === undefined ? [...new Set([...seen, ...all])].sort() : [without],
    numSdg: budget,
    seed,
    outDir: path.join(folder, "anomalygen"),
    stageDir: path.join(folder, "images"),
    subdir: "synthetic_iter1",
    lights: data.spec.lights,
    imageExt: data.spec.imageExt,
    workspaceRelative: "images",
    scoreRows: (rows) => score({ checkpoint, rows, workers: 2 }),
    attentionOf: (rows) => heatmaps({ checkpoint, rows, workers: 2 }),
    workers: 2,
  });
}

function passScores(rows, scores) {
  return rows.flatMap((row, i) => (row.ng ? [] : [scores[i]]));
}

/** FAR at full and 99 % recall, and what is missed of each type at the threshold that 1 % of good validation rows pass. */
function measure(rows, scores, validation, own) {
  const ng = rows.flatMap((row, i) => (row.ng ? [scores[i]] : [])).sort((a, b) => a - b);
  const pass = passScores(rows, scores);
  const far = (recall) => {
    const limit = ng[Math.floor((1 - recall) * ng.length + 1e-9)];
    return Number(((100 * pass.filter((s) => s >= limit).length) / pass.length).toFixed(2));
  };
  const level = quantile(passScores(validation, own), 0.99);
  const types = {};
  rows.forEach((row, i) => {
    if (!row.ng) return;
    types[row.label] ??= { defects: 0, escapes: 0 };
    types[row.label].defects++;
    if (scores[i] < level) types[row.label].escapes++;
  });
  const far_type = Object.fromEntries(
    Object.keys(types).map((label) => {
      const least = Math.min(...rows.flatMap((row, i) => (row.label === label ? [scores[i]] : [])));
      return [label, Number(((100 * pass.filter((s) => s >= least).length) / pass.length).toFixed(2))];
    }),
  );
  return {
    far_100: far(1),
    far_99: far(0.99),
    far_95: far(0.95),
    auc: areaUnder(ng, pass),
    far_type,
    threshold: Number(level.toFixed(5)),
    alarms: Number(((100 * pass.filter((s) => s >= level).length) / pass.length).toFixed(2)),
    types,
  };
}

/** Area under the ROC curve in percent: how often a defect scores above a good row. */
function areaUnder(ng, pass) {
  let above = 0;
  for (const a of ng) for (const b of pass) above += a > b ? 1 : a === b ? 0.5 : 0;
  return Number(((100 * above) / (ng.length * pass.length)).toFixed(3));
}

function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
}

function printTables() {
  if (!existsSync(RESULTS)) return;
  const all = readdirSync(RESULTS)
    .filter((f) => f.endsWith(".json"))
    .map((f) => JSON.parse(readFileSync(path.join(RESULTS, f), "utf8")))
    .filter(
      (r) =>
        r.epochs === Number(flag.epochs) &&
        r.painted === Number(flag.painted) &&
        (r.cold === flag.cold || r.arm.startsWith("seed")) &&
        (r.ng ?? null) === (flag.ng ? Number(flag.ng) : null),
    );
  for (const name of Object.keys(SETS)) {
    const own = all.filter((r) => r.data === name);
    if (own.length === 0) continue;
    const types = Object.keys(own[0].types).sort();
    const lines = [
      `\n${name}: FAR at 100, 99 and 95 % recall and area under the ROC curve, then for each type FAR at full recall of that type / missed at the threshold that 1 % of good validation rows pass; mean over seeds (each)`,
      `| arm | rows added | FAR 100 % | FAR 99 % | FAR 95 % | area | alarms | ${types.map((t) => `${t}: FAR / missed`).join(" | ")} |`,
      `|${" --- |".repeat(7 + types.length)}`,
    ];
    for (const arm of armsOf(name)) {
      const runs = own.filter((r) => r.arm === arm).sort((a, b) => a.seed - b.seed);
      if (runs.length === 0) continue;
      const cell = (of) => `${mean(runs.map(of)).toFixed(2)} (${runs.map((r) => of(r)).join(", ")})`;
      lines.push(
        `| ${arm} | ${mean(runs.map((r) => r.added)).toFixed(0)} | ${cell((r) => r.far_100)} | ${cell((r) => r.far_99)} | ${cell((r) => r.far_95)} | ${cell((r) => r.auc)} | ${cell((r) => r.alarms)} | ${types
          .map(
            (t) =>
              `${cell((r) => r.far_type[t])} / ${mean(runs.map((r) => r.types[t]?.escapes ?? 0)).toFixed(1)}`,
          )
          .join(" | ")} |`,
      );
    }
    process.stdout.write(`${lines.join("\n")}\n`);
  }
}

function mean(values) {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
