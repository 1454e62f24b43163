// Exact cosine k-NN: ours against numpy (blocked matrix product) and a naive loop, on the same vectors.
// usage: node bench/knn.mjs [--targets 1000] [--pool 200000] [--dim 768] [--k 5] [--workers 2] [--json]
// Each runner is its own process, so that its peak memory is its own. Needs `npm run build` first.
import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { nearest } from "../dist/mining/index.js";

const { values: flags } = parseArgs({
  options: {
    targets: { type: "string", default: "1000" },
    pool: { type: "string", default: "200000" },
    dim: { type: "string", default: "768" },
    k: { type: "string", default: "5" },
    workers: { type: "string", default: "2" },
    json: { type: "boolean", default: false },
    runner: { type: "string" },
    folder: { type: "string" },
  },
});
const [targets, pool, dim, k, workers] = ["targets", "pool", "dim", "k", "workers"].map((f) => +flags[f]);
const peakMiB = () => process.resourceUsage().maxRSS / 1024;
/** CPU time tells the cost on a machine that others use as well. */
const cpuSeconds = (since) => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
};
const readAll = (file) => {
  const bytes = readFileSync(file);
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
};

/** The pool file in blocks: how a stage feeds it from an encoder or a table. */
async function* poolBlocks(file, rows) {
  const handle = openSync(file, "r");
  for (;;) {
    const block = new Float32Array(rows * dim);
    const bytes = readSync(handle, block, 0, block.byteLength, null);
    if (bytes === 0) break;
    yield block.subarray(0, bytes / 4);
  }
  closeSync(handle);
}

async function ours(folder) {
  const query = readAll(path.join(folder, "targets.f32"));
  const cpu = process.cpuUsage();
  const start = performance.now();
  const found = await nearest({
    targets: query,
    pool: poolBlocks(path.join(folder, "pool.f32"), 4096),
    dim,
    k,
    workers,
  });
  const seconds = (performance.now() - start) / 1000;
  return { seconds, cpuSeconds: cpuSeconds(cpu), peakMiB: peakMiB(), index: [...found.index] };
}

/** 20 targets only: the time grows with their number and is scaled up. */
function naive(folder) {
  const some = Math.min(20, targets);
  const query = readAll(path.join(folder, "targets.f32"));
  const rows = readAll(path.join(folder, "pool.f32"));
  const start = performance.now();
  const norm = (data, r) => {
    let sum = 0;
    for (let d = 0; d < dim; d++) sum += data[r * dim + d] ** 2;
    return Math.sqrt(sum);
  };
  const norms = Array.from({ length: pool }, (_, p) => norm(rows, p));
  const index = [];
  for (let t = 0; t < some; t++) {
    const scores = new Float64Array(pool);
    const length = norm(query, t);
    for (let p = 0; p < pool; p++) {
      let dot = 0;
      for (let d = 0; d < dim; d++) dot += query[t * dim + d] * rows[p * dim + d];
      scores[p] = dot / (length * norms[p]);
    }
    const order = Array.from({ length: pool }, (_, p) => p).sort((a, b) => scores[b] - scores[a] || a - b);
    index.push(...order.slice(0, k));
  }
  const seconds = ((performance.now() - start) / 1000) * (targets / some);
  return { seconds, peakMiB: peakMiB(), index, note: `measured on ${some} targets, scaled` };
}

