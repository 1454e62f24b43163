// Measures each of the six flows with its defaults on a bundled cookbook, and checks the tree that it leaves.
//
//   npm run bench flows -- [--only good,structural] [--cookbook dense] [--work <dir>] [--keep] [--json]
//
// Wall and CPU seconds of the whole command with all its threads, files made, what `reflow validate-tree` says, and
// whether it took at most 3 minutes. On a machine that does other things as well, half the CPU seconds are what two
// idle cores need at best; wall seconds are honest on an idle machine only.
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const LIMIT = 180;
const root = fileURLToPath(new URL("..", import.meta.url));
const { values: flags } = parseArgs({
  options: {
    only: { type: "string" },
    cookbook: { type: "string", default: "dense" },
    work: { type: "string" },
    keep: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});

/** Flow and the bundled cookbook it is measured on: boards for those that need one, drawn glass for the others. */
const FLOWS = {
  good: flags.cookbook,
  structural: flags.cookbook,
  "texture-day0": flags.cookbook,
  "day1-align": flags.cookbook,
  "day1-roi": "glass",
  finetune: "glass",
};

const work = flags.work ?? mkdtempSync(path.join(tmpdir(), "reflow-flows-"));
mkdirSync(work, { recursive: true });

/** Every Node process that the command starts adds its CPU seconds, threads included, to a file when it ends. */
const hook = path.join(work, "usage.mjs");
writeFileSync(
  hook,
  `import { appendFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";
if (isMainThread) process.on("exit", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  appendFileSync(process.env.REFLOW_BENCH_USAGE, \`\${(userCPUTime + systemCPUTime) / 1e6} \${maxRSS / 1024}\\n\`);
});
`,
);

function reflow(...args) {
  const usage = path.join(work, "usage.txt");
  rmSync(usage, { force: true });
  const began = performance.now();
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [path.join(root, "bin/reflow.mjs"), ...args],
    {
      encoding: "utf8",
      maxBuffer: 1 << 28,
      env: {
        ...process.env,
        NODE_OPTIONS: `--import ${pathToFileURL(hook).href}`,
        REFLOW_BENCH_USAGE: usage,
      },
    },
  );
  const wall = (performance.now() - began) / 1000;
  const lines = existsSync(usage) ? readFileSync(usage, "utf8").trim().split("\n") : [];
  const sums = lines.map((line) => line.split(" ").map(Number));
  return {
    status,
    stdout,
    stderr,
    wall,
    cpu: sums.reduce((n, [seconds]) => n + seconds, 0),
    peakMb: Math.max(0, ...sums.map(([, mb]) => mb)),
  };
}

/** Seconds of each step, by its receipt. */
function steps(output) {
  const folder = path.join(output, "receipts");
  return Object.fromEntries(
    readdirSync(folder)
      .filter((name) => name.endsWith(".json"))
      .map((name) => [name.slice(0, -5), JSON.parse(readFileSync(path.join(folder, name), "utf8"))])
      .map(([name, receipt]) => [name, Math.round(receipt.run?.seconds ?? receipt.seconds ?? Number.NaN)]),
  );
}

const results = [];
const wanted = flags.only?.split(",") ?? Object.keys(FLOWS);
for (const flow of wanted) {
  const cookbook = FLOWS[flow];
  if (!cookbook) throw new Error(`no flow ${flow}: ${Object.keys(FLOWS).join(", ")}`);
  const output = path.join(work, flow);
  rmSync(output, { recursive: true, force: true });
  const made = reflow("generate", flow, "--cookbook", cookbook, "--output", output, "--plain");
  if (made.status !== 0) process.stderr.write(`${flow}: exit ${made.status}\n${made.stderr}\n`);
  const tree = made.status === 0 ? reflow("validate-tree", output) : undefined;
  if (tree && tree.status !== 0) process.stderr.write(`${flow}: ${tree.stdout}\n`);
  results.push({
    flow,
    cookbook,
    exit: made.status,
    wall_seconds: +made.wall.toFixed(1),
    cpu_seconds: +made.cpu.toFixed(1),
    peak_mb: Math.round(made.peakMb),
    files:
      made.status === 0
        ? readdirSync(output, { recursive: true, withFileTypes: true }).filter((f) => f.isFile()).length
        : 0,
    tree: tree ? (tree.status === 0 ? "valid" : `exit ${tree.status}`) : "–",
    steps: existsSync(output) ? steps(output) : {},
    within: made.status === 0 && made.wall <= LIMIT,
  });
  process.stderr.write(`${flow}: ${made.wall.toFixed(0)} s\n`);
}
if (!flags.keep && !flags.work) rmSync(work, { recursive: true, force: true });

if (flags.json)
  process.stdout.write(
    `${JSON.stringify({ bench: "flows", cpu: cpus()[0]?.model, cores: cpus().length, load: +loadavg()[0].toFixed(2), node: process.version, limit_seconds: LIMIT, results }, null, 2)}\n`,
  );
else {
  const head = ["flow", "cookbook", "wall s", "CPU s", "CPU s / 2", "MB", "files", "tree", "≤ 180 s"];
  const rows = results.map((r) => [
    r.flow,
    r.cookbook,
    r.wall_seconds,
    r.cpu_seconds,
    (r.cpu_seconds / 2).toFixed(0),
    r.peak_mb,
    r.files,
    r.tree,
    r.within ? "yes" : "no",
  ]);
  for (const row of [head, head.map(() => "---"), ...rows]) process.stdout.write(`| ${row.join(" | ")} |\n`);
  process.stdout.write(
    `${cpus().length} cores, ${cpus()[0]?.model}, load ${loadavg()[0].toFixed(1)}, Node ${process.version}\n`,
  );
}
process.exitCode = results.every((r) => r.within && r.tree === "valid") ? 0 : 1;
