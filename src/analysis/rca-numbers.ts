import { type Inference, lastFeasible, pointFromCounts, type Sweep } from "../metric/index.js";
import type { LightingStats } from "./rca-types.js";
import type { DropN, LabelStats, WeakSample } from "./types.js";

/** Labels to work on: NG labels that miss, by misses, then PASS when it has false alarms (state field `rca_target_defects`). */
export function targets(labels: readonly LabelStats[], data: Inference, bestF1: number): string[] {
  const late = new Map<string, number>();
  for (let i = 0; i < data.scores.length; i++)
    if (data.ng[i] && data.scores[i] <= bestF1) {
      const label = data.labels[i].toUpperCase();
      late.set(label, (late.get(label) ?? 0) + 1);
    }
  // A defect that is caught only by a threshold far below the best F1 point costs false alarms: it counts as a target.
  const missing = labels
    .filter((l) => l.ng && (l.misclassified > 0 || late.has(l.label)))
    .sort((a, b) => b.misclassified - a.misclassified || (late.get(b.label) ?? 0) - (late.get(a.label) ?? 0));
  const good = labels.filter((l) => !l.ng && l.misclassified > 0);
  return [...missing, ...good].map((l) => l.label);
}

/** Kept samples by the lighting in which their heat is strongest. */
export function lightingTable(weak: readonly WeakSample[], lights: readonly string[]): LightingStats[] {
  return (lights.length === 0 ? ["(one lighting)"] : lights).flatMap((lighting, light) => {
    const own = weak.filter((w) => w.heat?.light === light);
    if (own.length === 0) return [];
    const mean = (value: (w: WeakSample) => number) => own.reduce((sum, w) => sum + value(w), 0) / own.length;
    return [
      {
        lighting,
        weak: own.length,
        falseAlarms: own.filter((w) => !w.ng && w.misclassified).length,
        escapes: own.filter((w) => w.ng && w.misclassified).length,
        meanScore: mean((w) => w.score),
        meanPeak: mean((w) => w.heat?.peak ?? 0),
      },
    ];
  });
}

/** How far FAR at 100 % recall would fall if the worst 1, 2, 3, 5 defects were not there (contract 5.3). */
export function dropN(s: Sweep): DropN[] {
  return [0, 1, 2, 3, 5].flatMap((dropped) => {
    if (dropped >= s.ng) return [];
    // Letting `dropped` defects escape places the threshold where it would be without them.
    const i = lastFeasible(s, (s.ng - dropped) / s.ng);
    const fp = s.fp[i];
    const counts = { tp: s.ng - dropped, fp, tn: s.pass - fp, fn: 0 };
    return [{ dropped, point: pointFromCounts(s.thresholds[i], counts) }];
  });
}

/** How many candidates reach the recall. */
export function feasible(s: Sweep, minRecall: number): number {
  let n = 0;
  for (const tp of s.tp) if (tp / s.ng >= minRecall - 1e-12) n++;
  return n;
}
