import { readFile } from "node:fs/promises";
import { describeEncoder, encoderConfigFile, parseSpec, readCheckpoint } from "../../changenet/index.js";
import { discoverWorkspace, type Role, readTable, toPairRows, type Workspace } from "../../dataset/index.js";
import {
  type Emit,
  exists,
  hashFile,
  hashText,
  type Problem,
  ReflowError,
  requireFile,
  silent,
} from "../../kit/index.js";
import type { MetricContract } from "../../metric/index.js";
import { findResumable } from "../runs.js";
import { effectiveSpec, readSpecTree, type SpecTree, specText } from "../spec.js";
import { orderedChecks } from "./checks/index.js";
import { inspectData } from "./data.js";
import { defaultTree } from "./default-spec.js";
import { estimateRun } from "./estimate.js";
import { canonical, collectFiles, fingerprintImages, fingerprintPath } from "./fingerprint.js";
import { type Machine, thisMachine } from "./machine.js";
import { sizesOf } from "./needs.js";
import { checkOptions, resolveParameters } from "./parameters.js";
import { summarise } from "./summary.js";
import type { DataFacts, Parameters, Plan, RunOptions, TableFacts } from "./types.js";

/**
 * Pre-Flight (contract 12): reads the workspace, checks it in order, resolves every parameter with its source and
 * binds all of it to one hash. Writes nothing. Faults of the data are in `problems`; a plan with errors cannot be
 * approved. Throws usage errors for wrong options and `table_missing` when there is nothing to plan with.
 *
 * @param o.openCheckpoint throws unless a baseline checkpoint is one that the toolkit can use
 * @param o.machine what the checks see of the machine (default: this one)
 * @param o.signal stops the (possibly long) look at the images
 */
export async function makePlan(
  options: RunOptions,
  o: {
    emit?: Emit;
    signal?: AbortSignal;
    openCheckpoint?: (file: string) => Promise<unknown>;
    machine?: Machine;
  } = {},
): Promise<Plan> {
  const emit = o.emit ?? silent;
  const { contract } = checkOptions(options);
  const workspace = await discoverWorkspace(options.workspace);
  const problems: Problem[] = [];
  const fromFile = workspace.specSource === "file";
  const { tree, notes } = effectiveSpec(
    fromFile ? await readSpecTree(workspace.specFile) : await defaultTree(workspace),
    options.epochs,
  );
  const { spec, problems: specProblems } = parseSpec(specText(tree), workspace.specFile);
  problems.push(...specProblems);
  const parameters = resolveParameters(options, contract, tree, fromFile);
  const naming = {
    imagesDir: workspace.imagesDir,
    lights: spec?.lights ?? workspace.traits.lights,
    imageExt: spec?.imageExt ?? workspace.traits.imageExt,
  };
  const { facts, files } = await readFacts(workspace, naming);
  problems.push(
    ...(await inspectData(workspace, parameters.claim.value, {
      emit,
      workers: parameters.workers.value,
      ...(o.signal ? { signal: o.signal } : {}),
    })),
  );
  const encoder = parameters.encoder.value;
  const encoderInput = encoder && (await exists(encoder)) ? await describeEncoder(encoder) : undefined;
  const data: DataFacts = {
    tables: facts as DataFacts["tables"],
    imagesDir: workspace.imagesDir,
    images: await fingerprintImages(workspace.imagesDir, files),
    specSource: workspace.specSource,
    specSha256: hashText(canonical(tree)),
    extra: await extraFacts(workspace, parameters, contract, o.openCheckpoint ?? readCheckpoint),
  };
  const budget = {
    max_iterations: parameters.max_iterations.value,
    num_epochs: parameters.num_epochs.value,
    num_sdg: parameters.num_sdg.value,
    workers: parameters.workers.value,
  };
  const plan_hash = planHash(parameters, contract, data, budget, tree);
  const defect = workspace.defectDatasets.find((d) => d.defectSpec !== undefined);
  const partial = {
    version: 1 as const,
    plan_hash,
    workspace: workspace.root,
    kpi_target: options.kpi,
    metric_contract: contract,
    parameters,
    budget,
    data,
    spec: tree,
    lights: naming.lights,
    image_ext: naming.imageExt,
    defect_spec: defect?.defectSpec ?? null,
    defect_dataset: defect?.dir ?? null,
    problems,
    resuming: (await findResumable(workspace.root, plan_hash)) ?? null,
  };
  const sizes = spec && sizesOf(spec, workspace);
  const machine = o.machine ?? thisMachine();
  const checked = await orderedChecks(partial, { workspace, specNotes: notes, spec, sizes, machine });
  const whole = { ...partial, checks: checked.checks, problems: [...problems, ...checked.problems] };
  const estimate = spec && sizes && estimateRun(partial, spec, sizes);
  return { ...whole, summary: summarise(whole, { estimate, encoder: encoderInput }) };
}

