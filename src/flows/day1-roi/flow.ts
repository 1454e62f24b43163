import path from "node:path";
import { exists } from "../../kit/files.js";
import { learnStep, passthrough, trainingFolder } from "../anomaly/learn.js";
import { defectAccounts, defectTable, originals, trainingTables } from "../anomaly/outcome.js";
import { placeStep } from "../anomaly/place.js";
import { synthesiseStep } from "../anomaly/synthesise.js";
import type { FlowDefinition } from "../run/definition.js";
import { rootFolder, whole } from "../run/knobs.js";
import { notesOf } from "../run/notes.js";
import type { FlowContext, FlowOutcome } from "../run/types.js";
import { labelledData } from "../steps/labelled.js";
import { anomalyPairs } from "../workspace/from-anomaly.js";
import { flatStep } from "./flat.js";

/** Defects on ready-made regions: metal, glass, anything with clean pictures and masks (dig 1.5, manual ROI). */
export const day1Roi: FlowDefinition = {
  id: "day1-roi",
  title: "Day 1 manual ROI",
  usecases: [],
  steps: (r) =>
    2 + Number(r.knobs.use_pretrained_checkpoint !== true) + Number(r.knobs.dig_url_root === undefined),
  run,
};

async function run(c: FlowContext): Promise<FlowOutcome> {
  const { request } = c;
  const { knobs, cookbook } = request;
  const pretrained = knobs.use_pretrained_checkpoint === true;
  const known = pretrained ? await passthrough(rootFolder(knobs), cookbook.usecase) : undefined;
  const found = await labelledData(c);
  const modeA = found.below || (await exists(path.join(found.dataset, "defect_spec.jsonl")));
  const flat = modeA ? undefined : await c.step(flatStep(request, found.dataset));
  const data = flat ? { dataset: flat.folder, below: true } : found;
  const learnt = pretrained
    ? undefined
    : await c.step(learnStep({ request, ...data, folder: trainingFolder(request), makes: "finetune" }));
  const placed = await c.step(placeStep({ request, ...data }));
  const made = await c.step(
    synthesiseStep({
      request,
      checkpoint: known ?? trainingFolder(request),
      below: known === undefined,
      step: undefined,
    }),
  );
  return {
    accounts: defectAccounts(whole(knobs, "num_sdg"), flat?.dropped ?? [], placed, made),
    refused: {},
    tables: [defectTable(made), ...(learnt ? trainingTables(learnt) : [])],
    samples: originals(made),
    pairs: (images) =>
      anomalyPairs({
        output: c.output,
        dataset: data.below ? `${c.output}/${data.dataset}` : data.dataset,
        images,
        made: made.made,
        board: cookbook.name,
        seed: request.seed,
      }),
    problems: [],
    notes: [
      modeA
        ? "Types and places are those of the data set's own defect_spec.jsonl; anomaly_types_json and default_spatial_dependency do not count."
        : "The data set has no defect_spec.jsonl: its types are those of anomaly_types_json.",
      ...(found.below
        ? [
            "The pictures of glass are drawn by Reflow: a stand-in until real ones are named with dig_url_root.",
          ]
        : []),
      ...notesOf(placed.warnings),
    ],
    next: [
      `reflow generate ${request.flow} --cookbook ${cookbook.name} --output <the same> --to-workspace workspace`,
    ],
  };
}
