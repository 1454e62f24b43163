// Runs the upstream DEFT tools that are present on a finished run of ours and prints a table.
//
//   node scripts/conformance.mjs --upstream <git directory or work tree of the upstream skill bank> --run <run-dir>
//        [--python <interpreter>] [--json]
//
// The upstream code is never part of this repository. A git directory is unpacked to a temporary folder: its newest
// commit, and the older auditor from commit 6ff49ba where the history has it. Files that the tools rewrite (report,
// handoff, state) are put back afterwards. Where pyarrow is missing, a read-only stand-in that really reads the files
// is used and the table says so.
import { execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parse as parseYaml } from "yaml";

const GEN_B = "6ff49ba";
const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : process.argv[at + 1];
};
const upstream = option("upstream");
const run = option("run") && path.resolve(option("run"));
const python = option("python", "python3");
if (!upstream || !run) {
  process.stderr.write(
    "usage: node scripts/conformance.mjs --upstream <path> --run <run-dir> [--python <exe>]\n",
  );
  process.exit(2);
}

const scratch = mkdtempSync(path.join(tmpdir(), "reflow-conformance-"));
const rows = [];
const note = (tool, ok, detail) =>
  rows.push({ tool, result: ok === undefined ? "skipped" : ok ? "ok" : "FAIL", detail });

const hasPyarrow = spawnSync(python, ["-c", "import pyarrow.parquet"]).status === 0;
const shim = fileURLToPath(new URL("./conformance/shim", import.meta.url));
const environment = { ...process.env, PYTHONDONTWRITEBYTECODE: "1" };
if (!hasPyarrow && existsSync(shim)) environment.PYTHONPATH = shim;
const py = (script, args, env = {}) => {
  const done = spawnSync(python, [script, ...args], {
    encoding: "utf8",
    env: { ...environment, ...env },
    maxBuffer: 1 << 28,
  });
  return { ok: done.status === 0, code: done.status, out: done.stdout, err: done.stderr };
};
const lastLine = (r) => (r.err.trim() || r.out.trim()).split("\n").at(-1) ?? "";
const readJson = (file) => JSON.parse(readFileSync(file, "utf8"));

/** The two generations of the upstream tree as folders. */
function unpack() {
  const isGit = existsSync(path.join(upstream, "HEAD")) || existsSync(path.join(upstream, ".git"));
  if (!isGit) return { c: upstream, b: undefined };
  const take = (commit, name) => {
    const to = path.join(scratch, name);
    mkdirSync(to, { recursive: true });
    try {
      const tar = execFileSync("git", ["-C", upstream, "archive", commit], { maxBuffer: 1 << 30 });
      execFileSync("tar", ["x", "-C", to], { input: tar });
      return to;
    } catch {
      return undefined;
    }
  };
  return { c: take("HEAD", "c"), b: take(GEN_B, "b") };
}

const { c, b } = unpack();
const scripts = path.join(c, "skills/applications/tao-run-deft-aoi/scripts");
const miner = path.join(c, "skills/data/tao-mine-aoi-images/scripts/filter_mined_history.py");
const vcn = path.join(c, "skills/models/tao-train-visual-changenet/scripts/validate_vcn_dataset.py");
const state = readJson(path.join(run, "deft_state.json"));
const plan = readJson(path.join(run, "plan.json"));
const ws = path.dirname(path.dirname(run));
const lights = plan.lights.length > 0 ? plan.lights : [""];
const labels = Object.keys(state.iterations);
const pythonNote = hasPyarrow ? "with pyarrow" : "with the read-only stand-in for pyarrow";

const saved = path.join(scratch, "saved");
const rewritten = [
  "deft_state.json",
  "loop_log.jsonl",
  "DEFT_Loop_Report.html",
  "best_model.json",
  "best_model_inference_spec.yaml",
  "mining_history.json",
];
for (const name of rewritten)
  if (existsSync(path.join(run, name))) {
    mkdirSync(saved, { recursive: true });
    cpSync(path.join(run, name), path.join(saved, name), { preserveTimestamps: true });
  }
const putBack = () => {
  for (const name of readdirSync(saved))
    cpSync(path.join(saved, name), path.join(run, name), { preserveTimestamps: true });
};

try {
  auditors("our own report");
  kpi();
  trainingCsvs();
  pool();
  ledger();
  handoff();
  keyOrder();
  replay();
  rerender();
} finally {
  putBack();
  rmSync(scratch, { recursive: true, force: true });
}

