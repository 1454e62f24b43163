import { copyFile, readdir, realpath, rename, rm } from "node:fs/promises";
import { cpus } from "node:os";
import path from "node:path";
import { type Clock, isoSeconds, processStart, runStamp } from "../engine/index.js";
import {
  dataError,
  exists,
  explainWriteError,
  makeFolder,
  syncFolder,
  toJson,
  writeFileAtomic,
  writeJsonAtomic,
} from "../kit/index.js";
import { layout } from "./layout.js";
import type { Plan } from "./plan/index.js";
import { deriveSpec, specText } from "./spec.js";
import {
  COMPLETED_STEP_VALUES,
  type DeftState,
  LOG_FILE,
  logText,
  STATE_FILE,
  STATUS_VALUES,
} from "./state/index.js";

/**
 * Makes the folder of a new run. It appears with everything in it or not at all: the files are written into a
 * hidden folder that is renamed at the end.
 *
 * @returns the run folder, `<workspace>/results/run_<YYYYMMDD_HHMMSS>`
 */
export async function createRun(plan: Plan, clock: Clock): Promise<string> {
  const results = path.join(plan.workspace, "results");
  try {
    await makeFolder(results);
  } catch (error) {
    throw explainWriteError(error, results);
  }
  const ws = await realpath(plan.workspace);
  const parent = path.join(ws, "results");
  await sweepDrafts(parent);
  let now = clock.now();
  let rd = path.join(parent, `run_${runStamp(now)}`);
  // Two runs begun in one second: the later one takes the next free second.
  while (await exists(rd)) {
    now = new Date(now.getTime() + 1000);
    rd = path.join(parent, `run_${runStamp(now)}`);
  }
  const draft = path.join(parent, `.${path.basename(rd)}.${process.pid}.draft`);
  try {
    await rm(draft, { recursive: true, force: true });
    await makeFolder(draft);
    const final = layout(ws, rd);
    const here = layout(ws, draft);
    await writeJsonAtomic(here.plan, plan);
    await writeFileAtomic(here.baseSpec, specText(plan.spec));
    let state = initialState(plan, ws, rd, clock);
    if (plan.parameters.baseline_checkpoint.value !== null) state = await preSeed(plan, state, here, final);
    await writeFileAtomic(path.join(draft, LOG_FILE), logText([]));
    await writeFileAtomic(path.join(draft, STATE_FILE), toJson(state));
    await rename(draft, rd);
    await syncFolder(parent);
  } catch (error) {
    await rm(draft, { recursive: true, force: true }).catch(() => {});
    throw explainWriteError(error, rd);
  }
  return rd;
}

/** Removes half-made runs of processes that were killed while making them. */
async function sweepDrafts(results: string): Promise<void> {
  for (const name of await readdir(results)) {
    const owner = /^\.run_\d{8}_\d{6}\.(\d+)\.draft$/.exec(name);
    if (owner && (await processStart(Number(owner[1]))) === undefined)
      await rm(path.join(results, name), { recursive: true, force: true });
  }
}

/** The state before the first stage (contract 2.1–2.3), in upstream's key order. */
export function initialState(plan: Plan, ws: string, rd: string, clock: Clock): DeftState {
  const files = layout(ws, rd);
  const p = plan.parameters;
  const pool = plan.data.tables.pool?.file ?? path.join(ws, "augmentation", "mining_pool", "mining_pool.csv");
  const dataset = plan.defect_dataset ?? path.join(ws, "augmentation", "anomalygen", "datasets", "builtin");
  const project = path.basename(dataset);
  return {
    version: 4,
    started_at: isoSeconds(clock.now()),
    status: "in_progress",
    kpi_target: plan.kpi_target,
    metric_contract: plan.metric_contract,
    results_dir: rd,
    max_iterations: p.max_iterations.value,
    current_iteration: 0,
    execution_policy: {
      network_mode: "airgap",
      activation_source: p.network_mode.source,
      allow_package_install: false,
      allow_remote_fetch: false,
      allow_container_pull: false,
      allow_registry_login: false,
      python_launcher: "scripts/deft_python.sh",
      python_executable: process.execPath,
      hf_offline: true,
    },
    config: {
      specs_file: files.baseSpec,
      training_csv: plan.data.tables.train.file,
      validation_csv: plan.data.tables.validation.file,
      kpi_test_csv: plan.data.tables.kpi.file,
      images_dir: plan.data.imagesDir,
      mining_pool_csv: pool,
      mining_images_root: plan.data.imagesDir,
      resolved_mining_pool_csv: files.resolvedPool,
      backbone_weight_dir: files.backboneDir,
      train_container: "builtin",
      num_gpus: 1,
      gpu_model: `CPU: ${cpus()[0]?.model.trim() ?? "unknown"}`,
      batch_size: p.batch_size.value,
      num_epochs: p.num_epochs.value,
      anomalygen: {
        sub_skill: "paidf-anomalygen",
        mode: "inference_only",
        project,
        defect_spec: plan.defect_spec ?? path.join(dataset, "defect_spec.jsonl"),
        checkpoint_dir: path.join(ws, "augmentation", "anomalygen", "checkpoints", project),
        dataset_dir_source: dataset,
        step: 0,
        num_SDG: p.num_sdg.value,
        container: "builtin",
      },
      mining_filter: {
        sub_skill: "tao-mine-aoi-images",
        top_k_per_target: p.top_k_per_target.value,
        metric: "cosine",
        min_similarity: p.min_similarity.value,
        history_aware: { enabled: true, identity: "filepath", history_file: files.history },
      },
    },
    iterations: {},
    events: [],
    _completed_step_values: COMPLETED_STEP_VALUES,
    _status_values: STATUS_VALUES,
  };
}

/** A baseline that was trained elsewhere: its checkpoint is copied in and training is skipped (contract 10.7). */
async function preSeed(
  plan: Plan,
  state: DeftState,
  here: ReturnType<typeof layout>,
  final: ReturnType<typeof layout>,
): Promise<DeftState> {
  const from = plan.parameters.baseline_checkpoint.value as string;
  const name = "model_epoch_000_step_00000.onnx";
  await makeFolder(here.train("baseline"));
  await copyFile(from, path.join(here.train("baseline"), name)).catch((error: unknown) => {
    throw (error as { code?: string }).code === "ENOENT"
      ? dataError("checkpoint_missing", `no such file: ${from}`, "Check the path.", { file: from })
      : error;
  });
  const spec = deriveSpec(plan.spec, {
    resultsDir: path.join(final.rd, "baseline"),
    train: { csv: plan.data.tables.train.file, imagesDir: plan.data.imagesDir },
    validation: { csv: plan.data.tables.validation.file, imagesDir: plan.data.imagesDir },
    kpi: { csv: plan.data.tables.kpi.file, imagesDir: plan.data.imagesDir },
    backbone: final.backbone,
  });
  await writeFileAtomic(here.trainingSpec("baseline"), specText(spec));
  return {
    ...state,
    iterations: {
      baseline: {
        status: "in_progress",
        best_ckpt_path: path.join(final.train("baseline"), name),
        training_spec: final.trainingSpec("baseline"),
        best_ckpt_kind: "best_val",
        stage_completed: "train",
      },
    },
  };
}
