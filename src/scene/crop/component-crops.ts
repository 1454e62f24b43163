import { dataError, explainWriteError, type Problem } from "../../kit/errors.js";
import { type Emit, silent } from "../../kit/events.js";
import { joinInside } from "../../kit/files.js";
import { makeFolder } from "../../kit/folders.js";
import { BOX_PREFIX, boxFiles } from "./boxes.js";
import {
  type ComponentFrame,
  type ComponentPlace,
  type ComponentRefusal,
  cutComponents,
  noRefusal,
  typeFile,
} from "./component-frame.js";
import type { ComponentSettings } from "./component-settings.js";
import { fileNames, frameIds } from "./frames.js";
import { hashInputs, openJournal } from "./journal.js";

export type ComponentCrops = Readonly<{
  frames: readonly ComponentFrame[];
  emitted: number;
  /** Crops of each bucket: a defect, a class, or `missing` and `ok`. */
  buckets: Readonly<Record<string, number>>;
  refused: Readonly<Record<ComponentRefusal, number>>;
  problems: readonly Problem[];
}>;

/**
 * Cuts every component with a box out of every frame of `source` into
 * `output/<defect or class>/<type>/frame<id>_<component>.png`, and writes `crops.json` (contract 3.5). With
 * `reference` (parts that are missing) boxes and labels are read there and each component gives two crops, `missing`
 * and `ok`. A stopped run goes on where it was; equal inputs give equal bytes.
 *
 * Throws `no_boxes`, `no_semantic_type`, `output_exists`; faults of single frames are collected as problems.
 */
export async function cropComponents(
  o: Readonly<{
    source: string;
    reference?: string;
    output: string;
    settings: ComponentSettings;
    emit?: Emit;
    signal?: AbortSignal;
  }>,
): Promise<ComponentCrops> {
  const { source, output, settings, emit = silent } = o;
  if (!settings.types.some((t) => t.includes("semantic")))
    throw dataError(
      "no_semantic_type",
      "no semantic segmentation among the image types",
      "Add semantic_segmentation: crops that show nothing are refused by it.",
    );
  const notes = o.reference ?? source;
  const ids = frameIds(await fileNames(notes), BOX_PREFIX, "npy", "*");
  if (ids.length === 0)
    throw dataError(
      "no_boxes",
      `no ${BOX_PREFIX}_<id>.npy in ${notes}`,
      "Render with writer.bounding_box_2d_tight: true.",
      { file: notes },
    );
  const place: ComponentPlace = { source, notes, missing: o.reference !== undefined, output, settings };
  const journal = await openJournal<ComponentFrame>(output, "crops", {
    mode: place.missing ? "missing" : "component",
    ...settings,
  });
  const frames: ComponentFrame[] = [];
  for (const id of ids) {
    o.signal?.throwIfAborted();
    const inputs = await hashInputs(inputFiles(place, id));
    let frame = await journal.done(id, inputs);
    if (!frame) {
      frame = await cutComponents(place, id, inputs);
      await journal.record(frame);
    }
    frames.push(frame);
    emit({ type: "progress", what: "crop", done: frames.length, total: ids.length, unit: "frames" });
  }
  const result = summary(frames);
  await makeFolders(output, Object.keys(result.buckets), settings.types);
  const { emitted, buckets, refused } = result;
  await journal.finish({ emitted, buckets, refused }, frames);
  return result;
}

function inputFiles(place: ComponentPlace, id: string): readonly string[] {
  const types = place.settings.types.map((type) => typeFile(place, type, id));
  const good = place.missing ? [typeFile({ ...place, source: place.notes }, "rgb", id)] : [];
  return [...new Set([...Object.values(boxFiles(place.notes, id)), ...types, ...good])];
}

/** A type that the renderer did not write has an empty folder in each bucket (dig C22). */
async function makeFolders(
  output: string,
  buckets: readonly string[],
  types: readonly string[],
): Promise<void> {
  for (const bucket of buckets)
    for (const type of types) {
      const folder = joinInside(output, `${bucket}/${type}`);
      await makeFolder(folder).catch((error: unknown) => {
        throw explainWriteError(error, folder);
      });
    }
}

function summary(frames: readonly ComponentFrame[]): ComponentCrops {
  const refused = noRefusal();
  const buckets: Record<string, number> = {};
  for (const frame of frames) {
    for (const why of Object.keys(refused) as ComponentRefusal[]) refused[why] += frame.refused[why];
    for (const crop of frame.crops) for (const b of crop.buckets) buckets[b] = (buckets[b] ?? 0) + 1;
  }
  return {
    frames,
    emitted: frames.reduce((n, f) => n + f.crops.length, 0),
    buckets,
    refused,
    problems: frames.flatMap((f) => f.problems),
  };
}
