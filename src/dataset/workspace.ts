import { readdir, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { parse } from "yaml";
import { dataError, isErrno, type Problem } from "../kit/errors.js";
import { exists, explainReadError, readText } from "../kit/files.js";
import { CODES, type Code } from "./codes.js";
import { type DataTraits, sniffImages } from "./sniff.js";

/** The tables of a workspace. `train` learns; the others measure; `pool` is mined. */
export type Role = "train" | "validation" | "kpi" | "release" | "pool";

/** The AnomalyGen data set of a project, where the customer supplies one (contract 1.1). */
export type DefectDataset = Readonly<{ project: string; dir: string; defectSpec?: string }>;

/** A workspace's files as found on disk. Paths are absolute; a table that is not there is undefined. */
export type Workspace = Readonly<{
  root: string;
  specSource: "file" | "default";
  /** `specs/baseline_spec.yaml`, whether it exists or not. */
  specFile: string;
  imagesDir: string;
  tables: Readonly<Partial<Record<Role, string>>>;
  backboneDir?: string;
  backboneFiles: readonly string[];
  defectDatasets: readonly DefectDataset[];
  /** Lightings, extension and size: from the spec where there is one, else seen in the data. */
  traits: DataTraits;
  /** Median size of the sampled test crops as they lie on disk, whatever the spec makes of them. */
  crops?: Readonly<{ width: number; height: number }>;
  /** Batch size of the spec; undefined without a spec. */
  batchSize?: number;
  problems: readonly Problem[];
}>;

/** Where each table is expected under the workspace (contract 1.1; the release set is ours). */
export const TABLE_PATHS: Readonly<Record<Role, string>> = {
  train: "train/base/training_set.csv",
  validation: "train/base/validation_set.csv",
  kpi: "kpi/testing_set.csv",
  release: "release/release_set.csv",
  pool: "augmentation/mining_pool/mining_pool.csv",
};

/**
 * Finds the files of a workspace (contract 1.1). What is missing becomes a problem; only a root that is no folder
 * throws. The images folder is `images`, else the legacy `kpi/images`, else `images` anyway (contract 2.2).
 */
export async function discoverWorkspace(folder: string): Promise<Workspace> {
  const root = await realFolder(folder);
  const problems: Problem[] = [];
  const report = (code: Code, message: string, file: string) =>
    problems.push({ code, severity: CODES[code].severity, message, hint: CODES[code].fix, where: { file } });

  const tables: Partial<Record<Role, string>> = {};
  for (const role of Object.keys(TABLE_PATHS) as Role[]) {
    const file = path.join(root, TABLE_PATHS[role]);
    if (await exists(file)) tables[role] = file;
    else if (role === "pool") report("pool_missing", `no ${TABLE_PATHS.pool}`, file);
    else if (role !== "release") report("table_missing", `no ${TABLE_PATHS[role]}`, file);
  }

  const imagesDir = await findImagesDir(root);
  const haveImages = await isFolder(imagesDir);
  if (!haveImages) report("images_missing", `no folder ${imagesDir}`, imagesDir);

  const specFile = path.join(root, "specs", "baseline_spec.yaml");
  const haveSpec = await exists(specFile);
  let spec: SpecTraits = {};
  if (haveSpec) {
    try {
      spec = readSpecTraits(parse(await readText(specFile)));
    } catch (error) {
      report("spec_unreadable", `cannot read the spec: ${(error as Error).message.split("\n")[0]}`, specFile);
    }
  } else
    report("spec_default", "no specs/baseline_spec.yaml: a default spec is made from the data", specFile);

  let seen: DataTraits | undefined;
  for (const role of ["train", "validation", "kpi"] as const)
    if (!seen && haveImages && tables[role]) seen = await sniffImages(tables[role], imagesDir);
  if (!seen && haveImages && tables.train && !spec.imageExt)
    report("lighting_unknown", "no image file matches the first rows of the tables", tables.train);

  const backboneDir = path.join(root, "augmentation", "backbone");
  return {
    root,
    specSource: haveSpec ? "file" : "default",
    specFile,
    imagesDir,
    tables,
    ...((await isFolder(backboneDir)) && { backboneDir }),
    backboneFiles: await listFiles(backboneDir),
    defectDatasets: await findDefectDatasets(root),
    traits: {
      lights: spec.lights ?? seen?.lights ?? ["SolderLight"],
      imageExt: spec.imageExt ?? seen?.imageExt ?? ".jpg",
      imageWidth: spec.imageWidth ?? seen?.imageWidth ?? 0,
      imageHeight: spec.imageHeight ?? seen?.imageHeight ?? 0,
      gray: seen?.gray ?? false,
    },
    ...(seen && seen.imageWidth > 0 && { crops: { width: seen.imageWidth, height: seen.imageHeight } }),
    ...(spec.batchSize !== undefined && { batchSize: spec.batchSize }),
    problems,
  };
}

async function realFolder(folder: string): Promise<string> {
  try {
    const root = await realpath(folder);
    if ((await stat(root)).isDirectory()) return root;
  } catch (error) {
    if (isErrno(error) && !isErrno(error, "ENOENT", "ENOTDIR")) throw explainReadError(error, folder);
  }
  throw dataError("workspace_missing", `no such folder: ${folder}`, CODES.workspace_missing.fix, {
    file: folder,
  });
}

async function findImagesDir(root: string): Promise<string> {
  const now = path.join(root, "images");
  const legacy = path.join(root, "kpi", "images");
  const chosen = !(await isFolder(now)) && (await isFolder(legacy)) ? legacy : now;
  return realpath(chosen).catch(() => chosen);
}

async function isFolder(folder: string): Promise<boolean> {
  return stat(folder).then(
    (s) => s.isDirectory(),
    () => false,
  );
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((e) => !e.isDirectory() && !e.name.startsWith("."))
    .map((e) => path.join(folder, e.name))
    .sort();
}

async function findDefectDatasets(root: string): Promise<DefectDataset[]> {
  const base = path.join(root, "augmentation", "anomalygen", "datasets");
  const entries = await readdir(base, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((e) => e.isDirectory()).map((e) => e.name);
  return Promise.all(
    names.sort().map(async (project) => {
      const dir = path.join(base, project);
      const defectSpec = path.join(dir, "defect_spec.jsonl");
      return { project, dir, ...((await exists(defectSpec)) && { defectSpec }) };
    }),
  );
}

type SpecTraits = Partial<Omit<DataTraits, "gray">> & { batchSize?: number };

/** The few keys of the spec that say how files are named. Full validation is the change network's business. */
function readSpecTraits(tree: unknown): SpecTraits {
  const at = (node: unknown, key: string): unknown =>
    typeof node === "object" && node !== null ? (node as Record<string, unknown>)[key] : undefined;
  const data = at(at(tree, "dataset"), "classify");
  const map = at(data, "input_map");
  const whole = (key: string) => {
    const value = at(data, key);
    return typeof value === "number" && Number.isInteger(value) && value > 0 ? value : undefined;
  };
  const ext = at(data, "image_ext");
  return {
    ...(data !== undefined && { lights: typeof map === "object" && map !== null ? Object.keys(map) : [] }),
    ...(typeof ext === "string" && { imageExt: ext }),
    ...(whole("image_width") && { imageWidth: whole("image_width") }),
    ...(whole("image_height") && { imageHeight: whole("image_height") }),
    ...(whole("batch_size") && { batchSize: whole("batch_size") }),
  };
}
