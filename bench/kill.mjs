// Kills a small real run with SIGKILL at random instants, again and again, and compares what comes out with a run that
// was left alone: every file, byte for byte, apart from times.
//
//   node bench/kill.mjs [--kills 50] [--seed 1] [--keep <dir>]
//
// The workspace is a cut of ../shared/data/deeppcb where that is present, else the demo's. Times inside files are
// frozen with SOURCE_DATE_EPOCH; what still tells the time (the trainer's own log and sidecar, the times block of the
// report, receipts' `run`) is left out of the comparison.
import { execFileSync, spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";

const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : process.argv[at + 1];
};
const KILLS = Number(option("kills", 50));
const { defaultSpecTree } = await import("../dist/changenet/index.js");
const { seeded } = await import("../dist/kit/random.js");
const { withoutTimes } = await import("../dist/report/index.js");
const random = seeded(`kill/${option("seed", 1)}`);
const root = option("keep") ?? mkdtempSync(path.join(tmpdir(), "reflow-kill-"));
const ws = path.join(root, "ws");
const cli = fileURLToPath(new URL("../bin/reflow.mjs", import.meta.url));
const env = { ...process.env, SOURCE_DATE_EPOCH: "1790000000" };
const ARGS = [
  "--kpi",
  "FAR < 0% at Recall=100%",
  "--max-iterations",
  "1",
  "--epochs",
  "3",
  "--num-sdg",
  "4",
  "--workers",
  "2",
];

await makeWorkspace();
const plan = JSON.parse(
  execFileSync(process.execPath, [cli, "plan", ws, ...ARGS, "--json"], { env, maxBuffer: 1 << 28 }),
);
const begin = performance.now();
const first = await work(["run", ws, ...ARGS, "--approve", plan.plan_hash, "--plain"]);
if (first.killed || ![0, 1].includes(first.code))
  throw new Error(`the reference run failed (${first.code}): ${first.text}`);
const whole = (performance.now() - begin) / 1000;
const runDir = path.join(ws, "results", readdirSync(path.join(ws, "results"))[0]);
const expected = snapshot(runDir);
rmSync(path.join(root, "reference"), { recursive: true, force: true });
renameSync(path.join(ws, "results"), path.join(root, "reference"));
process.stdout.write(`reference: ${Object.keys(expected).length} files in ${whole.toFixed(0)} s\n`);

let kills = 0;
let rounds = 0;
const instants = {};
const differing = [];
while (kills < KILLS || rounds === 0) {
  rmSync(path.join(ws, "results"), { recursive: true, force: true });
  rounds++;
  // Many short lives hit start-ups and commits, a few long ones get through long stages.
  for (;;) {
    const rest = kills >= KILLS;
    const after = rest ? undefined : 300 + random.float() ** 2 * 200 * whole;
    const made = existsSync(runDir) && existsSync(path.join(runDir, "deft_state.json"));
    const args = made
      ? ["resume", runDir, "--plain"]
      : ["run", ws, ...ARGS, "--approve", plan.plan_hash, "--plain"];
    const done = await work(args, after);
    if (!done.killed) {
      if (![0, 1].includes(done.code)) throw new Error(`a resumed run failed (${done.code}): ${done.text}`);
      break;
    }
    kills++;
    const at = where();
    instants[at] = (instants[at] ?? 0) + 1;
  }
  const got = snapshot(runDir);
  for (const name of new Set([...Object.keys(expected), ...Object.keys(got)]))
    if (expected[name] !== got[name])
      differing.push(
        `round ${rounds}: ${name}${expected[name] === undefined ? " is new" : got[name] === undefined ? " is missing" : " differs"}`,
      );
  process.stdout.write(`round ${rounds}: ${kills} kills so far, ${differing.length} differences\n`);
  for (const line of differing) process.stdout.write(`  ${line}\n`);
}
process.stdout.write(
  `${JSON.stringify({ kills, rounds, files: Object.keys(expected).length, differing, killed_before: instants }, null, 2)}\n`,
);
if (!option("keep")) rmSync(root, { recursive: true, force: true });
process.exitCode = differing.length === 0 ? 0 : 1;

