// Measures `reflow doctor --no-decode` on made-up tables of 100,000 and 1,000,000 rows: wall time and peak memory.
// Usage: node bench/doctor.mjs [rows ...] [--json]     (needs `npm run build`; a million rows need 5 GB of disk)
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const BOARD = 200; // components on a board, one golden each
const TYPES = ["missing", "shift", "tombstone", "bridge"];
const roles = [
  ["train/base/training_set.csv", 0.05],
  ["train/base/validation_set.csv", 0.05],
  ["kpi/testing_set.csv", 0.1],
  ["augmentation/mining_pool/mining_pool.csv", 0.8],
];

/** A workspace whose image files hold one byte each: enough for every check that does not decode. */
function build(root, rows) {
  let board = 0;
  for (const [file, share] of roles) {
    const count = Math.round(rows * share);
    const lines = ["input_path,golden_path,label,object_name,boardname"];
    for (let i = 0; i < count; i++) {
      const place = i % BOARD;
      if (place === 0) {
        board++;
        for (const kind of ["inspect", "golden"])
          mkdirSync(path.join(root, "images", `B${board}`, "TOP", kind), { recursive: true });
      }
      const label = i % 7 === 3 ? TYPES[i % TYPES.length] : "PASS";
      const object = `C${place}@1`;
      lines.push(`B${board}/TOP/inspect,B${board}/TOP/golden,${label},${object},B${board}`);
      for (const kind of ["inspect", "golden"])
        writeFileSync(path.join(root, "images", `B${board}`, "TOP", kind, `${object}_SolderLight.jpg`), "x");
    }
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), `${lines.join("\n")}\n`);
  }
}

const CHILD = `
const { discoverWorkspace, diagnose } = await import(process.argv[1]);
const began = performance.now();
const d = await diagnose(await discoverWorkspace(process.argv[2]), { decode: false });
const rows = d.tables.reduce((n, t) => n + t.rows, 0);
const use = process.resourceUsage();
const cpu = (use.userCPUTime + use.systemCPUTime) / 1e6;
const peak = use.maxRSS / 1024;
console.log(JSON.stringify({ rows, seconds: (performance.now() - began) / 1000, cpu, peakMb: peak, errors: d.counts.error }));
`;

const json = process.argv.includes("--json");
const sizes = process.argv.slice(2).map(Number).filter(Boolean);
const library = new URL("../dist/dataset/index.js", import.meta.url).href;
const results = [];
for (const rows of sizes.length > 0 ? sizes : [100_000, 1_000_000]) {
  const root = mkdtempSync(path.join(tmpdir(), "reflow-bench-"));
  try {
    if (!json) process.stderr.write(`making ${rows} rows …\n`);
    build(root, rows);
    const run = spawnSync(process.execPath, ["--input-type=module", "-e", CHILD, library, root], {
      cwd: fileURLToPath(new URL("..", import.meta.url)),
      encoding: "utf8",
    });
    if (run.status !== 0) throw new Error(run.stderr);
    results.push({ target: rows === 100_000 ? 3 : null, ...JSON.parse(run.stdout) });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
const summary = {
  name: "doctor",
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  node: process.version,
  results,
};
if (json) process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
else {
  console.log(`doctor without decoding (${summary.cpu}, ${summary.cores} cores, Node ${process.version})`);
  for (const r of results)
    console.log(
      `${String(r.rows).padStart(9)} rows  ${r.seconds.toFixed(2)} s (${r.cpu.toFixed(2)} CPU-s)  ${(r.rows / r.seconds / 1000).toFixed(0)} k rows/s  ` +
        `peak ${r.peakMb.toFixed(0)} MB  ${r.errors} errors${r.target ? `  (target ${r.target} s)` : ""}`,
    );
}
