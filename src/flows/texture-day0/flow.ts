import path from "node:path";
import { loadCookbook } from "../../scene/cookbook/index.js";
import { checkpointOf, generateDefects, generatedOutcome, generateSteps } from "../anomaly/generate.js";
import { anomalySamples } from "../anomaly/outcome.js";
import { DATASET, stageStep } from "../anomaly/stage.js";
import { DAY0, day0Crops, day0Steps, goodOutcome, kindPath } from "../good/flow.js";
import type { FlowDefinition } from "../run/definition.js";
import { pairsOf, word } from "../run/knobs.js";
import type { FlowContext, FlowOutcome } from "../run/types.js";
import { rawFolder } from "../steps/artifacts.js";

/** Solder bridges, excess solder, missing parts on rendered and restyled crops of a modelled board (dig 1.3 to 1.6). */
export const textureDay0: FlowDefinition = {
  id: "texture-day0",
  title: "Day 0 texture defects",
  usecases: ["pcb"],
  steps: (r) => day0Steps(r) + 1 + generateSteps(r),
  run,
};

async function run(c: FlowContext): Promise<FlowOutcome> {
  const { request } = c;
  const { knobs, cookbook, seed } = request;
  // What is missing is told before anything is rendered.
  const raw = await rawFolder(knobs, cookbook.usecase);
  const checkpoint = await checkpointOf(request);
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
  const data = { dataset: DATASET, below: true };
  const learnFrom = raw === undefined ? data : { dataset: raw, below: false };
  const generated = await generateDefects(c, { checkpoint, learnFrom, data });
  const good = goodOutcome(request, day0);
  const defects = generatedOutcome(c, generated, staged.dropped);
  const crops = new Map(cropped.crops.map(({ name, group }) => [`${group}/${stemOf(name)}`, name]));
  return {
    ...defects,
    accounts: [...defects.accounts, ...good.accounts],
    refused: good.refused,
    samples: anomalySamples(generated.made, ["OV render", "OV cad mask", "Augmentation"], (image) => {
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
    problems: [],
    notes: [
      ...staged.dropped.map((type) => `${type} has no place on this board and was left out.`),
      ...(raw === undefined
        ? ["No labelled pictures were given: shapes are drawn, and how they look is known by their names."]
        : []),
      ...good.notes,
      ...defects.notes,
    ],
    next: [],
  };
}
