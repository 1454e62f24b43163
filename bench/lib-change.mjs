// What bench/train.mjs and bench/score.mjs share: made-up pairs, one runner a process, rounds in turn, a table.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { DEFAULT_ARCHITECTURE } from "../dist/changenet/net/config.js";
import { allocate, SHARDS } from "../dist/changenet/training/setup.js";
import { encodeStartWeights, startWeights } from "../dist/changenet/training/start.js";
import { seeded } from "../dist/kit/random.js";

const PYTHON = "/usr/bin/python3";
const TORCH = fileURLToPath(new URL("./lib-torch.py", import.meta.url));

export function flags() {
  const { values } = parseArgs({
    options: {
      batch: { type: "string", default: "32" },
      side: { type: "string", default: "96" },
      threads: { type: "string", default: "1,2" },
      seconds: { type: "string", default: "5" },
      rounds: { type: "string", default: "3" },
      json: { type: "boolean", default: false },
      runner: { type: "string" },
      folder: { type: "string" },
    },
  });
  return values;
}

/** Pictures of bars, the test image with a little noise and, every second time, a blot. */
export function makePairs(rows, side) {
  const random = seeded(1);
  const test = new Float32Array(rows * side * side);
  const golden = new Float32Array(rows * side * side);
  const target = new Float32Array(rows);
  for (let i = 0; i < rows; i++) {
    const [period, phase] = [8 + random.int(12), random.int(20)];
    target[i] = i % 2;
    const [cy, cx] = [10 + random.int(side - 20), 10 + random.int(side - 20)];
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++) {
        const at = (i * side + y) * side + x;
        const value = (x + phase) % period < period / 2 ? 200 : 40;
        golden[at] = value;
        const blot = i % 2 === 1 && Math.hypot(y - cy, x - cx) < 4;
        test[at] = Math.min(255, Math.max(0, Math.round((blot ? 240 - value : value) + 6 * random.normal())));
      }
  }
  return { test, golden, target, valid: new Float32Array(rows * side * side).fill(1) };
}

export function configOf(side) {
  return { channels: 1, height: side, width: side, ...DEFAULT_ARCHITECTURE };
}

/** Writes the job for both runners. */
export function writeJob(side, batch, rows) {
  const folder = mkdtempSync(path.join(tmpdir(), "reflow-bench-"));
  const pairs = makePairs(rows, side);
  for (const [name, data] of Object.entries(pairs))
    writeFileSync(path.join(folder, `${name}.f32`), new Uint8Array(data.buffer));
  writeFileSync(path.join(folder, "job.json"), JSON.stringify({ config: configOf(side), batch, rows }));
  writeFileSync(path.join(folder, "weights.safetensors"), encodeStartWeights(configOf(side), 1));
  return folder;
}

/** Our training memory filled with the job's pairs, as if they had been prepared. */
export async function loadSetup(folder) {
  const { config, batch, rows } = JSON.parse(readFileSync(path.join(folder, "job.json"), "utf8"));
  const floats = (name) =>
    new Float32Array(new Uint8Array(readFileSync(path.join(folder, `${name}.f32`))).buffer);
  const target = floats("target");
  const setup = allocate(
    config,
    Array.from(target, (ng) => ({ test: [], golden: [], ng })),
    {
      preprocessing: {},
      augmentation: { enabled: false },
      clsWeight: [1, 1],
      ngShare: 0.5,
      mapLoss: 0,
      placed: false,
      exemplarRows: [],
      seed: 1,
      shardSize: batch / SHARDS,
    },
  );
  setup.test.set(floats("test"));
  setup.golden.set(floats("golden"));
  const start = await startWeights(config, 1, undefined);
  setup.parameters.set(start.parameters);
  return { setup, start, config, batch, rows };
}

