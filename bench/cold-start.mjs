// Cold start: a first model from Day-0 renders alone, then captures of the same board by another camera.
//
//   npm run bench cold-start -- [--board dense] [--captures 30] [--pixels 640] [--kpi "FAR < 5% at Recall=99%"]
//        [--iterations 3] [--seed 1] [--work <dir>] [--json]
//
// The training and validation tables hold renders of the generator's camera. The KPI table and the pool hold captures by
// a camera that the generator knows nothing of: other blur, colour filter, noise, falling-off, exposure and JPEG, other
// lamps, other draws of defects, the camera tilted a little anew on every scan. Goldens are captures of their own camera.
// Everything is done by the command line, as a user would; <dir> (default bench/results/cold-start) is kept and resumed.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { parse, stringify } from "yaml";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values: flags } = parseArgs({
  options: {
    board: { type: "string", default: "dense" },
    captures: { type: "string", default: "30" },
    pixels: { type: "string", default: "640" },
    kpi: { type: "string", default: "FAR < 5% at Recall=99%" },
    iterations: { type: "string", default: "3" },
    seed: { type: "string", default: "1" },
    work: { type: "string", default: path.join(root, "bench/results/cold-start") },
    json: { type: "boolean", default: false },
  },
});
const at = (...names) => path.join(flags.work, ...names);

/** What no generator was told: the inspection machine on the shop floor. */
const REAL = {
  exposure: 0.35,
  lens: { radius_mm: 0.6, focus_height_mm: -0.4 },
  sensor: {
    psf_px: 1,
    vignetting: 0.12,
    full_well: 5000,
    read_noise: 1.5,
    mosaic: true,
    jpeg_quality: 88,
  },
};
const TILT = { x_range: [-0.15, 0.15], y_range: [-0.15, 0.15], z_fixed: 0 };

function reflow(...args) {
  const t = performance.now();
  const r = spawnSync(process.execPath, [path.join(root, "bin/reflow.mjs"), ...args], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (![0, 3].includes(r.status)) throw new Error(`reflow ${args.join(" ")}\n${r.stdout}\n${r.stderr}`);
  process.stderr.write(
    `${((performance.now() - t) / 1000).toFixed(0).padStart(5)} s  reflow ${args.slice(0, 3).join(" ")}\n`,
  );
  return r.stdout;
}

/** A copy of the board's cookbook with the size of the frames and, for real captures, another camera. */
function cookbook(name, change) {
  const to = at("cookbooks", name);
  cpSync(path.join(root, "cookbooks/pcb", flags.board), to, { recursive: true });
  for (const file of ["day0_image.yaml", "defect_image.yaml", "missing_image.yaml"]) {
    const tree = parse(readFileSync(path.join(to, file), "utf8"));
    tree.resolution = [+flags.pixels, +flags.pixels];
    writeFileSync(path.join(to, file), stringify(change(tree)));
  }
  return to;
}

const ours = cookbook("day0", (tree) => tree);
const theirs = cookbook("real", (tree) => ({
  ...tree,
  camera_rotation: TILT,
  reflow: { ...tree.reflow, ...REAL },
}));

const scene = at("board.usda");
if (!existsSync(scene)) reflow("scene", "board", flags.board, "--output", scene);

/** Renders golden, second good and defective frames of one camera, and cuts component pairs out of them. */
function pairs(name, book, seeds, patches) {
  const common = ["--cookbook", book, "--quality", "preview", "--lightings", "WhiteLight"];
  const count = patches ? ["--patches", patches] : [];
  for (const [kind, seed] of Object.entries(seeds)) {
    const pipeline = kind === "defect" ? ["--pipeline", "defect"] : [];
    reflow(
      "scene",
      "render",
      scene,
      ...common,
      ...count,
      "--seed",
      String(seed),
      ...pipeline,
      "--output",
      at(name, kind),
    );
  }
  const out = at(name, "pairs");
  const pass = ["--pass", "2", "--pass-from", at(name, "good")];
  reflow(
    "scene",
    "pair",
    at(name, "golden"),
    at(name, "defect"),
    "--mode",
    "component",
    ...pass,
    "--workspace",
    "--output",
    out,
  );
  return out;
}

const sets = {
  day0: pairs("day0", ours, { golden: 1, good: 2, defect: 1 }),
  pool: pairs("pool", theirs, { golden: 101, good: 102, defect: 103 }, flags.captures),
  kpi: pairs("kpi", theirs, { golden: 101, good: 112, defect: 113 }),
};

/** Rows of a table, with the set's name before its paths. */
function rows(set, table) {
  const [head, ...lines] = readFileSync(path.join(sets[set], table), "utf8").trim().split(/\r?\n/);
  const columns = head.split(",");
  const prefixed = lines.map((line) =>
    line
      .split(",")
      .map((v, i) => (/^(input|golden)_path$/.test(columns[i]) ? `${set}/${v}` : v))
      .join(","),
  );
  return { head, lines: prefixed };
}
const TRAIN = "train/base/training_set.csv";
const VALIDATION = "train/base/validation_set.csv";
const KPI = "kpi/testing_set.csv";
const workspace = at("workspace");
function table(to, ...from) {
  const parts = from.map(([set, name]) => rows(set, name));
  mkdirSync(path.dirname(path.join(workspace, to)), { recursive: true });
  writeFileSync(
    path.join(workspace, to),
    `${[parts[0].head, ...parts.flatMap((p) => p.lines)].join("\n")}\n`,
  );
  return parts.reduce((n, p) => n + p.lines.length, 0);
}
for (const set of Object.keys(sets))
  cpSync(path.join(sets[set], "images"), path.join(workspace, "images", set), { recursive: true });
const counts = {
  train: table(TRAIN, ["day0", TRAIN], ["day0", KPI]),
  validation: table(VALIDATION, ["day0", VALIDATION]),
  pool: table(
    "augmentation/mining_pool/mining_pool.csv",
    ["pool", TRAIN],
    ["pool", VALIDATION],
    ["pool", KPI],
  ),
  kpi: table(KPI, ["kpi", TRAIN], ["kpi", VALIDATION], ["kpi", KPI]),
};
process.stderr.write(`${JSON.stringify(counts)}\n`);

const what = [
  workspace,
  "--kpi",
  flags.kpi,
  "--max-iterations",
  flags.iterations,
  "--seed",
  flags.seed,
  "--json",
];
const plan_hash = /"plan_hash": *"([^"]+)"/.exec(reflow("plan", ...what))?.[1];
reflow("run", ...what, "--approve", plan_hash);

const run = path.join(workspace, "results", readdirSync(path.join(workspace, "results")).sort().at(-1));
const state = JSON.parse(readFileSync(path.join(run, "deft_state.json"), "utf8"));
process.stdout.write(
  `${JSON.stringify({ bench: "cold-start", counts, run, state: state.iterations }, null, 1)}\n`,
);
void [cpus, loadavg];
