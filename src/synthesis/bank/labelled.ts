import { readdir } from "node:fs/promises";
import path from "node:path";
import { dataError, type Problem, ReflowError } from "../../kit/errors.js";
import { exists, explainReadError, requireFolder } from "../../kit/files.js";
import { imagesIn, usableName } from "../../placement/index.js";

/** One labelled picture; `image` is missing where the folder holds the mask alone. Paths are whole. */
export type LabelledFile = Readonly<{ mask: string; image?: string }>;

/** What a dataset folder has of one defect type. */
export type LabelledType = Readonly<{
  defectType: string;
  texture: string;
  anomaly: string;
  files: readonly LabelledFile[];
  clean: readonly string[];
}>;

/**
 * Lists the labelled defects of a dataset folder (contract 7): `<TEXTURE>/anomaly_image/<ANOMALY>/X.ext` with
 * `<TEXTURE>/mask/<ANOMALY>/X_mask.ext`, and `<TEXTURE>/clean_image/`. A mask folder without pictures is a type of
 * which only the shape is known. What is wrong is collected and left out. Throws `dataset_folder_missing` or
 * `no_defect_types`.
 */
export async function listLabelled(root: string): Promise<{ types: LabelledType[]; problems: Problem[] }> {
  if (!(await exists(root)))
    throw dataError("dataset_folder_missing", `no such folder: ${root}`, "Check the path.", { file: root });
  await requireFolder(root);
  const types: LabelledType[] = [];
  const problems: Problem[] = [];
  for (const texture of await foldersIn(root)) {
    const at = path.join(root, texture);
    const pictured = await foldersIn(path.join(at, "anomaly_image"));
    const masked = await foldersIn(path.join(at, "mask"));
    const clean = (await imagesIn(path.join(at, "clean_image"))).map((f) => path.join(at, "clean_image", f));
    if (pictured.length + masked.length === 0) {
      if (clean.length === 0) problems.push(warning("texture_unknown", `"${texture}" holds no defects`, at));
      continue;
    }
    for (const anomaly of [...new Set([...pictured, ...masked])].sort()) {
      const defectType = `${texture}+${anomaly}`;
      if (!usableName(texture) || !usableName(anomaly) || defectType.split("+").length !== 2) {
        problems.push(error("spec_defect_type", `"${defectType}" cannot name files`, at));
        continue;
      }
      const folder = path.join(at, "anomaly_image", anomaly);
      if (!pictured.includes(anomaly) && (await exists(folder)))
        problems.push(
          error("not_a_folder", `expected a folder of pictures, found a file: ${folder}`, folder),
        );
      const files = await pairFiles(at, anomaly, pictured.includes(anomaly), problems);
      if (files.length > 0) types.push({ defectType, texture, anomaly, files, clean });
      else problems.push(error("masks_missing", `no usable masks for "${defectType}"`, at));
    }
  }
  if (types.length === 0)
    throw new ReflowError(
      "data",
      "no_defect_types",
      `no labelled defects in ${root}`,
      "Expected <TEXTURE>/anomaly_image/<ANOMALY>/X.png and <TEXTURE>/mask/<ANOMALY>/X_mask.png.",
      { where: { file: root }, problems },
    );
  return { types, problems };
}

/** Pictures with their masks by the suffix `_mask`; the extension should be the same. */
async function pairFiles(
  at: string,
  anomaly: string,
  pictured: boolean,
  problems: Problem[],
): Promise<LabelledFile[]> {
  const maskFolder = path.join(at, "mask", anomaly);
  const imageFolder = path.join(at, "anomaly_image", anomaly);
  const masks = await imagesIn(maskFolder);
  if (!pictured) return masks.map((name) => ({ mask: path.join(maskFolder, name) }));
  const found: LabelledFile[] = [];
  const used = new Set<string>();
  const unlike: { name: string; mask: string; exact: string }[] = [];
  for (const name of await imagesIn(imageFolder)) {
    const { name: stem, ext } = path.parse(name);
    const exact = `${stem}_mask${ext}`;
    const other = masks.find((m) => path.parse(m).name === `${stem}_mask`);
    const mask = masks.includes(exact) ? exact : other;
    if (!mask) {
      problems.push(error("mask_missing", `no mask ${exact} for this picture`, path.join(imageFolder, name)));
      continue;
    }
    if (mask !== exact) unlike.push({ name, mask, exact });
    used.add(mask);
    found.push({ mask: path.join(maskFolder, mask), image: path.join(imageFolder, name) });
  }
  const [first] = unlike;
  if (first)
    problems.push(
      warning(
        "mask_extension",
        `the masks of ${unlike.length} pictures have another extension, first ${first.mask}; other trainers look for ${first.exact}`,
        path.join(imageFolder, first.name),
      ),
    );
  for (const name of masks)
    if (!used.has(name))
      problems.push(
        warning("mask_without_picture", "no picture belongs to this mask", path.join(maskFolder, name)),
      );
  return found;
}

async function foldersIn(folder: string): Promise<string[]> {
  if (!(await exists(folder))) return [];
  try {
    const all = await readdir(folder, { withFileTypes: true });
    return all
      .filter((e) => !e.name.startsWith(".") && (e.isDirectory() || e.isSymbolicLink()))
      .map((e) => e.name)
      .sort();
  } catch (problem) {
    throw explainReadError(problem, folder);
  }
}

function error(code: string, message: string, file: string): Problem {
  return {
    code,
    severity: "error",
    message,
    hint: "Each X.ext in anomaly_image/<ANOMALY> needs X_mask.ext in mask/<ANOMALY>.",
    where: { file },
  };
}

function warning(code: string, message: string, file: string): Problem {
  return {
    code,
    severity: "warning",
    message,
    hint: "Fix it or leave it; the rest is used.",
    where: { file },
  };
}
