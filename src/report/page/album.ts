import sharp, { type Region, type Sharp } from "sharp";
import { MOST_PIXELS } from "../../kit/images.js";
import { isFile } from "../read/places.js";
import { type Html, html } from "./html.js";

/** A picture to embed: the files of one crop (several lightings are laid side by side), or what differs in two. */
export type Shot = Readonly<{
  files: readonly string[];
  /** Show what differs from these files. */
  minus?: readonly string[];
  /** Take only the third square of a strip golden | test | heat, without the margins that a crop of this file's shape leaves. */
  thirdLike?: string;
}>;

type Embedded = Readonly<{ uri: string; width: number; height: number }>;

/** Encoded pictures by key. */
export type Album = ReadonlyMap<string, Embedded | undefined>;

/** Longest side that is embedded, in pixels: crops are small, boards are cut down. */
const LONGEST = 224;

export function shotKey(shot: Shot): string {
  return JSON.stringify([shot.files, shot.minus ?? [], shot.thirdLike ?? ""]);
}

/**
 * Decodes, shrinks and encodes every shot once, a few at a time. A file that is absent or broken gives
 * `undefined`: the page then shows an empty frame instead.
 */
export async function loadAlbum(
  shots: readonly Shot[],
  known: Map<string, Embedded | undefined> = new Map(),
): Promise<Album> {
  const waiting = shots.filter((s) => !known.has(shotKey(s)));
  for (const s of waiting) known.set(shotKey(s), undefined);
  const unique = [...new Map(waiting.map((s) => [shotKey(s), s])).entries()];
  const next = async (): Promise<void> => {
    for (let item = unique.shift(); item; item = unique.shift()) {
      const [key, shot] = item;
      known.set(key, await embed(shot).catch(() => undefined));
    }
  };
  await Promise.all(Array.from({ length: 4 }, next));
  return known;
}

type Raw = Readonly<{ data: Buffer; width: number; height: number }>;

async function embed(shot: Shot): Promise<Embedded | undefined> {
  for (const file of [...shot.files, ...(shot.minus ?? [])]) if (!(await isFile(file))) return undefined;
  if (shot.files.length === 1 && !shot.minus)
    return encode(await opened(shot.files[0] as string, shot.thirdLike));
  const crops = await Promise.all(shot.files.slice(0, 4).map(read));
  const others = shot.minus ? await Promise.all(shot.minus.slice(0, 4).map(read)) : undefined;
  const { data, width, height } = beside(others ? crops.map((c, i) => difference(c, others[i] ?? c)) : crops);
  return encode(sharp(data, { raw: { width, height, channels: 3 } }));
}

async function encode(image: Sharp): Promise<Embedded> {
  const { data, info } = await image.webp({ quality: 84, effort: 1 }).toBuffer({ resolveWithObject: true });
  return {
    uri: `data:image/webp;base64,${data.toString("base64")}`,
    width: info.width,
    height: info.height,
  };
}

/** An 8-bit sRGB picture no larger than {@link LONGEST}; `thirdLike` as in {@link Shot}. */
async function opened(file: string, thirdLike?: string): Promise<Sharp> {
  const image = sharp(file, { failOn: "error", limitInputPixels: MOST_PIXELS, autoOrient: true });
  if (thirdLike !== undefined) image.extract(thirdSquare(await image.metadata(), await shapeOf(thirdLike)));
  return image
    .flatten({ background: "#000" })
    .toColourspace("srgb")
    .resize(LONGEST, LONGEST, { fit: "inside", withoutEnlargement: true });
}

type Shape = Readonly<{ width: number; height: number }>;

async function shapeOf(file: string): Promise<Shape> {
  return (await sharp(file, { limitInputPixels: MOST_PIXELS }).metadata()).autoOrient;
}

/** Where in the strip the crop lies: centred in the last square, its longer side as long as the square. */
function thirdSquare({ width, height: side }: Shape, crop: Shape): Region {
  // Three squares and two gaps; a strip without a heat map is shorter.
  if (width < 3 * side) throw new Error("no third square");
  const scale = side / Math.max(crop.width, crop.height);
  const [w, h] = [crop.width, crop.height].map((n) => Math.max(1, Math.round(n * scale))) as [number, number];
  return { left: width - side + ((side - w) >> 1), top: (side - h) >> 1, width: w, height: h };
}

async function read(file: string): Promise<Raw> {
  const image = await opened(file);
  const { data, info } = await image.raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
  if (info.channels === 3) return { data, width: info.width, height: info.height };
  const rgb = Buffer.alloc(info.width * info.height * 3);
  for (let i = 0; i < info.width * info.height; i++)
    rgb.fill(data[i * info.channels] as number, i * 3, i * 3 + 3);
  return { data: rgb, width: info.width, height: info.height };
}

/** What changed, in orange over the dimmed test picture: for runs that keep no heat map of a row. */
function difference(test: Raw, golden: Raw): Raw {
  if (test.width !== golden.width || test.height !== golden.height) return test;
  const data = Buffer.alloc(test.data.length);
  for (let i = 0; i < test.data.length; i += 3) {
    const [r, g, b] = [test.data[i] as number, test.data[i + 1] as number, test.data[i + 2] as number];
    const apart =
      (Math.abs(r - (golden.data[i] as number)) +
        Math.abs(g - (golden.data[i + 1] as number)) +
        Math.abs(b - (golden.data[i + 2] as number))) /
      3;
    const heat = Math.min(1, Math.max(0, (apart - 14) / 110));
    const grey = 28 + (0.3 * r + 0.59 * g + 0.11 * b) * 0.42;
    data[i] = Math.round(grey + (255 - grey) * heat);
    data[i + 1] = Math.round(grey + (150 - grey) * heat);
    data[i + 2] = Math.round(grey * (1 - heat));
  }
  return { data, width: test.width, height: test.height };
}

function beside(tiles: readonly Raw[]): Raw {
  if (tiles.length === 1) return tiles[0] as Raw;
  const height = Math.max(...tiles.map((t) => t.height));
  const width = tiles.reduce((sum, t) => sum + t.width, 0) + (tiles.length - 1) * 2;
  const data = Buffer.alloc(width * height * 3, 0x80);
  let left = 0;
  for (const tile of tiles) {
    for (let y = 0; y < tile.height; y++)
      tile.data.copy(data, (y * width + left) * 3, y * tile.width * 3, (y + 1) * tile.width * 3);
    left += tile.width + 2;
  }
  return { data, width, height };
}

/** An `<img>` of a shot, or a frame that says that the picture is missing. */
export function picture(album: Album, shot: Shot | undefined, alt: string): Html {
  const found = shot && album.get(shotKey(shot));
  if (!found)
    return html`<span class="noimg" role="img" aria-label="${alt}: picture not available">not available</span>`;
  return html`<img src="${found.uri}" width="${found.width}" height="${found.height}" alt="${alt}" decoding="async">`;
}
