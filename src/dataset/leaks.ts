import { realpathSync, statSync } from "node:fs";
import type { Problem } from "../kit/errors.js";
import type { Code } from "./codes.js";
import type { Collector } from "./collect.js";
import { collector } from "./collect.js";
import { comparePairs, type Fingerprints, fingerprints, type WorkOptions } from "./fingerprint.js";
import { BLANK, FAINT, TONES, WORDS } from "./fingerprint.worker.js";
import { checkImages } from "./images.js";
import { hash64, index64 } from "./index64.js";
import { isPass } from "./label.js";
import { hamming } from "./phash.js";
import type { RowSet } from "./rowset.js";
import type { Role } from "./workspace.js";

/** A row named by the number of its set and its 0-based number therein. */
export type RowRef = Readonly<{ set: number; row: number }>;

/**
 * Two rows of different tables that must be apart. `kept` is in the table that measures (or the earlier learner),
 * `extra` is the row that has to go: pool before train before validation; KPI and release never.
 */
export type Leak = Readonly<{ kind: "file" | "content" | "near" | "golden"; kept: RowRef; extra: RowRef }>;

/** The lower table of a leaking pair loses its row. */
const RANK: Readonly<Record<Role, number>> = { release: 4, kpi: 3, validation: 2, train: 1, pool: 0 };

/** Row pairs that share a key, as found by {@link findEqual}. */
type Equal = Readonly<{
  across(kept: RowRef, extra: RowRef): void;
  within(earlier: RowRef, later: RowRef): void;
}>;

/**
 * Walks all rows from the table that measures most to the one that learns least, and reports rows with an equal
 * key: each later row of a table against the first, and each row against one row of every other table.
 * `key` returns false for rows without one.
 */
export function findEqual(
  sets: readonly RowSet[],
  key: (set: number, row: number, out: Uint32Array) => boolean,
  same: (a: RowRef, b: RowRef) => boolean,
  report: Equal,
): void {
  const order = sets
    .map((s, set) => ({ set, rank: RANK[s.role] }))
    .sort((a, b) => b.rank - a.rank || a.set - b.set);
  const starts = new Map<number, number>();
  let total = 0;
  for (const { set } of order) {
    starts.set(set, total);
    total += (sets[set] as RowSet).count;
  }
  const begins = order.map((o) => starts.get(o.set) as number);
  const refOf = (id: number): RowRef => {
    let k = begins.length - 1;
    while ((begins[k] as number) > id) k--;
    return { set: (order[k] as { set: number }).set, row: id - (begins[k] as number) };
  };
  const index = index64(Math.min(total, 1 << 20));
  const words = new Uint32Array(2);
  for (const { set } of order) {
    const { count } = sets[set] as RowSet;
    for (let row = 0; row < count; row++) {
      if (!key(set, row, words)) continue;
      const hi = words[0] as number;
      const lo = words[1] as number;
      const here = { set, row };
      let again = false;
      for (let id = index.first(hi, lo); id !== -1; id = index.next(id)) {
        const other = refOf(id);
        if (!same(other, here)) continue;
        if (other.set === set) {
          report.within(other, here);
          again = true;
        } else report.across(other, here);
      }
      // Only the first row of a table stays in the chain: it is as long as there are tables.
      if (!again) index.insert(hi, lo, (starts.get(set) as number) + row);
    }
  }
}

/** Options of {@link findLeaks}; `decode: false` compares names and files only. */
export type LeakOptions = WorkOptions & Readonly<{ imagesDir: string; decode?: boolean; near?: boolean }>;

/**
 * Looks for test images that are in two tables which must be apart: by resolved name, by file identity (links), by
 * decoded content, and (as warnings) by likeness and by use as golden image. Goldens may be shared. Train and pool
 * may overlap: those pairs are not leaks.
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
    (kind, kept, extra) => {
      if (mustBeApart(sets, kept, extra)) keep({ kind, kept, extra });
    },
  );
  if (o.decode !== false) {
    const prints = await Promise.all(
      sets.map((s) => fingerprints(s.count, (i) => s.test(i)[0] as string, o)),
    );
    leaksByContent(sets, prints, (kept, extra) => {
      if (mustBeApart(sets, kept, extra)) keep({ kind: "content", kept, extra });
    });
    if (o.near !== false) for (const leak of await nearLeaks(sets, prints, o)) keep(leak);
  }
  return { leaks, problems: found.problems() };
}

/** True unless the two rows are in one table, or in train and pool, which may overlap. */
export function mustBeApart(sets: readonly RowSet[], a: RowRef, b: RowRef): boolean {
  const roles = [(sets[a.set] as RowSet).role, (sets[b.set] as RowSet).role];
  return a.set !== b.set && !(roles.includes("train") && roles.includes("pool")) && roles[0] !== roles[1];
}

function pairName(leak: Leak): string {
  return `${leak.kept.set}:${leak.kept.row}-${leak.extra.set}:${leak.extra.row}`;
}

