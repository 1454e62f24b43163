import { dataError } from "../../kit/errors.js";
import { readJson } from "../../kit/files.js";
import { loadCookbook, type Recipe } from "../../scene/cookbook/index.js";
import { readMetadata, roiSettings } from "../../scene/crop/index.js";
import { recipeFor } from "../../scene/scan/index.js";
import type { FlowDefinition } from "../run/definition.js";
import { whole, word } from "../run/knobs.js";
import { notesOf } from "../run/notes.js";
import type { Account, FlowContext, FlowOutcome } from "../run/types.js";
import { type Cropped, componentStep } from "../steps/crops.js";
import { checkEdit, type Edited, editStep } from "../steps/edit.js";
import { lookOf, looksByItself } from "../steps/look.js";
import { renderStep } from "../steps/render.js";
import { sceneOf } from "../steps/scene.js";
import { structuralPairs } from "../workspace/from-renders.js";
import { STRUCTURAL } from "./folders.js";
import { chosenModes } from "./modes.js";

/** Structural defects of a modelled board: render, components, appearance (dig 1.7). */
export const structural: FlowDefinition = {
  id: "structural",
  title: "Structural defects",
  usecases: ["pcb"],
  steps: (r) => 3 + Number(r.cookbook.settings.board !== undefined) + Number(looksByItself(r)),
  run,
};

async function run(c: FlowContext): Promise<FlowOutcome> {
  const { cookbook, knobs } = c.request;
  const board = await loadCookbook(cookbook.dir);
  await checkEdit(c);
  const recipe: Recipe = recipeFor(board, "defect");
  const { defects } = recipe.config;
  if (!defects)
    throw dataError("pipeline_missing", `${recipe.file} has no defects`, "Add a defects section.", {
      file: recipe.file,
    });
  const modes = chosenModes(defects, word(knobs, "defect_modes"));
  const patches = whole(knobs, "render_patches");
  const scene = await sceneOf(c);
  const rendered = await c.step(
    renderStep({
      id: "render",
      title: "Render with defects",
      request: c.request,
      folder: STRUCTURAL.render,
      scene,
      board,
      pipeline: "defect",
      patches,
      changes: { defects: modes, rename_to_grid_index: false },
    }),
  );
  const cropped = await c.step(
    componentStep({
      id: "crop",
      source: `${STRUCTURAL.render}/trigger_0000`,
      folder: `${STRUCTURAL.render}/cropped`,
      offset: whole(knobs, "crop_offset"),
    }),
  );
  if (cropped.emitted === 0)
    throw dataError(
      "nothing_made",
      `${rendered.frames} frames show no whole defective component`,
      "Render more frames (render_patches), or choose other defect_modes.",
    );
  const edited = await c.step(
    await editStep({
      request: c.request,
      look: await lookOf(c, { scene, board, settings: board.crop && roiSettings(board.crop) }),
      input: `${STRUCTURAL.render}/cropped`,
      folder: STRUCTURAL.edited,
      pairs: cropped.crops.map(({ name, group }) => ({
        from: `${group}/rgb/${name}.png`,
        to: `${group}/rgb/${name}`,
      })),
    }),
  );
  const drawn = await drawnDefects(`${c.output}/${STRUCTURAL.render}/trigger_0000`);
  return {
    ...outcome(patches, rendered.frames, cropped, edited, drawn),
    pairs: (images) => structuralPairs(c, { scene, images }),
  };
}

/** Components that each mode drew on the whole board. */
async function drawnDefects(folder: string): Promise<ReadonlyMap<string, number>> {
  const metadata = await readMetadata(folder);
  const counts = new Map<string, number>();
  if (!metadata) return counts;
  const { defects } = (await readJson(metadata.file)) as { defects?: readonly { defect?: unknown }[] };
  for (const { defect } of defects ?? []) counts.set(String(defect), (counts.get(String(defect)) ?? 0) + 1);
  return counts;
}

function outcome(
  patches: number,
  frames: number,
  cropped: Cropped,
  edited: Edited,
  drawn: ReadonlyMap<string, number>,
): FlowOutcome {
  const modes = [...new Set([...drawn.keys(), ...Object.keys(cropped.groups)])].sort();
  const accounts: readonly Account[] = modes.map((mode) => ({
    of: mode,
    unit: "crops",
    requested: null,
    allocated: drawn.get(mode) ?? 0,
    generated: cropped.groups[mode] ?? 0,
    refused: {},
  }));
  return {
    accounts: [
      {
        of: "frames",
        unit: "frames",
        requested: patches < 0 ? null : patches,
        allocated: frames,
        generated: frames,
        refused: {},
      },
      ...accounts,
    ],
    refused: { crop: cropped.refused, "image-edit": edited.refused },
    tables: [],
    samples: {
      columns: [
        { label: "OV render" },
        { label: "OV cad mask" },
        { label: "Augmentation" },
        { label: "Outline", outline: { picture: 2, mask: 1 } },
      ],
      rows: cropped.crops.map(({ name, group }) => ({
        group,
        cell: group,
        name,
        files: [
          `${STRUCTURAL.render}/cropped/${group}/rgb/${name}.png`,
          `${STRUCTURAL.render}/cropped/${group}/semantic_segmentation/${name}.png`,
          `${STRUCTURAL.edited}/${group}/rgb/${name}${edited.extension}`,
        ],
      })),
    },
    problems: [],
    notes: [
      "Allocated counts the components that got the defect, anywhere on the board. Generated counts crops: a component that several frames show gives several.",
      `Restyled crops: ${edited.look}.`,
      ...notesOf(cropped.warnings),
    ],
    next: [],
  };
}
