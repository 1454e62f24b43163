import type { ScoredRow, Scores } from "../read/scores.js";

/** The rows worth looking at, most telling first. */
export type Picks = Readonly<{
  escapes: readonly ScoredRow[];
  falseAlarms: readonly ScoredRow[];
  /** Defects that are caught, nearest to the threshold first. */
  nearEscapes: readonly ScoredRow[];
  /** Good parts that pass, nearest to the threshold first. */
  nearFalseAlarms: readonly ScoredRow[];
  totals: Readonly<{ escapes: number; falseAlarms: number }>;
}>;

/** Splits the rows at the threshold (NG iff score > threshold) and takes the `most` weakest of each kind. */
export function pickRows(scores: Scores, threshold: number, most: number): Picks {
  const ordered = [...scores.rows].sort((a, b) => a.score - b.score || a.index - b.index);
  const rising = (keep: (r: ScoredRow) => boolean) => ordered.filter(keep);
  const escapes = rising((r) => r.ng === 1 && !(r.score > threshold));
  const caught = rising((r) => r.ng === 1 && r.score > threshold);
  const alarms = rising((r) => r.ng === 0 && r.score > threshold).reverse();
  const fine = rising((r) => r.ng === 0 && !(r.score > threshold)).reverse();
  return {
    escapes: escapes.slice(0, most),
    falseAlarms: alarms.slice(0, most),
    nearEscapes: caught.slice(0, most),
    nearFalseAlarms: fine.slice(0, most),
    totals: { escapes: escapes.length, falseAlarms: alarms.length },
  };
}