function auditors(which) {
  if (!b) return note("audit_deft_run.py (6ff49ba)", undefined, "the snapshot has no such commit");
  const auditor = path.join(b, "skills/applications/tao-run-deft-aoi/scripts/audit_deft_run.py");
  const done = py(auditor, ["--results-dir", run, "--require-complete", "--json"]);
  let detail = lastLine(done);
  try {
    const report = JSON.parse(done.out);
    detail = `${report.status}, best ${report.best_iteration}, ${report.log_entries} events; ${which}; ${pythonNote}`;
    if (report.errors.length > 0)
      detail += `; ${report.errors.length} errors: ${report.errors.slice(0, 3).join(" | ")}`;
    else if (!done.ok) detail += `; ${lastLine(done)}`;
  } catch {}
  note("audit_deft_run.py --require-complete", done.ok, detail);
}

function kpi() {
  for (const label of labels) {
    const base = path.join(run, label, "inference");
    for (const kind of ["best_val", "latest"].filter((k) => existsSync(path.join(base, k)))) {
      const to = path.join(scratch, `kpi-${label}-${kind}`);
      const done = py(path.join(scripts, "analyze_kpi.py"), [
        path.join(base, kind, "inference.csv"),
        "--output-dir",
        to,
      ]);
      if (!done.ok) {
        note(`analyze_kpi.py ${label}/${kind}`, false, lastLine(done));
        continue;
      }
      const theirs = readJson(path.join(to, "metric_result.json"));
      const ours = readJson(path.join(base, kind, "metric_result.json"));
      const close = (x, y) => Math.abs(x - y) <= 1e-12 * Math.max(1, Math.abs(x));
      const same =
        theirs.name === ours.name &&
        close(theirs.value, ours.value) &&
        close(theirs.threshold, ours.threshold);
      const table =
        readFileSync(path.join(to, "threshold_metrics.csv"), "utf8") ===
        readFileSync(path.join(base, kind, "threshold_metrics.csv"), "utf8");
      note(
        `analyze_kpi.py ${label}/${kind}`,
        same && table,
        `FAR ${ours.value} and threshold equal; threshold_metrics.csv ${table ? "equal byte for byte" : "DIFFERS"}`,
      );
    }
  }
}

function trainingCsvs() {
  const check = (csv, root, name) => {
    for (const light of lights) {
      const args = [
        "--csv",
        csv,
        "--workspace-root",
        root,
        "--validation-csv",
        state.config.validation_csv,
        "--light",
        light,
        "--image-ext",
        plan.image_ext,
      ];
      const done = py(path.join(scripts, "validate_training_csv.py"), args);
      note(`validate_training_csv.py ${name}`, done.ok, lastLine(done));
    }
  };
  check(state.config.training_csv, state.config.images_dir, "base");
  for (const label of labels)
    if (state.iterations[label].combined_training_csv)
      check(state.iterations[label].combined_training_csv, ws, label);
  const args = [
    "--csv",
    state.config.kpi_test_csv,
    "--images-dir",
    state.config.images_dir,
    "--mode",
    "inference",
    "--light",
    lights[0],
    "--image-ext",
    plan.image_ext,
  ];
  const done = py(vcn, args);
  note("validate_vcn_dataset.py kpi", done.ok, lastLine(done));
}

function pool() {
  const ours = state.config.resolved_mining_pool_csv;
  if (!existsSync(ours)) return note("resolve_mining_pool.py", undefined, "nothing was mined");
  const theirs = path.join(scratch, "resolved.csv");
  const args = [
    "--csv",
    state.config.mining_pool_csv,
    "--images-root",
    state.config.mining_images_root,
    "--output-csv",
    theirs,
    "--light",
    lights[0],
    "--image-ext",
    plan.image_ext,
  ];
  const done = py(path.join(scripts, "resolve_mining_pool.py"), args);
  const same = done.ok && readFileSync(theirs).equals(readFileSync(ours));
  note(
    "resolve_mining_pool.py",
    same,
    done.ok ? `output ${same ? "equal byte for byte" : "DIFFERS"}` : lastLine(done),
  );
}

/** Upstream verifies the whole ledger when it is asked to resume a committed iteration; it works on a copy of the pair. */
function ledger() {
  const file = path.join(run, "mining_history.json");
  if (!existsSync(file)) return note("filter_mined_history.py", undefined, "nothing was mined");
  for (const entry of readJson(file).iterations) {
    const kept = [entry.output_parquet, entry.summary_file];
    const before = kept.map((f) => readFileSync(f));
    const args = [
      "--candidate-parquet",
      entry.candidate_parquet,
      "--output-parquet",
      entry.output_parquet,
      "--history-file",
      file,
      "--summary",
      entry.summary_file,
      "--iteration",
      String(entry.iteration),
      "--topn",
      String(entry.topn),
      "--resume",
    ];
    const done = py(miner, args);
    for (const [i, f] of kept.entries()) writeFileSync(f, before[i]);
    putBack();
    note(
      `filter_mined_history.py --resume iter${entry.iteration}`,
      done.ok,
      `${lastLine(done)}; ${pythonNote}`,
    );
  }
}

