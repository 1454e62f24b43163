import { copyFile } from "node:fs/promises";
import path from "node:path";
import { dataError } from "../../kit/errors.js";
import { cropConfigSchema } from "../../scene/cookbook/crop-schema.js";
import { loadCookbook } from "../../scene/cookbook/index.js";
import { roiSettings } from "../../scene/crop/index.js";
import { requireScene } from "../../scene/flatten/index.js";
import { renderScan } from "../../scene/scan/index.js";
import { checkpointOf, generateDefects, generatedOutcome, generateSteps } from "../anomaly/generate.js";
import { anomalySamples } from "../anomaly/outcome.js";
import { DATASET, stageStep } from "../anomaly/stage.js";
import { type Day1Config, day1Schema, readConfig, requiredFile } from "../cookbook/index.js";
import type { FlowDefinition } from "../run/definition.js";
import { pairsOf, word } from "../run/knobs.js";
import type { FlowContext, FlowOutcome, Json, Step } from "../run/types.js";
import { rawFolder } from "../steps/artifacts.js";
import { roiStep } from "../steps/crops.js";
import { changedBoard, cookbookFiles } from "../steps/render.js";
import { sceneOf } from "../steps/scene.js";
import { DAY1 } from "./folders.js";
import { fixedView, photoOf } from "./photo.js";
import { type Registered, registerStep } from "./register.js";

/** Defects on a real photo of a modelled board: register, cut, place, paint (dig 1.8, 1.5). */
export const day1Align: FlowDefinition = {
  id: "day1-align",
  title: "Day 1 real alignment",
  usecases: ["pcb"],
  steps: (r) =>
    4 +
    generateSteps(r) +
    Number(r.cookbook.settings.board !== undefined) +
    Number(r.cookbook.settings.board !== undefined && r.knobs.dig_url_root === undefined),
  run,
};

async function run(c: FlowContext): Promise<FlowOutcome> {
  const { request } = c;
  const { knobs, cookbook, seed } = request;
  const file = requiredFile(cookbook, "day1", "says where the photo was taken");
  const config = await readConfig(file, day1Schema);
  const crop = cropConfigSchema.safeParse({ crop: { ...config.crop, source: "aligned", pattern: "0000" } });
  if (!crop.success)
    throw dataError(
      "cookbook_invalid",
      `${file}: crop.${crop.error.issues[0]?.path.slice(1).join(".")}: ${crop.error.issues[0]?.message}`,
      "Correct the value; docs/scene-crop.md lists the keys.",
      { file, field: "crop" },
    );
  const raw = await rawFolder(knobs, cookbook.usecase).catch((error: unknown) => {
    // Boards of Reflow's own have drawn shapes; a root may hold nothing but the photo.
    if (cookbook.settings.exemplars !== "pcb") throw error;
    return undefined;
  });
  const checkpoint = await checkpointOf(request);
  const board = await loadCookbook(cookbook.dir);
  const scene = await sceneOf(c);
  const photo = await photoOf(c, { board, scene, config });
  await c.step(sdgStep(c, config, file, { board, scene }));
  const registered = await c.step(registerStep(request, config, photo.file));
  const cropped = await c.step(
    roiStep({ id: "crop", source: DAY1.aligned, folder: DAY1.crop, settings: roiSettings(crop.data) }),
  );
  if (cropped.emitted === 0)
    throw dataError(
      "nothing_made",
      "the photo shows no whole component of crop.classes",
      "Look at camera.translate and crop.classes in usd2roi_day1.yaml.",
      { file },
    );
  const staged = await c.step(
    stageStep({
      cleans: cropped.crops.map(({ name, group }) => ({
        material: group,
        stem: name.split("/").at(-1) as string,
        picture: `${DAY1.crop}/${group}/normal_img/${name.split("/").at(-1)}.png`,
        cadMask: `${DAY1.crop}/${group}/cad_mask/${name.split("/").at(-1)}_cad_mask.png`,
      })),
      pairs: pairsOf(knobs),
      dependency: word(knobs, "default_spatial_dependency"),
      labels: `${DAY1.crop}/semantic_segmentation_labels.json`,
      classDirs: crop.data.crop.class_dirs ?? {},
      raw,
      seed,
    }),
  );
  const data = { dataset: DATASET, below: true };
  const learnFrom = raw === undefined ? data : { dataset: raw, below: false };
  const generated = await generateDefects(c, { checkpoint, learnFrom, data });
  const defects = generatedOutcome(c, generated, staged.dropped);
  const [table, ...training] = defects.tables;
  return {
    ...defects,
    accounts: [
      ...defects.accounts,
      ...Object.entries(cropped.groups).map(([material, n]) => ({
        of: material,
        unit: "crops",
        requested: null,
        allocated: n,
        generated: n,
        refused: {},
      })),
    ],
    refused: { crop: cropped.refused },
    tables: [...(table ? [table] : []), registrationTable(registered), ...training],
    samples: anomalySamples(generated.made, ["Photo", "OV cad mask"], (image) => {
      const { name, dir } = path.posix.parse(image);
      const base = `${DAY1.crop}/${dir.split("/").at(-2)}`;
      return [`${base}/normal_img/${name}.png`, `${base}/cad_mask/${name}_cad_mask.png`];
    }),
    problems: [],
    notes: [
      ...(photo.standIn
        ? [
            "The photo is a stand-in that Reflow made of the board; name a real one with dig_url_root and real_image_filename.",
          ]
        : []),
      ...staged.dropped.map((type) => `${type} has no place on this photo and was left out.`),
      ...defects.notes,
    ],
    next: [],
  };
}

