import { type Problem, ReflowError } from "../../kit/errors.js";
import type { Scene } from "../model.js";
import { openScene } from "./open-scene.js";

/** Reads a scene. Throws its first error when there is none. */
export async function requireScene(file: string): Promise<Scene> {
  const { scene, problems } = await openScene(file);
  if (scene) return scene;
  const first: Problem | undefined = problems.find((p) => p.severity === "error") ?? problems[0];
  throw new ReflowError(
    "data",
    first?.code ?? "scene_unreadable",
    first?.message ?? `${file} cannot be read`,
    first?.hint ?? "Name an OpenUSD file.",
    { where: first?.where ?? { file }, problems },
  );
}
