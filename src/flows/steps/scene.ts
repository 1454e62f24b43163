import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { dataError, ReflowError } from "../../kit/errors.js";
import { boardByName } from "../../scene/boards/index.js";
import { buildScene, writeScene } from "../../scene/build/index.js";
import { rootFolder, word } from "../run/knobs.js";
import type { FlowContext, FlowRequest, Step } from "../run/types.js";

export const ASSETS = "assets";

type SceneMade = { file: string; components: number };

/**
 * The scene of a flow: one of Reflow's boards, built into `assets/`, or `scene_filename` found by its last element
 * below `datasets/pcb/assets` of the storage root (dig 1.3). Gives an absolute path. Throws `scene_missing`.
 */
export async function sceneOf(c: FlowContext): Promise<string> {
  const { settings } = c.request.cookbook;
  if (!settings.board) return assetFile(c.request, word(c.request.knobs, "scene_filename"));
  const { name, seed } = settings.board;
  const made = await c.step<SceneMade>(boardStep(name, seed));
  return `${c.output}/${made.file}`;
}

function boardStep(name: string, seed: number): Step<SceneMade> {
  return {
    id: "scene",
    title: `Board ${name}`,
    makes: [ASSETS],
    after: "clean",
    parameters: { name, seed },
    run: async ({ at }) => {
      const scene = buildScene(boardByName(name, seed), { seed });
      const file = `${ASSETS}/${name}.usda`;
      await writeScene(scene, at(file));
      return { file, components: scene.components };
    },
    told: (r) => `${r.components} components`,
  };
}

/** A file of the board's assets, by its name or path anywhere below them. */
export async function assetFile({ knobs, cookbook }: FlowRequest, name: string): Promise<string> {
  const root = rootFolder(knobs);
  if (root === undefined)
    throw new ReflowError(
      "usage",
      "root_missing",
      `the cookbook ${cookbook.name} has no board of Reflow's: its scene must come from a storage root`,
      "Name it with --set dig_url_root=<folder>; it holds datasets/pcb/assets.",
    );
  const assets = path.join(root, "datasets", "pcb", "assets");
  const found = await findFile(assets, name);
  if (found) return found;
  throw dataError(
    "scene_missing",
    `there is no ${name} below ${assets}`,
    "Prepare the storage root with `reflow setup pcb`, or name the file with --set.",
    { file: assets },
  );
}

/** The path as given, else the first file of that last element, in the order of names. */
async function findFile(folder: string, name: string): Promise<string | undefined> {
  const direct = path.join(folder, name);
  if ((await stat(direct).catch(() => undefined))?.isFile()) return direct;
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const at = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      const below = await findFile(at, path.basename(name));
      if (below) return below;
    } else if (entry.name === path.basename(name)) return at;
  }
  return undefined;
}
