import path from "node:path";
import { dataError, type Problem, ReflowError } from "../../kit/errors.js";
import { type Emit, silent } from "../../kit/events.js";
import { joinInside, requireFile, writeJsonAtomic } from "../../kit/files.js";
import { dataFault } from "./faults.js";
import { fileNames, frameIds } from "./frames.js";
import { hashInputs, openJournal } from "./journal.js";
import { meaning, readLabelMap } from "./label-map.js";
import { cutFrame, frameFiles, materialOf, none, type RoiFrame, type RoiPlace } from "./roi-frame.js";
import type { RoiRefusals, RoiSettings } from "./roi-settings.js";

export type RoiCrops = Readonly<{
  frames: readonly RoiFrame[];
  emitted: number;
  bridges: number;
  /** Crops of each material. */
  materials: Readonly<Record<string, number>>;
  refused: Readonly<Record<RoiRefusals, number>>;
  problems: readonly Problem[];
}>;

/**
 * Cuts the regions of interest of every frame of `source` into `output`:
 * `<material>/<cell>/normal_img/NNNN.png` and `…/cad_mask/NNNN_cad_mask.png` (RGBA, lossless), the labels as
 * `semantic_segmentation_labels.json` (the union over cells at the top; without `classDirs` also one a cell), and
 * `crops.json` with every region. A stopped run goes on where it was; equal inputs give equal bytes.
 *
 * Throws `no_frames`, `no_anchor_class`, `output_exists`, `path_escapes`, and `file_missing` for aligned photos that
 * are not there; faults of single frames are collected as problems.
 */
export async function cropRois(
  o: Readonly<{ source: string; output: string; settings: RoiSettings; emit?: Emit; signal?: AbortSignal }>,
): Promise<RoiCrops> {
  const { source, output, settings, emit = silent } = o;
  const ids = await framesOf(source, output, settings);
  const place: RoiPlace = { source, output, settings, cells: settings.layout === "render" || ids.length > 1 };
  const journal = await openJournal<RoiFrame>(output, "crops", { mode: "roi", ...settings });
  const frames: RoiFrame[] = [];
  const union: Record<string, unknown> = {};
  const seen = new Set<string>();
  let emitted = 0;
  for (const id of ids) {
    o.signal?.throwIfAborted();
    const room = settings.maxEmitScope === "global" ? (settings.maxEmit ?? Infinity) - emitted : Infinity;
    if (room <= 0) break;
    const files = frameFiles(source, id, settings.layout);
    const bytes = await hashInputs([...new Set(Object.values(files))]);
    // Under a cap of the whole set a frame depends on what the frames before it gave.
    const inputs = Number.isFinite(room) ? `${bytes}-${room}` : bytes;
    const labels = await readLabelMap(files.labels).catch(dataFault);
    if (!(labels instanceof ReflowError)) {
      Object.assign(union, labels.json);
      for (const c of labels.colours) for (const name of meaning(c)) seen.add(name);
    }
    let frame = await journal.done(id, inputs);
    if (!frame) {
      frame = await cutFrame(place, id, inputs, labels, room);
      await journal.record(frame);
    }
    frames.push(frame);
    emitted += frame.rois.length;
    emit({ type: "progress", what: "crop", done: frames.length, total: ids.length, unit: "frames" });
  }
  await writeJsonAtomic(path.join(output, "semantic_segmentation_labels.json"), union);
  const result = summary(frames, settings, seen, source);
  const { refused, materials, bridges } = result;
  await journal.finish({ emitted, bridges, materials, refused }, frames);
  return result;
}

async function framesOf(source: string, output: string, settings: RoiSettings): Promise<readonly string[]> {
  if (settings.classes.length === 0)
    throw dataError("no_anchor_class", "no anchor class is named", "Name at least one in crop.classes.");
  for (const dir of Object.values(settings.classDirs ?? {})) joinInside(output, dir);
  const ids = frameIds(await fileNames(source), "semantic_segmentation", "png", settings.pattern);
  if (ids.length === 0)
    throw dataError(
      "no_frames",
      `no semantic_segmentation_${settings.pattern}.png in ${source}`,
      settings.layout === "aligned"
        ? "Register the photo to the render first."
        : "Render with semantic_segmentation: true, or correct crop.source and crop.pattern.",
      { file: source },
    );
  if (settings.layout === "aligned") {
    const { picture, reference } = frameFiles(source, ids[0], "aligned");
    await requireFile(picture);
    await requireFile(reference);
  }
  return ids;
}

function summary(
  frames: readonly RoiFrame[],
  settings: RoiSettings,
  seen: ReadonlySet<string>,
  source: string,
): RoiCrops {
  const refused = none();
  const materials: Record<string, number> = {};
  for (const frame of frames) {
    for (const why of Object.keys(refused) as RoiRefusals[]) refused[why] += frame.refused[why];
    for (const { dominant } of frame.rois) {
      const material = materialOf(dominant, settings.classDirs);
      materials[material] = (materials[material] ?? 0) + 1;
    }
  }
  const problems: Problem[] = frames.flatMap((f) => f.problems);
  const unknown = settings.classes.filter((name) => !seen.has(name));
  if (unknown.length > 0)
    problems.push({
      code: "class_unknown",
      severity: "warning",
      message: `no frame has ${unknown.join(", ")}; there are ${[...seen].sort().join(", ") || "no labels"}`,
      hint: "Correct crop.classes, or the semantic rules of the render.",
      where: { file: source },
    });
  return {
    frames,
    emitted: frames.reduce((n, f) => n + f.rois.length, 0),
    bridges: frames.reduce((n, f) => n + f.bridges.length, 0),
    materials,
    refused,
    problems,
  };
}
