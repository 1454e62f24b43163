import { index64 } from "./index64.js";
import { isPass } from "./label.js";
import type { RowSet } from "./rowset.js";
import type { Role } from "./workspace.js";

/** A row named by the number of its set and its 0-based number therein. */
export type RowRef = Readonly<{ set: number; row: number }>;

/** The test image of a row in one lighting. */
export type ImageRef = RowRef & Readonly<{ light: number }>;

/**
 * Two rows of different tables that must be apart, and the lighting that shows it. `kept` is in the table that measures
 * (or the earlier learner), `extra` is the row that has to go: pool before train before validation; KPI and release
 * never.
 */
export type Leak = Readonly<{
  kind: "file" | "content" | "near" | "golden";
  kept: ImageRef;
  extra: ImageRef;
  /** How `extra` becomes `kept`, for likeness: turned or mirrored (0…7), or cut elsewhere by so many pixels. */
  copy?: Readonly<{ orientation: number; shift?: readonly [number, number] }>;
}>;

/** The two rows of a leak, as a key. */
export function pairName({ kept, extra }: Pick<Leak, "kept" | "extra">): string {
  return `${kept.set}:${kept.row}-${extra.set}:${extra.row}`;
}

/** The lower table of a leaking pair loses its row. */
export const RANK: Readonly<Record<Role, number>> = {
  release: 4,
  kpi: 3,
  validation: 2,
  train: 1,
  pool: 0,
};

/** True unless the two rows are in one table, or in train and pool, which may overlap. */
export function mustBeApart(sets: readonly RowSet[], a: RowRef, b: RowRef): boolean {
  const roles = [(sets[a.set] as RowSet).role, (sets[b.set] as RowSet).role];
  return a.set !== b.set && !(roles.includes("train") && roles.includes("pool")) && roles[0] !== roles[1];
}

/** True when two rows that show one image disagree on whether it is good. */
export function labelsConflict(sets: readonly RowSet[], a: RowRef, b: RowRef): boolean {
  const pass = (r: RowRef) => isPass((sets[r.set] as RowSet).label(r.row));
  return pass(a) !== pass(b);
}

/** The numbers of the sets, from the table that measures most to the one that learns least. */
export function byRank(sets: readonly RowSet[]): number[] {
  const rank = (set: number) => RANK[(sets[set] as RowSet).role];
  return sets.map((_, set) => set).sort((a, b) => rank(b) - rank(a) || a - b);
}

export function fileOf(sets: readonly RowSet[], image: ImageRef): string {
  return (sets[image.set] as RowSet).test(image.row)[image.light] as string;
}

/** Pairs of rows that share a test image, as found by {@link findEqual}. */
export type Equal = Readonly<{
  across(kept: ImageRef, extra: ImageRef): void;
  within(earlier: ImageRef, later: ImageRef): void;
}>;

/**
 * Walks the test images of all rows and lightings, from the table that measures most to the one that learns least, and
 * reports pairs with an equal key: each later image of a table against the first, and each against one of every other
 * table. A pair of rows that is alike in several lightings is reported once, in the first of them.
 * `key` returns false for images without one.
 */
export function findEqual(
  sets: readonly RowSet[],
  key: (image: ImageRef, out: Uint32Array) => boolean,
  same: (a: ImageRef, b: ImageRef) => boolean,
  report: Equal,
): void {
  const order = byRank(sets);
  const begins: number[] = [];
  let total = 0;
  for (const set of order) {
    begins.push(total);
    const { count, lights } = sets[set] as RowSet;
    total += count * lights;
  }
  const imageOf = (id: number): ImageRef => {
    let k = begins.length - 1;
    while ((begins[k] as number) > id) k--;
    const set = order[k] as number;
    const { count } = sets[set] as RowSet;
    const item = id - (begins[k] as number);
    return { set, row: item % count, light: Math.floor(item / count) };
  };
  const index = index64(Math.min(total, 1 << 20));
  const words = new Uint32Array(2);
  const [wordsA, wordsB] = [new Uint32Array(2), new Uint32Array(2)];
  const before = (a: ImageRef, b: ImageRef): boolean => {
    for (let light = 0; light < Math.min(a.light, b.light); light++) {
      const [x, y] = [
        { ...a, light },
        { ...b, light },
      ];
      if (
        key(x, wordsA) &&
        key(y, wordsB) &&
        wordsA[0] === wordsB[0] &&
        wordsA[1] === wordsB[1] &&
        same(x, y)
      )
        return true;
    }
    return false;
  };
  for (const [k, set] of order.entries()) {
    const { count, lights } = sets[set] as RowSet;
    for (let item = 0; item < count * lights; item++) {
      const here = { set, row: item % count, light: Math.floor(item / count) };
      if (!key(here, words)) continue;
      const hi = words[0] as number;
      const lo = words[1] as number;
      let again = false;
      for (let id = index.first(hi, lo); id !== -1; id = index.next(id)) {
        const other = imageOf(id);
        if (!same(other, here)) continue;
        if (other.set === set) again = true;
        if ((other.set === set && other.row === here.row) || before(other, here)) continue;
        if (other.set === set) report.within(other, here);
        else report.across(other, here);
      }
      // Only the first image of a table stays in the chain: it is as long as there are tables.
      if (!again) index.insert(hi, lo, (begins[k] as number) + item);
    }
  }
}
