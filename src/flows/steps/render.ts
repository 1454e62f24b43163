import type { Cookbook, NamedLighting, Pipeline, Recipe, RenderConfig } from "../../scene/cookbook/index.js";
import { requireScene } from "../../scene/flatten/index.js";
import { recipeFor, renderScan } from "../../scene/scan/index.js";
import type { FlowRequest, Json, Step } from "../run/types.js";

export type Rendered = {
  frames: number;
  pictures: number;
  lightings: string[];
  /** What the scene and the plan had to say. */
  warnings: { code: string; message: string }[];
};

/** What a flow changes of a cookbook's image file. */
export type RenderChanges = Readonly<
  Partial<
    Pick<
      RenderConfig,
      | "rename_to_grid_index"
      | "defects"
      | "resolution"
      | "camera_position"
      | "horizontal_aperture"
      | "semantics"
      | "seed"
      | "flat_output"
      | "writer"
    >
  >
>;

/** Renders frames of `scene` into `folder` below the output (dig 1.3, 1.7). A stopped render goes on at its frame. */
export function renderStep(
  o: Readonly<{
    id: string;
    title: string;
    request: FlowRequest;
    folder: string;
    scene: string;
    board: Cookbook;
    pipeline: Pipeline;
    patches: number;
    /** Default: the one that the cookbook's flows.yaml names; null: as the image file says. */
    lightings?: readonly NamedLighting[] | null;
    changes?: RenderChanges;
  }>,
): Step<Rendered> {
  const { request, board, pipeline, patches, changes = {} } = o;
  const { lighting, quality } = request.cookbook.settings.render;
  const lightings =
    o.lightings === undefined ? (lighting ? [lighting] : undefined) : (o.lightings ?? undefined);
  return {
    id: o.id,
    title: o.title,
    // Crops of later steps lie in the same folder.
    makes: ["trigger_0000", "render.json", ...RESOLVED].map((name) => `${o.folder}/${name}`),
    after: "continue",
    parameters: { pipeline, patches, quality, lightings: lightings ?? null, changes: plain(changes) },
    files: [o.scene, ...cookbookFiles(request)],
    run: async (io) => {
      const result = await renderScan({
        scene: await requireScene(o.scene),
        cookbook: changedBoard(board, pipeline, changes),
        pipeline,
        output: io.at(o.folder),
        quality,
        patches,
        seed: request.seed,
        workers: io.workers,
        emit: (event) => {
          if (event.type !== "problem") io.emit(event);
        },
        ...(lightings && { lightings }),
        ...(io.signal && { signal: io.signal }),
      });
      return {
        frames: result.frames,
        pictures: result.pictures,
        lightings: result.lightings.filter((name) => name !== undefined),
        warnings: [...new Map(result.problems.map((p) => [p.code + p.message, p])).values()]
          .slice(0, 20)
          .map(({ code, message }) => ({ code, message })),
      };
    },
    told: (r) => `${r.frames} frames`,
  };
}

/** The cookbook as it was used (dig 1.3, 1.7). */
const RESOLVED = ["pcba_target.yaml", "day0_image.yaml", "render_config.yaml", "day0_crop.yaml"];

export function cookbookFiles({ cookbook }: FlowRequest): readonly string[] {
  const { target, good, defect, missing, crop, components } = cookbook.paths;
  return [target, good, defect, missing, crop, components].filter((file) => file !== undefined);
}

/** The cookbook with a flow's changes in the recipe of `pipeline`, in what is rendered and in what is recorded. */
export function changedBoard(board: Cookbook, pipeline: Pipeline, changes: RenderChanges): Cookbook {
  const recipe: Recipe = recipeFor(board, pipeline);
  const own = {
    ...recipe,
    config: { ...recipe.config, ...changes },
    merged: { ...recipe.merged, ...changes },
  };
  return { ...board, recipes: { ...board.recipes, [pipeline]: own } };
}

function plain(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}
