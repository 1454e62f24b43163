import path from "node:path";
import { asProblem, type Problem, ReflowError } from "../../kit/errors.js";
import { imagesIn } from "./image-files.js";
import { CLASSES_FILE, readCadClasses } from "./labels.js";
import { type DefectSpec, readDefectSpec } from "./spec.js";

/** What a dataset folder offers, from its listing alone. */
export type FolderCheck = Readonly<{
  /** Defect types that the spec names, and those of them with clean images and masks. */
  types: number;
  usable: number;
  /** Types that ask for a place by prompt: prompts are not read, they are placed freely. */
  prompted: readonly string[];
  problems: readonly Problem[];
}>;

/**
 * Looks, before anything runs, whether the generator will find what a defect spec names (contract 7.1): readable
 * lines, `<TEXTURE>/clean_image/` and `<TEXTURE>/mask/<ANOMALY>/` with pictures in them, and for `cad` the class file.
 * No picture is decoded. Never throws for bad data.
 */
export async function checkDatasetFolder(root: string, specFile: string): Promise<FolderCheck> {
  const problems: Problem[] = [];
  const note = (error: unknown): void => {
    if (!(error instanceof ReflowError)) throw error;
    problems.push(asProblem(error));
  };
  let specs: readonly DefectSpec[] = [];
  try {
    const read = await readDefectSpec(specFile);
    specs = read.specs;
    problems.push(...read.problems);
    if (specs.some((s) => s.dependency === "cad"))
      problems.push(...(await readCadClasses(path.join(root, CLASSES_FILE))).problems);
  } catch (error) {
    // The generator would stop here too.
    note(error);
    return { types: specs.length, usable: 0, prompted: [], problems };
  }
  let usable = 0;
  for (const spec of specs) {
    try {
      const missing = await missingParts(root, spec);
      problems.push(...missing);
      if (missing.length === 0) usable++;
    } catch (error) {
      note(error);
    }
  }
  const prompted = specs.filter((s) => s.dependency === "text").map((s) => s.defectType);
  return { types: specs.length, usable, prompted, problems };
}

async function missingParts(root: string, spec: DefectSpec): Promise<Problem[]> {
  const out: Problem[] = [];
  const need = async (code: string, what: string, hint: string, folder: string) => {
    if ((await imagesIn(folder)).length === 0)
      out.push({
        code,
        severity: "error",
        message: `"${spec.defectType}" has no ${what}`,
        hint,
        where: { file: folder },
      });
  };
  await need(
    "clean_images_missing",
    "clean images",
    "Add defect-free crops.",
    path.join(root, spec.texture, "clean_image"),
  );
  await need(
    "masks_missing",
    "masks",
    "Add mask images.",
    path.join(root, spec.texture, "mask", spec.anomaly),
  );
  return out;
}
