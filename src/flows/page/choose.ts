import type { Sample } from "../run/types.js";

/** Rows of the page (dig 5.6). */
export const LEAST_ROWS = 5;
export const MOST_ROWS = 10;

/**
 * Some of the samples, the same ones every time: each group gets rows in turn, spread over its cells and its samples.
 * Groups and samples are taken in the order of their names.
 */
export function chooseSamples(all: readonly Sample[], most = MOST_ROWS): readonly Sample[] {
  const groups = new Map<string, Sample[]>();
  for (const sample of [...all].sort(byName)) {
    const list = groups.get(sample.group);
    if (list) list.push(sample);
    else groups.set(sample.group, [sample]);
  }
  const share = Math.max(1, Math.floor(most / Math.max(1, groups.size)));
  const chosen = [...groups.values()].flatMap((list) => spread(list, share));
  const left = most - chosen.length;
  if (left > 0) {
    const taken = new Set(chosen);
    chosen.push(
      ...spread(
        [...groups.values()].flat().filter((s) => !taken.has(s)),
        left,
      ),
    );
  }
  return chosen.slice(0, most).sort(byName);
}

/** Every k-th of the samples, those of new cells first. */
function spread(list: readonly Sample[], n: number): readonly Sample[] {
  if (list.length <= n) return list;
  const cells = new Map<string, Sample>();
  for (const sample of list) if (!cells.has(sample.cell)) cells.set(sample.cell, sample);
  const from = cells.size >= n ? [...cells.values()] : list;
  const k = Math.ceil(from.length / n);
  return from.filter((_, i) => i % k === 0).slice(0, n);
}

function byName(a: Sample, b: Sample): number {
  const [x, y] = [`${a.group}/${a.name}`, `${b.group}/${b.name}`];
  return x < y ? -1 : x > y ? 1 : 0;
}
