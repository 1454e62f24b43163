import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import type { z } from "zod";
import { dataError, type Problem, ReflowError } from "../../kit/errors.js";
import { exists, hashFile } from "../../kit/files.js";
import { nearestName } from "../../kit/nearest-name.js";
import { checked } from "../../scene/cookbook/check.js";
import { readYamlFile } from "../../scene/cookbook/yaml-file.js";
import { type FlowSettings, flowsSchema } from "./schema.js";

/** The files of contract 6 that a flow may read, by the names they have in a cookbook's folder or above it. */
export const COOKBOOK_FILES = {
  flows: ["flows.yaml"],
  target: ["pcba_target.yaml"],
  good: ["day0_image.yaml", "good_image.yaml"],
  crop: ["day0_crop.yaml"],
  defect: ["defect_image.yaml"],
  missing: ["missing_image.yaml"],
  day1: ["usd2roi_nvpcb.yaml", "usd2roi_day1.yaml"],
  augmentation: ["augmentation_config_ovsl2sl.yaml"],
  ag: ["ag_config.yaml"],
  components: ["components.yaml"],
} as const;
export type CookbookFile = keyof typeof COOKBOOK_FILES;

/** A cookbook as flows see it: where its files are, and what `flows.yaml` says. The files themselves are read by the steps. */
export type FlowCookbook = Readonly<{
  /** Last element of the folder. */
  name: string;
  dir: string;
  usecase: string;
  settings: FlowSettings;
  /** The file of each kind, if there is one. */
  paths: Readonly<Partial<Record<CookbookFile, string>>>;
  /** SHA-256 of each file by its name. */
  files: Readonly<Record<string, string>>;
}>;

/** Words for use cases (dig 3.7). */
const ALIASES: Readonly<Record<string, string>> = { metal: "metal_surface", phone: "glass" };

/**
 * Finds a cookbook by folder or by name (`dense`, `pcb/dense`, `metal_surface`, `metal`, `glass`) and reads its
 * `flows.yaml`. Throws `cookbook_missing` naming what there is, or `cookbook_invalid` with every problem and its line.
 */
export async function loadFlowCookbook(
  dirOrName: string,
  o: Readonly<{ roots: readonly string[] }>,
): Promise<FlowCookbook> {
  const dir = await find(dirOrName, o.roots);
  const paths: Partial<Record<CookbookFile, string>> = {};
  for (const [kind, names] of Object.entries(COOKBOOK_FILES) as [CookbookFile, readonly string[]][]) {
    const found = await first(folders(dir).flatMap((folder) => names.map((name) => path.join(folder, name))));
    if (found) paths[kind] = found;
  }
  const settings = paths.flows
    ? await readConfig(paths.flows, flowsSchema)
    : flowsSchema.parse({ usecase: paths.target ? "pcb" : usecaseOf(dir) });
  const files: Record<string, string> = {};
  for (const file of Object.values(paths)) files[path.basename(file)] = await hashFile(file);
  return { name: path.basename(dir), dir, usecase: settings.usecase, settings, paths, files: sorted(files) };
}

/** Reads and validates one of a cookbook's files. Throws `cookbook_invalid`: every problem with file, line and column. */
export async function readConfig<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  const yaml = await readYamlFile(file);
  const result = yaml.problems.length > 0 ? { problems: yaml.problems } : checked(schema, yaml.value, yaml);
  if ("value" in result && result.value !== undefined) return result.value;
  // The common checks know the renderer's files only.
  const hint = (text: string) => text.replace("docs/scene-render.md", "docs/flows.md");
  throw invalid(
    file,
    result.problems.map((p) => ({ ...p, hint: hint(p.hint) })),
  );
}

/** One error for all problems of a cookbook's file. */
export function invalid(file: string, problems: readonly Problem[]): ReflowError {
  const list = [...problems].sort((a, b) => (a.where?.row ?? 0) - (b.where?.row ?? 0));
  const head = list[0];
  return new ReflowError(
    "data",
    "cookbook_invalid",
    `${file} has ${list.length === 1 ? "one error" : `${list.length} errors`}`,
    head?.hint ?? "Correct the file.",
    { where: head?.where ?? { file }, problems: list },
  );
}

/** The path of a file that a flow cannot do without. Throws `cookbook_file_missing`. */
export function requiredFile(cookbook: FlowCookbook, kind: CookbookFile, why: string): string {
  const found = cookbook.paths[kind];
  if (found) return found;
  throw dataError(
    "cookbook_file_missing",
    `the cookbook ${cookbook.name} has no ${COOKBOOK_FILES[kind][0]}, which ${why}`,
    `Add ${COOKBOOK_FILES[kind].join(" or ")} to ${cookbook.dir}, or name another cookbook.`,
    { file: cookbook.dir },
  );
}

async function find(dirOrName: string, roots: readonly string[]): Promise<string> {
  const name = ALIASES[dirOrName] ?? dirOrName;
  if (name.trim() === "")
    throw new ReflowError(
      "usage",
      "cookbook_missing",
      "--cookbook is empty",
      "Name a cookbook or its folder.",
    );
  const candidates = [
    path.resolve(dirOrName),
    ...roots.flatMap((root) => [path.join(root, name), path.join(root, "pcb", name)]),
  ];
  for (const dir of candidates)
    for (const file of ["flows.yaml", "pcba_target.yaml", "ag_config.yaml"])
      if (await exists(path.join(dir, file))) return dir;
  const folder = await stat(candidates[0] as string).catch(() => undefined);
  const known = await bundled(roots);
  const near = nearestName(dirOrName, known);
  throw dataError(
    "cookbook_missing",
    folder?.isDirectory()
      ? `${dirOrName} has neither pcba_target.yaml nor flows.yaml`
      : `there is no cookbook "${dirOrName}"`,
    near ? `Did you mean ${near}?` : `Name a cookbook's folder, or one of ${known.join(", ")}.`,
  );
}

/** Names of the cookbooks below `roots`. */
export async function bundled(roots: readonly string[]): Promise<readonly string[]> {
  const names: string[] = [];
  for (const root of roots)
    for (const folder of [root, path.join(root, "pcb")])
      for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => []))
        if (entry.isDirectory() && (await exists(path.join(folder, entry.name, "flows.yaml"))))
          names.push(entry.name);
  return names.filter((name) => name !== "pcb").sort();
}

/** A cookbook's own folder, and the two above it, which boards of a family share. */
function folders(dir: string): readonly string[] {
  return [dir, path.dirname(dir), path.dirname(path.dirname(dir))];
}

function usecaseOf(dir: string): string {
  const name = path.basename(dir);
  return /^[a-z][a-z0-9_]*$/.test(name) ? name : "custom";
}

async function first(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) if (await exists(file)) return file;
  return undefined;
}

function sorted(files: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(files).sort());
}
