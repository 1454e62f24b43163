import { dataError, type Problem, ReflowError } from "../../kit/errors.js";
import { type Emit, silent } from "../../kit/events.js";
import { BOX_PREFIX, boxFiles } from "../crop/boxes.js";
import { frameFault } from "../crop/faults.js";
import { FRAME_ID, fileNames, frameIds } from "../crop/frames.js";
import { hashInputs, openJournal } from "../crop/journal.js";
import { pairComponents } from "./component-pairs.js";
import { pairWholeFrame } from "./frame-pairs.js";
import {
  commonFrames,
  notesFolder,
  type PairPlace,
  type PairRender,
  pictureFile,
  segFiles,
} from "./place.js";
import { renderDifferences } from "./render-differences.js";
import type { PairSettings } from "./settings.js";
import { noPairRefusal, type PairFrame, type PairRefusal, type Pairs } from "./types.js";

/**
 * Builds golden/defect pairs out of a good and a defective render of the same frames (contract 8):
 * `golden/`, `defect/` and `mask/` (with the mask's labels), files `<frame>[_<component>]_<lighting>.png`; good pairs
 * have their test picture in `pass/`. `pairs.json` lists them. A stopped run goes on where it was; equal inputs give
 * equal bytes.
 *
 * Throws `no_matching_frames`, `no_boxes`, `output_exists`; faults of single frames are collected as problems.
 */
export async function buildPairs(
  o: Readonly<{
    good: PairRender;
    defect: PairRender;
    pass?: PairRender;
    output: string;
    settings: PairSettings;
    emit?: Emit;
    signal?: AbortSignal;
  }>,
): Promise<Pairs> {
  const { good, defect, output, settings, emit = silent } = o;
  const common = await commonFrames(good, defect);
  const place: PairPlace = { ...o, notes: await findNotes(good, defect, settings) };
  const ids = settings.mode === "frame" ? common : await boxedFrames(place.notes, common);
  const journal = await openJournal<PairFrame>(output, "pairs", {
    ...settings,
    passFrom: o.pass !== undefined,
  });
  const frames: PairFrame[] = [];
  for (const id of ids) {
    o.signal?.throwIfAborted();
    const inputs = await hashInputs(inputFiles(place, id));
    let frame = await journal.done(id, inputs);
    if (!frame) {
      frame = { frame: id, inputs, ...(await pairOrRefuse(place, id)) };
      await journal.record(frame);
    }
    frames.push(frame);
    emit({ type: "progress", what: "pair", done: frames.length, total: ids.length, unit: "frames" });
  }
  const result = summary(frames, settings, good, renderDifferences(good, defect));
  const { labels, refused, withoutGoodBox } = result;
  await journal.finish({ pairs: result.pairs.length, labels, refused, withoutGoodBox }, frames);
  return result;
}

async function findNotes(good: PairRender, defect: PairRender, settings: PairSettings): Promise<string> {
  return settings.mode === "frame"
    ? notesFolder(good, defect, "semantic_segmentation", "png")
    : notesFolder(good, defect, BOX_PREFIX, "npy");
}

async function boxedFrames(notes: string, common: readonly string[]): Promise<readonly string[]> {
  const ids = frameIds(await fileNames(notes), BOX_PREFIX, "npy", FRAME_ID).filter((id) =>
    common.includes(id),
  );
  if (ids.length > 0) return ids;
  throw dataError(
    "no_boxes",
    `no ${BOX_PREFIX}_<id>.npy of a common frame in ${notes}`,
    "Render with writer.bounding_box_2d_tight: true, or pair whole frames.",
    { file: notes },
  );
}

function inputFiles(place: PairPlace, id: string): readonly string[] {
  const { lights, mode } = place.settings;
  const folders = [place.good.pictures, place.defect.pictures, ...(place.pass ? [place.pass.pictures] : [])];
  const boxes = mode === "component" ? [boxFiles(place.notes, id), boxFiles(place.good.notes, id)] : [];
  return [
    ...folders.flatMap((folder) => lights.map((light) => pictureFile(folder, id, lights, light))),
    ...Object.values(segFiles(place.notes, id)),
    ...boxes.flatMap((b) => Object.values(b)),
  ];
}

async function pairOrRefuse(place: PairPlace, id: string): Promise<Omit<PairFrame, "frame" | "inputs">> {
  const refusal = (why: PairRefusal, problem: Problem) => ({
    files: [],
    pairs: [],
    refused: { ...noPairRefusal(), [why]: 1 },
    withoutGoodBox: 0,
    problems: [problem],
  });
  const [a, b] = [place.good, place.defect].map((r) => r.metadata?.cells.get(Number(id)));
  if (a !== undefined && b !== undefined && a !== b) return refusal("frame", otherCell(id, a, b));
  try {
    return await (place.settings.mode === "frame" ? pairWholeFrame(place, id) : pairComponents(place, id));
  } catch (error) {
    if (!(error instanceof ReflowError) || error.kind !== "data") throw error;
    const labels =
      error.code === "file_missing" &&
      Object.values(segFiles(place.notes, id)).includes(error.where?.file ?? "");
    return refusal(labels ? "no_labels" : "frame", frameFault(error, id));
  }
}

function otherCell(id: string, a: string, b: string): Problem {
  return {
    code: "cells_differ",
    severity: "error",
    message: `frame ${id} shows cell ${a} in the good render and ${b} in the other`,
    hint: "Render both with the same seed, grid and one sample per position.",
  };
}

function summary(
  frames: readonly PairFrame[],
  settings: PairSettings,
  good: PairRender,
  differences: readonly Problem[],
): Pairs {
  const refused = noPairRefusal();
  const labels: Record<string, number> = {};
  for (const frame of frames) {
    for (const why of Object.keys(refused) as PairRefusal[]) refused[why] += frame.refused[why];
    for (const { label } of frame.pairs) labels[label] = (labels[label] ?? 0) + 1;
  }
  const pairs = frames.flatMap((f) => f.pairs);
  const withoutGoodBox = frames.reduce((n, f) => n + f.withoutGoodBox, 0);
  const problems = [...differences, ...frames.flatMap((f) => f.problems)];
  if (pairs.length > 0 && withoutGoodBox >= pairs.length) problems.push(noGoodBoxes(good));
  return {
    frames,
    pairs,
    lights: settings.lights,
    labels,
    refused,
    withoutGoodBox,
    problems,
  };
}

function noGoodBoxes(good: PairRender): Problem {
  return {
    code: "good_boxes_missing",
    severity: "warning",
    message: `the good render ${good.notes} has no boxes of the paired components`,
    hint: "Crops show where the part is, not where it should be: render with writer.bounding_box_2d_tight: true.",
    where: { file: good.notes },
  };
}
