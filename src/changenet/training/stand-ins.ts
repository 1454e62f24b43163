import type { PairRow } from "../../dataset/row.js";
import { hashFile } from "../../kit/files.js";
import type { Random } from "../../kit/random.js";

/** PASS rows by the golden image they share, and which of these groups each row belongs to. */
export type StandIns = Readonly<{ groups: readonly (readonly number[])[]; groupOf: Int32Array }>;

/** Files hashed at a time. */
const AT_ONCE = 16;

/**
 * What the golden of each row shows: its name or, where places come back (a golden has several rows), the name of the
 * golden with the same content. So synthetic pairs, which bring a copy of a golden under a name of their own, are
 * compared with other pictures of their component like real ones. What cannot be read goes by its name.
 */
export async function goldenKeys(rows: readonly Pick<PairRow, "golden">[]): Promise<string[]> {
  const names = rows.map((row) => row.golden.join("\n"));
  const uses = new Map<string, number>();
  for (const name of names) uses.set(name, (uses.get(name) ?? 0) + 1);
  if ([...uses.values()].every((n) => n === 1)) return names;
  const files = [...new Set(rows.flatMap((row) => row.golden))];
  const hashes = new Map<string, string>();
  for (let i = 0; i < files.length; i += AT_ONCE)
    await Promise.all(
      files.slice(i, i + AT_ONCE).map(async (file) => {
        hashes.set(file, await hashFile(file).catch(() => file));
      }),
    );
  const content = rows.map((row) => row.golden.map((file) => hashes.get(file)).join("\n"));
  const shared = new Map<string, string>();
  names.forEach((name, i) => {
    if (uses.get(name)! > 1 && !shared.has(content[i]!)) shared.set(content[i]!, name);
  });
  return names.map((name, i) => (uses.get(name)! > 1 ? name : (shared.get(content[i]!) ?? name)));
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
