import { open, readdir } from "node:fs/promises";
import path from "node:path";
import { parse } from "csv-parse/sync";
import { joinInside, requireFile } from "../kit/files.js";
import { imageSize } from "../kit/images.js";
import { pairColumns } from "./table.js";

/** What the image files themselves say of the data set. */
export type DataTraits = Readonly<{
  lights: readonly string[];
  imageExt: string;
  /** Median size of the sampled test crops. */
  imageWidth: number;
  imageHeight: number;
  /** True when every sampled image is grey. */
  gray: boolean;
}>;

const IMAGE_EXT = /\.(?:jpe?g|png|bmp|tiff?|webp)$/i;
const HEAD_BYTES = 1 << 18;
const SAMPLED_ROWS = 200;
const SAMPLED_IMAGES = 24;

/** The first rows of a table, read from its first bytes only. Empty when they cannot be understood. */
async function headRows(file: string): Promise<string[][]> {
  try {
    await requireFile(file);
    const handle = await open(file, "r");
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
      let text = buffer.toString("utf8", 0, bytesRead);
      if (bytesRead === HEAD_BYTES) text = text.slice(0, text.lastIndexOf("\n") + 1);
      return parse(text, {
        bom: true,
        relax_column_count: true,
        skip_empty_lines: true,
        to: SAMPLED_ROWS + 1,
      });
    } finally {
      await handle.close();
    }
  } catch {
    return [];
  }
}

/**
 * Finds lightings, extension, size and grayness from the files that belong to the first rows of a table: those
 * named `<object_name>_<lighting><ext>` (or `<object_name><ext>`) in the row's folder. A lighting counts when
 * nine tenths of the rows have it, so that an object whose name begins like another's adds none.
 * Undefined when no row has a file.
 */
export async function sniffImages(table: string, imagesDir: string): Promise<DataTraits | undefined> {
  const [header, ...rows] = await headRows(table);
  if (!header) return undefined;
  const columns = pairColumns(header.map((h) => h.trim()));
  const listings = new Map<string, Promise<string[]>>();
  const suffixes = new Map<string, number>();
  const matches: { stem: string; suffixes: string[] }[] = [];
  for (const cells of rows) {
    const object = cells[columns.object]?.trim();
    if (!object) continue;
    let folder: string;
    try {
      folder = joinInside(imagesDir, (cells[columns.input] ?? "").trim());
    } catch {
      continue;
    }
    const listing = listings.get(folder) ?? readdir(folder).catch(() => []);
    listings.set(folder, listing);
    const own = (await listing)
      .filter((f) => f.startsWith(object) && IMAGE_EXT.test(f) && /^[_.]/.test(f.slice(object.length)))
      .map((f) => f.slice(object.length));
    if (own.length === 0) continue;
    matches.push({ stem: path.join(folder, object), suffixes: own });
    for (const suffix of own) suffixes.set(suffix, (suffixes.get(suffix) ?? 0) + 1);
  }
  if (matches.length === 0) return undefined;
  const { lights, imageExt } = chooseNames(suffixes, matches.length);
  const probe = lights.length > 0 ? `_${lights[0]}${imageExt}` : imageExt;
  const files = matches.filter((m) => m.suffixes.includes(probe)).map((m) => m.stem + probe);
  const sizes = await sampleSizes(files);
  return { lights, imageExt, ...sizes };
}

function chooseNames(
  suffixes: ReadonlyMap<string, number>,
  rows: number,
): { lights: string[]; imageExt: string } {
  const byExt = new Map<string, number>();
  for (const [suffix, n] of suffixes)
    byExt.set(extensionOf(suffix), (byExt.get(extensionOf(suffix)) ?? 0) + n);
  const ranked = [...byExt].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const imageExt = (ranked[0] as [string, number])[0];
  const all = [...suffixes].filter(([s]) => extensionOf(s) === imageExt);
  const most = Math.max(...all.map(([, n]) => n));
  // Missing files are common in bad data: a lighting is judged against the best one and against the rows.
  const common = all.filter(([, n]) => n >= 0.9 * Math.min(rows, most)).map(([s]) => s);
  const lights = common
    .filter((s) => s.startsWith("_"))
    .map((s) => s.slice(1, s.length - imageExt.length))
    .sort();
  return { lights: common.includes(imageExt) ? [] : lights, imageExt };
}

/** `.png` of `_SolderLight.png` and of `.png` alone, for which `path.extname` says nothing. */
function extensionOf(suffix: string): string {
  return suffix.slice(suffix.lastIndexOf("."));
}

async function sampleSizes(
  files: readonly string[],
): Promise<Pick<DataTraits, "imageWidth" | "imageHeight" | "gray">> {
  const step = Math.max(1, Math.floor(files.length / SAMPLED_IMAGES));
  const picked = files.filter((_, i) => i % step === 0).slice(0, SAMPLED_IMAGES);
  const sizes = (await Promise.all(picked.map((f) => imageSize(f).catch(() => undefined)))).filter(
    (s) => s !== undefined,
  );
  const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1] ?? 0;
  return {
    imageWidth: median(sizes.map((s) => s.width)),
    imageHeight: median(sizes.map((s) => s.height)),
    gray: sizes.length > 0 && sizes.every((s) => s.gray),
  };
}
