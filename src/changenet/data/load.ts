import type { PairRow } from "../../dataset/row.js";
import { decodeImage, type Pixels, resizeImage } from "../../kit/images.js";
import { inputSize, type Preprocessing } from "./preprocessing.js";

/** One side of a pair as the network takes it: 8-bit planes, [C,H,W]. */
export type Planes = Uint8Array;

/** Loads test and golden of a row. Errors of {@link decodeImage} name the file. */
export async function loadPair(
  row: Pick<PairRow, "test" | "golden">,
  preprocessing: Preprocessing,
): Promise<{ test: Planes; golden: Planes }> {
  const [test, golden] = await Promise.all([
    loadPlanes(row.test, preprocessing),
    loadPlanes(row.golden, preprocessing),
  ]);
  return { test, golden };
}

/** Decodes, resizes and tiles one image per lighting. */
export async function loadPlanes(files: readonly string[], p: Preprocessing): Promise<Planes> {
  const { width, height } = inputSize(p);
  const out = new Uint8Array(p.channels * width * height);
  const tiles = await Promise.all(
    files.map(async (file) => {
      const image = await decodeImage(file, p.channels === 1 ? "gray" : "rgb");
      return resizeImage(image, p.tileWidth, p.tileHeight);
    }),
  );
  for (const [i, tile] of tiles.entries()) {
    if (i >= p.columns * p.rows) break;
    placeTile(out, tile, p, (i % p.columns) * p.tileWidth, Math.floor(i / p.columns) * p.tileHeight);
  }
  return out;
}

function placeTile(out: Uint8Array, tile: Pixels, p: Preprocessing, left: number, top: number): void {
  const { width, height } = inputSize(p);
  for (let c = 0; c < p.channels; c++)
    for (let y = 0; y < tile.height; y++) {
      let from = y * tile.width * p.channels + c;
      let to = (c * height + top + y) * width + left;
      for (let x = 0; x < tile.width; x++, from += p.channels) out[to++] = tile.data[from];
    }
}

/** Greatest mean channel spread that still counts as grey: JPEG chroma noise stays below it. */
const GREY_SPREAD = 2;

/** Decides between one and three channels by looking at some images. */
export async function detectChannels(files: readonly string[]): Promise<1 | 3> {
  for (const file of files) {
    const image = await decodeImage(file, "auto");
    if (image.channels === 1) continue;
    let spread = 0;
    for (let i = 0; i < image.data.length; i += 3) {
      const [r, g, b] = [image.data[i], image.data[i + 1], image.data[i + 2]];
      spread += Math.max(r, g, b) - Math.min(r, g, b);
    }
    if (spread / (image.data.length / 3) > GREY_SPREAD) return 3;
  }
  return 1;
}
