import path from "node:path";
import { dataError, type Problem, ReflowError } from "../../kit/errors.js";
import { exists } from "../../kit/files.js";
import { checked, type Places } from "../cookbook/check.js";
import { type CropConfig, cropConfigSchema } from "../cookbook/index.js";
import { readYamlFile } from "../cookbook/yaml-file.js";
import { fileNames, frameIds } from "./frames.js";
import { meaning, readLabelMap } from "./label-map.js";
import { readMetadata } from "./metadata.js";
import { ROI_DEFAULTS, type RoiSettings } from "./roi-settings.js";

/** Labels of what lies around components: they join a region, but make none. */
const SUPPORT = new Set(["pad", "solder", "lead", "board", "silkscreen", "text"]);

/** Material folders of the common classes (contract 4.7 has the first and the last). */
const USUAL_DIRS = {
  capacitor: "passive_component",
  resistor: "passive_component",
  inductor: "passive_component",
  ic: "IC",
};

export type CropPlan = Readonly<{
  settings: RoiSettings;
  /** Folder of frames below the render, where the configuration names one. */
  source?: string;
  /** Where the settings come from: a file, or nothing but defaults. */
  from: string | undefined;
}>;

/**
 * The settings of ROI crops: those of `file`, else of `day0_crop.yaml` in the render's folder, else the `crop` section
 * that the render was configured with. Undefined when there is none. Throws `crop_config_invalid` with every problem,
 * line and column.
 */
export async function findCropConfig(render: string, file?: string): Promise<CropPlan | undefined> {
  const own = path.join(render, "day0_crop.yaml");
  const chosen = file ?? ((await exists(own)) ? own : undefined);
  if (chosen !== undefined) {
    const yaml = await readYamlFile(chosen);
    if (yaml.problems.length > 0) throw invalid(chosen, yaml.problems);
    return plan(yaml.value, chosen, yaml);
  }
  for (const folder of [render, path.join(render, "trigger_0000")]) {
    const metadata = await readMetadata(folder);
    if (metadata?.config.crop === undefined) continue;
    const here = () => ({ file: metadata.file });
    // The section of a render speaks of that render, not of a registered photo.
    const crop = { source: "trigger_0000", pattern: "*", ...(metadata.config.crop as object) };
    return plan({ crop }, metadata.file, { placeOf: here, placeOfKey: here });
  }
  return undefined;
}

/**
 * Settings for a render that no configuration speaks of: every labelled thing that is no pad, solder or board is an
 * anchor; capacitors and ICs go to the folders of the common cookbooks. Throws `no_anchor_class`.
 */
export async function defaultCropSettings(frames: string): Promise<RoiSettings> {
  const seen = new Set<string>();
  for (const id of frameIds(await fileNames(frames), "semantic_segmentation_labels", "json", "*"))
    try {
      const { colours } = await readLabelMap(path.join(frames, `semantic_segmentation_labels_${id}.json`));
      for (const colour of colours) for (const name of meaning(colour)) seen.add(name);
    } catch (error) {
      // Told again, with its frame, when that frame is cut.
      if (!(error instanceof ReflowError)) throw error;
    }
  const classes = [...seen].filter((name) => !SUPPORT.has(name)).sort();
  if (classes.length === 0)
    throw dataError(
      "no_anchor_class",
      `no frame of ${frames} has a labelled component: ${seen.size === 0 ? "there are no labels" : `only ${[...seen].sort().join(", ")}`}`,
      "Add semantic rules to the render, or name anchor classes in crop.classes.",
      { file: frames },
    );
  return { ...ROI_DEFAULTS, classes, classDirs: USUAL_DIRS };
}

function plan(value: Readonly<Record<string, unknown>>, file: string, places: Places): CropPlan {
  const result = checked(cropConfigSchema, value, places);
  if (!result.value) throw invalid(file, result.problems);
  return { settings: roiSettings(result.value), source: result.value.crop.source, from: file };
}

/** The settings of a `day0_crop.yaml` (dig 6.3). The source `aligned` is a registered photo (Day 1). */
export function roiSettings({ crop, reflow }: CropConfig): RoiSettings {
  return {
    layout: crop.source === "aligned" ? "aligned" : "render",
    pattern: crop.pattern,
    classes: crop.classes,
    morphKernel: crop.morph_kernel,
    minArea: crop.min_area,
    maxArea: crop.max_area,
    offset: crop.offset,
    edgeSkip: crop.edge_skip,
    minCoverage: crop.min_coverage,
    maxEmit: crop.max_emit,
    maxEmitScope: reflow.max_emit_scope,
    classDirs: crop.class_dirs ?? null,
    bridge: crop.bridge ? { distance: crop.bridge_dis, classes: crop.bridge_classes } : null,
  };
}

function invalid(file: string, problems: readonly Problem[]): ReflowError {
  const sorted = [...problems].sort((a, b) => (a.where?.row ?? 0) - (b.where?.row ?? 0));
  const many = sorted.length === 1 ? "one error" : `${sorted.length} errors`;
  return new ReflowError(
    "data",
    "crop_config_invalid",
    `the crop settings of ${file} have ${many}`,
    sorted[0]?.hint ?? "Correct them.",
    { where: { file }, problems: sorted },
  );
}
