import path from "node:path";
import { rootFolder, whole } from "../run/knobs.js";
import { notesOf } from "../run/notes.js";
import type { FlowContext, FlowOutcome, FlowRequest } from "../run/types.js";
import { anomalyPairs } from "../workspace/from-anomaly.js";
import { type Learnt, learnStep, passthrough, trainingFolder } from "./learn.js";
import { defectAccounts, defectTable, trainingTables } from "./outcome.js";
import { type PlacedMasks, placeStep } from "./place.js";
import { type Synthesised, synthesiseStep } from "./synthesise.js";

/** A folder of labelled or clean pictures: absolute, or below the output. */
export type Data = Readonly<{ dataset: string; below: boolean }>;

export type Generated = Readonly<{
  /** What the masks were placed on. */
  data: Data;
  /** Where it learned by itself. */
  learnt: Learnt | undefined;
  placed: PlacedMasks;
  made: Synthesised;
}>;

/** The steps that {@link generateDefects} takes. */
export function generateSteps({ knobs }: FlowRequest): number {
  return knobs.use_pretrained_checkpoint === true ? 2 : 3;
}

/** The checkpoint that the root brings, where the request wants that one. Throws `artifact_missing`. */
export async function checkpointOf({ knobs, cookbook }: FlowRequest): Promise<string | undefined> {
  return knobs.use_pretrained_checkpoint === true
    ? passthrough(rootFolder(knobs), cookbook.usecase)
    : undefined;
}

/**
 * The generator of every flow that has one (dig 1.5, 1.6): learns from labelled pictures unless a `checkpoint` is there,
 * decides where defects lie on the pictures of `data`, and paints them into `anomaly/`.
 */
export async function generateDefects(
  c: FlowContext,
  o: Readonly<{ checkpoint: string | undefined; learnFrom: Data; data: Data }>,
): Promise<Generated> {
  const { request } = c;
  const { checkpoint, learnFrom, data } = o;
  const folder = trainingFolder(request);
  const learnt =
    checkpoint === undefined
      ? await c.step(learnStep({ request, ...learnFrom, folder, makes: "finetune" }))
      : undefined;
  const placed = await c.step(placeStep({ request, ...data }));
  const made = await c.step(
    synthesiseStep({
      request,
      checkpoint: checkpoint ?? folder,
      below: checkpoint === undefined,
      step: undefined,
    }),
  );
  return { data, learnt, placed, made };
}

/** What every flow with a generator tells of it. `dropped`: types that have no place. */
export function generatedOutcome(
  { output, request }: FlowContext,
  { data, learnt, placed, made }: Generated,
  dropped: readonly string[],
): Pick<FlowOutcome, "accounts" | "tables" | "pairs" | "notes"> {
  return {
    accounts: defectAccounts(whole(request.knobs, "num_sdg"), dropped, placed, made),
    tables: [defectTable(made), ...(learnt ? trainingTables(learnt) : [])],
    pairs: (images) =>
      anomalyPairs({
        output,
        dataset: data.below ? path.join(output, data.dataset) : data.dataset,
        images,
        made: made.made,
        board: request.cookbook.name,
        seed: request.seed,
      }),
    notes: notesOf(placed.warnings),
  };
}
