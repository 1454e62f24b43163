import path from "node:path";
import { dataError, type Problem, ReflowError } from "../../kit/errors.js";
import { joinInside, writeFileAtomic } from "../../kit/files.js";
import type { Box } from "../../vision/index.js";
import { FRAME_FILES } from "../scan/layout.js";
import { findBridges } from "./bridge.js";
import { inChunks } from "./chunks.js";
import { frameFault } from "./faults.js";
import type { FrameRecord } from "./journal.js";
import type { LabelMap } from "./label-map.js";
import { cropPicture, type Rgba, readPicture, toRgba, writePng } from "./picture.js";
import { findRois, type Roi } from "./roi.js";
import type { RoiRefusals, RoiSettings } from "./roi-settings.js";

/** One crop that was written. `name` is its path without the `normal_img`/`cad_mask` level: `IC/x0_y0/0001`. */
export type RoiCrop = Roi & Readonly<{ name: string }>;

/** A crop around two regions; `pair` names them. */
export type BridgeCrop = Readonly<{
  name: string;
  pair: readonly string[];
  inner: Box;
  crop: Box;
  distance: number;
}>;

export type RoiFrame = FrameRecord &
  Readonly<{
    /** Connected labelled regions of the frame. */
    regions: number;
    rois: readonly RoiCrop[];
    bridges: readonly BridgeCrop[];
    refused: Readonly<Record<RoiRefusals, number>>;
    problems: readonly Problem[];
  }>;

/** Where a frame is read and its crops are written. */
export type RoiPlace = Readonly<{
  source: string;
  output: string;
  settings: RoiSettings;
  /** Whether the cell is a folder level: always for renders, for aligned photos when there are several. */
  cells: boolean;
}>;

/** The files of one frame: the picture to cut, one whose size must agree with it, and the segmentation. */
export function frameFiles(source: string, id: string, layout: RoiSettings["layout"]) {
  const at = (name: string) => path.join(source, name);
  const picture = layout === "aligned" ? at("aligned_crop.png") : at(FRAME_FILES.rgb(id));
  return {
    picture,
    reference: layout === "aligned" ? at("ref_crop.png") : picture,
    seg: at(FRAME_FILES.segmentation(id)),
    labels: at(FRAME_FILES.segmentationLabels(id)),
  };
}

/**
 * Cuts one frame and writes its crops, at most `room` of them. What is wrong with its files becomes a problem and
 * the refusal `frame`; only errors of writing are thrown.
 */
export async function cutFrame(
  place: RoiPlace,
  id: string,
  inputs: string,
  labels: LabelMap | ReflowError,
  room: number,
): Promise<RoiFrame> {
  const { output, settings } = place;
  const empty = { frame: id, inputs, files: [], regions: 0, rois: [], bridges: [], refused: none() };
  let read: Awaited<ReturnType<typeof readFrame>>;
  try {
    read = await readFrame(place, id, labels);
  } catch (error) {
    if (!(error instanceof ReflowError) || error.kind !== "data") throw error;
    return { ...empty, refused: { ...none(), frame: 1 }, problems: [frameFault(error, id)] };
  }
  const { picture, seg, map } = read;
  const found = findRois(seg, map.colours, settings);
  const { kept, dropped } = choose(found.rois, settings, place.cells ? id : "", room);
  const bridges = settings.bridge
    ? findBridges(kept, settings.bridge, settings.offset, seg).map(({ pair, ...rest }, i) => ({
        name: ["bridge", ...(place.cells ? [id] : []), numbered(i)].join("/"),
        pair: pair.map((k) => kept[k].name),
        ...rest,
      }))
    : [];
  const files: string[] = [];
  const write = async ({ name, crop }: Readonly<{ name: string; crop: Box }>) => {
    const folder = path.posix.dirname(name);
    const number = path.posix.basename(name);
    const normal = `${folder}/normal_img/${number}.png`;
    const mask = `${folder}/cad_mask/${number}_cad_mask.png`;
    files.push(normal, mask);
    await writePng(joinInside(output, normal), cropPicture({ ...picture, channels: 4 }, crop));
    await writePng(joinInside(output, mask), cropPicture({ ...seg, channels: 4 }, crop));
  };
  await inChunks([...kept, ...bridges], 16, write);
  if (!settings.classDirs) await copyLabels(["component", ...(place.cells ? [id] : [])]);
  if (settings.bridge) await copyLabels(["bridge", ...(place.cells ? [id] : [])]);
  return {
    ...empty,
    files: files.sort(),
    regions: found.regions,
    rois: kept,
    bridges,
    refused: { ...found.refused, max_emit: dropped, frame: 0 },
    problems: map.problems,
  };

  async function copyLabels(folders: readonly string[]): Promise<void> {
    const name = [...folders, "semantic_segmentation_labels.json"].join("/");
    files.push(name);
    await writeFileAtomic(joinInside(output, name), map.text);
  }
}

async function readFrame(place: RoiPlace, id: string, labels: LabelMap | ReflowError) {
  if (labels instanceof ReflowError) throw labels;
  const files = frameFiles(place.source, id, place.settings.layout);
  const [picture, reference, seg] = await Promise.all(
    [files.picture, files.reference === files.picture ? undefined : files.reference, files.seg].map((file) =>
      file === undefined ? undefined : readPicture(file).then((p) => toRgba(p, file)),
    ),
  );
  for (const [image, file] of [
    [picture, files.picture],
    [reference, files.reference],
  ] as const)
    if (image && seg && (image.width !== seg.width || image.height !== seg.height))
      throw dataError(
        "size_mismatch",
        `${file} is ${sizeText(image)}, the segmentation of frame ${id} is ${sizeText(seg)}`,
        "Both must come from the same render.",
        { file },
      );
  return { picture: picture as Rgba, seg: seg as Rgba, map: labels };
}

/** Numbers the crops within their folders and leaves out what the caps do not allow. */
function choose(
  rois: readonly Roi[],
  settings: RoiSettings,
  cell: string,
  room: number,
): { kept: readonly RoiCrop[]; dropped: number } {
  const { classDirs, maxEmit, maxEmitScope } = settings;
  const cap = maxEmitScope === "cell" ? (maxEmit ?? Infinity) : Infinity;
  const counts = new Map<string, number>();
  const kept: RoiCrop[] = [];
  for (const roi of rois) {
    const material = materialOf(roi.dominant, classDirs);
    const number = counts.get(material) ?? 0;
    if (number >= cap || kept.length >= room) continue;
    counts.set(material, number + 1);
    kept.push({ name: [material, ...(cell ? [cell] : []), numbered(number)].join("/"), ...roi });
  }
  return { kept, dropped: rois.length - kept.length };
}

/** Folder of a class: what `classDirs` says, else `component`. */
export function materialOf(name: string, classDirs: RoiSettings["classDirs"]): string {
  return classDirs && Object.hasOwn(classDirs, name) ? classDirs[name] : "component";
}

export function none(): Record<RoiRefusals, number> {
  return { no_target: 0, min_area: 0, max_area: 0, edge: 0, coverage: 0, max_emit: 0, frame: 0 };
}

function numbered(index: number): string {
  return String(index + 1).padStart(4, "0");
}

function sizeText(image: Readonly<{ width: number; height: number }>): string {
  return `${image.width}×${image.height}`;
}
