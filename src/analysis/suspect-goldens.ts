import type { PairRow } from "../dataset/row.js";
import { type GoldenFault, goldenFaults } from "./golden-images.js";
import { binomialTail } from "./groups.js";
import type { SuspectGolden } from "./types.js";

/** Goldens decoded at most: those behind false alarms first, then others evenly, as the measure of what is usual. */
const MOST_DECODED = 160;

/**
 * Goldens to look at again: one golden behind more false alarms than chance allows (exact binomial test, corrected
 * for the number of goldens with false alarms), or a golden whose image is unlike its tests. `confidence` orders the list.
 *
 * @param rows all KPI rows; `wrong[i]` = 1 when row i is a false alarm
 * @param decode false: no image is read
 */
export async function suspectGoldens(o: {
  rows: readonly PairRow[];
  wrong: ArrayLike<number>;
  decode?: boolean;
}): Promise<SuspectGolden[]> {
  const tallies = new Map<string, Tally>();
  let pass = 0;
  let wrong = 0;
  for (const [i, row] of o.rows.entries()) {
    if (row.ng) continue;
    pass++;
    if (!o.wrong[i]) continue;
    wrong++;
    const t = tallies.get(row.golden[0]);
    if (t) t.wrong++;
    else tallies.set(row.golden[0], { pass: 0, wrong: 1, first: row });
  }
  for (const row of o.rows) {
    const t = row.ng ? undefined : tallies.get(row.golden[0]);
    if (t) t.pass++;
  }
  const far = wrong / Math.max(1, pass);
  const suspects = new Map<string, { reasons: string[]; confidence: number }>();
  for (const [golden, t] of tallies) {
    if (t.wrong < 3) continue;
    const p = Math.min(1, binomialTail(t.wrong, t.pass, far) * tallies.size);
    if (p >= 0.01) continue;
    suspects.set(golden, {
      reasons: [
        `${t.wrong} of its ${t.pass} PASS rows are false alarms (${(far * 100).toFixed(1)} % on average)`,
      ],
      confidence: 1 - p,
    });
  }
  if (o.decode !== false)
    for (const fault of await goldenFaults(sample(tallies, o.rows))) {
      const known = suspects.get(fault.golden) ?? { reasons: [], confidence: 0 };
      known.reasons.push(...fault.reasons);
      known.confidence = Math.max(known.confidence, certainty(fault));
      suspects.set(fault.golden, known);
    }
  return [...suspects]
    .map(([golden, s]) => {
      const t = tallies.get(golden);
      return {
        golden,
        reasons: s.reasons,
        rows: t?.pass ?? o.rows.filter((r) => !r.ng && r.golden[0] === golden).length,
        falseAlarms: t?.wrong ?? 0,
        confidence: s.confidence,
      };
    })
    .sort(
      (a, b) =>
        b.falseAlarms - a.falseAlarms || b.confidence - a.confidence || (a.golden < b.golden ? -1 : 1),
    )
    .slice(0, 50);
}

function certainty(fault: GoldenFault): number {
  return Math.min(1, fault.z / 12);
}

type Tally = { pass: number; wrong: number; first: PairRow };

/** One row per golden: goldens behind false alarms, then others spread over the table. */
function sample(tallies: ReadonlyMap<string, Tally>, rows: readonly PairRow[]): PairRow[] {
  const chosen = new Map<string, PairRow>();
  for (const [golden, t] of tallies) if (chosen.size < MOST_DECODED / 2) chosen.set(golden, t.first);
  const good = rows.filter((r) => !r.ng);
  const step = Math.max(1, Math.floor(good.length / MOST_DECODED));
  for (let i = 0; i < good.length && chosen.size < MOST_DECODED; i += step) {
    const golden = good[i].golden[0];
    if (!chosen.has(golden) && !tallies.has(golden)) chosen.set(golden, good[i]);
  }
  return [...chosen.values()];
}
