// `reflow kpi` and the core of root-cause analysis on a made-up inference table, against upstream's analyze_kpi.py
// on the same table when its path is given. Each runner is its own process, so that its peak memory is its own.
// usage: node bench/kpi.mjs [--rows 2000,100000] [--rounds 3] [--peer /path/analyze_kpi.py] [--python python3]
//                           [--peer-limit 120] [--json]        Needs `npm run build` first.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { seeded } from "../dist/kit/random.js";

const { values: flags } = parseArgs({
  options: {
    rows: { type: "string", default: "2000,100000" },
    rounds: { type: "string", default: "3" },
    peer: { type: "string" },
    python: { type: "string", default: "python3" },
    "peer-limit": { type: "string", default: "120" },
    json: { type: "boolean", default: false },
    runner: { type: "string" },
    folder: { type: "string" },
  },
});

/** Two per cent defects of three kinds on forty boards; every score is distinct, the worst case of the sweep. */
function writeTable(file, rows) {
  const random = seeded(1);
  const lines = ["input_path,golden_path,label,object_name,siamese_score,boardname"];
  for (let i = 0; i < rows; i++) {
    const ng = random.chance(0.02);
    const score = 1 / (1 + Math.exp(-(random.normal() + (ng ? 2.5 : -2.5))));
    const label = ng ? random.pick(["missing", "bridge", "shift"]) : "PASS";
    lines.push(
      `B${i % 40}/TOP/inspect/${i},B${i % 40}/TOP/golden,${label},C${i % 700}@1,${score},B${i % 40}`,
    );
  }
  writeFileSync(file, `${lines.join("\n")}\n`);
}

const RUNNERS = {
  "kpi files": async (csv, out) => {
    const { writeKpiFiles } = await import("../dist/metric/index.js");
    return () => writeKpiFiles(csv, out, { charts: false });
  },
  "kpi files + charts": async (csv, out) => {
    const { writeKpiFiles } = await import("../dist/metric/index.js");
    return () => writeKpiFiles(csv, out);
  },
  "rca core": (csv, out) => rcaRunner(csv, out),
  "kpi files + rca core": async (csv, out) => {
    const { writeKpiFiles } = await import("../dist/metric/index.js");
    const rca = await rcaRunner(csv, out);
    return async () => {
      await writeKpiFiles(csv, out, { charts: false });
      await rca();
    };
  },
};

/** Without pictures: decoding 60 images is the time of the disk and the codec, not of the analysis. */
async function rcaRunner(csv, out) {
  const { rca } = await import("../dist/analysis/index.js");
  const { readRows } = await import("../dist/metric/index.js");
  const table = await readRows(csv);
  const rows = Array.from({ length: table.count }, (_, index) => {
    const [inputPath, goldenPath, label, objectName, , boardname] = table.cells(index);
    const file = (folder) => [`/images/${folder}/${objectName}_SolderLight.jpg`];
    const paths = { inputPath, goldenPath, test: file(inputPath), golden: file(goldenPath) };
    return { index, line: index + 2, label, ng: label === "PASS" ? 0 : 1, objectName, boardname, ...paths };
  });
  return () => rca({ inferenceCsv: csv, rows, lights: ["SolderLight"], outDir: `${out}/rca`, pictures: 0 });
}

async function child() {
  const work = await RUNNERS[flags.runner](path.join(flags.folder, "inference.csv"), flags.folder);
  const seconds = [];
  const cpu = [];
  for (let i = 0; i < Number(flags.rounds); i++) {
    const began = performance.now();
    const used = process.cpuUsage();
    await work();
    seconds.push((performance.now() - began) / 1000);
    const { user, system } = process.cpuUsage(used);
    cpu.push((user + system) / 1e6);
  }
  const peakMiB = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(
    `${JSON.stringify({ first: seconds[0], best: Math.min(...seconds), cpu: Math.min(...cpu), peakMiB })}\n`,
  );
}

/** Wall time of the whole program, and its own peak memory. Its running time grows with the square of the rows. */
function peer(folder) {
  const code = `import runpy,sys,time,resource
sys.argv=sys.argv[1:]
t=time.perf_counter(); runpy.run_path(sys.argv[0],run_name="__main__")
u=resource.getrusage(resource.RUSAGE_SELF)
print("BENCH",time.perf_counter()-t,u.ru_utime+u.ru_stime,u.ru_maxrss/1024)`;
  const argv = [
    "-c",
    code,
    path.resolve(flags.peer),
    `${folder}/inference.csv`,
    "--output-dir",
    `${folder}/peer`,
  ];
  const limit = Number(flags["peer-limit"]);
  const run = spawnSync(flags.python, argv, { encoding: "utf8", timeout: limit * 1000 });
  if (run.error?.code === "ETIMEDOUT") return { stopped: limit };
  if (run.status !== 0) throw new Error(run.stderr);
  const [, seconds, cpu, peakMiB] = /BENCH (\S+) (\S+) (\S+)/.exec(run.stdout);
  const read = (name) => JSON.parse(readFileSync(path.join(folder, name), "utf8"));
  const [ours, theirs] = [read("metric_result.json"), read("peer/metric_result.json")];
  return {
    best: +seconds,
    cpu: +cpu,
    peakMiB: +peakMiB,
    equal: JSON.stringify(ours) === JSON.stringify(theirs),
  };
}

function main() {
  const results = [];
  for (const rows of flags.rows.split(",").map(Number)) {
    const folder = mkdtempSync(path.join(tmpdir(), "reflow-bench-"));
    try {
      writeTable(path.join(folder, "inference.csv"), rows);
      for (const runner of Object.keys(RUNNERS)) {
        const argv = ["--runner", runner, "--folder", folder, "--rounds", flags.rounds];
        const run = spawnSync(process.execPath, [fileURLToPath(import.meta.url), ...argv], {
          encoding: "utf8",
        });
        if (run.status !== 0) throw new Error(run.stderr);
        results.push({ rows, runner, ...JSON.parse(run.stdout) });
      }
      if (flags.peer) results.push({ rows, runner: "analyze_kpi.py", ...peer(folder) });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, load: loadavg()[0], node: process.version };
  if (flags.json) {
    process.stdout.write(`${JSON.stringify({ name: "kpi", ...machine, results }, null, 2)}\n`);
    return;
  }
  console.log(
    `KPI and RCA (${machine.cpu}, ${machine.cores} cores, load ${machine.load.toFixed(1)}, Node ${machine.node})`,
  );
  console.log(
    `${"rows".padStart(8)}  ${"runner".padEnd(22)} ${"first s".padStart(9)} ${"best s".padStart(9)} ${"cpu s".padStart(9)} ${"peak MiB".padStart(9)}`,
  );
  for (const r of results) {
    const number = (x) => (x === undefined ? "" : x.toFixed(3)).padStart(9);
    const note = r.stopped
      ? `  stopped after ${r.stopped} s`
      : r.equal === false
        ? "  RESULT DIFFERS"
        : r.equal
          ? "  same result"
          : "";
    const peak = r.peakMiB === undefined ? "".padStart(9) : r.peakMiB.toFixed(0).padStart(9);
    console.log(
      `${String(r.rows).padStart(8)}  ${r.runner.padEnd(22)} ${number(r.first)} ${number(r.best)} ${number(r.cpu)} ${peak}${note}`,
    );
  }
}

if (flags.runner) await child();
else main();