/** The hash that approval is bound to: parameters, contract, spec, data content and budget; not where they lie. */
export function planHash(
  parameters: Parameters,
  contract: MetricContract,
  data: DataFacts,
  budget: Plan["budget"],
  tree: SpecTree,
): string {
  const values = Object.fromEntries(Object.entries(parameters).map(([k, v]) => [k, v.value]));
  // Files named by path count by content (in `extra`), so that a moved workspace keeps its approval.
  // Workers change the time, never the result: another machine keeps the approval.
  const { encoder, baseline_checkpoint, workers: _, ...plain } = values;
  const { workers: __, ...bounds } = budget;
  const tables = Object.fromEntries(
    Object.entries(data.tables).map(([role, t]) => [role, { sha256: t?.sha256, rows: t?.rows }]),
  );
  return hashText(
    canonical({
      version: 1,
      parameters: { ...plain, encoder: encoder !== null, baseline: baseline_checkpoint !== null },
      contract,
      tables,
      images: data.images,
      extra: data.extra,
      tree,
      budget: bounds,
    }),
  ).slice(0, 32);
}

async function readFacts(
  workspace: Workspace,
  naming: { imagesDir: string; lights: readonly string[]; imageExt: string },
): Promise<{ facts: Partial<Record<Role, TableFacts>>; files: Set<string> }> {
  const facts: Partial<Record<Role, TableFacts>> = {};
  const files = new Set<string>();
  for (const role of ["train", "validation", "kpi", "pool", "release"] as const) {
    const file = workspace.tables[role];
    if (!file) {
      if (role === "pool" || role === "release") continue;
      const missing = workspace.problems.filter((p) => p.severity === "error");
      throw new ReflowError(
        "data",
        "table_missing",
        missing[0]?.message ?? `the ${role} table is missing`,
        missing[0]?.hint ?? "",
        { ...(missing[0]?.where ? { where: missing[0].where } : {}), problems: missing },
      );
    }
    const { table, problems } = await readTable(file);
    if (!table) {
      const first = problems[0] as Problem;
      throw new ReflowError("data", first.code, first.message, first.hint, {
        ...(first.where ? { where: first.where } : {}),
        problems,
      });
    }
    const pairs = toPairRows(table, naming).rows;
    collectFiles(pairs, files);
    facts[role] = {
      file,
      sha256: await hashFile(file),
      rows: table.rows.length,
      ng: pairs.reduce((n, r) => n + r.ng, 0),
    };
  }
  return { facts, files };
}

async function extraFacts(
  workspace: Workspace,
  parameters: Parameters,
  contract: MetricContract,
  openCheckpoint: (file: string) => Promise<unknown>,
): Promise<Record<string, string>> {
  const extra: Record<string, string> = {};
  const add = async (name: string, file: string, otherwise: (file: string) => ReflowError) => {
    const hash = await fingerprintPath(file);
    if (hash === undefined) throw otherwise(file);
    extra[name] = hash;
  };
  const encoder = parameters.encoder.value;
  const seed = parameters.baseline_checkpoint.value;
  if (encoder) {
    await add("encoder", encoder, (file) => missing("encoder_missing", file));
    // Its side file decides the vectors as much as the encoder does.
    const config = await encoderConfigFile(encoder);
    if (config) await add("encoder_config", config, (file) => missing("encoder_missing", file));
  }
  if (seed) {
    // Opened here: hours later would be too late to learn that the file is something else.
    if (await exists(seed)) {
      await requireFile(seed);
      await openCheckpoint(seed);
    }
    await add("baseline_checkpoint", seed, (file) => missing("checkpoint_missing", file));
  }
  const defect = workspace.defectDatasets.find((d) => d.defectSpec !== undefined);
  if (defect) await add("defect_dataset", defect.dir, (file) => missing("defect_spec_missing", file));
  // A command that is not there is told by the checks.
  if (contract.evaluator.type === "command")
    extra.evaluator = await readFile(contract.evaluator.path).then(hashText, () => "missing");
  return extra;
}

function missing(code: string, file: string): ReflowError {
  return new ReflowError("usage", code, `no such file: ${file}`, "Check the path.", { where: { file } });
}
