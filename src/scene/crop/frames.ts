import { readdir } from "node:fs/promises";
import { dataError, isErrno } from "../../kit/errors.js";
import { explainReadError } from "../../kit/files.js";

/** Names of the files in a folder, sorted. Throws `render_missing` when there is no such folder. */
export async function fileNames(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((e) => !e.isDirectory())
      .map((e) => e.name)
      .sort();
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR"))
      throw dataError(
        "render_missing",
        `no folder of rendered frames: ${folder}`,
        "Name the output folder of `reflow scene render`, or one of its trigger_0000 folders.",
        { file: folder },
      );
    throw explainReadError(error, folder);
  }
}

/** Ids of the frames with a file `<prefix>_<id>.<ext>` whose id matches the shell pattern, in plain text order. */
export function frameIds(
  names: readonly string[],
  prefix: string,
  ext: string,
  pattern: string | RegExp,
): readonly string[] {
  const fits = typeof pattern === "string" ? shellPattern(pattern) : pattern;
  return names
    .filter((n) => n.startsWith(`${prefix}_`) && n.endsWith(`.${ext}`))
    .map((n) => n.slice(prefix.length + 1, -ext.length - 1))
    .filter((id) => fits.test(id))
    .sort();
}

/** What the pairing of two renders calls a frame id: a number, or a cell of the scan grid. */
export const FRAME_ID = /^(?:\d+|x\d+_y\d+)$/;

/** `*`, `?` and `[abc]` of a shell pattern as an anchored regular expression. */
export function shellPattern(pattern: string): RegExp {
  const body = pattern.replace(/\[!?\]?[^\]]*\]|[\s\S]/g, (part) => {
    if (part === "*") return ".*";
    if (part === "?") return ".";
    if (part.length > 1) return `[${part.slice(1, -1).replace(/^!/, "^").replaceAll("\\", "\\\\")}]`;
    return part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  });
  return new RegExp(`^${body}$`, "s");
}
