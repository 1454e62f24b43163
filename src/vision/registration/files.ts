import path from "node:path";
import sharp from "sharp";
import { explainWriteError } from "../../kit/errors.js";
import { writeFileAtomic, writeJsonAtomic } from "../../kit/files.js";
import { decodeImage, decodeImageWithHeader, MOST_PIXELS } from "../../kit/images.js";
import { type Overlays, overlaysOf } from "./overlays.js";
import type { AnyPixels, Registration } from "./types.js";

/**
 * Reads a render or label mask with its alpha and exact colours. Errors of `decodeImage`: `file_missing`,
 * `not_a_file`, `image_unreadable`, `image_not_raster`, `image_too_large`.
 */
export async function readMovingPixels(file: string): Promise<AnyPixels> {
  const { pixels, header } = await decodeImageWithHeader(file);
  if (!header.hasAlpha) return pixels;
  const { data, info } = await sharp(file, { limitInputPixels: MOST_PIXELS, ignoreIcc: true })
    .toColourspace("srgb")
    .ensureAlpha()
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, channels: 4, data: new Uint8Array(data) };
}

/** Reads a photo, upright. Same errors. */
export async function readPhotoPixels(file: string): Promise<AnyPixels> {
  return decodeImage(file);
}

/** The document of contract 4.2 (its seven numbers first) with what else is known about the match. */
export function paramsDocument(
  r: Registration,
  moving: AnyPixels,
  fixed: AnyPixels,
): Readonly<Record<string, unknown>> {
  return {
    ...r.params,
    mi_before: finite(r.miBefore),
    mi_after: finite(r.miAfter),
    model: r.model,
    matrix: r.matrix,
    params_residual_px: r.paramsResidual,
    moving_size: [moving.width, moving.height],
    fixed_size: [fixed.width, fixed.height],
    overlap: r.overlap,
    patches: {
      with_texture: r.consistency.patches,
      agreeing: r.consistency.agreeing,
      abstaining: r.consistency.abstaining,
      median_offset_px: r.consistency.medianOffset,
    },
    polished: r.polished,
    uncertainty_px: r.uncertainty,
    seed: r.seed,
  };
}

/** JSON has no −Infinity (coverage below 5 %). */
function finite(v: number): number | null {
  return Number.isFinite(v) ? v : null;
}

/** Names of the overlay files; the first three are those of contract 4.5. */
export const OVERLAY_FILES = [
  "ref_crop.png",
  "aligned_crop.png",
  "blink.gif",
  "blend.png",
  "checkerboard.png",
  "edges.png",
] as const;

/**
 * Writes the overlays of an accepted match into `folder` and `params.json` at `file`, that one last: where it lies, all
 * lies. Returns the valid box on the moving picture. Write errors as everywhere (`disk_full`, `no_permission`, …).
 */
export async function writeRegistration(
  file: string,
  r: Registration,
  moving: AnyPixels,
  fixed: AnyPixels,
  folder: string | null = path.dirname(file),
): Promise<Overlays["box"] | undefined> {
  const made = folder === null ? undefined : overlaysOf(moving, fixed, r.matrix);
  if (made && folder !== null) {
    const pictures = [made.reference, made.aligned, undefined, made.blend, made.checkerboard, made.edges];
    for (const [i, name] of OVERLAY_FILES.entries()) {
      const picture = pictures[i];
      const target = path.join(folder, name);
      const bytes = picture ? await png(picture) : await gif(made.blink);
      await writeFileAtomic(target, bytes).catch((error: unknown) => {
        throw explainWriteError(error, target);
      });
    }
  }
  await writeJsonAtomic(file, paramsDocument(r, moving, fixed));
  return made?.box;
}

async function png({ width, height, channels, data }: AnyPixels): Promise<Buffer> {
  const pipe = sharp(data, { raw: { width, height, channels } });
  return (channels === 1 ? pipe.toColourspace("b-w") : pipe).png({ compressionLevel: 6 }).toBuffer();
}

/** Two frames of half a second, for ever. */
async function gif([a, b]: Overlays["blink"]): Promise<Buffer> {
  const data = new Uint8Array(a.data.length + b.data.length);
  data.set(a.data);
  data.set(b.data, a.data.length);
  const { width, height } = a;
  return sharp(data, { raw: { width, height: 2 * height, channels: 3, pageHeight: height } })
    .gif({ delay: [500, 500], loop: 0, effort: 3 })
    .toBuffer();
}
