import path from "node:path";
import { z } from "zod";
import { dataError } from "../../kit/errors.js";
import { readJson } from "../../kit/files.js";
import type { Pixels } from "../../kit/images.js";
import { materialOf, pairOf } from "./layouts.js";

const schema = z.object({
  images: z.array(
    z.object({
      id: z.number(),
      file_name: z.string(),
      width: z.number().int().positive().max(20_000),
      height: z.number().int().positive().max(20_000),
    }),
  ),
  categories: z.array(z.object({ id: z.number(), name: z.string() })),
  annotations: z.array(
    z.object({ image_id: z.number(), category_id: z.number(), segmentation: z.unknown().optional() }),
  ),
});

/** A picture of a COCO export with one mask for each of its defects; none at all for a clean one. */
export type CocoPicture = Readonly<{
  /** Relative to the folder of the annotation file. */
  file: string;
  material: string;
  masks: readonly Readonly<{ defect: string; mask: Pixels }>[];
}>;

export const COCO_FILE = "_annotations.coco.json";

/**
 * Reads a COCO export and draws its polygons as masks (0 and 255). Categories that the use case does not know, and
 * outlines that are no polygons, are counted in `skipped`. Throws `coco_invalid`.
 */
export async function readCoco(
  file: string,
  usecase: string,
): Promise<{ pictures: readonly CocoPicture[]; skipped: number }> {
  const parsed = schema.safeParse(await readJson(file));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw dataError(
      "coco_invalid",
      `the annotations are no COCO export: ${issue?.path.join(".")}: ${issue?.message}`,
      "Export the project as COCO JSON (segmentation) again.",
      { file },
    );
  }
  const { images, categories, annotations } = parsed.data;
  const defects = new Map(categories.map((c) => [c.id, pairOf(c.name, usecase)?.[1]]));
  let skipped = 0;
  const pictures: CocoPicture[] = [];
  for (const image of images) {
    const drawn = new Map<string, Pixels>();
    const own = annotations.filter((a) => a.image_id === image.id);
    let unusable = 0;
    for (const a of own) {
      const defect = defects.get(a.category_id);
      const polygons = polygonsOf(a.segmentation);
      if (!defect || polygons.length === 0) {
        unusable++;
        continue;
      }
      const mask = drawn.get(defect) ?? {
        width: image.width,
        height: image.height,
        channels: 1,
        data: new Uint8Array(image.width * image.height),
      };
      for (const polygon of polygons) fillPolygon(mask, polygon);
      drawn.set(defect, mask);
    }
    skipped += unusable;
    // A picture whose defects could not be drawn is not clean.
    if (drawn.size > 0 || own.length === 0)
      pictures.push({
        file: path.posix.normalize(image.file_name.replaceAll("\\", "/")),
        material: materialOf(usecase),
        masks: [...drawn].map(([defect, mask]) => ({ defect, mask })),
      });
  }
  return { pictures, skipped };
}

function polygonsOf(segmentation: unknown): readonly (readonly number[])[] {
  const parsed = z.array(z.array(z.number()).min(6)).safeParse(segmentation);
  return parsed.success ? parsed.data : [];
}

/** Fills a polygon `x0,y0,x1,y1,…` (pixel edges) by the even-odd rule at pixel centres, in place. */
export function fillPolygon(mask: Pixels, polygon: readonly number[]): void {
  const { width, height, data } = mask;
  const n = polygon.length >> 1;
  for (let y = 0; y < height; y++) {
    const at = y + 0.5;
    const crossings: number[] = [];
    for (let i = 0; i < n; i++) {
      const [x0, y0] = [polygon[2 * i]!, polygon[2 * i + 1]!];
      const j = (i + 1) % n;
      const [x1, y1] = [polygon[2 * j]!, polygon[2 * j + 1]!];
      if (y0 <= at !== y1 <= at) crossings.push(x0 + ((at - y0) / (y1 - y0)) * (x1 - x0));
    }
    crossings.sort((a, b) => a - b);
    for (let k = 0; k + 1 < crossings.length; k += 2)
      for (let x = Math.max(0, Math.ceil(crossings[k]! - 0.5)); x < width && x + 0.5 < crossings[k + 1]!; x++)
        data[y * width + x] = 255;
  }
}
