import { seeded } from "../../kit/random.js";
import type { Pair } from "./types.js";

/** Parts of the tables of a workspace. */
export type Shares = Readonly<{ train: number; validation: number; kpi: number }>;

/**
 * Deals pairs out to the tables of a workspace. All pairs of a component (or, where whole frames were paired, of a
 * frame) go to one table, so that no table knows what another measures; each label is spread over all tables.
 */
export function splitPairs(
  pairs: readonly Pair[],
  seed: number,
  shares: Shares = { train: 0.6, validation: 0.2, kpi: 0.2 },
): Readonly<Record<keyof Shares, readonly Pair[]>> {
  const groups = grouped(pairs, (p) => p.component ?? p.frame);
  const strata = grouped([...groups.keys()].sort(), (key) => labelOf(groups.get(key) as readonly Pair[]));
  const table = new Map<string, keyof Shares>();
  for (const [label, keys] of [...strata].sort())
    seeded(seed)
      .fork("split", label)
      .shuffle(keys)
      .forEach((key, i) => {
        const at = (i + 0.5) / keys.length;
        table.set(
          key,
          at < shares.train ? "train" : at < shares.train + shares.validation ? "validation" : "kpi",
        );
      });
  const of = (name: keyof Shares) => pairs.filter((p) => table.get(p.component ?? p.frame) === name);
  return { train: of("train"), validation: of("validation"), kpi: of("kpi") };
}

/** What a group counts as: its first defect, or PASS. */
function labelOf(group: readonly Pair[]): string {
  return group.find((p) => p.label !== "PASS")?.label ?? "PASS";
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
