import { type Inference, incompleteBeta, rateOf } from "../metric/index.js";
import type { GroupStats } from "./types.js";

/** Columns whose values are worth comparing, if the table has them. */
const DIMENSIONS = [
  "boardname",
  "part_type",
  "comp_type_2",
  "comp_type_1",
  "comp_name",
  "project",
  "object_name",
  "golden_path",
];

type Tally = { n: number; pass: number; ng: number; fp: number; fn: number; passSum: number; ngSum: number };

/**
 * FAR, escapes and mean scores per board, component and so on, at one threshold. A column takes part when it splits
 * the rows into at least two groups of two rows on average. Worst groups first; at most `most` per column.
 */
export function groupTables(data: Inference, threshold: number, most = 200): GroupStats[] {
  const dimensions = DIMENSIONS.map((name) => ({ name, at: data.rows.header.indexOf(name) })).filter(
    (d) => d.at >= 0,
  );
  const tallies = dimensions.map(() => new Map<string, Tally>());
  let falseAlarms = 0;
  for (let i = 0; i < data.scores.length; i++) {
    const score = data.scores[i];
    const wrong = data.ng[i] ? score <= threshold : score > threshold;
    if (wrong && !data.ng[i]) falseAlarms++;
    for (let d = 0; d < dimensions.length; d++) {
      const value = data.rows.cell(i, dimensions[d].at).trim();
      if (value === "") continue;
      let t = tallies[d].get(value);
      if (!t) {
        t = { n: 0, pass: 0, ng: 0, fp: 0, fn: 0, passSum: 0, ngSum: 0 };
        tallies[d].set(value, t);
      }
      t.n++;
      if (data.ng[i]) {
        t.ng++;
        t.ngSum += score;
        if (wrong) t.fn++;
      } else {
        t.pass++;
        t.passSum += score;
        if (wrong) t.fp++;
      }
    }
  }
  const far = falseAlarms / Math.max(1, data.pass);
  return tallies.flatMap((groups, d) => {
    let rows = 0;
    for (const t of groups.values()) rows += t.n;
    if (groups.size < 2 || rows / groups.size < 2) return [];
    return [...groups]
      .sort(([a, x], [b, y]) => y.fn - x.fn || y.fp - x.fp || y.n - x.n || (a < b ? -1 : 1))
      .slice(0, most)
      .map(([group, t]) => stats(dimensions[d].name, group, t, far));
  });
}

function stats(dimension: string, group: string, t: Tally, far: number): GroupStats {
  return {
    dimension,
    group,
    n: t.n,
    pass: t.pass,
    ng: t.ng,
    far: rateOf(t.fp, t.pass),
    escape: rateOf(t.fn, t.ng),
    meanPassScore: t.passSum / t.pass,
    meanNgScore: t.ngSum / t.ng,
    p: binomialTail(t.fp, t.pass, far),
  };
}

/** P(X ≥ k) for X ~ Binomial(n, p). */
export function binomialTail(k: number, n: number, p: number): number {
  return k <= 0 ? 1 : k > n ? 0 : incompleteBeta(p, k, n - k + 1);
}