function handoff() {
  const ours = {
    json: readJson(path.join(run, "best_model.json")),
    yaml: parseYaml(readFileSync(path.join(run, "best_model_inference_spec.yaml"), "utf8")),
  };
  const done = py(path.join(scripts, "prepare_inference_spec.py"), ["--results-dir", run]);
  if (!done.ok) return note("prepare_inference_spec.py", false, lastLine(done));
  const theirs = {
    json: readJson(path.join(run, "best_model.json")),
    yaml: parseYaml(readFileSync(path.join(run, "best_model_inference_spec.yaml"), "utf8")),
  };
  const differ = [
    ...differences(ours.json, theirs.json, "best_model"),
    ...differences(ours.yaml, theirs.yaml, "spec"),
  ];
  const order = JSON.stringify(Object.keys(ours.json)) === JSON.stringify(Object.keys(theirs.json));
  putBack();
  note(
    "prepare_inference_spec.py",
    differ.length === 0 && order,
    differ.length === 0
      ? `both files equal in content${order ? " and key order" : ", key order DIFFERS"}`
      : differ.slice(0, 4).join(" | "),
  );
}

function keyOrder() {
  const to = path.join(scratch, "init");
  mkdirSync(to, { recursive: true });
  const f = state.config;
  const args = [
    "--results-dir",
    to,
    "--workspace",
    ws,
    "--kpi-target",
    state.kpi_target,
    "--network-mode",
    "airgap",
    "--gpu-model",
    f.gpu_model,
    "--max-iterations",
    String(state.max_iterations),
    "--num-gpus",
    "1",
    "--num-epochs",
    String(f.num_epochs),
    "--num-sdg",
    String(Math.max(1, f.anomalygen.num_SDG)),
    "--project",
    f.anomalygen.project,
    "--step",
    "1",
    "--top-k-per-target",
    String(f.mining_filter.top_k_per_target),
    "--min-similarity",
    String(f.mining_filter.min_similarity),
    "--train-container",
    "builtin",
    "--ag-container",
    "builtin",
  ];
  const done = py(path.join(scripts, "init_deft_state.py"), args);
  if (!existsSync(path.join(to, "deft_state.json"))) return note("init_deft_state.py", false, lastLine(done));
  const theirs = readJson(path.join(to, "deft_state.json"));
  const keys = (o) =>
    Object.keys(o)
      .filter((k) => k !== "completed_at" && k !== "final_artifacts")
      .join();
  const parts = [
    ["state", state, theirs],
    ["config", f, theirs.config],
    ["anomalygen", f.anomalygen, theirs.config.anomalygen],
    ["mining_filter", f.mining_filter, theirs.config.mining_filter],
    ["execution_policy", state.execution_policy, theirs.execution_policy],
  ];
  const wrong = parts.filter(([, ours, t]) => keys(ours) !== keys(t)).map(([name]) => name);
  const contract = differences(state.metric_contract, theirs.metric_contract, "metric_contract");
  note(
    "init_deft_state.py",
    wrong.length === 0 && contract.length === 0,
    wrong.length + contract.length === 0
      ? "same keys in the same order, same metric contract"
      : [...wrong.map((w) => `keys of ${w}`), ...contract].join(" | "),
  );
}

/** Commits our evidence stage by stage with upstream's writer on an empty state, and compares what comes out. */
function replay() {
  const file = path.join(run, "deft_state.json");
  const { completed_at: _, final_artifacts: __, ...rest } = state;
  writeFileSync(
    file,
    JSON.stringify({ ...rest, status: "in_progress", current_iteration: 0, iterations: {}, events: [] }),
  );
  let context = 0;
  for (const [i, event] of state.events.entries()) {
    const asked = py(path.join(scripts, "deft_context.py"), ["--state", file]);
    const told = asked.ok ? JSON.parse(asked.out) : {};
    const due = event.stage === "loop_stop" ? "finalize" : event.stage;
    if (told.next_stage !== due || told.iteration !== event.iter) {
      putBack();
      return note(
        "deft_context.py",
        false,
        `before event ${i + 1} upstream says ${told.iteration}/${told.next_stage}, we did ${event.iter}/${due}`,
      );
    }
    context++;
    const done = py(path.join(scripts, "commit_stage.py"), [
      "--results-dir",
      run,
      "--iter-label",
      event.iter,
      "--stage",
      event.stage,
      "--status",
      event.status,
      "--summary",
      event.summary,
      "--duration-sec",
      String(event.duration_sec),
      ...evidence(event),
    ]);
    if (!done.ok) {
      putBack();
      return note(
        "commit_stage.py replay",
        false,
        `event ${i + 1} ${event.iter}/${event.stage}: ${lastLine(done)}`,
      );
    }
  }
  const theirs = readJson(file);
  const last = py(path.join(scripts, "deft_context.py"), ["--state", file]);
  note(
    "deft_context.py",
    JSON.parse(last.out).next_stage === "complete",
    `agreed before each of ${context} stages and at the end`,
  );
  const timeless = (s) => ({ ...s, completed_at: undefined, events: s.events.map(({ ts: _ts, ...e }) => e) });
  const differ = differences(timeless(state), timeless(theirs), "state");
  note(
    "commit_stage.py replay",
    differ.length === 0,
    differ.length === 0
      ? `${state.events.length} commits accepted, resulting state equal apart from times`
      : differ.slice(0, 6).join(" | "),
  );
  putBack();
}

