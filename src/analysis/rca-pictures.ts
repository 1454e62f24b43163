import type { PairRow } from "../dataset/row.js";
import { ReflowError } from "../kit/errors.js";
import type { Emit } from "../kit/events.js";
import { mapLimited } from "./limit.js";
import { pictureFile, pictureNames, writeOverlay, writeThumbnail } from "./pictures.js";
import { spotCheckSamples } from "./spot-check.js";
import type { HeatMap, Tiles, WeakSample } from "./types.js";

/**
 * Draws thumbnails of the spot check and golden | test | heat pictures of the weakest samples of both sides, and
 * returns the samples with their file names. An image that cannot be read is a warning, not the end of the analysis.
 */
export async function drawPictures(o: {
  weak: readonly WeakSample[];
  rows: readonly PairRow[];
  heats?: readonly HeatMap[];
  tiles: Tiles;
  outDir: string;
  most: number;
  emit: Emit;
}): Promise<WeakSample[]> {
  if (o.most <= 0) return [...o.weak];
  const spots = new Set(spotCheckSamples(o.weak).map((w) => w.index));
  const drawn = new Set(spotCheckSamples(o.weak, Math.max(5, Math.ceil(o.most / 2))).map((w) => w.index));
  return mapLimited(o.weak, 4, async (sample, k): Promise<WeakSample> => {
    if (!drawn.has(sample.index)) return sample;
    const row = o.rows[sample.index];
    const names = pictureNames(k + 1, sample.label, sample.objectName);
    try {
      const heat = o.heats?.[k];
      if (spots.has(sample.index)) await writeThumbnail(pictureFile(o.outDir, names.thumbnail), row);
      await writeOverlay(pictureFile(o.outDir, names.overlay), row, {
        light: sample.heat?.light ?? 0,
        tiles: o.tiles,
        ...(heat ? { heat } : {}),
      });
      return {
        ...sample,
        ...(spots.has(sample.index) ? { thumbnail: names.thumbnail } : {}),
        overlay: names.overlay,
      };
    } catch (error) {
      if (!(error instanceof ReflowError) || error.kind !== "data") throw error;
      const where = error.where ? { where: error.where } : {};
      o.emit({
        type: "problem",
        problem: {
          code: error.code,
          severity: "warning",
          message: error.message,
          hint: error.hint,
          ...where,
        },
      });
      return sample;
    }
  });
}
