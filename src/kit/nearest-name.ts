/** Number of inserted, deleted, changed or swapped neighbouring letters between two texts (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(row[j - 1]! + (same ? 0 : 1), row[j]! + 1, next[j - 1]! + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, before[j - 2]! + 1);
      next.push(cost);
    }
    before = row;
    row = next;
  }
  return row[b.length]!;
}

/**
 * The name that was probably meant: at most a third of the letters differ (case does not count), or one contains
 * the other. Undefined when nothing is close.
 */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase();
  let best: { name: string; cost: number } | undefined;
  for (const candidate of known) {
    const other = candidate.toLowerCase();
    const [short, long] = wanted.length < other.length ? [wanted, other] : [other, wanted];
    const part = short.length > 2 && long.includes(short);
    const cost = editDistance(wanted, other);
    if (!part && cost > Math.max(1, Math.floor(long.length / 3))) continue;
    if (best === undefined || cost < best.cost) best = { name: candidate, cost };
  }
  return best?.name;
}
