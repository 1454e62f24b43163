import { readdir } from "node:fs/promises";
import path from "node:path";
import type { Problem } from "../../kit/errors.js";
import { isErrno } from "../../kit/errors.js";
import { imageSize } from "../../kit/images.js";

/** What a check of a tree works with: the files below the run's folder, and a list for what is wrong. */
export type Tree = Readonly<{
  root: string;
  /** Names in a folder, sorted; none when it is not there. Hidden ones are left out. */
  files: (folder: string) => Promise<readonly string[]>;
  folders: (folder: string) => Promise<readonly string[]>;
  has: (folder: string) => Promise<boolean>;
  at: (name: string) => string;
  error: (code: string, message: string, hint: string, file?: string) => void;
  warn: (code: string, message: string, hint: string, file?: string) => void;
  problems: readonly Problem[];
}>;

export function openTree(root: string): Tree {
  const problems: Problem[] = [];
  const add =
    (severity: "error" | "warning") =>
    (code: string, message: string, hint: string, file?: string): void => {
      // A picture can be looked at for several reasons.
      if (problems.some((p) => p.code === code && p.message === message)) return;
      problems.push({
        code,
        severity,
        message,
        hint,
        where: { file: file === undefined ? root : path.join(root, file) },
      });
    };
  const list = async (folder: string, wanted: (isFolder: boolean) => boolean): Promise<string[]> => {
    try {
      const entries = await readdir(path.join(root, folder), { withFileTypes: true });
      return entries
        .filter((e) => !e.name.startsWith(".") && wanted(e.isDirectory()))
        .map((e) => e.name)
        .sort();
    } catch (error) {
      if (isErrno(error, "ENOENT", "ENOTDIR")) return [];
      throw error;
    }
  };
  return {
    root,
    files: (folder) => list(folder, (isFolder) => !isFolder),
    folders: (folder) => list(folder, (isFolder) => isFolder),
    has: async (folder) => (await list(folder, () => true)).length > 0,
    at: (name) => path.join(root, name),
    error: add("error"),
    warn: add("warning"),
    problems,
  };
}

export const stemOf = (name: string): string => name.replace(/\.[^.]+$/, "");
export const isPicture = (name: string): boolean => /\.(png|jpe?g)$/i.test(name);

/** Tells every name of `wanted` that `found` lacks, as one problem a folder. */
export function tellMissing(
  tree: Tree,
  folder: string,
  wanted: readonly string[],
  found: readonly string[],
): void {
  const there = new Set(found);
  const lost = wanted.filter((name) => !there.has(name));
  if (lost.length > 0)
    tree.error(
      "tree_file_missing",
      `${folder} lacks ${some(lost)}`,
      "Run the flow again; it makes what is missing.",
      folder,
    );
}

/** Tells names that do not belong where they are. */
export function tellForeign(tree: Tree, folder: string, names: readonly string[], rule: string): void {
  if (names.length > 0)
    tree.warn(
      "tree_file_foreign",
      `${folder} holds ${some(names)}, which ${names.length === 1 ? "is" : "are"} not ${rule}`,
      "Remove what is not of this flow.",
      folder,
    );
}

/** Compares the sizes of two pictures; an unreadable one is told. */
export async function samePixels(tree: Tree, a: string, b: string): Promise<void> {
  const size = async (file: string) => {
    try {
      return await imageSize(tree.at(file));
    } catch (error) {
      tree.error("image_unreadable", `${file}: ${(error as Error).message}`, "Make it again.", file);
      return undefined;
    }
  };
  const [x, y] = [await size(a), await size(b)];
  if (x && y && (x.width !== y.width || x.height !== y.height))
    tree.error(
      "tree_size_differs",
      `${a} is ${x.width}×${x.height}, ${b} is ${y.width}×${y.height}`,
      "Both must have the same pixels; make them again.",
      a,
    );
}

export function some(names: readonly string[], most = 5): string {
  const shown = names.slice(0, most).join(", ");
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}
