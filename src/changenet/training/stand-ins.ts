import type { PairRow } from "../../dataset/row.js";
import { hashFile } from "../../kit/files.js";
import type { Random } from "../../kit/random.js";

/** PASS rows by the golden image they share, and which of these groups each row belongs to. */
export type StandIns = Readonly<{ groups: readonly (readonly number[])[]; groupOf: Int32Array }>;

/** Files hashed at a time. */
const AT_ONCE = 16;

/**
 * What the golden of each row shows, by content: synthetic pairs bring a copy of a golden under a name of their own, and
 * are to be compared with other pictures of their component like real ones. A file that cannot be read goes by its
 * name; decoding tells about it.
 */
export async function goldenKeys(rows: readonly Pick<PairRow, "golden">[]): Promise<string[]> {
  const files = [...new Set(rows.flatMap((row) => row.golden))];
  const hashes = new Map<string, string>();
  for (let i = 0; i < files.length; i += AT_ONCE)
    await Promise.all(
      files.slice(i, i + AT_ONCE).map(async (file) => {
        hashes.set(file, await hashFile(file).catch(() => file));
      }),
    );
  return rows.map((row) => row.golden.map((file) => hashes.get(file)).join("\n"));
}

/**
 * Any PASS picture of a component is as good a golden as its golden, and a network that has seen a defect beside several
 * of them learns the defect and not the dirt of one golden.
 */
export function standInsOf(
  rows: readonly Pick<PairRow, "ng" | "golden">[],
  keys: readonly string[] = rows.map((row) => row.golden.join("\n")),
): StandIns {
  const names = new Map<string, number>();
  const groups: number[][] = [];
  const groupOf = new Int32Array(rows.length);
  for (const [i, row] of rows.entries()) {
    const key = keys[i]!;
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
