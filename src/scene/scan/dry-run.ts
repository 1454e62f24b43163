import { type Problem, ReflowError } from "../../kit/errors.js";
import type { Cookbook, Pipeline } from "../cookbook/index.js";
import type { Scene } from "../model.js";
import { matchRules, type RuleStats } from "../semantics/index.js";
import { boardBox } from "./board.js";
import { type ConfigChanges, recipeFor } from "./changes.js";
import { planRecipe } from "./recipe-plan.js";
import type { ScanPlan } from "./types.js";

export type DryRun = Readonly<{
  /** How many prims each rule matches. */
  rules: RuleStats["per_rule"];
  /** What would be rendered, or why nothing can be. */
  plan: DryPlan | ReflowError;
}>;

export type DryPlan = Readonly<{
  /** Extents of the board, scene units. */
  board: readonly number[];
  frames: number;
  pictures: number;
  resolution: readonly number[];
  /** What a frame sees, scene units. */
  window: readonly number[];
  lightings: readonly string[];
  /** Meshes of each label set that pictures may show. */
  labels: Readonly<Record<string, number>>;
  /** Defective components of the first trigger, `shift 3`. */
  defects: readonly string[];
  problems: readonly Problem[];
}>;

/** Everything short of rendering: what the rules match, what would be drawn and how many pictures there would be. */
export async function dryRunScan(
  scene: Scene,
  cookbook: Cookbook,
  o: ConfigChanges & Readonly<{ pipeline?: Pipeline }>,
): Promise<DryRun> {
  const recipe = recipeFor(cookbook, o.pipeline);
  const rules = matchRules(scene, recipe.config.semantics ?? [], { dryRun: true }).per_rule;
  try {
    return { rules, plan: summary(await planRecipe(scene, recipe, o)) };
  } catch (error) {
    // What the rules match is what shows why.
    if (error instanceof ReflowError) return { rules, plan: error };
    throw error;
  }
}

function summary(plan: ScanPlan): DryPlan {
  const { min, max } = boardBox(plan.scene, plan.config.pcba_root);
  const passes = plan.triggers.flatMap((trigger) => trigger.passes);
  const first = passes[0];
  const view = first?.frames[0]?.view;
  const labels: Record<string, number> = {};
  for (const set of first?.labels ?? []) {
    const entry = first?.palette.find(set);
    if (!entry) continue;
    const name = Object.values(entry.labels).join("+");
    labels[name] = (labels[name] ?? 0) + 1;
  }
  const { defects, missing_components } = plan.triggers[0]?.metadata ?? {};
  return {
    board: [0, 1, 2].map((axis) => (max[axis] as number) - (min[axis] as number)),
    frames: passes.reduce((sum, pass) => sum + pass.frames.length, 0),
    pictures: plan.pictures,
    resolution: plan.config.resolution,
    window: view ? [view.width, view.height] : [],
    lightings: plan.lightings.filter((name) => name !== undefined),
    labels,
    defects: defectCounts(defects, missing_components),
    problems: plan.problems,
  };
}

function defectCounts(defects: unknown, missing: unknown): readonly string[] {
  if (Array.isArray(missing)) return [`missing ${missing.length}`];
  const counts = new Map<string, number>();
  for (const { defect } of Array.isArray(defects) ? (defects as { defect: string }[]) : [])
    counts.set(defect, (counts.get(defect) ?? 0) + 1);
  return [...counts].map(([defect, n]) => `${defect} ${n}`);
}
