import path from "node:path";
import type { Cookbook } from "../../scene/cookbook/index.js";
import { cropRois, type RoiSettings } from "../../scene/crop/index.js";
import { requireScene } from "../../scene/flatten/index.js";
import { recipeFor, renderScan } from "../../scene/scan/index.js";
import { CLUSTER_ENDPOINT } from "../knobs/index.js";
import { word } from "../run/knobs.js";
import type { FlowContext, FlowRequest } from "../run/types.js";
import { changedBoard, cookbookFiles } from "./render.js";

/** Where the look of restyled crops comes from. */
export type Look =
  | Readonly<{ way: "endpoint"; url: string }>
  | Readonly<{ way: "exemplars"; folder: string; from: string }>
  | Readonly<{ way: "render" }>;

const FOLDER = "look";

/**
 * The look that a request asks for: a server that was named, real pictures of the cookbook, or crops that are rendered
 * under the cookbook's other lighting into `look/`.
 */
export async function lookOf(
  c: FlowContext,
  o: Readonly<{ scene: string; board: Cookbook; settings: RoiSettings | undefined }>,
): Promise<Look> {
  const { cookbook, seed } = c.request;
  const url = serverNamed(c.request);
  if (url !== undefined) return { way: "endpoint", url };
  const { look } = cookbook.settings;
  if (look?.exemplars)
    return { way: "exemplars", folder: path.resolve(cookbook.dir, look.exemplars), from: look.exemplars };
  const { settings } = o;
  if (!look?.lighting || !settings) return { way: "render" };
  const { lighting } = look;
  const made = await c.step({
    id: "look",
    title: `Look under ${lighting}`,
    makes: [FOLDER],
    after: "continue",
    parameters: { lighting, frames: FRAMES },
    files: [o.scene, ...cookbookFiles(c.request)],
    run: async ({ at, emit, signal, workers }) => {
      const common = { emit, ...(signal && { signal }) };
      await renderScan({
        ...common,
        scene: await requireScene(o.scene),
        cookbook: changedBoard(o.board, "good", { rename_to_grid_index: true, seed: middleOf(o.board) }),
        pipeline: "good",
        output: at(FOLDER),
        quality: "preview",
        patches: FRAMES,
        // Other light and noise than in the crops that get the look.
        seed: seed + 1,
        lightings: [lighting],
        workers,
      });
      const crops = await cropRois({
        ...common,
        source: at(FOLDER, "trigger_0000"),
        output: at(FOLDER, "crop"),
        settings: { ...settings, maxEmit: null },
      });
      return { crops: crops.emitted };
    },
    told: (r) => `${r.crops} exemplars`,
  });
  return made.crops === 0
    ? { way: "render" }
    : { way: "exemplars", folder: `${c.output}/${FOLDER}/crop`, from: lighting };
}

/** True when {@link lookOf} will take a step of its own. */
export function looksByItself(request: FlowRequest): boolean {
  const { look } = request.cookbook.settings;
  return serverNamed(request) === undefined && !look?.exemplars && look?.lighting !== undefined;
}

/**
 * Address of the image-edit server that was asked for. The cluster's own server cannot be reached from here: as long as
 * the knob holds its address, none was.
 */
export function serverNamed({ knobs }: FlowRequest): string | undefined {
  const url = word(knobs, "image_edit_endpoint");
  return url === "" || url === CLUSTER_ENDPOINT ? undefined : url;
}

const FRAMES = 1;

/** The cell in the middle of the grid: there are more parts than in its corner, where a scan begins. */
function middleOf(board: Cookbook): number {
  const { x_num, y_num } = recipeFor(board, "good").config.scan_grid;
  return x_num && y_num ? Math.floor(y_num / 2) * x_num + Math.floor(x_num / 2) : 0;
}
