import path from "node:path";
import { loadCookbook } from "../../scene/cookbook/index.js";
import { learnStep, passthrough, trainingFolder } from "../anomaly/learn.js";
import { anomalySamples, defectAccounts, defectTable, trainingTables } from "../anomaly/outcome.js";
import { placeStep } from "../anomaly/place.js";
import { DATASET, stageStep } from "../anomaly/stage.js";
import { synthesiseStep } from "../anomaly/synthesise.js";
import { DAY0, day0Crops, day0Steps, goodOutcome, kindPath } from "../good/flow.js";
import type { FlowDefinition } from "../run/definition.js";
import { pairsOf, rootFolder, whole, word } from "../run/knobs.js";
import { notesOf } from "../run/notes.js";
import type { FlowContext, FlowOutcome } from "../run/types.js";
import { rawFolder } from "../steps/artifacts.js";
import { anomalyPairs } from "../workspace/from-anomaly.js";

/** Solder bridges, excess solder, missing parts on rendered and restyled crops of a modelled board (dig 1.3 to 1.6). */
export const textureDay0: FlowDefinition = {
  id: "texture-day0",
  title: "Day 0 texture defects",
  usecases: ["pcb"],
  steps: (r) => day0Steps(r) + (r.knobs.use_pretrained_checkpoint === true ? 3 : 4),
  run,
};

async function run(c: FlowContext): Promise<FlowOutcome> {
  const { request } = c;
  const { knobs, cookbook, seed } = request;
  const pretrained = knobs.use_pretrained_checkpoint === true;
  // What is missing is told before anything is rendered.
  const raw = await rawFolder(knobs, cookbook.usecase);
  const known = pretrained ? await passthrough(rootFolder(knobs), cookbook.usecase) : undefined;
  const board = await loadCookbook(cookbook.dir);
  const day0 = await day0Crops(c);
  const { cropped, edited } = day0;
  const stemOf = (name: string) => name.split("/").slice(1).join("__");
  const staged = await c.step(
    stageStep({
      cleans: cropped.crops.map(({ name, group }) => ({
        material: group,
        stem: stemOf(name),
        picture: `${DAY0.edited}/crop/${name}${edited.extension}`,
        cadMask: `${DAY0.crop}/${kindPath(name, "cad_mask")}.png`,
      })),
      pairs: pairsOf(knobs),
      dependency: word(knobs, "default_spatial_dependency"),
      labels: `${DAY0.crop}/semantic_segmentation_labels.json`,
      classDirs: board.crop?.crop.class_dirs ?? {},
      raw,
      seed,
    }),
  );
  const learnt = pretrained
    ? undefined
    : await c.step(
        learnStep({
          request,
          dataset: raw ?? DATASET,
          below: raw === undefined,
          folder: trainingFolder(request),
          makes: "finetune",
        }),
      );
  const placed = await c.step(placeStep({ request, dataset: DATASET, below: true }));
  const made = await c.step(
    synthesiseStep({
      request,
      checkpoint: known ?? trainingFolder(request),
      below: known === undefined,
      step: undefined,
    }),
  );
  const good = goodOutcome(request, day0);
  const crops = new Map(cropped.crops.map(({ name, group }) => [`${group}/${stemOf(name)}`, name]));
  return {
    accounts: [...defectAccounts(whole(knobs, "num_sdg"), staged.dropped, placed, made), ...good.accounts],
    refused: good.refused,
    tables: [defectTable(made), ...(learnt ? trainingTables(learnt) : [])],
    samples: anomalySamples(made, ["OV render", "OV cad mask", "Augmentation"], (image) => {
      const { name: stem, dir } = path.posix.parse(image);
      const name = crops.get(`${dir.split("/").at(-2)}/${stem}`);
      return name === undefined
        ? undefined
        : [
            `${DAY0.crop}/${kindPath(name, "normal_img")}.png`,
            `${DAY0.crop}/${kindPath(name, "cad_mask")}.png`,
            `${DAY0.edited}/crop/${name}${edited.extension}`,
          ];
    }),
    pairs: (images) =>
      anomalyPairs({
        output: c.output,
        dataset: `${c.output}/${DATASET}`,
        images,
        made: made.made,
        board: cookbook.name,
        seed,
      }),
    problems: [],
    notes: [
      ...staged.dropped.map((type) => `${type} has no place on this board and was left out.`),
      ...(raw === undefined
        ? ["No labelled pictures were given: shapes are drawn, and how they look is known by their names."]
        : []),
      ...good.notes,
      ...notesOf(placed.warnings),
    ],
    next: [
      `reflow generate ${request.flow} --cookbook ${cookbook.name} --output <the same> --to-workspace workspace`,
    ],
  };
}
