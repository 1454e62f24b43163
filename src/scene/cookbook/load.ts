import { stat } from "node:fs/promises";
import path from "node:path";
import { dataError, type Place, type Problem, ReflowError } from "../../kit/errors.js";
import { exists } from "../../kit/files.js";
import { checked } from "./check.js";
import { type MergedConfig, mergeConfig } from "./config.js";
import { type CropConfig, cropConfigSchema } from "./crop-schema.js";
import { readRegistry } from "./registry.js";
import type { RenderConfig } from "./schema.js";
import { expandVariables } from "./variables.js";
import { type KeyPath, readYamlFile } from "./yaml-file.js";

export type Pipeline = RenderConfig["pipeline_type"];

/** One way to render a board, ready to use. */
export type Recipe = Readonly<{
  /** The image file. */
  file: string;
  config: RenderConfig;
  merged: Readonly<Record<string, unknown>>;
  /** Top-level keys of `merged` that stand in pcba_target.yaml. */
  targetKeys: readonly string[];
  /** File and line of a key in whichever of the two files it stands. */
  placeOf: (path: KeyPath) => Place;
}>;

/** A folder that describes one board: what it is and how its good, defective and missing pictures are made. */
export type Cookbook = Readonly<{
  /** Last element of the folder. */
  name: string;
  dir: string;
  recipes: Readonly<Partial<Record<Pipeline, Recipe>>>;
  crop?: CropConfig;
  /** Where the crop settings stand. */
  cropFile?: string;
  /** Warnings; errors are thrown. */
  problems: readonly Problem[];
}>;

export type LoadOptions = Readonly<{
  /** Folders that are searched for a cookbook's name. */
  roots?: readonly string[];
  /** Values of `${NAME}`. */
  variables?: Readonly<Record<string, string>>;
}>;

/** The files of each pipeline; the first that exists counts. */
const IMAGE_FILES: Readonly<Record<Pipeline, readonly string[]>> = {
  good: ["day0_image.yaml", "good_image.yaml"],
  defect: ["defect_image.yaml"],
  missing: ["missing_image.yaml"],
};

/**
 * Loads a cookbook by folder or by name (`dense`, `pcb/dense`). Throws `cookbook_missing` naming what there is, or
 * `cookbook_invalid` carrying every problem of every file with line and column.
 */
export async function loadCookbook(dirOrName: string, o: LoadOptions = {}): Promise<Cookbook> {
  const dir = await findCookbook(dirOrName, o.roots ?? []);
  const target = await readYamlFile(path.join(dir, "pcba_target.yaml"));
  const found = await readRegistry(
    [dir, path.dirname(dir), path.dirname(path.dirname(dir))].map((d) => path.join(d, "components.yaml")),
  );
  const problems: Problem[] = [...target.problems, ...found.problems];
  const recipes: Partial<Record<Pipeline, Recipe>> = {};
  for (const pipeline of ["good", "defect", "missing"] as const) {
    const file = await firstOf(IMAGE_FILES[pipeline].map((name) => path.join(dir, name)));
    if (!file) continue;
    const image = await readYamlFile(file);
    const merged: MergedConfig =
      target.problems.length > 0
        ? { merged: {}, problems: image.problems }
        : mergeConfig(target, image, { variables: o.variables ?? {}, registry: found.registry });
    problems.push(...merged.problems);
    if (merged.config)
      recipes[merged.config.pipeline_type] ??= {
        file,
        config: merged.config,
        merged: merged.merged,
        targetKeys: Object.keys(target.value),
        placeOf: (keys) => (Object.hasOwn(target.value, keys[0] as string) ? target : image).placeOf(keys),
      };
  }
  const cropFile = path.join(dir, "day0_crop.yaml");
  const crop = await readCrop(cropFile, o.variables ?? {});
  problems.push(...crop.problems);
  const distinct = unique(problems);
  const errors = distinct.filter((p) => p.severity === "error");
  const first = errors[0];
  if (first)
    throw new ReflowError(
      "data",
      "cookbook_invalid",
      `the cookbook ${dir} has ${count(errors.length)}`,
      first.hint,
      {
        where: first.where ?? { file: dir },
        problems: errors,
      },
    );
  if (Object.keys(recipes).length === 0)
    throw dataError(
      "cookbook_missing",
      `${dir} has none of ${Object.values(IMAGE_FILES).flat().join(", ")}`,
      "Name the folder of a cookbook.",
      { file: dir },
    );
  return {
    name: path.basename(dir),
    dir,
    recipes,
    ...(crop.value ? { crop: crop.value, cropFile } : {}),
    problems: distinct,
  };
}

/** The folder of a cookbook: a path to it, or its name below one of the roots. Throws `cookbook_missing`. */
export async function findCookbook(dirOrName: string, roots: readonly string[]): Promise<string> {
  const candidates = [
    path.resolve(dirOrName),
    ...roots.flatMap((root) => [path.join(root, dirOrName), path.join(root, "pcb", dirOrName)]),
  ];
  for (const dir of candidates) if (await exists(path.join(dir, "pcba_target.yaml"))) return dir;
  const folder = await stat(candidates[0] as string).catch(() => undefined);
  throw dataError(
    "cookbook_missing",
    folder?.isDirectory() ? `${dirOrName} has no pcba_target.yaml` : `there is no cookbook "${dirOrName}"`,
    `Name a folder with pcba_target.yaml and day0_image.yaml${roots.length > 0 ? `, or one of those in ${roots.join(", ")}` : ""}.`,
  );
}

async function readCrop(
  file: string,
  variables: Readonly<Record<string, string>>,
): Promise<{ value?: CropConfig; problems: readonly Problem[] }> {
  if (!(await exists(file))) return { problems: [] };
  const yaml = await readYamlFile(file);
  if (yaml.problems.length > 0) return { problems: yaml.problems };
  return checked(cropConfigSchema, expandVariables(yaml.value, variables).value, yaml);
}

async function firstOf(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) if (await exists(file)) return file;
  return undefined;
}

/** A fault of the board's file shows up with every image file: it is told once. */
function unique(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Set<string>();
  return problems.filter((p) => {
    const key = JSON.stringify([p.code, p.message, p.where]);
    return !seen.has(key) && seen.add(key);
  });
}

function count(n: number): string {
  return n === 1 ? "one error" : `${n} errors`;
}
