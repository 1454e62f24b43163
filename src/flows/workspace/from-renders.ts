import path from "node:path";
import { loadCookbook } from "../../scene/cookbook/index.js";
import { componentDepth, locateFrames, readMetadata } from "../../scene/crop/index.js";
import { buildPairs, lightingsOf, PAIR_DEFAULTS, type PairRender } from "../../scene/pair/index.js";
import { whole } from "../run/knobs.js";
import type { FlowContext } from "../run/types.js";
import { renderStep } from "../steps/render.js";
import { STRUCTURAL } from "../structural/folders.js";
import type { WorkspaceRow } from "./tables.js";

/** Good renders of the cells that a structural run shows: the goldens, and test pictures of good pairs. */
const RENDERS = "workspace";

/**
 * Pairs out of a structural run: renders the same cells without defects, twice in different light, and pairs every
 * defective component with its golden, and as many untouched ones. Pictures go to `images`.
 */
export async function structuralPairs(
  c: FlowContext,
  o: Readonly<{ scene: string; images: string }>,
): Promise<readonly WorkspaceRow[]> {
  const { request } = c;
  const board = await loadCookbook(request.cookbook.dir);
  for (const [id, seed] of [
    ["golden", request.seed],
    ["second", request.seed + 1],
  ] as const)
    await c.step(
      renderStep({
        id: `workspace-${id}`,
        title: id === "golden" ? "Goldens" : "Second capture",
        request: { ...request, seed },
        folder: `${RENDERS}/${id}`,
        scene: o.scene,
        board,
        pipeline: "good",
        patches: whole(request.knobs, "render_patches"),
        changes: { rename_to_grid_index: false, ...boxed(board) },
      }),
    );
  const good = await frames(path.join(c.output, RENDERS, "golden"));
  const pass = await frames(path.join(c.output, RENDERS, "second"));
  const defect = await frames(path.join(c.output, STRUCTURAL.render));
  const { pairs } = await buildPairs({
    good,
    defect,
    pass,
    output: o.images,
    settings: {
      ...PAIR_DEFAULTS,
      mode: "component",
      lights: lightingsOf(defect.metadata),
      depth: componentDepth(defect.metadata),
      pass: 2,
      flatten: true,
      seed: request.seed,
    },
    emit: c.emit,
  });
  return pairs.map((pair) => ({
    test: pair.test,
    golden: "golden",
    object: pair.object,
    label: pair.label,
    group: pair.component ?? pair.frame,
    board: request.cookbook.name,
    component: pair.component?.split("/").at(-1) ?? "",
    type: pair.component?.split("/").at(-2) ?? "",
  }));
}

async function frames(folder: string): Promise<PairRender> {
  const found = await locateFrames(folder);
  const metadata = await readMetadata(found.pictures);
  return { ...found, ...(metadata && { metadata }) };
}

/** Goldens need boxes: pairs are cut where the part should be. */
function boxed(board: Awaited<ReturnType<typeof loadCookbook>>) {
  const writer = board.recipes.good?.config.writer;
  return writer ? { writer: { ...writer, bounding_box_2d_tight: true } } : {};
}
