import { fileURLToPath } from "node:url";
import {
  type Cookbook,
  type Defects,
  loadCookbook,
  type Recipe,
  type RenderConfig,
} from "../scene/cookbook/index.js";
import { CAMERAS, type CameraName } from "./cameras.js";
import type { DemoPlan } from "./plan.js";

const ROOT = fileURLToPath(new URL("../../cookbooks", import.meta.url));

/** The one lighting of the demo. */
export const LIGHTING = "WhiteLight";
const BOUNCES = 1;
/** Tenths of a millimetre: two frames of this width, and two high, show the board with a little overlap. */
const WINDOW = 126;

const GRID = { x_num: 2, y_num: 2, z_min: 20 };

/** Frames that show the board. */
export const FRAMES = GRID.x_num * GRID.y_num;

/** The cookbook of the dense board, changed for the demo's board, a camera, and the defects of a session. */
export async function demoCookbook(plan: DemoPlan, camera: CameraName, defects?: Defects): Promise<Cookbook> {
  const board = await loadCookbook("dense", { roots: [ROOT] });
  const { tilt, reflow } = CAMERAS[camera];
  const changed = (recipe: Recipe, more: Partial<RenderConfig>): Recipe => {
    const changes: Partial<RenderConfig> = {
      resolution: [...plan.resolution],
      horizontal_aperture: WINDOW,
      scan_grid: GRID,
      camera_rotation: { ...recipe.config.camera_rotation, x_range: [-tilt, tilt], y_range: [-tilt, tilt] },
      pathtracing: { ...recipe.config.pathtracing, total_spp: plan.samples, max_bounces: BOUNCES },
      reflow: { ...recipe.config.reflow, ...reflow },
      ...more,
    };
    return {
      ...recipe,
      config: { ...recipe.config, ...changes },
      merged: { ...recipe.merged, ...changes },
    };
  };
  const { good, defect } = board.recipes as Required<Cookbook["recipes"]>;
  return {
    ...board,
    recipes: {
      good: changed(good, {}),
      ...(defects && { defect: changed(defect, { component_types: "ALL", defects }) }),
    },
  };
}
