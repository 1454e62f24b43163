import path from "node:path";
import type { Problem } from "../../kit/errors.js";
import { composeQuick } from "./compose/quick.js";
import { type Layers, layerStore, problemOf } from "./layers.js";
import { finder, type Stage } from "./stage.js";

export type OpenOptions = Readonly<{
  /** Folder outside which nothing is read; the folder of the root layer when left out. */
  searchRoot?: string;
}>;

/** The stage with the store that its textures come from. */
export type OpenedStage = Readonly<{ stage?: Stage; layers: Layers; problems: readonly Problem[] }>;

/**
 * Opens and composes a USD file (`.usda`, `.usdc`, `.usd`, `.usdz`). What cannot be read or composed comes back as
 * problems; `stage` is missing only when the root layer itself cannot be read.
 */
export async function openStage(file: string, options: OpenOptions = {}): Promise<OpenedStage> {
  const root = path.resolve(file);
  const layers = layerStore(path.resolve(options.searchRoot ?? path.dirname(root)));
  const problems: Problem[] = [];
  let layerFile = root;
  try {
    layerFile = layers.rootOf(root);
  } catch (error) {
    return { layers, problems: [problemOf(error)] };
  }
  const layer = layers.open(layerFile);
  if (!layer) return { layers, problems: layers.problems };
  const top = composeQuick(layerFile, layers, problems);
  const all = [...layers.problems, ...problems];
  const stage: Stage = {
    file: root,
    root: top,
    metadata: layer.root.metadata,
    find: finder(top),
    problems: all,
  };
  return { stage, layers, problems: all };
}
