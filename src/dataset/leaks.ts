import { realpathSync, statSync } from "node:fs";
import type { Problem } from "../kit/errors.js";
import type { Code } from "./codes.js";
import type { Collector } from "./collect.js";
import { collector } from "./collect.js";
import { type Equal, fileOf, findEqual, type ImageRef, type Leak, mustBeApart, pairName } from "./equal.js";
import { type Fingerprints, fingerprints, type WorkOptions } from "./fingerprint.js";
import { BLANK, FLAGS, WORDS } from "./fingerprint.worker.js";
import { checkImages, identityAt } from "./images.js";
import { hash64 } from "./index64.js";
import { orientationWord } from "./likeness/orientation.js";
import { nearLeaks, type Prints } from "./near.js";
import type { RowSet } from "./rowset.js";

/** Options of {@link findLeaks}; `decode: false` compares names and files only. */
export type LeakOptions = WorkOptions & Readonly<{ imagesDir: string; decode?: boolean; near?: boolean }>;

/**
 * Looks for test images that are in two tables which must be apart, in every lighting: by resolved name, by file
 * identity (links), by decoded content, and (as warnings) by likeness and by use as golden image. Goldens may be
 * shared. Train and pool may overlap: those pairs are not leaks.
 *
 * @example const { leaks } = await findLeaks([rowSet("train", csv, rows), rowSet("kpi", kpiCsv, kpiRows)], o);
 */
export async function findLeaks(
  sets: readonly RowSet[],
  o: LeakOptions,
): Promise<{ leaks: Leak[]; problems: Problem[] }> {
  const found = collector();
  const checks = [];
  // Missing files are not this function's concern: reported to a collector of their own.
  for (const set of sets) checks.push(await checkImages(set, o.imagesDir, collector(0), o));
  const leaks: Leak[] = [];
  const seen = new Set<string>();
  const keep = (leak: Leak) => {
    const name = pairName(leak);
    if (seen.has(name)) return;
    seen.add(name);
    leaks.push(leak);
    reportLeak(sets, leak, found);
  };
  leaksByFile(
    sets,
    checks.map((c) => c.identity),
    (kept, extra) => {
      if (mustBeApart(sets, kept, extra)) keep({ kind: "file", kept, extra });
    },
  );
  if (o.decode !== false) {
    const near = o.near !== false;
    const prints: Fingerprints[][] = [];
    for (const set of sets) {
      const own: Fingerprints[] = [];
      for (let light = 0; light < set.lights; light++)
        own.push(await fingerprints(set.count, (i) => set.test(i)[light] as string, { ...o, marks: near }));
      prints.push(own);
    }
    leaksByContent(sets, prints, (kept, extra) => {
      if (mustBeApart(sets, kept, extra)) keep({ kind: "content", kept, extra });
    });
    if (near) for (const leak of await nearLeaks(sets, prints, o)) keep(leak);
  }
  return { leaks, problems: found.problems() };
}

/** Rows with the same resolved test image, and rows whose files are one file under two names. */
export function leaksByFile(
  sets: readonly RowSet[],
  identity: readonly Uint32Array[],
  across: Equal["across"],
  within: Equal["within"] = () => {},
): void {
  const name = (image: ImageRef) => fileOf(sets, image);
  const report: Equal = { across, within };
  findEqual(
    sets,
    (image, out) => {
      hash64(name(image), out);
      return true;
    },
    (a, b) => name(a) === name(b),
    report,
  );
  findEqual(
    sets,
    (image, out) => {
      const words = identity[image.set] as Uint32Array;
      const at = identityAt(sets[image.set] as RowSet, image.row, image.light);
      out[0] = words[at] as number;
      out[1] = words[at + 1] as number;
      return out[1] !== 0;
    },
    // The same name was reported above; inode numbers alone are not trusted, some file systems invent them.
    (a, b) => name(a) !== name(b) && isOneFile(name(a), name(b)),
    report,
  );
}

function isOneFile(a: string, b: string): boolean {
  try {
    return realpathSync(a) === realpathSync(b) || statSync(a).nlink > 1;
  } catch {
    return false;
  }
}

/** Rows whose test images decode to the same pixels. Blank images are all alike and do not count. */
export function leaksByContent(
  sets: readonly RowSet[],
  prints: Prints,
  across: Equal["across"],
  within: Equal["within"] = () => {},
): void {
  findEqual(
    sets,
    ({ set, row, light }, out) => {
      const words = prints[set]?.[light]?.words;
      if (!words) return false;
      out[0] = words[row * WORDS] as number;
      out[1] = words[row * WORDS + 1] as number;
      return (out[0] !== 0 || out[1] !== 0) && !((words[row * WORDS + FLAGS] as number) & BLANK);
    },
    () => true,
    { across, within },
  );
}

const LEAK_CODE: Readonly<Record<Leak["kind"], Code>> = {
  file: "leak_same_file",
  content: "leak_same_content",
  near: "leak_near_duplicate",
  golden: "leak_golden",
};

const LEAK_WORD: Readonly<Record<Leak["kind"], string>> = {
  file: "is the same file as",
  content: "has the same pixels as",
  near: "looks nearly the same as",
  golden: "is used as golden image by",
};

function wordsOf({ kind, copy }: Leak): string {
  const [dx, dy] = copy?.shift ?? [0, 0];
  if (dx !== 0 || dy !== 0) return `, moved by ${dx}, ${dy} pixels, ${LEAK_WORD[kind]}`;
  return copy && copy.orientation > 0
    ? `, ${orientationWord(copy.orientation)}, ${LEAK_WORD[kind]}`
    : ` ${LEAK_WORD[kind]}`;
}

/** Reports a leak at the row that has to go. */
export function reportLeak(sets: readonly RowSet[], leak: Leak, found: Collector): void {
  const extra = sets[leak.extra.set] as RowSet;
  const kept = sets[leak.kept.set] as RowSet;
  found.add(
    LEAK_CODE[leak.kind],
    () =>
      `${extra.role} image ${fileOf(sets, leak.extra)}${wordsOf(leak)} ${kept.role} row ` +
      `${kept.line(leak.kept.row)} (${fileOf(sets, leak.kept)})`,
    { file: extra.file, row: extra.line(leak.extra.row) },
  );
}
