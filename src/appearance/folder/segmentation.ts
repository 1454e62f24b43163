import path from "node:path";
import sharp from "sharp";
import { dataError } from "../../kit/errors.js";
import { joinInside, readJson, requireFile } from "../../kit/files.js";
import { KIND, type Regions } from "../transfer/regions.js";
import type { Listed } from "./listing.js";

/** A label image and the file that says what its colours mean. */
export type Segmentation = Readonly<{ image: string; labels: string }>;

/**
 * Finds the label image of a picture among the files of a folder: as `reflow scene render` (`rgb_<id>.png` beside
 * `semantic_segmentation_<id>.png`) and `scene crop` lay them (`normal_img/` beside `cad_mask/`, `rgb/` beside
 * `semantic_segmentation/`), with the probe order of other tools after that (dig C4). A label image without a
 * `semantic_segmentation_labels*.json` in its folder or above is of no use.
 */
export function segmentationFinder(
  root: string,
  files: readonly Listed[],
): (relative: string) => Segmentation | undefined {
  const names = new Set(files.map((f) => f.relative));
  return (relative) => {
    const image = imagesFor(relative).find((c) => names.has(c));
    if (!image) return undefined;
    const labels = labelsFor(image).find((c) => names.has(c));
    return labels ? { image: joinInside(root, image), labels: joinInside(root, labels) } : undefined;
  };
}

function imagesFor(relative: string): readonly string[] {
  const folder = path.posix.dirname(relative);
  const stem = path.posix.basename(relative).replace(/\.[^.]+$/, "");
  const beside = (name: string) => path.posix.join(folder, name);
  const aside = (name: string) => path.posix.join(folder, "..", name);
  const frame = /^rgb_(.+)$/.exec(stem)?.[1];
  return [
    ...(frame ? [beside(`semantic_segmentation_${frame}.png`)] : []),
    aside(`cad_mask/${stem}_cad_mask.png`),
    aside(`cad_mask/${stem}.png`),
    aside(`semantic_segmentation/${stem}.png`),
    aside(`seg/${stem}.png`),
    aside(`ov_seg/${stem}.png`),
    beside(`${stem}_cad_mask.png`),
    beside(`cad_mask/${stem}_cad_mask.png`),
  ];
}

function labelsFor(image: string): readonly string[] {
  const id = /semantic_segmentation_(.+)\.png$/.exec(image)?.[1];
  const own = id
    ? [path.posix.join(path.posix.dirname(image), `semantic_segmentation_labels_${id}.json`)]
    : [];
  const up: string[] = [];
  for (let folder = path.posix.dirname(image); ; folder = path.posix.dirname(folder)) {
    up.push(path.posix.join(folder, "semantic_segmentation_labels.json"));
    if (folder === "." || folder === "/") return [...own, ...up];
  }
}

const METAL = /solder(?!_?mask)|pad|paste|tin|lead|pin|terminal|fillet|electrode|metal|copper/i;
const BOARD = /^(background|unlabelled)$|board|pcb|mask|silk|text|trace|substrate|dielectric/i;

/** Metal, board or body, by the name of a class; parts are bodies. */
export function kindOf(name: string): number {
  const words = name.split(",").map((w) => w.trim());
  if (words.some((w) => METAL.test(w))) return KIND.metal;
  return words.some((w) => BOARD.test(w)) ? KIND.board : KIND.body;
}

/**
 * Reads a label image as regions. Colours that the labels do not name are board. Throws `labels_invalid`,
 * `image_unreadable`, `file_missing`.
 */
export async function readRegions(s: Segmentation): Promise<Regions> {
  const kinds = await readKinds(s.labels);
  await requireFile(s.image);
  try {
    const { data, info } = await sharp(s.image, { ignoreIcc: true, failOn: "error" })
      .ensureAlpha()
      .toColourspace("srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    const out = new Uint8Array(info.width * info.height).fill(KIND.board);
    for (let i = 0; i < out.length; i++) {
      const kind = kinds.get((data[4 * i] << 16) | (data[4 * i + 1] << 8) | data[4 * i + 2]);
      if (kind !== undefined) out[i] = kind;
    }
    return { width: info.width, height: info.height, data: out };
  } catch (error) {
    const why = String((error as Error).message).split("\n")[0];
    throw dataError("image_unreadable", `cannot decode ${s.image}: ${why}`, "Make the label image again.", {
      file: s.image,
    });
  }
}

async function readKinds(file: string): Promise<ReadonlyMap<number, number>> {
  const json = await readJson(file);
  if (typeof json !== "object" || json === null || Array.isArray(json))
    throw dataError(
      "labels_invalid",
      `${file}: not a map of colours`,
      'Expected {"(r, g, b, a)": {"class": "…"}}.',
      {
        file,
      },
    );
  const kinds = new Map<number, number>();
  for (const [key, info] of Object.entries(json)) {
    const rgb = key.match(/\d+/g)?.map(Number);
    const { class: name, defect } = (info ?? {}) as { class?: unknown; defect?: unknown };
    const label = typeof name === "string" ? name : typeof defect === "string" ? defect : "BACKGROUND";
    if (rgb && rgb.length >= 3) kinds.set((rgb[0] << 16) | (rgb[1] << 8) | rgb[2], kindOf(label));
  }
  return kinds;
}
