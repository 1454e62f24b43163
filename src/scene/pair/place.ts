import path from "node:path";
import { dataError } from "../../kit/errors.js";
import { FRAME_ID, fileNames, frameIds } from "../crop/frames.js";
import type { RenderFolder } from "../crop/locate.js";
import type { RenderMetadata } from "../crop/metadata.js";
import { FRAME_FILES } from "../scan/layout.js";
import type { PairSettings } from "./settings.js";

/** A render to pair: where its frames lie and what its metadata says. */
export type PairRender = RenderFolder & Readonly<{ metadata?: RenderMetadata }>;

/** Everything that the pairs of one frame are made from. */
export type PairPlace = Readonly<{
  good: PairRender;
  defect: PairRender;
  /** A second good render, other lighting or noise: the test pictures of good pairs. */
  pass?: PairRender;
  /** Where segmentation, its labels and the boxes of defects are: the defect render, else the good one. */
  notes: string;
  output: string;
  settings: PairSettings;
}>;

/** The picture of a frame under a lighting; the first lighting has the plain name. */
export function pictureFile(folder: string, id: string, lights: readonly string[], light: string): string {
  return path.join(folder, FRAME_FILES.rgb(id, light === lights[0] ? undefined : light));
}

export function segFiles(folder: string, id: string): { seg: string; labels: string } {
  return {
    seg: path.join(folder, FRAME_FILES.segmentation(id)),
    labels: path.join(folder, FRAME_FILES.segmentationLabels(id)),
  };
}

/** The defect render's notes where it has any, else the good render's (missing flow, contract 8). */
export async function notesFolder(
  good: RenderFolder,
  defect: RenderFolder,
  prefix: string,
  ext: string,
): Promise<string> {
  const own = frameIds(await fileNames(defect.notes), prefix, ext, FRAME_ID);
  return own.length > 0 ? defect.notes : good.notes;
}

/** Ids of frames with a picture in both renders. Throws `no_matching_frames` and says why. */
export async function commonFrames(good: PairRender, defect: PairRender): Promise<readonly string[]> {
  const [goodNames, defectNames] = [await fileNames(good.pictures), await fileNames(defect.pictures)];
  const goodIds = frameIds(goodNames, "rgb", "png", FRAME_ID);
  const defectIds = frameIds(defectNames, "rgb", "png", FRAME_ID);
  const common = goodIds.filter((id) => defectIds.includes(id));
  if (common.length > 0) return common;
  const [why, hint] = whyNone(good, goodIds, goodNames, defectIds);
  throw dataError(
    "no_matching_frames",
    `no frame is in both ${good.pictures} and ${defect.pictures}: ${why}`,
    hint,
    {
      file: goodIds.length === 0 ? good.pictures : defect.pictures,
    },
  );
}

function whyNone(
  good: PairRender,
  goodIds: readonly string[],
  goodNames: readonly string[],
  defectIds: readonly string[],
): [string, string] {
  const onlyLabels = goodIds.length === 0 && goodNames.some((n) => n.startsWith("semantic_segmentation_"));
  if (onlyLabels)
    return [
      `${path.basename(good.pictures)} has segmentations but no rgb pictures`,
      "A missing flow writes its reference without pictures by default: set writer.reference.rgb: true and render " +
        "again, or name a good render of the same seed, grid and resolution as the first folder.",
    ];
  if (goodIds.length === 0) return ["the first has no rgb_<id>.png", "Render it with writer.rgb: true."];
  if (defectIds.length === 0) return ["the second has no rgb_<id>.png", "Render it with writer.rgb: true."];
  if (goodIds[0].startsWith("x") !== defectIds[0].startsWith("x"))
    return [
      `one names frames like ${goodIds[0]}, the other like ${defectIds[0]}`,
      "Set rename_to_grid_index alike in both renders.",
    ];
  return [
    `one has ${goodIds[0]} to ${goodIds.at(-1)}, the other ${defectIds[0]} to ${defectIds.at(-1)}`,
    "Render both with the same seed, grid and max_image_count.",
  ];
}
