import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { dataError, isErrno } from "../../kit/errors.js";
import { explainReadError } from "../../kit/files.js";

/** What becomes of a file: pictures are edited, labels and everything else are carried along unchanged. */
export type Role = "picture" | "label" | "other";

export type Listed = Readonly<{ relative: string; role: Role }>;

/** Folders of the renderer, the croppers and the usual data sets that hold labels, not pictures (dig C4). */
const LABEL_FOLDERS =
  /^(cad_?masks?|masks?|labels?|seg|ov_seg|segmentation|depth|normals?|(semantic|instance(_id)?|component)_(segmentation|instance|id))$/i;
const LABEL_NAMES =
  /^(semantic_segmentation|instance(_id)?_segmentation|component_instance|depth|distance_to|normals|bounding_box)|_(cad_)?(mask|seg|labels?)$/i;

/** Files of our own, which are made anew. */
export const OWN_FILES: ReadonlySet<string> = new Set(["appearance.json", "appearance-fit.json"]);

/** The role of a file by its path below the root, `/` between folders. */
export function roleOf(relative: string): Role {
  const parts = relative.split("/");
  const name = parts.pop() ?? "";
  if (!/\.(png|jpe?g)$/i.test(name)) return "other";
  const stem = name.slice(0, name.lastIndexOf("."));
  return parts.some((p) => LABEL_FOLDERS.test(p)) || LABEL_NAMES.test(stem) ? "label" : "picture";
}

/**
 * All files below `root`, sorted, hidden ones and our own left out. Symbolic links to files are files; those to
 * folders are not entered. Pipes and links to nowhere are listed, too: who reads them hears what is wrong. Throws `folder_missing` and `not_a_folder`.
 */
export async function listFolder(root: string): Promise<readonly Listed[]> {
  const found: string[] = [];
  const walk = async (below: string): Promise<void> => {
    const entries = await readdir(path.join(root, below), { withFileTypes: true });
    for (const entry of entries) {
      if (entry.name.startsWith(".")) continue;
      const relative = below === "" ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) await walk(relative);
      else if (!entry.isSymbolicLink() || !(await isFolder(path.join(root, relative)))) found.push(relative);
    }
  };
  try {
    await walk("");
  } catch (error) {
    if (isErrno(error, "ENOTDIR"))
      throw dataError(
        "not_a_folder",
        `expected a folder, found a file: ${root}`,
        "Name the folder that holds it.",
        {
          file: root,
        },
      );
    if (isErrno(error, "ENOENT"))
      throw dataError("folder_missing", `no such folder: ${root}`, "Check the path.", { file: root });
    throw explainReadError(error, root);
  }
  return found
    .filter((relative) => !OWN_FILES.has(relative))
    .sort((a, b) => (a < b ? -1 : 1))
    .map((relative) => ({ relative, role: roleOf(relative) }));
}

async function isFolder(file: string): Promise<boolean> {
  return stat(file).then(
    (s) => s.isDirectory(),
    () => false,
  );
}
