// Measures the report build on a made-up run: wall time, CPU time, bytes, peak memory, each build in a fresh process.
// Usage: node bench/report.mjs [rows ...] [--run <run-dir>] [--rounds N] [--json]     (needs `npm run build`)
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    run: { type: "string" },
    rounds: { type: "string", default: "5" },
    json: { type: "boolean", default: false },
  },
});

const CHILD = `
const { buildReport } = await import(process.argv[1]);
const began = performance.now();
const { bytes } = await buildReport(process.argv[2], { file: process.argv[3] });
const seconds = (performance.now() - began) / 1000;
const use = process.resourceUsage();
console.log(JSON.stringify({ seconds, cpu: (use.userCPUTime + use.systemCPUTime) / 1e6, bytes, peakMb: use.maxRSS / 1024 }));
`;
const library = new URL("../dist/report/index.js", import.meta.url).href;
const work = mkdtempSync(path.join(tmpdir(), "reflow-bench-report-"));

/** Fixtures are no part of the package, so they are compiled here. */
async function fixtures() {
  const out = path.join(work, "code");
  const config = path.join(work, "tsconfig.json");
  writeFileSync(
    config,
    JSON.stringify({
      extends: path.join(root, "tsconfig.json"),
      compilerOptions: {
        outDir: out,
        rootDir: path.join(root, "src"),
        typeRoots: [path.join(root, "node_modules/@types")],
      },
      include: [],
      files: [path.join(root, "src/report/fixtures/run.ts")],
    }),
  );
  const tsc = spawnSync(process.execPath, [path.join(root, "node_modules/typescript/bin/tsc"), "-p", config]);
  if (tsc.status !== 0) throw new Error(`tsc: ${tsc.stdout}${tsc.stderr}`);
  symlinkSync(path.join(root, "node_modules"), path.join(work, "node_modules"));
  writeFileSync(path.join(work, "package.json"), '{"type":"module"}');
  return import(pathToFileURL(path.join(out, "report/fixtures/run.js")).href);
}

function measure(name, runDir) {
  const rounds = [];
  for (let i = 0; i < Number(values.rounds); i++) {
    const args = ["--input-type=module", "-e", CHILD, library, runDir, path.join(work, "report.html")];
    const run = spawnSync(process.execPath, args, { encoding: "utf8" });
    if (run.status !== 0) throw new Error(run.stderr);
    rounds.push(JSON.parse(run.stdout));
  }
  rounds.sort((a, b) => a.seconds - b.seconds);
  return { name, ...rounds[rounds.length >> 1], best: rounds[0].seconds };
}

try {
  const results = [];
  if (values.run) results.push(measure(path.basename(values.run), path.resolve(values.run)));
  else {
    const { writeFixtureRun } = await fixtures();
    for (const rows of positionals.length > 0 ? positionals.map(Number) : [1500, 20_000]) {
      const o = { rows, target: 0.01, skills: [0.1, 0.3, 0.45, 0.4], pictures: 60 };
      const { runDir } = await writeFixtureRun(path.join(work, String(rows)), o);
      results.push(measure(`${rows} KPI rows, 3 iterations`, runDir));
    }
  }
  const machine = { cpu: cpus()[0]?.model.trim(), cores: cpus().length, load: loadavg()[0] };
  if (values.json) process.stdout.write(`${JSON.stringify({ machine, results }, null, 2)}\n`);
  else {
    process.stdout.write(`${machine.cpu}, ${machine.cores} cores, load ${machine.load.toFixed(1)}\n`);
    const line = (...c) => process.stdout.write(`| ${c.join(" | ")} |\n`);
    line("run", "median s", "best s", "CPU s", "MB", "peak MiB");
    line("---", "---:", "---:", "---:", "---:", "---:");
    for (const r of results)
      line(
        r.name,
        r.seconds.toFixed(2),
        r.best.toFixed(2),
        r.cpu.toFixed(2),
        (r.bytes / 1e6).toFixed(2),
        Math.round(r.peakMb),
      );
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
