import type { PairRow } from "../../dataset/row.js";
import type { Random } from "../../kit/random.js";

/** PASS rows by the golden image they share, and which of these groups each row belongs to. */
export type StandIns = Readonly<{ groups: readonly (readonly number[])[]; groupOf: Int32Array }>;

/**
 * Any PASS picture of a component is as good a golden as its golden, and a network that has seen a defect beside several
 * of them learns the defect and not the dirt of one golden.
 */
export function standInsOf(rows: readonly Pick<PairRow, "ng" | "golden">[]): StandIns {
  const names = new Map<string, number>();
  const groups: number[][] = [];
  const groupOf = new Int32Array(rows.length);
  for (const [i, row] of rows.entries()) {
    const key = row.golden.join("\n");
    const group = names.get(key) ?? groups.push([]) - 1;
    names.set(key, group);
    groupOf[i] = group;
    if (row.ng === 0) groups[group]!.push(i);
  }
  return { groups, groupOf };
}

/** A PASS row other than `row` with the same golden, each equally likely; undefined when there is none. */
export function pickStandIn({ groups, groupOf }: StandIns, row: number, random: Random): number | undefined {
  const group = groups[groupOf[row] ?? -1] ?? [];
  const others = group.includes(row) ? group.length - 1 : group.length;
  if (others === 0) return undefined;
  const at = random.int(others);
  const own = group.indexOf(row);
  return group[own >= 0 && at >= own ? at + 1 : at];
}
