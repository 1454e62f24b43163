import { stat } from "node:fs/promises";
import path from "node:path";
import { asProblem, type Problem, ReflowError } from "../../kit/errors.js";
import { exists } from "../../kit/files.js";
import { imageSize } from "../../kit/images.js";
import { area, componentsByBlock } from "../../vision/index.js";
import { CAD_CLASS_NAMES, isCadDefect } from "../cad/candidates.js";
import { readMask } from "../picture.js";
import { imagesIn } from "./image-files.js";
import { CLASSES_FILE, readCadClasses } from "./labels.js";
import type { DefectSpec } from "./spec.js";

/** What one defect type is placed from; paths as they were joined to the folders given. */
export type Pool = Readonly<{
  spec: DefectSpec;
  submasks: readonly string[];
  cleans: readonly string[];
  /** True when every mask of the type has at least two parts: the generator then paints them in one go. */
  allMulti: boolean;
}>;

export type Pools = Readonly<{
  pools: readonly Pool[];
  /** File of the label table, and what it says; empty where no type needs it. */
  labels: string;
  colours: CadColours;
  problems: readonly Problem[];
}>;

export type CadColours = Pick<Awaited<ReturnType<typeof readCadClasses>>, "classes" | "background">;

/**
 * Looks at everything the placement will need, before anything is placed (contract 5.1): masks (all are decoded),
 * clean images, and for `cad` the label table and one CAD mask a clean image. Never throws for bad data: what is wrong
 * is listed, with severity `error` where placing would go wrong.
 */
export async function readPools(root: string, clean: string, specs: readonly DefectSpec[]): Promise<Pools> {
  const problems: Problem[] = [];
  const pools: Pool[] = [];
  const labels = path.join(root, CLASSES_FILE);
  const colours = specs.some((s) => s.dependency === "cad")
    ? await readLabels(labels, problems)
    : { classes: [], background: [] };
  const looked = new Map<string, Awaited<ReturnType<typeof cleanSizes>>>();
  const seenMasks = new Set<string>();
  for (const spec of specs) {
    const say = problem(spec, problems);
    const folder = path.join(root, spec.texture, "mask", spec.anomaly);
    const masks = (await imagesIn(folder)).map((name) => path.join(folder, name));
    if (masks.length === 0) say("error", "masks_missing", "has no masks", "Add mask images.", folder);
    const cleanFolder = await cleanFolderOf(clean, spec.texture);
    const cleans = (await imagesIn(cleanFolder)).map((name) => path.join(cleanFolder, name));
    if (cleans.length === 0)
      say(
        "error",
        "clean_images_missing",
        "has no clean images",
        `Add defect-free crops to ${spec.texture}/clean_image.`,
        cleanFolder === clean ? path.join(clean, spec.texture, "clean_image") : cleanFolder,
      );
    twins(say, masks, "masks");
    // Several types share a folder of clean images: its faults are told once.
    const before = looked.get(cleanFolder);
    if (!before) twins(say, cleans, "clean images");
    const sizes = before ?? (await cleanSizes(say, cleans));
    looked.set(cleanFolder, sizes);
    // By CAD a shape is scaled to its place, whatever its size.
    const { usable, allMulti } = await lookAtMasks(say, masks, spec.dependency === "cad" ? [] : sizes);
    if (spec.dependency === "cad") await lookForCad(say, root, spec, cleans, seenMasks);
    if (usable.length > 0 && cleans.length > 0) pools.push({ spec, submasks: usable, cleans, allMulti });
  }
  return { pools, labels, colours, problems };
}

/** Where the CAD mask of a clean image lies. */
export function cadMaskOf(root: string, texture: string, clean: string): string {
  return path.join(root, texture, "cad_mask", `${path.parse(clean).name}.png`);
}

/** `<clean>/<TEXTURE>/clean_image`, else `<clean>/<TEXTURE>`, else `<clean>` (contract 5.1). */
async function cleanFolderOf(clean: string, texture: string): Promise<string> {
  for (const folder of [path.join(clean, texture, "clean_image"), path.join(clean, texture)])
    if (await isFolder(folder)) return folder;
  return clean;
}

async function isFolder(file: string): Promise<boolean> {
  return stat(file).then(
    (s) => s.isDirectory(),
    () => false,
  );
}

type Say = (severity: Problem["severity"], code: string, what: string, hint: string, file: string) => void;

function problem(spec: DefectSpec, into: Problem[]): Say {
  return (severity, code, what, hint, file) => {
    into.push({ code, severity, message: `"${spec.defectType}" ${what}`, hint, where: { file } });
  };
}

