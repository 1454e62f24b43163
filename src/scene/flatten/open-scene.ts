import type { Problem } from "../../kit/errors.js";
import type { Scene } from "../model.js";
import { type OpenOptions, openStage } from "../usd/index.js";
import { problemOf } from "../usd/layers.js";
import { flattenStage } from "./flatten.js";

/**
 * Reads a USD file into a scene. Missing references, unknown materials, damaged meshes and the like come back as
 * problems beside the scene; without a scene, the first problem of severity `error` says why.
 */
export async function openScene(
  file: string,
  options: OpenOptions = {},
): Promise<{ scene?: Scene; problems: readonly Problem[] }> {
  const { stage, layers, problems } = await openStage(file, options);
  if (!stage) return { problems };
  try {
    const scene = flattenStage(stage, layers);
    return { scene, problems: scene.problems };
  } catch (error) {
    return { problems: [problemOf(error), ...problems] };
  }
}