const NUMPY = `
import sys, json, time, resource
import numpy as np
folder, dim, k = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
t = np.fromfile(folder + "/targets.f32", np.float32).reshape(-1, dim)
pool = np.memmap(folder + "/pool.f32", np.float32, mode="r").reshape(-1, dim)
start = time.perf_counter(); cpu = time.process_time()
t = t / np.linalg.norm(t, axis=1, keepdims=True)
best_i = np.zeros((len(t), 0), np.int64); best_s = np.zeros((len(t), 0), np.float32)
for at in range(0, len(pool), 8192):
    block = np.array(pool[at:at + 8192])
    block /= np.linalg.norm(block, axis=1, keepdims=True)
    s = t @ block.T
    kk = min(k, s.shape[1])
    i = np.argpartition(-s, kk - 1, axis=1)[:, :kk]
    best_i = np.concatenate([best_i, i + at], 1); best_s = np.concatenate([best_s, np.take_along_axis(s, i, 1)], 1)
    o = np.argsort(-best_s, axis=1, kind="stable")[:, :k]
    best_i = np.take_along_axis(best_i, o, 1); best_s = np.take_along_axis(best_s, o, 1)
print(json.dumps({"seconds": time.perf_counter() - start, "cpuSeconds": time.process_time() - cpu, "peakMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "index": best_i.ravel().tolist(), "note": "numpy " + np.__version__}))
`;

if (flags.runner) {
  const result = flags.runner === "ours" ? await ours(flags.folder) : naive(flags.folder);
  process.stdout.write(JSON.stringify(result));
  process.exit(0);
}

const folder = mkdtempSync(path.join(tmpdir(), "knn-bench-"));
try {
  writeVectors(path.join(folder, "targets.f32"), targets, 1);
  writeVectors(path.join(folder, "pool.f32"), pool, 2);
  const self = (runner) => [
    process.execPath,
    [fileURLToPath(import.meta.url), ...process.argv.slice(2), "--runner", runner, "--folder", folder],
  ];
  const threads = {
    OPENBLAS_NUM_THREADS: `${workers}`,
    OMP_NUM_THREADS: `${workers}`,
    MKL_NUM_THREADS: `${workers}`,
  };
  const results = [
    ["reflow nearest()", ...run(...self("ours"))],
    ["numpy, blocked", ...run("/usr/bin/python3", ["-c", NUMPY, folder, `${dim}`, `${k}`], threads)],
    ["JS double loop", ...run(...self("naive"))],
  ].map(([name, result]) => ({ name, ...result }));
  const truth = results[2]?.index;
  const report = {
    bench: "knn",
    targets,
    pool,
    dim,
    k,
    workers,
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    load: +loadavg()[0].toFixed(2),
    runners: results.map(({ name, seconds, cpuSeconds: cpu, peakMiB: peak, note, index, missing }) => ({
      name,
      seconds: seconds && +seconds.toFixed(2),
      cpuSeconds: cpu && +cpu.toFixed(2),
      pairsPerSecond: seconds && Math.round((targets * pool) / seconds),
      peakMiB: peak && Math.round(peak),
      note: note ?? missing,
      agreesWithLoop: index && truth?.every((v, i) => v === index[i]),
    })),
  };
  if (!flags.json) console.table(Object.fromEntries(report.runners.map(({ name, ...rest }) => [name, rest])));
  console.log(JSON.stringify(report, null, flags.json ? 2 : 0));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function run(command, args, env = {}) {
  const done = spawnSync(command, args, { env: { ...process.env, ...env }, maxBuffer: 1 << 28 });
  if (done.status !== 0)
    return [{ missing: `did not run: ${done.stderr?.toString().trim().split("\n").at(-1)}` }];
  return [JSON.parse(done.stdout.toString())];
}

/** Vectors around 300 centres, so that near and far neighbours exist. */
function writeVectors(file, rows, seed) {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296 - 0.5;
  };
  const centres = new Float32Array(300 * dim);
  let shared = 99;
  for (let i = 0; i < centres.length; i++) {
    shared = (Math.imul(shared, 1664525) + 1013904223) >>> 0;
    centres[i] = shared / 4294967296 - 0.5;
  }
  const handle = openSync(file, "w");
  for (let at = 0; at < rows; at += 4096) {
    const n = Math.min(4096, rows - at);
    const block = new Float32Array(n * dim);
    for (let r = 0; r < n; r++) {
      const centre = Math.floor((next() + 0.5) * 300);
      for (let d = 0; d < dim; d++) block[r * dim + d] = centres[centre * dim + d] + next();
    }
    writeSync(handle, block);
  }
  closeSync(handle);
}
