import { readdir } from "node:fs/promises";
import path from "node:path";
import { dataError, isErrno } from "../../kit/errors.js";
import { explainReadError, resolveInside } from "../../kit/files.js";

/** Where the frames of a render lie. */
export type RenderFolder = Readonly<{
  /** Folder of the pictures. */
  pictures: string;
  /** Folder of labels, boxes and segmentations; differs from `pictures` in the missing flow alone. */
  notes: string;
  /** Other triggers of the same render, which were not chosen. */
  others: readonly string[];
}>;

const FRAME_FILE = /^(?:rgb|semantic_segmentation|bounding_box_2d_tight)_.*\.(?:png|npy)$/;

/**
 * Finds the frames of what `reflow scene render` wrote: `dir` itself when it holds frames, else `dir/<source>`, else
 * its first `trigger_NNNN`. A folder with `reference/` and `defective/` is a missing flow: pictures in the one, labels
 * in the other. Throws `render_missing`.
 */
export async function locateFrames(dir: string, source?: string): Promise<RenderFolder> {
  if (source !== undefined && !(await holdsFrames(dir)))
    return locateFrames(await resolveInside(dir, source));
  const { files, folders } = await list(dir);
  if (files.some((f) => FRAME_FILE.test(f))) return { pictures: dir, notes: dir, others: [] };
  if (folders.includes("defective") && folders.includes("reference"))
    return { pictures: path.join(dir, "defective"), notes: path.join(dir, "reference"), others: [] };
  const [first, ...others] = folders.filter((f) => /^trigger_\d+$/.test(f)).sort();
  if (first === undefined)
    throw dataError(
      "render_missing",
      `no rendered frames in ${dir}`,
      "Name the output folder of `reflow scene render`, or one of its trigger_0000 folders.",
      { file: dir },
    );
  return { ...(await locateFrames(path.join(dir, first))), others };
}

async function holdsFrames(dir: string): Promise<boolean> {
  return (await list(dir)).files.some((f) => FRAME_FILE.test(f));
}

async function list(dir: string): Promise<{ files: readonly string[]; folders: readonly string[] }> {
  try {
    const entries = await readdir(dir, { withFileTypes: true });
    // Links count as what they may lead to: frames are often linked together from elsewhere.
    return {
      files: entries.filter((e) => !e.isDirectory()).map((e) => e.name),
      folders: entries.filter((e) => e.isDirectory() || e.isSymbolicLink()).map((e) => e.name),
    };
  } catch (error) {
    if (!isErrno(error, "ENOENT", "ENOTDIR")) throw explainReadError(error, dir);
    const why = isErrno(error, "ENOTDIR") ? `${dir} is a file, not a folder` : `no such folder: ${dir}`;
    throw dataError("render_missing", why, "Check the path, or render first.", {
      file: dir,
    });
  }
}
