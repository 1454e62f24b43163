import path from "node:path";
import { exists } from "../../kit/files.js";
import { checkpointOf, generateDefects, generatedOutcome, generateSteps } from "../anomaly/generate.js";
import { originals } from "../anomaly/outcome.js";
import type { FlowDefinition } from "../run/definition.js";
import type { FlowContext, FlowOutcome } from "../run/types.js";
import { labelledData } from "../steps/labelled.js";
import { flatStep } from "./flat.js";

/** Defects on ready-made regions: metal, glass, anything with clean pictures and masks (dig 1.5, manual ROI). */
export const day1Roi: FlowDefinition = {
  id: "day1-roi",
  title: "Day 1 manual ROI",
  usecases: [],
  steps: (r) => generateSteps(r) + Number(r.knobs.dig_url_root === undefined),
  run,
};

async function run(c: FlowContext): Promise<FlowOutcome> {
  const { request } = c;
  const checkpoint = await checkpointOf(request);
  const found = await labelledData(c);
  const modeA = found.below || (await exists(path.join(found.dataset, "defect_spec.jsonl")));
  const flat = modeA ? undefined : await c.step(flatStep(request, found.dataset));
  const data = flat ? { dataset: flat.folder, below: true } : found;
  const generated = await generateDefects(c, { checkpoint, learnFrom: data, data });
  const defects = generatedOutcome(c, generated, flat?.dropped ?? []);
  return {
    ...defects,
    refused: {},
    samples: originals(generated.made),
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
      ...defects.notes,
    ],
    next: [],
  };
}
