import { findLeaks } from "../../dataset/leaks.js";
import type { PairRow } from "../../dataset/row.js";
import { rowSet } from "../../dataset/rowset.js";
import type { Emit } from "../../kit/index.js";

export type LeakRole = "train" | "validation" | "kpi" | "release";

/** A table that must share no test image with the others. */
export type LeakTable = Readonly<{ role: LeakRole; file: string; rows: readonly PairRow[] }>;

/** Two rows of different tables with one test image; `kept` is in the table that measures more. */
export type LeakPair = Readonly<{
  kind: "file" | "content";
  kept: { role: LeakRole; row: number };
  extra: { role: LeakRole; row: number };
}>;

/** Finds every shared test image, by real file and by decoded content (trap T19). Goldens may be shared. */
export type LeakFinder = (tables: readonly LeakTable[]) => Promise<readonly LeakPair[]>;

/** The check of the dataset folder as a {@link LeakFinder}. */
export function datasetLeakFinder(o: {
  imagesDir: string;
  workers: number;
  emit?: Emit;
  signal?: AbortSignal;
}): LeakFinder {
  return async (tables) => {
    const sets = tables.map((t) => rowSet(t.role, t.file, t.rows));
    const { leaks } = await findLeaks(sets, { ...o, near: false });
    const place = (ref: { set: number; row: number }) => ({
      role: (tables[ref.set] as LeakTable).role,
      row: ref.row,
    });
    return leaks.flatMap(({ kind, kept, extra }) =>
      kind === "file" || kind === "content" ? [{ kind, kept: place(kept), extra: place(extra) }] : [],
    );
  };
}

const LEAK_KEYS = ["input_path", "golden_path", "label", "object_name", "boardname"] as const;

/**
 * The upstream check (contract 9.2): rows of `train` whose stripped cells equal a validation row in every key
 * column that both tables have. Returns their 0-based numbers. Blind once paths are rewritten; the canonical
 * check above is not.
 */
export function textualLeaks(
  train: { header: readonly string[]; rows: readonly Readonly<Record<string, string>>[] },
  other: { header: readonly string[]; rows: readonly Readonly<Record<string, string>>[] },
): number[] {
  const keys = LEAK_KEYS.filter((k) => train.header.includes(k) && other.header.includes(k));
  if (keys.length === 0) return [];
  const key = (row: Readonly<Record<string, string>>) =>
    JSON.stringify(keys.map((k) => (row[k] ?? "").trim()));
  const known = new Set(other.rows.map(key));
  return train.rows.flatMap((row, i) => (known.has(key(row)) ? [i] : []));
}
