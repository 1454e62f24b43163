import { readFile } from "node:fs/promises";
import path from "node:path";
import { exists, writeFileAtomic, writeJsonAtomic } from "../../kit/files.js";
import { encodeNpyRecords } from "../../kit/npy.js";
import { BOX_FIELDS } from "../box-table.js";
import { type BoxedComponent, boxFiles, readComponents } from "./boxes.js";

/** A window of a frame, pixels. */
export type Window = Readonly<{ x: number; y: number; width: number; height: number }>;

/** Components of a class, or of all: before the cut, wholly inside the window, and cut off. */
export type WindowCount = { total: number; kept: number; dropped: number };

export type WindowBoxes = Readonly<{
  /** Names of the files that were written. */
  files: readonly string[];
  perClass: Readonly<Record<string, WindowCount>>;
  totals: Readonly<WindowCount>;
}>;

/** Occlusion of a component of many meshes is not known. */
const UNKNOWN = -1;

/**
 * Cuts the boxes of a frame to a window (contract 4.5): one box for each component that lies wholly inside, in the
 * window's pixels, named by the component. Writes the three box files into `target`; undefined where the frame has none.
 * Errors of `readComponents`, and write errors.
 */
export async function cropBoxes(
  folder: string,
  id: string,
  depth: number,
  window: Window,
  target: string,
): Promise<WindowBoxes | undefined> {
  const from = boxFiles(folder, id);
  if (!(await exists(from.boxes))) return undefined;
  const components = await readComponents(folder, id, depth);
  const inside = components.filter(({ extent: e }) => {
    const { x, y, width, height } = window;
    return e.xMin >= x && e.yMin >= y && e.xMax < x + width && e.yMax < y + height;
  });
  const to = boxFiles(target, id);
  const rows = inside.map(({ extent: e, semanticId }) => ({
    semanticId,
    x_min: e.xMin - window.x,
    y_min: e.yMin - window.y,
    x_max: e.xMax - window.x,
    y_max: e.yMax - window.y,
    occlusionRatio: UNKNOWN,
  }));
  await writeFileAtomic(to.labels, await readFile(from.labels));
  await writeJsonAtomic(
    to.paths,
    inside.map((c) => c.key),
  );
  await writeFileAtomic(to.boxes, encodeNpyRecords({ fields: BOX_FIELDS, rows }));
  return { files: Object.values(to).map((f) => path.basename(f)), ...countsOf(components, new Set(inside)) };
}

function countsOf(all: readonly BoxedComponent[], kept: ReadonlySet<BoxedComponent>) {
  const totals: WindowCount = { total: 0, kept: 0, dropped: 0 };
  const perClass: Record<string, WindowCount> = {};
  for (const c of all) {
    perClass[c.classLabel] ??= { total: 0, kept: 0, dropped: 0 };
    for (const count of [totals, perClass[c.classLabel]!]) {
      count.total++;
      count[kept.has(c) ? "kept" : "dropped"]++;
    }
  }
  return { perClass, totals };
}
