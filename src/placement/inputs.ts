import { stat } from "node:fs/promises";
import path from "node:path";
import { type Problem, ReflowError } from "../kit/errors.js";
import { exists } from "../kit/files.js";
import { allocate, allocateByMasks, allocateExactly } from "./allocation.js";
import { type PromptBoxes, readPromptBoxes } from "./dataset/boxes.js";
import { type Pool, type Pools, readPools } from "./dataset/pools.js";
import { readDefectSpec } from "./dataset/spec.js";
import type { PlaceMasksOptions } from "./options.js";

/** The checked dataset; throws when something in it would make the placement go wrong. */
export async function readInputs(
  o: PlaceMasksOptions,
  root: string,
): Promise<{ pools: Pools; problems: readonly Problem[] }> {
  if (!(await exists(root)))
    throw new ReflowError("data", "dataset_folder_missing", `no such folder: ${root}`, "Check the path.", {
      where: { file: root },
    });
  if (!(await stat(root).catch(() => undefined))?.isDirectory())
    throw new ReflowError(
      "data",
      "not_a_folder",
      `expected a folder, found a file: ${root}`,
      "Name the folder that holds it.",
      { where: { file: root } },
    );
  const spec = await readDefectSpec(o.defectSpec ?? path.join(root, "defect_spec.jsonl"));
  const pools = await readPools(root, path.resolve(o.clean ?? root), spec.specs);
  const droppable = (p: Problem): boolean =>
    o.dropUnplaceable === true && (p.code === "masks_missing" || p.code === "clean_images_missing");
  const problems = [...spec.problems, ...pools.problems].map((p) =>
    droppable(p) ? { ...p, severity: "warning" as const } : p,
  );
  const faults = problems.filter((p) => p.severity === "error");
  if (faults.length > 0 || pools.pools.length === 0) {
    const list = faults.length > 0 ? faults : problems;
    const first = list[0];
    throw new ReflowError(
      "data",
      "placement_inputs",
      `${list.length} ${list.length === 1 ? "problem" : "problems"} in the dataset folder; nothing was placed`,
      first ? `First: ${first.message}. ${first.hint}` : "Name at least one defect type.",
      { where: { file: root }, problems: list },
    );
  }
  return { pools, problems };
}

/** Throws `boxes_invalid` with all bad lines. */
export async function promptBoxes(file: string): Promise<PromptBoxes> {
  const { boxes, problems } = await readPromptBoxes(file);
  if (problems.length > 0)
    throw new ReflowError(
      "data",
      "boxes_invalid",
      `${problems.length} bad lines in the boxes file`,
      "See the lines below.",
      { where: { file }, problems },
    );
  return boxes;
}

/** The samples of each type that can be placed, in spec order. */
export function shareOut(
  o: PlaceMasksOptions,
  pools: readonly Pool[],
): { allocation: ReadonlyMap<string, number>; told: readonly Problem[] } {
  const types = pools.map((p) => p.spec.defectType);
  if (o.perDefectCounts) {
    const { allocation, problems } = allocateExactly(types, o.numSdg, o.perDefectCounts);
    return { allocation, told: problems };
  }
  const masks = new Map(pools.map((p) => [p.spec.defectType, p.submasks.length]));
  const allocation =
    o.mode === "validation" ? allocateByMasks(types, o.numSdg, masks) : allocate(types, o.numSdg);
  return { allocation, told: [] };
}