/** What the state says is due: where the kill hit. */
function where() {
  const file = path.join(runDir, "deft_state.json");
  if (!existsSync(file)) return "before the run folder";
  const events = JSON.parse(readFileSync(file, "utf8")).events;
  const last = events.at(-1);
  return last ? `after ${last.iter}/${last.stage}` : "before baseline/train";
}

function work(args, after) {
  const child = spawn(process.execPath, [cli, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const s of [child.stdout, child.stderr])
    s.on("data", (chunk) => {
      text = (text + chunk).slice(-3000);
    });
  let killed = false;
  const timer =
    after === undefined
      ? undefined
      : setTimeout(() => {
          killed = child.kill("SIGKILL");
        }, after);
  return new Promise((resolve) => {
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ code, killed: killed && signal === "SIGKILL", text });
    });
  });
}

function snapshot(dir) {
  const out = {};
  const walk = (folder) => {
    for (const name of readdirSync(folder).sort()) {
      const full = path.join(folder, name);
      const info = lstatSync(full);
      const key = path.relative(dir, full);
      if (info.isDirectory()) walk(full);
      else if (info.isSymbolicLink()) out[key] = readlinkSync(full);
      else if (name === "receipt.json") {
        const { run: _, ...rest } = JSON.parse(readFileSync(full, "utf8"));
        out[key] = JSON.stringify(rest);
      } else if (name.endsWith(".html")) out[key] = withoutTimes(readFileSync(full, "utf8"));
      else if (["status.json", "trainer.state", "timing_summary.json", "stderr.log"].includes(name))
        out[key] = "present";
      else out[key] = readFileSync(full).toString("base64");
    }
  };
  walk(dir);
  return out;
}

async function makeWorkspace() {
  rmSync(ws, { recursive: true, force: true });
  const data = fileURLToPath(new URL("../../shared/data/deeppcb", import.meta.url));
  const builtin = { min_steps: 12, max_steps: 12 };
  if (!existsSync(data)) {
    const { makeDemoWorkspace } = await import("../dist/demo/index.js");
    await makeDemoWorkspace({ root: ws, seed: 1 });
    const { discoverWorkspace } = await import("../dist/dataset/index.js");
    const { imageWidth, imageHeight, imageExt, lights, gray } = (await discoverWorkspace(ws)).traits;
    return writeSpec({ imageWidth, imageHeight, imageExt, lights: [...lights], gray }, builtin);
  }
  const sizes = {
    "train/base/training_set.csv": 40,
    "train/base/validation_set.csv": 40,
    "kpi/testing_set.csv": 60,
    "augmentation/mining_pool/mining_pool.csv": 80,
  };
  for (const [csv, n] of Object.entries(sizes)) {
    const [header, ...rows] = readFileSync(path.join(data, csv), "utf8").trim().split("\n");
    const step = Math.floor(rows.length / n);
    const some = rows.filter((_, i) => i % step === 0).slice(0, n);
    mkdirSync(path.dirname(path.join(ws, csv)), { recursive: true });
    writeFileSync(path.join(ws, csv), `${[header, ...some].join("\n")}\n`);
    const columns = header.split(",");
    for (const row of some) {
      const cells = Object.fromEntries(row.split(",").map((c, i) => [columns[i], c]));
      for (const folder of [cells.input_path, cells.golden_path]) {
        const name = `images/${folder}/${cells.object_name}_SolderLight.jpg`;
        mkdirSync(path.dirname(path.join(ws, name)), { recursive: true });
        cpSync(path.join(data, name), path.join(ws, name));
      }
    }
  }
  writeSpec(
    { imageWidth: 48, imageHeight: 48, imageExt: ".jpg", lights: ["SolderLight"], gray: true },
    builtin,
  );
}

/** A spec that trains a dozen steps: the kills are the point, not the model. */
function writeSpec(traits, builtin) {
  const tree = defaultSpecTree({ ...traits, numEpochs: 3 });
  tree.model.builtin = { ...tree.model.builtin, ...builtin };
  mkdirSync(path.join(ws, "specs"), { recursive: true });
  writeFileSync(path.join(ws, "specs", "baseline_spec.yaml"), stringify(tree));
}
