import type { Scores } from "../read/scores.js";

/** One defect label on the KPI set, as one model sees it. */
export type ClassFacts = Readonly<{
  label: string;
  n: number;
  median: number;
  weakest: number;
  escapes: number;
  /** Share of PASS rows that must be rejected to catch every defect of this label: what the label costs. */
  cost: number;
}>;

/** Per defect label, dearest first. `threshold` decides which defects escape. */
export function classFacts(scores: Scores, threshold: number | undefined): readonly ClassFacts[] {
  const groups = new Map<string, number[]>();
  const pass: number[] = [];
  for (const row of scores.rows) {
    if (row.ng === 0) pass.push(row.score);
    else {
      const group = groups.get(row.label);
      if (group) group.push(row.score);
      else groups.set(row.label, [row.score]);
    }
  }
  return [...groups.entries()]
    .map(([label, values]) => {
      const sorted = [...values].sort((a, b) => a - b);
      const weakest = sorted[0] as number;
      return {
        label,
        n: values.length,
        median: sorted[Math.floor((sorted.length - 1) / 2)] as number,
        weakest,
        escapes: threshold === undefined ? 0 : values.filter((v) => !(v > threshold)).length,
        cost: pass.length === 0 ? Number.NaN : pass.filter((v) => v >= weakest).length / pass.length,
      };
    })
    .sort((a, b) => b.cost - a.cost || a.weakest - b.weakest || (a.label < b.label ? -1 : 1));
}

/** FAR at 100 % recall if the `n` lowest-scoring defects were not there: do a few rows decide the KPI? */
export function withoutWeakest(scores: Scores, n: number): number | undefined {
  const defects = scores.rows.filter((r) => r.ng === 1).map((r) => r.score);
  if (defects.length <= n || scores.pass === 0) return undefined;
  const lowest = defects.sort((a, b) => a - b)[n] as number;
  return scores.rows.filter((r) => r.ng === 0 && r.score >= lowest).length / scores.pass;
}
