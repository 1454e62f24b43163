import path from "node:path";
import { normaliseLabel } from "../dataset/label.js";
import { type Problem, ReflowError } from "../kit/errors.js";
import { exists } from "../kit/files.js";
import { decodeImage, type Pixels } from "../kit/images.js";
import {
  type CadClasses,
  CLASSES_FILE,
  type DefectSpec,
  imagesIn,
  readCadClasses,
} from "../placement/index.js";
import {
  area,
  channelsOf,
  components,
  dilate,
  grey,
  type Mask,
  maskOf,
  membrane,
  threshold,
  toPixels,
} from "../vision/index.js";
import { makeExemplar } from "./exemplar.js";
import type { Wanted } from "./recipes.js";
import type { Canvas, Exemplar, Surroundings } from "./types.js";

/** What a dataset folder (contract 7.1) gives: types, masks with or without pictures, clean crops. */
export type DatasetFolder = Readonly<{
  wanted: readonly Wanted[];
  exemplars: readonly Exemplar[];
  canvases: readonly Canvas[];
  classes: CadClasses;
  problems: readonly Problem[];
}>;

/** Most masks that are read per type. */
const MOST_MASKS = 64;

/**
 * Reads `<TEXTURE>/mask/<ANOMALY>/`, `<TEXTURE>/clean_image/`, and where present
 * `<TEXTURE>/anomaly_image/<ANOMALY>/` (mask stem without `_mask`) and `<TEXTURE>/cad_mask/<clean stem>.png`.
 * Types whose folders are missing or hold nothing usable become problems and are left out.
 */
export async function readDatasetFolder(
  root: string,
  specs: readonly DefectSpec[],
  around: Surroundings,
): Promise<DatasetFolder> {
  const problems: Problem[] = [];
  const canvases: Canvas[] = [];
  const cleanOf = new Map<string, readonly number[]>();
  const exemplars: Exemplar[] = [];
  const wanted: Wanted[] = [];
  let classes: CadClasses = [];
  const warn = (code: string, message: string, hint: string, where: Problem["where"]): void => {
    problems.push({ code, severity: "error", message, hint, where });
  };
  if (!(await exists(root)))
    throw new ReflowError("data", "dataset_folder_missing", `no such folder: ${root}`, "Check the path.", {
      where: { file: root },
    });
  if (specs.some((s) => s.dependency === "cad")) {
    const read = await readCadClasses(path.join(root, CLASSES_FILE));
    classes = read.classes;
    problems.push(...read.problems);
  }
  for (const spec of specs) {
    if (!cleanOf.has(spec.texture)) {
      const folder = path.join(root, spec.texture, "clean_image");
      const files = await imagesIn(folder);
      const first = canvases.length;
      for (const file of files) canvases.push(await cleanCanvas(root, spec.texture, folder, file));
      cleanOf.set(
        spec.texture,
        files.map((_, i) => first + i),
      );
      if (files.length === 0)
        warn("clean_images_missing", "no clean images", "Add defect-free crops.", { file: folder });
    }
    const clean = cleanOf.get(spec.texture) ?? [];
    const folder = path.join(root, spec.texture, "mask", spec.anomaly);
    const masks = (await imagesIn(folder)).slice(0, MOST_MASKS);
    const label = normaliseLabel(spec.anomaly);
    let usable = 0;
    for (const file of masks) {
      try {
        const e = await maskExemplar(root, spec, folder, file, label, around);
        if (e) {
          exemplars.push(e);
          usable++;
        } else
          warn("mask_unusable", "the mask is empty or fills its image", "Draw the defect in white.", {
            file: path.join(folder, file),
          });
      } catch (error) {
        if (!(error instanceof ReflowError)) throw error;
        warn(error.code, error.message, error.hint, error.where ?? { file: path.join(folder, file) });
      }
    }
    if (masks.length === 0)
      warn("masks_missing", `no masks for "${spec.defectType}"`, "Add mask images.", { file: folder });
    if (spec.dependency === "text")
      problems.push({
        code: "prompt_not_read",
        severity: "info",
        message: `"${spec.defectType}" is placed freely: the built-in generator does not read prompts`,
        hint: "Use spatial_dependency cad, or the deep factory.",
        where: { field: spec.defectType },
      });
    if (usable > 0 && clean.length > 0)
      wanted.push({
        label,
        defectType: spec.defectType,
        dependency: spec.dependency,
        canvases: clean,
        masked: true,
      });
  }
  return { wanted, exemplars, canvases, classes, problems };
}

async function cleanCanvas(root: string, texture: string, folder: string, file: string): Promise<Canvas> {
  const image = path.join(folder, file);
  const cad = path.join(root, texture, "cad_mask", `${path.parse(file).name}.png`);
  return {
    test: [image],
    golden: [image],
    name: path.parse(file).name,
    ...((await exists(cad)) ? { cadMask: cad } : {}),
  };
}

async function maskExemplar(
  root: string,
  spec: DefectSpec,
  folder: string,
  file: string,
  label: string,
  around: Surroundings,
): Promise<Exemplar | undefined> {
  const whole = threshold(grey(await decodeImage(path.join(folder, file), "gray")), 127);
  const { parts } = components(whole);
  const main = [...parts].sort((a, b) => b.area - a.area || a.id - b.id)[0];
  if (!main || area(whole) > 0.8 * whole.data.length) return undefined;
  // The largest part is the defect, as upstream's placement takes it; specks beside it are not.
  const mask = maskOf(
    whole,
    parts.filter((part) => part.area >= 0.25 * main.area),
  );
  const picture = await anomalyPicture(root, spec, path.parse(file).name, mask);
  const blank: Pixels = {
    width: mask.width,
    height: mask.height,
    channels: 1,
    data: new Uint8Array(mask.data.length).fill(128),
  };
  return makeExemplar({
    id: `mask:${spec.defectType}/${file}`,
    label,
    source: path.join(folder, file),
    test: [picture ?? blank],
    golden: [picture ? inpaint(picture, mask) : blank],
    mask,
    textured: picture !== undefined,
    around,
  });
}

/** The photo a mask was drawn on, when the folder has it in the same size. */
async function anomalyPicture(
  root: string,
  spec: DefectSpec,
  stem: string,
  mask: Mask,
): Promise<Pixels | undefined> {
  const folder = path.join(root, spec.texture, "anomaly_image", spec.anomaly);
  const plain = stem.replace(/_mask$/, "");
  const file = (await imagesIn(folder)).find((name) => path.parse(name).name === plain);
  if (!file) return undefined;
  const image = await decodeImage(path.join(folder, file));
  return image.width === mask.width && image.height === mask.height ? image : undefined;
}

/** The picture with the defect smoothed away: what a golden would show, roughly. */
function inpaint(image: Pixels, m: Mask): Pixels {
  const inside = dilate(m, 3);
  return toPixels(channelsOf(image).map((p) => membrane(p, inside)));
}
