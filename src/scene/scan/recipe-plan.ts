import { type Problem, ReflowError } from "../../kit/errors.js";
import type { Recipe } from "../cookbook/index.js";
import type { Scene } from "../model.js";
import { type ConfigChanges, changedConfig } from "./changes.js";
import { planScan } from "./plan.js";
import type { ScanPlan } from "./types.js";

/**
 * Plans a recipe with the changes of a call. What planning says of a key of the cookbook is told with the file and line
 * where that key stands; other errors name the recipe's file at least. Throws as {@link planScan}.
 */
export async function planRecipe(scene: Scene, recipe: Recipe, changes: ConfigChanges): Promise<ScanPlan> {
  const { config, merged } = changedConfig(recipe, changes);
  try {
    const plan = await planScan(scene, config, merged);
    return { ...plan, problems: plan.problems.map((problem) => placed(problem, recipe)) };
  } catch (error) {
    if (!(error instanceof ReflowError) || error.where?.file !== undefined) throw error;
    const { kind, code, message, hint, cause } = error;
    throw new ReflowError(kind, code, message, hint, {
      where: placeOf(error.where?.field, recipe),
      problems: error.problems.map((problem) => placed(problem, recipe)),
      cause,
    });
  }
}

function placed(problem: Problem, recipe: Recipe): Problem {
  const { where } = problem;
  if (where?.field === undefined || where.file !== undefined) return problem;
  return { ...problem, where: placeOf(where.field, recipe) };
}

function placeOf(field: string | undefined, recipe: Recipe) {
  if (field === undefined) return { file: recipe.file };
  return { ...recipe.placeOf(field.split(".")), field };
}
