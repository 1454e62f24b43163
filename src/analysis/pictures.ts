import path from "node:path";
import type { PairRow } from "../dataset/row.js";
import { decodeImage, type Pixels, resizeImage, writeImage } from "../kit/images.js";
import { heatTile } from "./heat.js";
import type { HeatMap, Tiles } from "./types.js";

/** Side of a thumbnail (contract 5.2) and of each panel of an overlay. */
const THUMBNAIL = 128;
const PANEL = 192;
const GAP = 6;

/** A part of a file name: only letters, digits and `@ . _ -`. */
export function safeName(text: string): string {
  return text.replace(/[^A-Za-z0-9@._-]+/g, "_").slice(0, 60) || "_";
}

/** The test image of the first lighting as a 128 × 128 PNG. */
export async function writeThumbnail(file: string, row: PairRow): Promise<void> {
  const image = await decodeImage(row.test[0]);
  await writeImage(file, await inSquare(image, THUMBNAIL));
}

/** Golden, test, and test under its heat map, side by side, in the lighting where the heat is strongest. */
export async function writeOverlay(
  file: string,
  row: PairRow,
  o: { heat?: HeatMap; light: number; tiles: Tiles },
): Promise<void> {
  const light = Math.min(o.light, row.test.length - 1);
  const [golden, test] = await Promise.all(
    [row.golden[light], row.test[light]].map((name) => decodeImage(name)),
  );
  const panels = [rgb(await inSquare(golden, PANEL)), rgb(await inSquare(test, PANEL))];
  if (o.heat) panels.push(heated(panels[1], heatTile(o.heat, o.tiles, o.light), test.width / test.height));
  await writeImage(file, sideBySide(panels), 88);
}

/** The image inside a square, its shape kept, the rest dark. */
async function inSquare(image: Pixels, side: number): Promise<Pixels> {
  const scale = side / Math.max(image.width, image.height);
  const width = Math.max(1, Math.round(image.width * scale));
  const height = Math.max(1, Math.round(image.height * scale));
  const inner = await resizeImage(image, width, height);
  if (width === side && height === side) return inner;
  const data = new Uint8Array(side * side * image.channels).fill(24);
  const left = (side - width) >> 1;
  const top = (side - height) >> 1;
  for (let y = 0; y < height; y++)
    data.set(
      inner.data.subarray(y * width * image.channels, (y + 1) * width * image.channels),
      ((top + y) * side + left) * image.channels,
    );
  return { width: side, height: side, channels: image.channels, data };
}

function rgb(image: Pixels): Pixels {
  if (image.channels === 3) return image;
  const data = new Uint8Array(image.data.length * 3);
  for (let i = 0; i < image.data.length; i++) data.fill(image.data[i], i * 3, i * 3 + 3);
  return { ...image, channels: 3, data };
}

/** Lays the heat over the picture; weak maps are scaled up so that their shape can be seen. */
function heated(picture: Pixels, heat: HeatMap, aspect: number): Pixels {
  const side = picture.width;
  const width = aspect >= 1 ? side : side * aspect;
  const height = aspect >= 1 ? side / aspect : side;
  const left = (side - width) / 2;
  const top = (side - height) / 2;
  let peak = 0.25;
  for (const v of heat.data) peak = Math.max(peak, v);
  const data = Uint8Array.from(picture.data);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const u = (x + 0.5 - left) / width;
      const v = (y + 0.5 - top) / height;
      if (u < 0 || v < 0 || u > 1 || v > 1) continue;
      const h = bilinear(heat, u, v) / peak;
      const alpha = Math.min(0.8, Math.max(0, h) ** 0.7 * 0.85);
      const color = ramp(h);
      const at = (y * side + x) * 3;
      for (let c = 0; c < 3; c++) data[at + c] = Math.round(data[at + c] * (1 - alpha) + color[c] * alpha);
    }
  return { ...picture, data };
}

function bilinear(heat: HeatMap, u: number, v: number): number {
  const x = Math.max(0, Math.min(heat.width - 1, u * heat.width - 0.5));
  const y = Math.max(0, Math.min(heat.height - 1, v * heat.height - 0.5));
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  const x1 = Math.min(heat.width - 1, x0 + 1);
  const y1 = Math.min(heat.height - 1, y0 + 1);
  const at = (i: number, j: number) => heat.data[j * heat.width + i];
  const upper = at(x0, y0) + (at(x1, y0) - at(x0, y0)) * (x - x0);
  const lower = at(x0, y1) + (at(x1, y1) - at(x0, y1)) * (x - x0);
  return upper + (lower - upper) * (y - y0);
}

/** Dark blue, magenta, orange, pale yellow: also readable without colour vision, since lightness rises. */
const STOPS = [
  [20, 20, 120],
  [160, 30, 150],
  [250, 120, 40],
  [255, 245, 160],
];

function ramp(value: number): readonly number[] {
  const at = Math.max(0, Math.min(0.9999, value)) * (STOPS.length - 1);
  const i = Math.floor(at);
  return STOPS[i].map((low, c) => low + (STOPS[i + 1][c] - low) * (at - i));
}

function sideBySide(panels: readonly Pixels[]): Pixels {
  const height = panels[0].height;
  const width = panels.reduce((sum, p) => sum + p.width, GAP * (panels.length - 1));
  const data = new Uint8Array(width * height * 3).fill(128);
  let left = 0;
  for (const p of panels) {
    for (let y = 0; y < height; y++)
      data.set(p.data.subarray(y * p.width * 3, (y + 1) * p.width * 3), (y * width + left) * 3);
    left += p.width + GAP;
  }
  return { width, height, channels: 3, data };
}

/** File names of a weak sample's pictures inside rca_images/. */
export function pictureNames(
  rank: number,
  label: string,
  objectName: string,
): { thumbnail: string; overlay: string } {
  const stem = `${String(rank).padStart(3, "0")}_${safeName(label)}_${safeName(objectName)}`;
  return { thumbnail: `${stem}.png`, overlay: `overlay_${stem}.jpg` };
}

/** Absolute file of a picture. */
export function pictureFile(outDir: string, name: string): string {
  return path.join(outDir, "rca_images", name);
}