/** The render that the photo is registered to: one frame from the place that the cookbook names. */
function sdgStep(
  c: FlowContext,
  config: Day1Config,
  file: string,
  o: Readonly<{ board: Awaited<ReturnType<typeof loadCookbook>>; scene: string }>,
): Step<{ frames: number }> {
  const { request } = c;
  const { lighting, quality } = request.cookbook.settings.render;
  const { camera, resolution } = config;
  const view = fixedView(camera.translate, camera.horizontal_aperture, resolution);
  return {
    id: "render",
    title: "Render",
    makes: [DAY1.sdg, `${DAY1.root}/usd2roi_day1.yaml`],
    after: "continue",
    parameters: JSON.parse(JSON.stringify({ view, lighting: lighting ?? null, quality })) as Json,
    files: [o.scene, file, ...cookbookFiles(request)],
    run: async ({ at, emit, signal, workers }) => {
      const { frames } = await renderScan({
        scene: await requireScene(o.scene),
        cookbook: changedBoard(o.board, "good", view),
        pipeline: "good",
        output: at(DAY1.sdg),
        quality,
        patches: 1,
        seed: request.seed,
        ...(lighting && { lightings: [lighting] }),
        workers,
        emit,
        ...(signal && { signal }),
      });
      await copyFile(file, at(DAY1.root, "usd2roi_day1.yaml"));
      return { frames };
    },
    told: (r) => `${r.frames} frame`,
  };
}

function registrationTable(r: Registered): FlowOutcome["tables"][number] {
  return {
    title: "Registration",
    header: ["parameter", "value"],
    rows: [
      ["scale X, Y", `${r.scaleX.toFixed(4)}, ${r.scaleY.toFixed(4)}`],
      ["rotation", `${r.rotation_deg.toFixed(3)}°`],
      ["shift", `${r.tx.toFixed(2)}, ${r.ty.toFixed(2)} px`],
      ["mutual information before, after", `${r.mi_before.toFixed(3)}, ${r.mi_after.toFixed(3)} nats`],
      ["patches that agree", `${r.agreeing} of ${r.patches}`],
    ],
  };
}
