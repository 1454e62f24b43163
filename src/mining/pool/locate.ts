import { lstatSync, realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";

/** Where the images of a pool row may lie, and how their names are made (contract 8.1). */
export type PoolPlaces = Readonly<{
  csvDir: string;
  /** Symlink-resolved. */
  imagesRoot: string;
  /** Empty: names carry no lighting. */
  light: string;
  imageExt: string;
}>;

/** The cells that the search looks at; missing columns are empty. */
export type PoolCells = Readonly<{ raw: string; golden: string; objectName: string }>;

/** The path cell of a row: the first filled one of three columns. */
export function poolCells(cell: (column: string) => string): PoolCells {
  return {
    raw: cell("filepath") || cell("input_path") || cell("image_path"),
    golden: cell("golden_path"),
    objectName: cell("object_name"),
  };
}

/** Finds real files; folders seen once are remembered, because a pool has many rows in few folders. */
export type FileFinder = (candidates: readonly string[]) => readonly string[];

/** Distinct existing files among the candidates, symlink-resolved, in order. */
export function fileFinder(): FileFinder {
  const folders = new Map<string, string | undefined>();
  const realFolder = (folder: string): string | undefined => {
    if (folders.has(folder)) return folders.get(folder);
    let real: string | undefined;
    try {
      real = realpathSync.native(folder);
    } catch {
      real = undefined;
    }
    if (folders.size > 100_000) folders.clear();
    folders.set(folder, real);
    return real;
  };
  const real = (file: string): string | undefined => {
    try {
      const folder = realFolder(path.dirname(file));
      if (folder === undefined) return undefined;
      const joined = path.join(folder, path.basename(file));
      const seen = lstatSync(joined, { throwIfNoEntry: false });
      if (!seen) return undefined;
      if (seen.isFile()) return joined;
      if (!seen.isSymbolicLink() || !statSync(joined, { throwIfNoEntry: false })?.isFile()) return undefined;
      return realpathSync.native(joined);
    } catch {
      // A link loop, a folder without permission: not a file that can be read.
      return undefined;
    }
  };
  return (candidates) => [...new Set(candidates.map(real).filter((f) => f !== undefined))];
}

/** The places where the test image of a row may lie: one leading `images/` is optional. */
export function testCandidates({ raw, objectName }: PoolCells, at: PoolPlaces): string[] {
  const parts = raw.split("/").filter((p) => p !== "" && p !== ".");
  const absolute = path.isAbsolute(raw);
  const relative = parts[0] === "images" ? parts.slice(1).join("/") : raw;
  const direct = absolute ? raw : path.join(at.csvDir, raw);
  const inRoot = absolute ? raw : path.join(at.imagesRoot, relative);
  return withNames([direct, inRoot], objectName, at);
}

/** The places where the golden image may lie; here a leading `images/` is taken as written (contract 8.1). */
export function goldenCandidates({ golden, objectName }: PoolCells, at: PoolPlaces): string[] {
  if (golden === "") return [];
  const places = path.isAbsolute(golden)
    ? [golden]
    : [path.join(at.csvDir, golden), path.join(at.imagesRoot, golden)];
  return withNames(places, objectName, at);
}

/** Each place itself, and each as a folder that holds the object's image. */
function withNames(places: readonly string[], objectName: string, at: PoolPlaces): string[] {
  const name = at.light === "" ? `${objectName}${at.imageExt}` : `${objectName}_${at.light}${at.imageExt}`;
  const inside = objectName === "" ? [] : places.map((p) => path.join(p, name));
  return [...places, ...inside].map(expandHome);
}

function expandHome(file: string): string {
  return file === "~" || file.startsWith("~/") ? path.join(homedir(), file.slice(1)) : file;
}
