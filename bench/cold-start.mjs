// Cold start: a first model from Day-0 renders alone, then captures of the same board by another camera.
//
//   npm run bench cold-start -- [--board dense] [--day0 <frames>] [--captures 30] [--pixels 640] [--iterations 3]
//        [--kpi "FAR < 1% at Recall=100%"] [--seed 1] [--work <dir>] [--rendered] [--picture <file.jpg>] [--json]
//
// The training and validation tables hold renders of the generator's camera. The KPI table and the pool hold captures by
// a camera that the generator knows nothing of: other blur, colour filter, noise, falling-off, exposure and JPEG, other
// draws of defects and of the lamps' strength, the camera tilted a little anew on every scan. Goldens are captures of
// their own camera. --day0 takes only the rows of so many frames, spread over the board (default: all).
// Everything is done by the command line, as a user would; <dir> (default bench/results/cold-start) is kept and resumed;
// --rendered takes the pairs that lie there as they are, also those of an earlier build.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import sharp from "sharp";
import { parse, stringify } from "yaml";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values: flags } = parseArgs({
  options: {
    board: { type: "string", default: "dense" },
    day0: { type: "string" },
    captures: { type: "string", default: "30" },
    pixels: { type: "string", default: "640" },
    kpi: { type: "string", default: "FAR < 1% at Recall=100%" },
    iterations: { type: "string", default: "3" },
    seed: { type: "string", default: "1" },
    work: { type: "string", default: path.join(root, "bench/results/cold-start") },
    rendered: { type: "boolean", default: false },
    picture: { type: "string" },
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

/** Runs one command; `fine` are the exit codes that count as success. */
function reflow(args, fine = [0]) {
  const began = performance.now();
  const r = spawnSync(process.execPath, [path.join(root, "bin/reflow.mjs"), ...args], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (!fine.includes(r.status)) throw new Error(`reflow ${args.join(" ")}\n${r.stdout}\n${r.stderr}`);
  const seconds = ((performance.now() - began) / 1000).toFixed(0).padStart(5);
  const words = args
    .slice(0, 3)
    .map((word) => path.relative(flags.work, path.resolve(word)) && path.basename(word));
  process.stderr.write(`${seconds} s  reflow ${words.join(" ")} ${path.basename(args.at(-1))}\n`);
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
if (!existsSync(scene)) reflow(["scene", "board", flags.board, "--output", scene]);

/** Renders golden, second good and defective frames of one camera, and cuts component pairs out of them. */
function pairs(name, book, seeds, patches) {
  const out = at(name, "pairs");
  if (flags.rendered && existsSync(path.join(out, "kpi/testing_set.csv"))) return out;
  const common = ["--cookbook", book, "--quality", "preview", "--lightings", "WhiteLight"];
  const count = patches ? ["--patches", patches] : [];
  for (const [kind, seed] of Object.entries(seeds)) {
    const pipeline = kind === "defect" ? ["--pipeline", "defect"] : [];
    const to = ["--seed", String(seed), ...pipeline, "--output", at(name, kind)];
    reflow(["scene", "render", scene, ...common, ...count, ...to]);
  }
  const pass = ["--pass", "2", "--pass-from", at(name, "good")];
  const from = [at(name, "golden"), at(name, "defect"), "--mode", "component"];
  reflow(["scene", "pair", ...from, ...pass, "--workspace", "--output", out], [0, 3]);
  return out;
}

const sets = {
  day0: pairs("day0", ours, { golden: 1, good: 2, defect: 1 }),
  pool: pairs("pool", theirs, { golden: 101, good: 102, defect: 103 }, flags.captures),
  kpi: pairs("kpi", theirs, { golden: 101, good: 112, defect: 113 }),
};

/** Frames that Day 0 may use: so many, spread over all. */
function chosenFrames() {
  const all = readdirSync(at("day0", "golden", "trigger_0000"))
    .map((name) => /^rgb_(x\d+_y\d+)\.png$/.exec(name)?.[1])
    .filter(Boolean)
    .sort();
  const n = Math.min(all.length, +(flags.day0 ?? all.length));
  return new Set(Array.from({ length: n }, (_, i) => all[Math.floor(((i + 0.5) * all.length) / n)]));
}
const frames = chosenFrames();

/** Rows of a table as records, with the set's name before their paths; of Day 0 those of the chosen frames. */
function rows(set, table) {
  const [head, ...lines] = readFileSync(path.join(sets[set], table), "utf8").trim().split(/\r?\n/);
  const columns = head.split(",");
  return lines
    .map((line) => Object.fromEntries(line.split(",").map((value, i) => [columns[i], value])))
    .map((row) => ({
      ...row,
      input_path: `${set}/${row.input_path}`,
      golden_path: `${set}/${row.golden_path}`,
    }))
    .filter((row) => set !== "day0" || frames.has(/^x\d+_y\d+/.exec(row.object_name)?.[0]));
}

const TRAIN = "train/base/training_set.csv";
const VALIDATION = "train/base/validation_set.csv";
const KPI = "kpi/testing_set.csv";
const workspace = at(flags.day0 ? `workspace-${flags.day0}` : "workspace");

/** Writes one table of the workspace out of tables of the sets. Returns its rows. */
function table(to, ...from) {
  const all = from.flatMap(([set, name]) => rows(set, name));
  const columns = Object.keys(all[0]);
  mkdirSync(path.dirname(path.join(workspace, to)), { recursive: true });
  const lines = all.map((row) => columns.map((name) => row[name]).join(","));
  writeFileSync(path.join(workspace, to), `${[columns.join(","), ...lines].join("\n")}\n`);
  return all;
}

for (const set of Object.keys(sets))
  cpSync(path.join(sets[set], "images"), path.join(workspace, "images", set), { recursive: true });
const whole = (set) => [TRAIN, VALIDATION, KPI].map((name) => [set, name]);
const tables = {
  train: table(TRAIN, ["day0", TRAIN], ["day0", KPI]),
  validation: table(VALIDATION, ["day0", VALIDATION]),
  pool: table("augmentation/mining_pool/mining_pool.csv", ...whole("pool")),
  kpi: table(KPI, ...whole("kpi")),
};

/** Rows, defects, and of how many components: a component that several frames show counts once. */
const counts = Object.fromEntries(
  Object.entries(tables).map(([name, list]) => {
    const defects = list.filter((row) => row.label !== "PASS");
    const components = (some) => new Set(some.map((row) => row.comp_name)).size;
    return [
      name,
      {
        rows: list.length,
        defects: defects.length,
        defective_components: components(defects),
        good_components: components(list.filter((row) => row.label === "PASS")),
      },
    ];
  }),
);

if (flags.picture) await picture(flags.picture);

const goal = ["--kpi", flags.kpi, "--max-iterations", flags.iterations, "--seed", flags.seed, "--json"];
const [, hash] = /"plan_hash": *"([^"]+)"/.exec(reflow(["plan", workspace, ...goal])) ?? [];
reflow(["run", workspace, ...goal, "--approve", hash], [0, 1]);

const newest = readdirSync(path.join(workspace, "results")).sort().at(-1);
const state = JSON.parse(readFileSync(path.join(workspace, "results", newest, "deft_state.json"), "utf8"));

/** False-alarm rate of the scored KPI set at the threshold that finds this share of the defects, in per cent. */
function farAt(recall, inference) {
  const [head, ...lines] = readFileSync(inference, "utf8").trim().split(/\r?\n/);
  const [label, score] = ["label", "siamese_score"].map((name) => head.split(",").indexOf(name));
  const cells = lines.map((line) => line.split(","));
  const scores = (good) => cells.filter((c) => (c[label] === "PASS") === good).map((c) => Number(c[score]));
  const found = scores(false).sort((a, b) => b - a);
  const least = found[Math.ceil(recall * found.length - 1e-9) - 1];
  const good = scores(true);
  return (100 * good.filter((s) => s >= least).length) / good.length;
}

/** What each model was trained on, and how it does. */
function progress() {
  const minutes = {};
  for (const event of state.events ?? []) {
    const name = event.iter;
    minutes[name] = (minutes[name] ?? 0) + (event.duration_sec ?? 0) / 60;
  }
  return Object.entries(state.iterations)
    .filter(([, of]) => of.inference_csv)
    .map(([name, of]) => {
      const rows = of.combined_training_csv
        ? readFileSync(of.combined_training_csv, "utf8").trim().split("\n").length - 1
        : tables.train.length;
      return {
        model: name,
        training_rows: rows,
        mined: of.mining_mined_count ?? 0,
        far_at_100: farAt(1, of.inference_csv),
        far_at_99: farAt(0.99, of.inference_csv),
        minutes: minutes[name],
      };
    });
}

const results = progress();
if (flags.json)
  process.stdout.write(
    `${JSON.stringify({ bench: "cold-start", cpu: cpus()[0]?.model, cores: cpus().length, load: +loadavg()[0].toFixed(2), node: process.version, kpi: flags.kpi, day0_frames: frames.size, counts, run: newest, status: state.status, results }, null, 2)}\n`,
  );
else {
  const print = (cells) => process.stdout.write(`| ${cells.join(" | ")} |\n`);
  print(["table", "rows", "defects", "defective components", "good components"]);
  print(Array(5).fill("---"));
  for (const [name, n] of Object.entries(counts)) print([name, ...Object.values(n)]);
  process.stdout.write("\n");
  print(["model", "training rows", "mined", "FAR at 100 %", "FAR at 99 %", "minutes"]);
  print(Array(6).fill("---"));
  for (const r of results)
    print([
      r.model,
      r.training_rows,
      r.mined,
      `${r.far_at_100.toFixed(2)} %`,
      `${r.far_at_99.toFixed(2)} %`,
      r.minutes?.toFixed(1) ?? "–",
    ]);
  process.stdout.write(
    `${flags.kpi}, Day 0 of ${frames.size} frames; ${cpus().length} cores, ${cpus()[0]?.model}, load ${loadavg()[0].toFixed(1)}\n`,
  );
}

/** Golden and test of each kind, Day 0 above the real camera. */
async function picture(file) {
  const kinds = [
    ["PASS", "_0402_R"],
    ["shift", "_0402_C"],
    ["tombstone", "_0402_C"],
    ["sideflip", "_0402_R"],
    ["sideflip", "_0402_C"],
  ];
  const [side, head, gap] = [132, 20, 8];
  const parts = [];
  const words = (text, left, top) =>
    parts.push({
      input: Buffer.from(
        `<svg width="${2 * side}" height="${head}"><text x="2" y="14" font-size="13" font-family="sans-serif">${text}</text></svg>`,
      ),
      left,
      top,
    });
  for (const [r, [title, list]] of [
    ["Day 0", [...tables.train, ...tables.validation]],
    ["real", tables.kpi],
  ].entries())
    for (const [k, [label, type]] of kinds.entries()) {
      const row = list.find((one) => one.label === label && one.comp_type_1 === type);
      if (!row) continue;
      const [left, top] = [k * (2 * side + gap), r * (side + head)];
      words(`${title}: ${label}${label === "PASS" ? "" : `, ${type.slice(1)}`}`, left, top);
      for (const [i, folder] of [row.golden_path, row.input_path].entries())
        parts.push({
          input: await sharp(path.join(workspace, "images", folder, `${row.object_name}_WhiteLight.png`))
            .resize(side, side, { fit: "contain", background: "#888", kernel: "cubic" })
            .png()
            .toBuffer(),
          left: left + i * (side + 1),
          top: top + head,
        });
    }
  const create = {
    width: kinds.length * (2 * side + gap),
    height: 2 * (side + head),
    channels: 3,
    background: "#fff",
  };
  mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
  await sharp({ create }).composite(parts).jpeg({ quality: 88 }).toFile(file);
}