async function readLabels(file: string, into: Problem[]): Promise<CadColours> {
  try {
    const { classes, background, problems } = await readCadClasses(file);
    into.push(...problems);
    if (!classes.some((c) => (CAD_CLASS_NAMES as readonly string[]).includes(c.name)))
      into.push({
        code: "labels_no_known_class",
        severity: "error",
        message: `the label table names none of ${CAD_CLASS_NAMES.join(", ")}`,
        hint: "Name the classes as the CAD rules know them; classes such as 'ic,solder' count for nothing.",
        where: { file },
      });
    return { classes, background };
  } catch (error) {
    if (!(error instanceof ReflowError)) throw error;
    const missing = error.code === "file_missing";
    into.push({
      ...asProblem(error),
      ...(missing && {
        message: `types placed by cad need the label table: ${error.message}`,
        hint: `Copy the ${CLASSES_FILE} of the CAD masks into the dataset folder.`,
      }),
    });
    return { classes: [], background: [] };
  }
}

/** Two files of one name but for the extension would overwrite each other's results. */
function twins(say: Say, files: readonly string[], what: string): void {
  const seen = new Map<string, string>();
  for (const file of files) {
    const { name } = path.parse(file);
    const other = seen.get(name);
    if (other)
      say(
        "error",
        "stem_duplicate",
        `has two ${what} named ${name}: ${path.basename(other)} and ${path.basename(file)}`,
        "Rename or remove one of them.",
        file,
      );
    else seen.set(name, file);
  }
}

async function lookAtMasks(
  say: Say,
  masks: readonly string[],
  sizes: readonly Readonly<{ width: number; height: number }>[],
): Promise<{ usable: readonly string[]; allMulti: boolean }> {
  const usable: string[] = [];
  const large: string[] = [];
  let allMulti = masks.length > 0;
  for (const file of masks)
    try {
      const mask = await readMask(file);
      if (componentsByBlock(mask).length < 2) allMulti = false;
      if (area(mask) === 0)
        say(
          "warning",
          "mask_empty",
          "has an empty mask, which is left out",
          "Draw the defect in white.",
          file,
        );
      else {
        usable.push(file);
        if (sizes.length > 0 && sizes.every((s) => mask.width > s.width || mask.height > s.height))
          large.push(file);
      }
    } catch (error) {
      if (!(error instanceof ReflowError)) throw error;
      allMulti = false;
      say("error", error.code, `has a mask that cannot be read: ${error.message}`, error.hint, file);
    }
  if (large.length > 0)
    say(
      "warning",
      "mask_larger_than_image",
      `has ${large.length} of ${masks.length} masks larger than all its clean images, first ${path.basename(large[0] as string)}; they are shrunk to fit`,
      "Cut the masks to the size of the clean images if the defects come out too small.",
      large[0] as string,
    );
  if (masks.length > 0 && usable.length === 0)
    say(
      "error",
      "masks_missing",
      "has no usable mask",
      "Add masks with white pixels.",
      path.dirname(masks[0] as string),
    );
  if (usable.length === 1)
    say(
      "info",
      "mask_single",
      "has one mask: all its shapes come from it",
      "More masks give more variety.",
      usable[0] as string,
    );
  return { usable, allMulti };
}

async function cleanSizes(say: Say, cleans: readonly string[]): Promise<{ width: number; height: number }[]> {
  const sizes: { width: number; height: number }[] = [];
  for (const file of cleans)
    try {
      sizes.push(await imageSize(file));
    } catch (error) {
      if (!(error instanceof ReflowError)) throw error;
      say("error", error.code, `has a clean image that cannot be read: ${error.message}`, error.hint, file);
    }
  return sizes;
}

async function lookForCad(
  say: Say,
  root: string,
  spec: DefectSpec,
  cleans: readonly string[],
  seen: Set<string>,
): Promise<void> {
  if (!isCadDefect(spec.anomaly))
    say(
      "warning",
      "defect_without_rule",
      "has no CAD rule, so nothing will be placed",
      "CAD rules know missing, less_solder, excess_solder and bridge; use spatial_dependency free for others.",
      path.join(root, spec.texture, "cad_mask"),
    );
  const missing: string[] = [];
  for (const file of cleans) {
    const cad = cadMaskOf(root, spec.texture, file);
    if (!(await exists(cad))) missing.push(cad);
    else if (!seen.has(cad))
      try {
        seen.add(cad);
        await imageSize(cad);
      } catch (error) {
        if (!(error instanceof ReflowError)) throw error;
        say("error", error.code, `has a CAD mask that cannot be read: ${error.message}`, error.hint, cad);
      }
  }
  if (missing.length > 0)
    say(
      "error",
      "cad_mask_missing",
      `lacks the CAD mask of ${missing.length} of ${cleans.length} clean images, first ${path.basename(missing[0] as string)}`,
      "Each clean image needs cad_mask/<its stem>.png.",
      missing[0] as string,
    );
}