function evidence(event) {
  const r = state.iterations[event.iter];
  const receipt = (...parts) => readJson(path.join(run, event.iter, ...parts, "receipt.json")).result;
  switch (event.stage) {
    case "train":
      return [
        "--best-ckpt",
        receipt("train").bestCheckpoint,
        "--best-ckpt-kind",
        // Upstream has no flag for it at evaluate, where the two checkpoints are compared; the final one is told here.
        r.best_ckpt_kind ?? "best_val",
        "--training-spec",
        r.training_spec,
        "--val-loss",
        String(r.val_loss),
      ];
    case "evaluate":
      return [
        "--metric-result",
        r.metric_result.evidence_path,
        "--best-ckpt",
        r.best_ckpt_path,
        "--inference-csv",
        r.inference_csv,
        "--training-spec",
        r.training_spec,
        ...(r.threshold === undefined ? [] : ["--threshold", String(r.threshold)]),
      ];
    case "rca":
      return [
        "--rca-gaps",
        r.rca_gaps_parquet,
        "--rca-threshold",
        String(r.rca_threshold),
        ...r.rca_target_defects.flatMap((d) => ["--rca-target-defect", d]),
      ];
    case "routing":
      return [
        "--routing-mining",
        r.routing_mining_parquet,
        "--routing-anomalygen",
        r.routing_anomalygen_parquet,
      ];
    case "anomalygen":
      return r.anomalygen_skipped
        ? ["--skip"]
        : ["--anomalygen-sdg", r.anomalygen_sdg_csv, "--anomalygen-allocation", r.anomalygen_allocation_json];
    case "data_mining":
      return r.data_mining_skipped
        ? ["--skip"]
        : [
            "--mining-parquet",
            r.mining_mined_parquet,
            "--mining-candidates",
            r.mining_candidate_parquet,
            "--mining-summary",
            r.mining_summary,
            "--mining-history",
            r.mining_history,
            "--mining-history-summary",
            r.mining_history_summary,
            "--mining-target-embeddings",
            r.mining_target_embeddings,
            "--mining-source-embeddings",
            r.mining_source_embeddings,
            "--mining-target-log",
            r.mining_target_log,
            "--mining-source-log",
            r.mining_source_log,
            "--mining-knn-log",
            r.mining_knn_log,
            "--mining-count",
            String(r.mining_mined_count),
          ];
    case "data_merge":
      return [
        "--combined-csv",
        r.combined_training_csv,
        "--provenance-csv",
        r.provenance_csv,
        "--merge-validation-report",
        r.merge_validation_report,
      ];
    default:
      return [
        "--stop-reason",
        event.summary.includes("limit") ? "max_iterations" : "metric_met",
        "--best-model",
        state.final_artifacts.best_model_json,
        "--inference-spec",
        state.final_artifacts.inference_spec,
      ];
  }
}

/** Upstream's report is newer than the state by nature; the auditor must then accept the run with it as well. */
function rerender() {
  const done = py(path.join(scripts, "render_report.py"), ["--results-dir", run, "--require-terminal"]);
  note("render_report.py --require-terminal", done.ok, lastLine(done));
  if (done.ok) auditors("upstream's report");
}

function differences(a, b, at) {
  if (Object.is(a, b)) return [];
  if (typeof a === "number" && typeof b === "number") return a === b ? [] : [`${at}: ${a} / ${b}`];
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null)
    return [`${at}: ${JSON.stringify(a)} / ${JSON.stringify(b)}`];
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].flatMap((k) => differences(a[k], b[k], `${at}.${k}`));
}

if (process.argv.includes("--json")) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
else {
  const width = Math.max(...rows.map((r) => r.tool.length));
  for (const r of rows) process.stdout.write(`${r.result.padEnd(7)}  ${r.tool.padEnd(width)}  ${r.detail}\n`);
}
process.exitCode = rows.some((r) => r.result === "FAIL") ? 1 : 0;