/** Rows with the same resolved first test image, and rows whose files are one file under two names. */
export function leaksByFile(
  sets: readonly RowSet[],
  identity: readonly Uint32Array[],
  across: (kind: "file", kept: RowRef, extra: RowRef) => void,
  within: (earlier: RowRef, later: RowRef) => void = () => {},
): void {
  const name = (r: RowRef) => (sets[r.set] as RowSet).test(r.row)[0] as string;
  const report: Equal = { across: (a, b) => across("file", a, b), within };
  findEqual(
    sets,
    (set, row, out) => {
      hash64((sets[set] as RowSet).test(row)[0] as string, out);
      return true;
    },
    (a, b) => name(a) === name(b),
    report,
  );
  findEqual(
    sets,
    (set, row, out) => {
      const words = identity[set] as Uint32Array;
      out[0] = words[row * 2] as number;
      out[1] = words[row * 2 + 1] as number;
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

/** Rows whose first test images decode to the same pixels. Blank images are all alike and do not count. */
export function leaksByContent(
  sets: readonly RowSet[],
  prints: readonly Fingerprints[],
  across: (kept: RowRef, extra: RowRef) => void,
  within: (earlier: RowRef, later: RowRef) => void = () => {},
): void {
  findEqual(
    sets,
    (set, row, out) => {
      const { words } = prints[set] as Fingerprints;
      out[0] = words[row * WORDS] as number;
      out[1] = words[row * WORDS + 1] as number;
      return (out[0] !== 0 || out[1] !== 0) && !((words[row * WORDS + 6] as number) & BLANK);
    },
    () => true,
    { across, within },
  );
}

const NEAR_BITS = 3;
const NEAR_TONES = 6;
const NEAR_MEAN = 3;
const NEAR_BLOCK = 14;
const MOST_CANDIDATES = 4000;
const MOST_PER_BUCKET = 48;

/**
 * Rows whose first test images look like two savings of one shot: at most 3 of 64 difference bits apart (found
 * through four 16-bit bands: one of them must be equal), equal tones, and then verified on the pixels: mean
 * difference at most 3 grey levels and no 4 × 4 block more than 14, so that the same part with a small defect is
 * not taken for a copy.
 */
export async function nearLeaks(
  sets: readonly RowSet[],
  prints: readonly Fingerprints[],
  o: WorkOptions,
): Promise<Leak[]> {
  const candidates = nearCandidates(sets, prints);
  const file = (r: RowRef) => (sets[r.set] as RowSet).test(r.row)[0] as string;
  const compared = await comparePairs(
    candidates.map((c) => [file(c.kept), file(c.extra)] as const),
    o,
  );
  return candidates.filter((_, i) => {
    const d = compared[i] as { mean: number; worstBlock: number };
    return d.mean <= NEAR_MEAN && d.worstBlock <= NEAR_BLOCK;
  });
}

function nearCandidates(sets: readonly RowSet[], prints: readonly Fingerprints[]): Leak[] {
  const order = sets
    .map((_, i) => i)
    .sort((a, b) => RANK[(sets[b] as RowSet).role] - RANK[(sets[a] as RowSet).role]);
  const refs: RowRef[] = [];
  const bands = Array.from({ length: 4 }, () => index64());
  const out: Leak[] = [];
  for (const set of order) {
    const { words, tones } = prints[set] as Fingerprints;
    const { count, role } = sets[set] as RowSet;
    const fresh: RowRef[] = [];
    for (let row = 0; row < count; row++) {
      const at = row * WORDS;
      if (words[at + 4] === 0 || (words[at + 6] as number) & FAINT) continue;
      const hi = words[at + 2] as number;
      const lo = words[at + 3] as number;
      const here = { set, row };
      const met = new Set<number>();
      bandsOf(hi, lo).forEach((value, band) => {
        let visits = 0;
        const index = bands[band] as ReturnType<typeof index64>;
        for (let id = index.first(0, value); id !== -1 && visits++ < MOST_PER_BUCKET; id = index.next(id)) {
          if (met.has(id) || out.length >= MOST_CANDIDATES) continue;
          met.add(id);
          const other = refs[id] as RowRef;
          if (!mustBeApart(sets, other, here)) continue;
          const print = prints[other.set] as Fingerprints;
          const o = other.row * WORDS;
          // Equal pixels were reported as such.
          if (print.words[o] === words[at] && print.words[o + 1] === words[at + 1]) continue;
          if (hamming(print.words[o + 2] as number, print.words[o + 3] as number, hi, lo) > NEAR_BITS)
            continue;
          if (!nearTones(print.tones, other.row, tones, row)) continue;
          out.push({ kind: "near", kept: other, extra: here });
        }
      });
      fresh.push(here);
    }
    // The pool is only compared, never compared with.
    if (role === "pool") continue;
    for (const ref of fresh) {
      const at = ref.row * WORDS;
      refs.push(ref);
      for (const [band, value] of bandsOf(words[at + 2] as number, words[at + 3] as number).entries())
        bands[band]?.insert(0, value, refs.length - 1);
    }
  }
  return out;
}

function bandsOf(hi: number, lo: number): readonly number[] {
  return [hi >>> 16, hi & 0xffff, lo >>> 16, lo & 0xffff];
}

function nearTones(a: Uint8Array, i: number, b: Uint8Array, j: number): boolean {
  for (let k = 0; k < TONES; k++)
    if (Math.abs((a[i * TONES + k] as number) - (b[j * TONES + k] as number)) > NEAR_TONES) return false;
  return true;
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

/** Reports a leak at the row that has to go. */
export function reportLeak(sets: readonly RowSet[], leak: Leak, found: Collector): void {
  const extra = sets[leak.extra.set] as RowSet;
  const kept = sets[leak.kept.set] as RowSet;
  found.add(
    LEAK_CODE[leak.kind],
    () =>
      `${extra.role} image ${extra.test(leak.extra.row)[0]} ${LEAK_WORD[leak.kind]} ${kept.role} row ` +
      `${kept.line(leak.kept.row)} (${kept.test(leak.kept.row)[0]})`,
    { file: extra.file, row: extra.line(leak.extra.row) },
  );
}

/** True when two rows that show one image disagree on whether it is good. */
export function labelsConflict(sets: readonly RowSet[], a: RowRef, b: RowRef): boolean {
  const pass = (r: RowRef) => isPass((sets[r.set] as RowSet).label(r.row));
  return pass(a) !== pass(b);
}
