import path from "node:path";
import { dataError, type Problem, ReflowError } from "../../kit/errors.js";
import { exists, joinInside } from "../../kit/files.js";
import type { Box } from "../../vision/index.js";
import { type BoxedComponent, type Extent, readComponents } from "./boxes.js";
import { inChunks } from "./chunks.js";
import type { ComponentSettings } from "./component-settings.js";
import { frameFault } from "./faults.js";
import type { FrameRecord } from "./journal.js";
import { coverage, cropPicture, type Picture, readPicture, writePng } from "./picture.js";

/** Smallest covered part of the segmentation under a component's crop (contract 3.5). */
export const LEAST_COVERAGE = 0.2;

/** `empty`: a box without pixels; `unlabelled`: the id of the box has no label; `frame`: the whole frame. */
export type ComponentRefusal = "filter" | "edge" | "coverage" | "empty" | "unlabelled" | "frame";

export type ComponentCrop = Readonly<{
  /** File name without extension, `frame0000_tn__0603_H100_72_`. */
  name: string;
  key: string;
  buckets: readonly string[];
  classLabel: string;
  defectLabel: string;
  extent: Extent;
  crop: Box;
}>;

export type ComponentFrame = FrameRecord &
  Readonly<{
    crops: readonly ComponentCrop[];
    refused: Readonly<Record<ComponentRefusal, number>>;
    problems: readonly Problem[];
  }>;

export type ComponentPlace = Readonly<{
  /** Folder of the pictures. */
  source: string;
  /** Folder of boxes, labels and segmentations: the reference of the missing flow, else `source`. */
  notes: string;
  missing: boolean;
  output: string;
  settings: ComponentSettings;
}>;

export function typeFile(place: Pick<ComponentPlace, "source" | "notes">, type: string, id: string): string {
  return path.join(type === "rgb" ? place.source : place.notes, `${type}_${id}.png`);
}

/** Cuts the components of one frame; what is wrong with its files becomes a problem and the refusal `frame`. */
export async function cutComponents(
  place: ComponentPlace,
  id: string,
  inputs: string,
): Promise<ComponentFrame> {
  const empty = { frame: id, inputs, files: [], crops: [], refused: noRefusal() };
  let read: Awaited<ReturnType<typeof readFrame>>;
  try {
    read = await readFrame(place, id);
  } catch (error) {
    if (!(error instanceof ReflowError) || error.kind !== "data") throw error;
    return { ...empty, refused: { ...noRefusal(), frame: 1 }, problems: [frameFault(error, id)] };
  }
  const { images, seg, size, good } = read;
  const refused = noRefusal();
  const problems: Problem[] = [];
  const crops = new Map<string, ComponentCrop>();
  for (const component of read.components) {
    const found = judge(component, size, seg, place);
    if (typeof found === "string") {
      refused[found]++;
      continue;
    }
    const name = `frame${id}_${component.name}`;
    const buckets = place.missing ? (good ? ["missing", "ok"] : ["missing"]) : [bucketOf(component)];
    const spot = `${buckets[0]}/${name}`;
    if (crops.has(spot)) problems.push(sameName(component.key, id));
    const { key, classLabel, defectLabel, extent } = component;
    crops.set(spot, { name, key, buckets, classLabel, defectLabel, extent, crop: found });
  }
  const files: string[] = [];
  await inChunks([...crops.values()], 8, async ({ name, buckets, crop }) => {
    for (const bucket of buckets)
      for (const [type, image] of images) {
        const picture = type === "rgb" && bucket === "ok" && place.missing ? (good as Picture) : image;
        const file = `${bucket}/${type}/${name}.png`;
        files.push(file);
        await writePng(joinInside(place.output, file), cropPicture(picture, crop));
      }
  });
  return { ...empty, files: files.sort(), crops: [...crops.values()], refused, problems };
}

async function readFrame(place: ComponentPlace, id: string) {
  const components = await readComponents(place.notes, id, place.settings.depth);
  const images = new Map<string, Picture>();
  for (const type of place.settings.types) {
    const file = typeFile(place, type, id);
    if (type === "rgb" || type.includes("semantic") || (await exists(file)))
      images.set(type, await readPicture(file));
  }
  const goodFile = path.join(place.notes, `rgb_${id}.png`);
  const good = place.missing && (await exists(goodFile)) ? await readPicture(goodFile) : undefined;
  const semantic = place.settings.types.find((t) => t.includes("semantic")) as string;
  const seg = images.get(semantic) as Picture;
  // Without colour pictures (only labels asked for) the segmentation says how large a frame is.
  const size = images.get("rgb") ?? seg;
  for (const [type, image] of [...images, ...(good ? [["reference rgb", good] as const] : [])])
    if (image.width !== size.width || image.height !== size.height)
      throw dataError(
        "size_mismatch",
        `${type} of frame ${id} is ${image.width}×${image.height}, rgb is ${size.width}×${size.height}`,
        "All pictures of a frame must come from the same render.",
        { file: typeFile(place, type, id) },
      );
  return { components, images, seg, size, good };
}

function judge(
  component: BoxedComponent,
  size: Readonly<{ width: number; height: number }>,
  seg: Picture,
  { settings, missing }: ComponentPlace,
): Box | ComponentRefusal {
  const { classLabel, defectLabel, extent } = component;
  if (
    settings.classFilter.length > 0 &&
    !settings.classFilter.some((f) => classLabel.includes(f) || defectLabel.includes(f))
  )
    return "filter";
  if (extentTouchesBorder(extent, size)) return "edge";
  const crop = paddedExtent(extent, settings.offset, size);
  if (crop.width <= 0 || crop.height <= 0) return "empty";
  if (coverage(cropPicture(seg, crop)) < LEAST_COVERAGE) return "coverage";
  return !missing && bucketOf(component) === "" ? "unlabelled" : crop;
}

export function extentTouchesBorder(e: Extent, size: Readonly<{ width: number; height: number }>): boolean {
  return e.xMin <= 0 || e.yMin <= 0 || e.xMax >= size.width - 1 || e.yMax >= size.height - 1;
}

/** The extent grown by `offset`; one pixel less to the right and below, as the contract has it (3.5). */
export function paddedExtent(
  e: Extent,
  offset: number,
  size: Readonly<{ width: number; height: number }>,
): Box {
  const x = Math.max(0, e.xMin - offset);
  const y = Math.max(0, e.yMin - offset);
  return {
    x,
    y,
    width: Math.min(size.width, e.xMax + offset) - x,
    height: Math.min(size.height, e.yMax + offset) - y,
  };
}

/** Folder of a component's crops: its defect, else its class with commas and blanks as underscores. */
function bucketOf({ classLabel, defectLabel }: BoxedComponent): string {
  return defectLabel || classLabel.replaceAll(/[, ]/g, "_");
}

export function noRefusal(): Record<ComponentRefusal, number> {
  return { filter: 0, edge: 0, coverage: 0, empty: 0, unlabelled: 0, frame: 0 };
}

function sameName(key: string, id: string): Problem {
  return {
    code: "component_name_twice",
    severity: "warning",
    message: `two components of frame ${id} end in the name of ${key}; only the last is kept`,
    hint: "Give components of one board different names, or correct the depth of component paths.",
  };
}
