import { defaultSpecTree } from "../../changenet/index.js";
import type { Workspace } from "../../dataset/index.js";
import type { SpecTree } from "../spec.js";

/** The spec of a workspace that brings none, made from what its images look like. */
export async function defaultTree(workspace: Workspace): Promise<SpecTree> {
  const { imageWidth, imageHeight, imageExt, lights, gray } = workspace.traits;
  return defaultSpecTree({
    imageWidth: imageWidth || 96,
    imageHeight: imageHeight || 96,
    imageExt,
    lights: [...lights],
    gray,
  });
}
