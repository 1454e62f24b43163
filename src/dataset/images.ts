import { lstatSync, realpathSync, type Stats, statSync } from "node:fs";
import path from "node:path";
import { isErrno } from "../kit/errors.js";
import { type Emit, silent } from "../kit/events.js";
import type { Code } from "./codes.js";
import type { Collector } from "./collect.js";
import type { RowSet } from "./rowset.js";

/** What can be wrong with the files of a row, without decoding them. */
export const FILE_FAULTS = [
  "image_missing",
  "golden_missing",
  "image_empty",
  "image_not_a_file",
  "image_no_permission",
  "symlink_loop",
  "golden_is_test",
] as const satisfies readonly Code[];

type FileFault = (typeof FILE_FAULTS)[number];

/** What the file system says of a set's rows. */
export type ImageCheck = Readonly<{
  /** Per row 0, or 1 + the number in {@link FILE_FAULTS} of what is wrong with one of its files. */
  bad: Uint8Array;
  /** Device and inode of every test image, four words mixed to two (see {@link identityAt}); zero where unknown. */
  identity: Uint32Array;
}>;

/** Where the two words of a test image are in {@link ImageCheck.identity}. */
export function identityAt(set: Pick<RowSet, "count">, row: number, light: number): number {
  return 2 * (light * set.count + row);
}

/**
 * Checks that every image of every row is a non-empty file, without decoding. Missing files, folders, link loops and
 * links that leave the images folder are reported to `found` with file and line of the row.
 */
export async function checkImages(
  set: RowSet,
  imagesDir: string,
  found: Collector,
  o: { emit?: Emit; signal?: AbortSignal } = {},
): Promise<ImageCheck> {
  const emit = o.emit ?? silent;
  const bad = new Uint8Array(set.count);
  const identity = new Uint32Array(set.count * set.lights * 2);
  // The images folder may itself be reached through a link, as in a repaired workspace.
  const root = realOrUndefined(imagesDir) ?? imagesDir;
  const outside = linkFinder(imagesDir, root);
  for (let i = 0; i < set.count; i++) {
    if (i % 20_000 === 0) {
      emit({
        type: "progress",
        what: `looking for ${set.role} images`,
        done: i,
        total: set.count,
        unit: "rows",
      });
      // Lets Ctrl-C and other work through.
      await new Promise((resolve) => setImmediate(resolve));
      o.signal?.throwIfAborted();
    }
    const where = { file: set.file, row: set.line(i) };
    const test = set.test(i);
    const golden = set.golden(i);
    const fault = (code: FileFault, message: () => string) => {
      found.add(code, message, where);
      bad[i] = 1 + FILE_FAULTS.indexOf(code);
    };
    const leads = (link: string) =>
      found.add("symlink_outside", () => `${link} leads out of the images folder`, where);
    const onLink = (file: string) => {
      if (leavesFolder(root, file)) leads(file);
    };
    const seen = test.map((file) => look(file, "image_missing", fault, onLink));
    const reference = golden.map((file) => look(file, "golden_missing", fault, onLink));
    for (const [light, stats] of seen.entries()) {
      if (!stats) continue;
      const at = identityAt(set, i, light);
      identity[at] = Math.imul(stats.dev, 0x9e3779b1) ^ Math.floor(stats.ino / 4294967296);
      identity[at + 1] = stats.ino >>> 0;
    }
    for (const file of [test[0] as string, golden[0] as string]) {
      const link = outside(path.dirname(file));
      if (link) leads(link);
    }
    const own = seen.findIndex((stats, light) => isSame(stats, reference[light]));
    if (own >= 0) fault("golden_is_test", () => `golden and test image are both ${golden[own]}`);
  }
  emit({
    type: "progress",
    what: `looking for ${set.role} images`,
    done: set.count,
    total: set.count,
    unit: "rows",
  });
  return { bad, identity };
}

function isSame(a: Stats | undefined, b: Stats | undefined): boolean {
  return a !== undefined && b !== undefined && a.ino !== 0 && a.ino === b.ino && a.dev === b.dev;
}

type Report = (code: FileFault, message: () => string) => void;

function look(
  file: string,
  missing: "image_missing" | "golden_missing",
  report: Report,
  onLink: (file: string) => void,
): Stats | undefined {
  let stats: Stats | undefined;
  try {
    // One call for a plain file; only links cost more.
    stats = lstatSync(file, { throwIfNoEntry: false });
    if (stats?.isSymbolicLink()) {
      stats = statSync(file, { throwIfNoEntry: false });
      if (stats) onLink(file);
    }
  } catch (error) {
    if (!isErrno(error)) throw error;
    if (isErrno(error, "ELOOP")) report("symlink_loop", () => `links form a loop: ${file}`);
    else if (isErrno(error, "EACCES", "EPERM")) report("image_no_permission", () => `cannot read ${file}`);
    else report(missing, () => `cannot find ${file}: ${(error as Error).message}`);
    return undefined;
  }
  if (!stats) report(missing, () => `no such file: ${file}`);
  else if (!stats.isFile()) report("image_not_a_file", () => `not a file: ${file}`);
  else if (stats.size === 0) report("image_empty", () => `no bytes in ${file}`);
  else return stats;
  return undefined;
}

/** Finds the first symbolic link on the way from the images folder to a folder that leads outside. */
function linkFinder(imagesDir: string, root: string): (folder: string) => string | undefined {
  const known = new Map<string, string | undefined>([[imagesDir, undefined]]);
  const find = (folder: string): string | undefined => {
    if (known.has(folder)) return known.get(folder);
    if (known.size > 100_000) {
      known.clear();
      known.set(imagesDir, undefined);
    }
    let link = path.dirname(folder) === folder ? undefined : find(path.dirname(folder));
    if (link === undefined && isLink(folder) && leavesFolder(root, folder)) link = folder;
    known.set(folder, link);
    return link;
  };
  return find;
}

function isLink(folder: string): boolean {
  try {
    return lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
  } catch {
    return false;
  }
}

function leavesFolder(root: string, link: string): boolean {
  const target = realOrUndefined(link);
  return target !== undefined && /^\.\.(?:$|[\\/])/.test(path.relative(root, target));
}

function realOrUndefined(file: string): string | undefined {
  try {
    return realpathSync.native(file);
  } catch {
    return undefined;
  }
}
