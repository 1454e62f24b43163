import sharp from "sharp";
import { readBytes, writeFileAtomic } from "../../kit/files.js";

/** Pictures of the page are at most this wide, and small crops at least. */
const WIDEST = 640;
const LEAST = 240;

/** Colour of outlines, as the placement's overlays have it. */
const OUTLINE: readonly [number, number, number] = [0, 220, 255];

type Rgb = Readonly<{ width: number; height: number; data: Uint8Array }>;

/** How much a picture is enlarged or reduced for the page; whole factors keep the pixels of small crops square. */
export function pageScale(width: number): number {
  if (width > WIDEST) return WIDEST / width;
  return width >= LEAST ? 1 : Math.min(8, Math.ceil(LEAST / width));
}

/** A picture as the page shows it, with alpha laid on dark grey. */
export async function pagePicture(file: string): Promise<Rgb> {
  const { width, height } = await sharp(await readBytes(file)).metadata();
  return raster(file, pageScale(width), height, width);
}

async function raster(file: string, scale: number, height: number, width: number): Promise<Rgb> {
  const { data, info } = await sharp(await readBytes(file))
    .flatten({ background: "#1b1e20" })
    .toColourspace("srgb")
    .resize(Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)), {
      fit: "fill",
      kernel: scale > 1 ? "nearest" : "lanczos3",
    })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: asRgb(data, info.channels) };
}

/**
 * The picture with the border of its mask drawn on it. Masks are what is not black, whatever their colours. A mask of
 * another size is fitted.
 */
export async function outlined(picture: string, mask: string): Promise<Rgb> {
  const { width, height } = await sharp(await readBytes(picture)).metadata();
  const image = await raster(picture, pageScale(width), height, width);
  const { data } = await sharp(await readBytes(mask))
    .flatten({ background: "#000" })
    .toColourspace("srgb")
    .resize(image.width, image.height, { fit: "fill", kernel: "nearest" })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const labels = asRgb(data, data.length / (image.width * image.height));
  const out = Uint8Array.from(image.data);
  const thick = Math.max(1, Math.round(Math.max(image.width, image.height) / 150));
  const lit = (x: number, y: number): boolean => {
    if (x < 0 || y < 0 || x >= image.width || y >= image.height) return false;
    const i = 3 * (y * image.width + x);
    return labels[i] + labels[i + 1] + labels[i + 2] > 0;
  };
  for (let y = 0; y < image.height; y++)
    for (let x = 0; x < image.width; x++) {
      if (!lit(x, y)) continue;
      if (lit(x - thick, y) && lit(x + thick, y) && lit(x, y - thick) && lit(x, y + thick)) continue;
      out.set(OUTLINE, 3 * (y * image.width + x));
    }
  return { ...image, data: out };
}

export async function writePagePicture(file: string, picture: Rgb): Promise<void> {
  const { width, height, data } = picture;
  const png = await sharp(data, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 9, palette: false })
    .toBuffer();
  await writeFileAtomic(file, png);
}

function asRgb(data: Uint8Array, channels: number): Uint8Array {
  if (channels === 3) return data;
  const n = data.length / channels;
  const out = new Uint8Array(n * 3);
  for (let i = 0; i < n; i++)
    for (let c = 0; c < 3; c++) out[3 * i + c] = data[i * channels + Math.min(c, channels >= 3 ? 2 : 0)];
  return out;
}
