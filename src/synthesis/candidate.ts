import { copyFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { explainWriteError, ReflowError } from "../kit/errors.js";
import { makeFolder } from "../kit/folders.js";
import { decodeImage, encodeImage, type Pixels } from "../kit/images.js";
import { seeded } from "../kit/random.js";
import { type CadClasses, type CadParts, legalRegion, parseCad } from "../placement/index.js";
import { asRgb, type Box, boundsOf, cropMask, cropPixels, type Mask } from "../vision/index.js";
import { type Drawn, drawDefect } from "./draw.js";
import { findDefect } from "./exemplar.js";
import { loadPair } from "./load.js";
import { compressedAlike, jpegQuality } from "./paint/jpeg.js";
import { placementOf } from "./placement.js";
import { traitsOf } from "./quality/traits.js";
import type { Admission, Canvas, Exemplar, Lightings, Recipe, Surroundings } from "./types.js";

/** Crops that are tried for one candidate before its draw counts as failed. */
const MOST_CROPS = 12;

/** Everything a worker has to know; plain data, sent once. */
export type DrawContext = Readonly<{
  /** Seed and name of the batch: two iterations with one seed draw different samples. */
  seed: string;
  around: Surroundings;
  exemplars: readonly Exemplar[];
  recipes: readonly Recipe[];
  canvases: readonly Canvas[];
  classes: CadClasses;
  lights: number;
  imageExt: string;
  workDir: string;
  /** URL of a module whose `draw` replaces the built-in {@link drawDefect}: the seam for the deep factory. */
  drawer?: string;
}>;

/** One draw: which type, which of its samples, which attempt at it. */
export type DrawTask = Readonly<{ recipe: number; slot: number; attempt: number }>;

/** A candidate on disk, in its own folder, waiting for admission. */
export type Candidate = Readonly<{
  task: DrawTask;
  canvas: number;
  crop: number;
  exemplar?: string;
  source?: string;
  parameters: Drawn["parameters"];
  contrast: number;
  noise: number;
  likeness: number;
  /** The defect's pixels, cut to their box. */
  box: Box;
  region: Mask;
  size: Readonly<{ width: number; height: number }>;
  psnr: number;
  /** What the real-or-made classifier looks at, under a mask found as those of real defects are; none when not found. */
  traits?: Float64Array;
  folder: string;
}>;

/** What became of one draw. `refused` counts the reasons met on the way. */
export type DrawResult = Readonly<{
  candidate?: Candidate;
  refused: Readonly<Partial<Record<Admission["reason"], number>>>;
  unreadable: readonly Readonly<{ code: string; message: string; hint: string; file?: string }>[];
}>;

/** Draws one candidate and writes its pictures. The same task gives the same bytes wherever it runs. */
export async function drawCandidate(context: DrawContext, task: DrawTask): Promise<DrawResult> {
  const recipe = context.recipes[task.recipe];
  const root = seeded(context.seed).fork("synthesis", recipe.defectType, task.slot, task.attempt);
  const refused: Partial<Record<Admission["reason"], number>> = {};
  const unreadable: { code: string; message: string; hint: string; file?: string }[] = [];
  const draw = await drawerOf(context);
  for (let crop = 0; crop < MOST_CROPS && recipe.canvases.length > 0; crop++) {
    const random = root.fork("crop", crop);
    const index = random.pick(recipe.canvases);
    const canvas = context.canvases[index];
    try {
      const pair = await loadPair(canvas.test, canvas.golden);
      const { legal, cad } = await legalOf(context, recipe, canvas);
      let drawn = await draw({
        ...context,
        canvas: pair.test,
        recipe,
        random,
        ...(canvas.place === undefined ? {} : { place: canvas.place }),
        ...(legal ? { legal } : {}),
        ...(cad ? { cad } : {}),
      });
      if (drawn) drawn = { ...drawn, images: await worn(canvas.test, drawn) };
      const reason = drawn ? drawn.measured.reason : "no_place";
      if (!drawn || reason) {
        const why = reason ?? "no_place";
        refused[why] = (refused[why] ?? 0) + 1;
        continue;
      }
      const candidate = await keep(context, task, { index, crop, canvas }, pair, drawn);
      return { candidate, refused, unreadable };
    } catch (error) {
      if (!(error instanceof ReflowError) || error.kind !== "data") throw error;
      const { code, message, hint, where } = error;
      unreadable.push({ code, message, hint, ...(where?.file ? { file: where.file } : {}) });
    }
  }
  return { refused, unreadable };
}

/** The drawn pictures with the traces of their files' compression on the painted pixels. */
async function worn(files: readonly string[], drawn: Drawn): Promise<Lightings> {
  return Promise.all(
    drawn.images.map(async (image, k) =>
      compressedAlike(image, drawn.touched, await jpegQuality(files[Math.min(k, files.length - 1)])),
    ),
  );
}

type Drawer = (o: Parameters<typeof drawDefect>[0]) => Drawn | undefined | Promise<Drawn | undefined>;

async function drawerOf(context: DrawContext): Promise<Drawer> {
  if (!context.drawer) return drawDefect;
  return ((await import(context.drawer)) as { draw: Drawer }).draw;
}

async function legalOf(
  context: DrawContext,
  recipe: Recipe,
  canvas: Canvas,
): Promise<{ legal?: Mask; cad?: CadParts }> {
  if (placementOf(recipe, canvas).done !== "cad" || !canvas.cadMask) return {};
  const legal = await legalRegion(canvas.cadMask, context.classes, recipe.label);
  if (!recipe.masked) return { legal };
  return { legal, cad: parseCad(await decodeImage(canvas.cadMask, "rgb"), context.classes) };
}

async function keep(
  context: DrawContext,
  task: DrawTask,
  at: { index: number; crop: number; canvas: Canvas },
  pair: { test: Lightings; golden: Lightings },
  drawn: Drawn,
): Promise<Candidate> {
  const folder = path.join(context.workDir, `${task.recipe}_${task.slot}_${task.attempt}`);
  const box = boundsOf(drawn.region) as Box;
  const [clean] = pair.test;
  const [made] = drawn.images;
  const window = cropWindow(box, clean);
  const format = /\.jpe?g$/i.test(context.imageExt) ? "jpeg" : "png";
  const write = async (name: string, image: Pixels, as: "png" | "jpeg" = "png"): Promise<void> =>
    writeFile(path.join(folder, name), await encodeImage(image, as, 95));
  // Byte for byte where the format allows: the trainer knows a golden again by its content.
  const golden = async (from: number, name: string): Promise<void> => {
    const file = at.canvas.golden[from];
    const own = file !== undefined && /\.jpe?g$/i.test(file) === (format === "jpeg");
    return own && /\.(jpe?g|png)$/i.test(file)
      ? copyFile(file, path.join(folder, name))
      : write(name, pair.golden[from], format);
  };
  try {
    await makeFolder(folder);
    const work = [
      write("reconstructed.png", made),
      write("original.png", pair.golden[0]),
      write("mask.png", maskPicture(drawn.region)),
      write("cropped.png", cropPixels(made, window)),
      write("cropped_mask.png", maskPicture(cropMask(drawn.region, window))),
      write("annotated.png", annotate(made, box, window)),
    ];
    for (let k = 0; k < context.lights; k++) {
      const from = Math.min(k, drawn.images.length - 1);
      work.push(
        write(`ng_${k}${context.imageExt}`, drawn.images[from], format),
        golden(from, `ok_${k}${context.imageExt}`),
      );
    }
    await Promise.all(work);
  } catch (error) {
    throw explainWriteError(error, folder);
  }
  const e = drawn.exemplar === undefined ? undefined : context.exemplars[drawn.exemplar];
  const { contrast, noise, likeness } = drawn.measured;
  const found = e?.row === undefined ? undefined : findDefect(drawn.images, pair.golden, context.around);
  return {
    task,
    canvas: at.index,
    crop: at.crop,
    ...(e ? { exemplar: e.id, source: e.source } : {}),
    parameters: drawn.parameters,
    contrast,
    noise,
    likeness,
    box,
    region: cropMask(drawn.region, box),
    size: { width: clean.width, height: clean.height },
    psnr: psnr(clean, made, drawn.region),
    ...(found ? { traits: traitsOf(made, found.mask) } : {}),
    folder: path.basename(folder),
  };
}

export function maskPicture(m: Mask): Pixels {
  return { width: m.width, height: m.height, channels: 1, data: m.data.map((v) => v * 255) };
}

/** The square around the defect that a crop-and-paste generator would see: twice the longer side, inside the image. */
export function cropWindow(box: Box, image: { width: number; height: number }): Box {
  const g = 2 * Math.max(box.width, box.height);
  const cx = Math.round(box.x + (box.width - 1) / 2);
  const cy = Math.round(box.y + (box.height - 1) / 2);
  const x = Math.max(0, Math.min(cx - (g >> 1), image.width - g));
  const y = Math.max(0, Math.min(cy - (g >> 1), image.height - g));
  return { x, y, width: Math.min(g, image.width - x), height: Math.min(g, image.height - y) };
}

/** Peak signal-to-noise ratio over the mask, all channels (contract: 20·log10(255) − 10·log10(mse)). */
export function psnr(a: Pixels, b: Pixels, m: Mask): number {
  let sum = 0;
  let n = 0;
  for (let i = 0; i < m.data.length; i++)
    if (m.data[i])
      for (let c = 0; c < a.channels; c++) {
        sum += (a.data[i * a.channels + c] - b.data[i * a.channels + c]) ** 2;
        n++;
      }
  return n === 0 ? Number.NaN : 20 * Math.log10(255) - 10 * Math.log10(sum / n);
}

function annotate(image: Pixels, box: Box, window: Box): Pixels {
  const out = asRgb(image);
  const data = Uint8Array.from(out.data);
  const frame = (b: Box, rgb: readonly [number, number, number]): void => {
    for (let y = b.y; y < b.y + b.height; y++)
      for (let x = b.x; x < b.x + b.width; x++) {
        const edge = x === b.x || y === b.y || x === b.x + b.width - 1 || y === b.y + b.height - 1;
        if (edge && x >= 0 && y >= 0 && x < out.width && y < out.height)
          data.set(rgb, (y * out.width + x) * 3);
      }
  };
  frame(window, [0, 200, 0]);
  frame({ x: box.x - 2, y: box.y - 2, width: box.width + 4, height: box.height + 4 }, [255, 0, 0]);
  return { ...out, data };
}
