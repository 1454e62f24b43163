import type { PairRow } from "../dataset/row.js";
import { type GoldenFault, goldenFaults } from "./golden-images.js";
import { binomialTail } from "./groups.js";
import type { SuspectGolden } from "./types.js";

/** Goldens decoded at most: those behind false alarms first, then others evenly, as the measure of what is usual. */
const MOST_DECODED = 160;

/**
 * Goldens to look at again: one golden behind more false alarms than chance allows (exact binomial test, corrected
 * for the number of goldens), or a golden whose image is unlike its tests. `confidence` orders the list.
 *
 * @param rows all KPI rows; `wrong[i]` = 1 when row i is a false alarm
 * @param decode false: no image is read
 */
export async function suspectGoldens(o: {
  rows: readonly PairRow[];
  wrong: ArrayLike<number>;
  decode?: boolean;
}): Promise<SuspectGolden[]> {
  const tallies = new Map<string, { pass: number; wrong: number; first: PairRow }>();
  let pass = 0;
  let wrong = 0;
  for (const [i, row] of o.rows.entries()) {
    if (row.ng) continue;
    const key = row.golden[0];
    const t = tallies.get(key) ?? { pass: 0, wrong: 0, first: row };
    t.pass++;
    pass++;
    if (o.wrong[i]) {
      t.wrong++;
      wrong++;
      t.first = row;
    }
    tallies.set(key, t);
  }
  const far = wrong / Math.max(1, pass);
  const suspects = new Map<string, { reasons: string[]; confidence: number }>();
  for (const [golden, t] of tallies) {
    const p = Math.min(1, binomialTail(t.wrong, t.pass, far) * tallies.size);
    if (t.wrong < 3 || p >= 0.01) continue;
    suspects.set(golden, {
      reasons: [
        `${t.wrong} of its ${t.pass} PASS rows are false alarms (${(far * 100).toFixed(1)} % on average)`,
      ],
      confidence: 1 - p,
    });
  }
  if (o.decode !== false)
    for (const fault of await goldenFaults(sample(tallies))) {
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
        rows: t?.pass ?? 0,
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

function sample(tallies: ReadonlyMap<string, { wrong: number; first: PairRow }>): PairRow[] {
  const all = [...tallies.values()];
  const behind = all.filter((t) => t.wrong > 0).slice(0, MOST_DECODED / 2);
  const others = all.filter((t) => t.wrong === 0);
  const room = MOST_DECODED - behind.length;
  const spread =
    others.length <= room
      ? others
      : Array.from({ length: room }, (_, i) => others[Math.floor((i * others.length) / room)]);
  return [...behind, ...spread].map((t) => t.first);
}
