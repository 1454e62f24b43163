import path from "node:path";
import { dataError } from "../../kit/errors.js";
import { exists, readJson } from "../../kit/files.js";
import { type KpiFacts, kpiFacts } from "../facts/kpi.js";
import { baseGrowth, type Growth, type MergeCheck, mergeCheck, mergedGrowth } from "./growth.js";
import { type HandoverFacts, readHandover } from "./handover.js";
import { number, text } from "./json.js";
import { type MiningFacts, readMining } from "./mining.js";
import { type Naming, namingOf } from "./pictures.js";
import { isFile, lastFolder, type Places, placesOf } from "./places.js";
import { type RcaFacts, readRca } from "./rca.js";
import { readScores, type Scores } from "./scores.js";
import { bestLabel, type LabelState, parseState, type RunState } from "./state.js";
import { readSynthesis, type SynthesisFacts } from "./synthesis.js";

/** One label (baseline, iter1, …) with everything that was found of it. */
export type LabelRun = Readonly<{
  state: LabelState;
  label: string;
  kpi: KpiFacts | undefined;
  rca: RcaFacts | undefined;
  synthesis: SynthesisFacts | undefined;
  mining: MiningFacts | undefined;
  growth: Growth | undefined;
  merge: MergeCheck | undefined;
}>;

/** A whole run folder as values: the sections of the report read only this. */
export type Run = Readonly<{
  places: Places;
  state: RunState;
  labels: readonly LabelRun[];
  baseline: LabelRun | undefined;
  best: LabelRun | undefined;
  handover: HandoverFacts;
  imagesDir: string;
  naming: Naming;
  /** What a complete run would have and this one lacks, in words. */
  missing: readonly string[];
}>;

/** Reads a run folder. Only a missing or broken `deft_state.json` is an error (`no_run`); the rest is noted. */
export async function readRun(runDir: string): Promise<Run> {
  const stateFile = path.join(runDir, "deft_state.json");
  if (!(await exists(stateFile)))
    throw dataError(
      "no_run",
      `${runDir} holds no deft_state.json`,
      "Name a run folder: <workspace>/results/run_….",
      {
        file: stateFile,
      },
    );
  const state = parseState(await readJson(stateFile));
  const places = placesOf(runDir, state.resultsDir);
  const missing: string[] = [];
  const naming = await findNaming(state, places);
  if (!naming)
    missing.push("No training spec could be read: images are looked for without a lighting suffix.");
  const labels: LabelRun[] = [];
  let growth = await baseGrowth(places.locate(text(state.config.training_csv)));
  for (const label of state.labels) {
    const run = await readLabel(label, state, places, growth, missing);
    growth = run.growth ?? growth;
    labels.push(run);
  }
  const bestName = bestLabel(state)?.label;
  const handover = await readHandover(places.runDir);
  const last = await readRca(path.join(places.runDir, "finalize", "rca"));
  const analysed = labels.map((l) => (l.label === bestName && !l.rca && last ? { ...l, rca: last } : l));
  return {
    places,
    state,
    labels: analysed,
    baseline: analysed.find((l) => l.label === "baseline"),
    best: analysed.find((l) => l.label === bestName),
    handover,
    imagesDir: places.locate(text(state.config.images_dir)) ?? path.join(places.workspace, "images"),
    naming: naming ?? { lights: [], ext: ".jpg" },
    missing,
  };
}

async function findNaming(state: RunState, places: Places): Promise<Naming | undefined> {
  const recorded = state.labels.map((l) => text(l.fields.training_spec));
  for (const file of [...recorded, text(state.config.specs_file)]) {
    const naming = await namingOf(places.locate(file));
    if (naming) return naming;
  }
  return undefined;
}

async function readLabel(
  label: LabelState,
  state: RunState,
  places: Places,
  before: Growth | undefined,
  missing: string[],
): Promise<LabelRun> {
  const folder = path.join(places.runDir, label.label);
  const field = (name: string) => places.locate(text(label.fields[name]));
  const note = (what: string) => (message: string) =>
    missing.push(`${label.label}: ${what} is unusable: ${message}`);
  const isIteration = label.label !== "baseline";

  const csv = field("inference_csv");
  let scores: Scores | undefined;
  if (label.measured || csv) {
    scores = await readScores(csv, note("inference.csv"));
    if (!scores && !(await isFile(csv)))
      missing.push(`${label.label}: inference.csv is not there, so its scores cannot be shown.`);
    if (scores && scores.unscored > 0)
      missing.push(`${label.label}: ${scores.unscored} rows of inference.csv have no usable score.`);
  }
  const growth = isIteration
    ? await mergedGrowth(field("combined_training_csv"), field("provenance_csv"), before)
    : before;
  return {
    state: label,
    label: label.label,
    kpi: scores ? kpiFacts(scores, number(label.measured?.threshold), state.metric?.recall ?? 1) : undefined,
    rca: await readRca(await lastFolder(path.join(folder, "rca_results"))),
    synthesis: isIteration ? await readSynthesis(path.join(folder, "anomalygen")) : undefined,
    mining: isIteration ? await readMining(await lastFolder(path.join(folder, "mining_results"))) : undefined,
    growth: isIteration && !growth ? undefined : growth,
    merge: isIteration ? await mergeCheck(field("merge_validation_report")) : undefined,
  };
}
