import path from "node:path";
import { dataError, type Problem } from "../../kit/errors.js";
import type { Composer } from "./compose/indexer.js";
import { layerStacks } from "./compose/layer-stack.js";
import { collector } from "./compose/problems.js";
import { stagePrims } from "./compose/stage-prims.js";
import { type Layers, layerStore, problemOf } from "./layers.js";
import { finder, type Stage } from "./stage.js";

export type OpenOptions = Readonly<{
  /** Folder outside which nothing is read; the folder of the root layer when left out. */
  searchRoot?: string;
  /** A layer that is stronger than the root layer. */
  session?: string;
  /** Selections for variant sets for which nothing is written, best first. */
  variantFallbacks?: Readonly<Record<string, readonly string[]>>;
  /** Whether the payloads of a prim are loaded; all of them when left out. */
  payloads?: (primPath: string) => boolean;
}>;

/** The stage with the store that its textures come from. */
export type OpenedStage = Readonly<{ stage?: Stage; layers: Layers; problems: readonly Problem[] }>;

/**
 * Opens and composes a USD file (`.usda`, `.usdc`, `.usd`, `.usdz`). What cannot be read or composed comes back as
 * problems; `stage` is missing only when the root layer itself cannot be read or the stage is absurdly large.
 */
export async function openStage(file: string, options: OpenOptions = {}): Promise<OpenedStage> {
  const root = path.resolve(file);
  const layers = layerStore(path.resolve(options.searchRoot ?? path.dirname(root)));
  const found: Problem[] = [];
  const problems = (): readonly Problem[] => distinct([...layers.problems, ...found]);
  const report = collector(found, root);
  const stackOf = layerStacks(layers, report);
  try {
    const rootStack = stackOf(root, options.session && path.resolve(options.session));
    if (!rootStack) return { layers, problems: problems() };
    const rest: Omit<Composer, "finished"> = {
      layers,
      rootStack,
      stackOf,
      report,
      fallbacks: new Map(Object.entries(options.variantFallbacks ?? {})),
      wantsPayload: options.payloads ?? (() => true),
    };
    const top = stagePrims((finished) => ({ ...rest, finished }));
    const { metadata } = rootStack.root.root;
    const stage: Stage = { file: root, root: top, metadata, find: finder(top), problems: problems() };
    return { stage, layers, problems: stage.problems };
  } catch (error) {
    return { layers, problems: [problemOf(tooDeep(error, root)), ...problems()] };
  }
}

/** The limits on depth should make this impossible; should they not, it is no reason to break down. */
function tooDeep(error: unknown, file: string): unknown {
  if (!(error instanceof RangeError)) return error;
  return dataError("usd_too_deep", `${file} is nested too deeply`, "Flatten the scene.", { file });
}

function distinct(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Set<string>();
  return problems.filter((p) => {
    const key = `${p.code} ${p.message} ${p.where?.file ?? ""} ${p.where?.row ?? ""} ${p.where?.field ?? ""}`;
    return !seen.has(key) && seen.add(key);
  });
}
