import { dataError } from "../../kit/errors.js";
import type { Cookbook, NamedLighting, Pipeline, Recipe, RenderConfig } from "../cookbook/index.js";

/** What a call changes of a cookbook. */
export type ConfigChanges = Readonly<{
  /** Most pictures; −1: all. */
  patches?: number;
  /** Replaces `random_seed`. */
  seed?: number;
  lightings?: readonly NamedLighting[];
}>;

type Changed = Readonly<{ config: RenderConfig; merged: Readonly<Record<string, unknown>> }>;

export function changedConfig(recipe: Pick<Recipe, "config" | "merged">, o: ConfigChanges): Changed {
  const { config, merged } = recipe;
  const changed: RenderConfig = {
    ...config,
    ...(o.patches === undefined ? {} : { max_image_count: o.patches }),
    ...(o.seed === undefined ? {} : { random_seed: o.seed }),
    ...(o.lightings === undefined ? {} : { reflow: { ...config.reflow, lightings: [...o.lightings] } }),
  };
  return { config: changed, merged };
}

/**
 * The recipe of a pipeline: the cookbook's file for it, else another of its files that also says what that pipeline
 * needs. Throws `pipeline_missing`.
 */
export function recipeFor(cookbook: Cookbook, pipeline: Pipeline | undefined): Recipe {
  const { recipes } = cookbook;
  if (pipeline === undefined) {
    const first = recipes.good ?? recipes.defect ?? recipes.missing;
    if (first) return first;
  } else {
    const own = recipes[pipeline];
    if (own) return own;
    // The files of defects say which components take part; those of good pictures need not.
    const others = [recipes.defect, recipes.missing, recipes.good].filter((recipe) => recipe !== undefined);
    const able = others.find(({ config }) =>
      pipeline === "good"
        ? true
        : pipeline === "defect"
          ? config.defects
          : (config.missing ?? config.defects),
    );
    if (able) return { ...able, config: { ...able.config, pipeline_type: pipeline } };
  }
  throw dataError(
    "pipeline_missing",
    `the cookbook ${cookbook.dir} has no ${pipeline} pipeline`,
    `It has ${Object.keys(recipes).join(", ")}. Add ${pipeline === "missing" ? "missing_image.yaml" : "defect_image.yaml"}.`,
    { file: cookbook.dir },
  );
}