/** Runs `work` over and over for some seconds; gives median wall and CPU throughput. */
export async function measure(seconds, pairs, work) {
  for (let i = 0; i < 3; i++) await work(i);
  const before = process.cpuUsage();
  const began = performance.now();
  const times = [];
  while (performance.now() - began < seconds * 1000) {
    const t = performance.now();
    await work(times.length);
    times.push(performance.now() - t);
  }
  const used = process.cpuUsage(before);
  times.sort((a, b) => a - b);
  return {
    pairsPerSecond: (pairs / times[times.length >> 1]) * 1000,
    pairsPerCpuSecond: (pairs * times.length) / ((used.user + used.system) / 1e6),
    peakMiB: process.resourceUsage().maxRSS / 1024,
  };
}

/** Runs both sides in turn, `rounds` times at each thread count, and prints the medians. */
export function compare(name, mode, script, options, target) {
  const [side, batch, rounds] = [+options.side, +options.batch, +options.rounds];
  const folder = writeJob(side, batch, 256);
  const torch = torchMissing();
  if (torch) process.stderr.write(`${torch}\n`);
  const results = [];
  try {
    for (const threads of options.threads.split(",")) {
      const runs = { reflow: [], torch: [] };
      for (let round = 0; round < rounds; round++) {
        runs.reflow.push(
          ask(process.execPath, [
            script,
            "--runner",
            threads,
            "--folder",
            folder,
            "--seconds",
            options.seconds,
          ]),
        );
        if (!torch) runs.torch.push(ask(PYTHON, [TORCH, folder, mode, threads, options.seconds]));
      }
      for (const who of ["reflow", "torch"])
        if (runs[who].length > 0) results.push({ who, threads: +threads, ...median(runs[who]) });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const ratios = [...new Set(results.map((r) => r.threads))].flatMap((threads) => {
    const of = (who) => results.find((r) => r.who === who && r.threads === threads);
    if (!of("torch")) return [];
    const ratio = (key) => of("reflow")[key] / of("torch")[key];
    return [{ threads, wall: ratio("pairsPerSecond"), cpu: ratio("pairsPerCpuSecond") }];
  });
  const report = {
    bench: name,
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    load: loadavg()[0],
    side,
    batch,
    target,
    results,
    ratios,
  };
  if (options.json) {
    process.stdout.write(`${JSON.stringify(report)}\n`);
    return;
  }
  print(report);
}

function print({ bench, side, batch, target, results, ratios, load }) {
  const line = (...cells) =>
    process.stdout.write(`${cells.map((c, i) => (i === 0 ? c.padEnd(10) : c.padStart(14))).join("")}\n`);
  process.stdout.write(
    `${bench}: batch ${batch} of ${side}×${side} pairs, median of rounds (load ${load.toFixed(1)})\n`,
  );
  line("", "threads", "pairs/s", "pairs/CPU-s", "first result", "peak MiB");
  for (const r of results)
    line(
      r.who,
      String(r.threads),
      r.pairsPerSecond.toFixed(0),
      r.pairsPerCpuSecond.toFixed(0),
      r.first.toFixed(5),
      r.peakMiB.toFixed(0),
    );
  for (const r of ratios)
    process.stdout.write(
      `× PyTorch at ${r.threads} thread(s): ${r.wall.toFixed(2)} by wall time, ${r.cpu.toFixed(2)} by CPU time (target ${target})\n`,
    );
}

function ask(program, args) {
  const run = spawnSync(program, args, { encoding: "utf8" });
  if (run.status !== 0) throw new Error(`${path.basename(program)} failed: ${run.stderr}`);
  return JSON.parse(run.stdout.trim().split("\n").at(-1));
}

function median(runs) {
  const sorted = runs.toSorted((a, b) => a.pairsPerSecond - b.pairsPerSecond);
  return sorted[sorted.length >> 1];
}

function torchMissing() {
  const install = "install Debian's python3-torch to compare";
  if (!existsSync(PYTHON)) return `no ${PYTHON}: PyTorch is skipped; ${install}`;
  const found = spawnSync(PYTHON, ["-c", "import torch, numpy"]);
  return found.status === 0 ? undefined : `${PYTHON} has no torch: PyTorch is skipped; ${install}`;
}
