import { dataError } from "../../kit/errors.js";
import { loadCookbook } from "../../scene/cookbook/index.js";
import { type RoiSettings, roiSettings } from "../../scene/crop/index.js";
import type { FlowDefinition } from "../run/definition.js";
import { whole, word } from "../run/knobs.js";
import { notesOf } from "../run/notes.js";
import type { FlowContext, FlowOutcome, FlowRequest, Knobs, Samples } from "../run/types.js";
import { type Cropped, roiStep } from "../steps/crops.js";
import { checkEdit, type Edited, editStep } from "../steps/edit.js";
import { lookOf, looksByItself } from "../steps/look.js";
import { type Rendered, renderStep } from "../steps/render.js";
import { sceneOf } from "../steps/scene.js";

export const DAY0 = {
  render: "usd2roi-components",
  crop: "usd2roi-components/crop",
  edited: "augment",
} as const;

/** Good pictures of a modelled board: render, regions of interest, appearance (dig 1.3, 1.4). */
export const good: FlowDefinition = {
  id: "good",
  title: "Good images",
  usecases: ["pcb"],
  steps: day0Steps,
  run: async (c) => {
    const day0 = await day0Crops(c);
    return goodOutcome(c.request, day0);
  },
};

export function day0Steps(r: FlowRequest): number {
  return 3 + Number(r.cookbook.settings.board !== undefined) + Number(looksByItself(r));
}

export type Day0 = Readonly<{ rendered: Rendered; cropped: Cropped; edited: Edited }>;

/** What both Day 0 flows begin with: frames, regions with their CAD masks, restyled regions. */
export async function day0Crops(c: FlowContext): Promise<Day0> {
  const { cookbook, knobs } = c.request;
  const board = await loadCookbook(cookbook.dir);
  await checkEdit(c);
  if (!board.crop)
    throw dataError(
      "cookbook_file_missing",
      `the cookbook ${cookbook.name} has no day0_crop.yaml, which says what is cut out`,
      "Add it.",
      { file: cookbook.dir },
    );
  const settings = capped(roiSettings(board.crop), knobs);
  const scene = await sceneOf(c);
  const rendered = await c.step(
    renderStep({
      id: "render",
      title: "Render",
      request: c.request,
      folder: DAY0.render,
      scene,
      board,
      pipeline: "good",
      patches: whole(knobs, "render_patches"),
      changes: { rename_to_grid_index: true },
    }),
  );
  const cropped = await c.step(
    roiStep({ id: "crop", source: `${DAY0.render}/trigger_0000`, folder: DAY0.crop, settings }),
  );
  if (cropped.emitted === 0)
    throw dataError(
      "nothing_made",
      `${rendered.frames} frames gave no region of interest`,
      "Look at crop.classes, min_area and min_coverage in day0_crop.yaml, or render more frames (render_patches).",
    );
  const edited = await c.step(
    await editStep({
      request: c.request,
      look: await lookOf(c, { scene, board, settings }),
      input: DAY0.crop,
      folder: DAY0.edited,
      pairs: cropped.crops.map(({ name }) => ({
        from: `${kindPath(name, "normal_img")}.png`,
        to: `crop/${name}`,
      })),
    }),
  );
  return { rendered, cropped, edited };
}

/** `IC/x0_y0/0001` → `IC/x0_y0/normal_img/0001`. */
export function kindPath(name: string, kind: "normal_img" | "cad_mask"): string {
  const at = name.lastIndexOf("/");
  return `${name.slice(0, at)}/${kind}${name.slice(at)}${kind === "cad_mask" ? "_cad_mask" : ""}`;
}

/** `crop_max_emit`: blank leaves the cookbook's cap, `null` lifts it. Day 0 always has a cell level (dig C13). */
function capped(settings: RoiSettings, knobs: Knobs): RoiSettings {
  const cap = word(knobs, "crop_max_emit");
  const day0 = { ...settings, layout: "render" as const };
  if (knobs.crop_max_emit === null || cap === "null") return { ...day0, maxEmit: null };
  return cap === "" ? day0 : { ...day0, maxEmit: whole({ crop_max_emit: Number(cap) }, "crop_max_emit") };
}

export function goodOutcome(request: FlowRequest, { rendered, cropped, edited }: Day0): FlowOutcome {
  const patches = whole(request.knobs, "render_patches");
  return {
    accounts: [
      {
        of: "frames",
        unit: "frames",
        requested: patches < 0 ? null : patches,
        allocated: rendered.frames,
        generated: rendered.frames,
        refused: {},
      },
      ...Object.entries(cropped.groups).map(([material, n]) => ({
        of: material,
        unit: "crops",
        requested: null,
        allocated: n,
        generated: n,
        refused: {},
      })),
      {
        of: "restyled",
        unit: "pictures",
        requested: cropped.emitted,
        allocated: cropped.emitted,
        generated: edited.edited,
        refused: edited.refused,
      },
    ],
    refused: { crop: cropped.refused },
    tables: [],
    samples: day0Samples(cropped, edited),
    problems: [],
    notes: [
      ...(patches === 1 ? ["A single frame may show nothing whole; 2 or more are safer."] : []),
      `Restyled crops: ${edited.look}.`,
      ...notesOf(cropped.warnings),
    ],
    next: [
      `reflow generate structural --cookbook ${request.cookbook.name} --seed ${request.seed} --output structural`,
    ],
  };
}

/** Render, CAD mask, restyled crop. */
export function day0Samples(cropped: Cropped, edited: Edited): Samples {
  return {
    columns: [
      { label: "OV render" },
      { label: "OV cad mask" },
      { label: "Augmentation" },
      { label: "Outline", outline: { picture: 2, mask: 1 } },
    ],
    rows: cropped.crops.map(({ name, group, frame }) => ({
      group,
      cell: frame,
      name,
      files: [
        `${DAY0.crop}/${kindPath(name, "normal_img")}.png`,
        `${DAY0.crop}/${kindPath(name, "cad_mask")}.png`,
        `${DAY0.edited}/crop/${name}${edited.extension}`,
      ],
    })),
  };
}
