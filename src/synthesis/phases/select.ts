/** One attempt at a line of the test cases. `nn` is undefined where there is no score. */
export type Attempt = Readonly<{
  line: number;
  round: number;
  guidance: number;
  cropRatio: number;
  nn: number | undefined;
  name: string;
}>;

/** The best attempt at each line (contract 6.4): highest nn, a missing score never wins, the earlier one on a tie. */
export function bestAttempts(
  attempts: readonly Attempt[],
): readonly Readonly<{ best: Attempt; tried: number }>[] {
  const lines = new Map<number, Attempt[]>();
  for (const a of attempts) lines.set(a.line, [...(lines.get(a.line) ?? []), a]);
  return [...lines]
    .sort((a, b) => a[0] - b[0])
    .map(([, own]) => {
      const order = [...own].sort((a, b) => a.round - b.round);
      const best = order.reduce((top, a) =>
        a.nn !== undefined && (top.nn === undefined || a.nn > top.nn) ? a : top,
      );
      return { best, tried: own.length };
    });
}

/** A sample that could stand in the filtered set. `regen` is undefined for samples of the first run or the search. */
export type FilterSample = Readonly<{
  key: string;
  defectType: string;
  nn: number | undefined;
  regen?: number;
}>;

/** How many more samples each type needs to be as many as before. */
export function missingAfter(
  samples: readonly FilterSample[],
  threshold: number,
): ReadonlyMap<string, number> {
  const need = new Map<string, number>();
  for (const s of samples) {
    const passes = s.nn !== undefined && s.nn >= threshold;
    need.set(s.defectType, (need.get(s.defectType) ?? 0) + (passes ? 0 : 1));
  }
  return new Map([...need].filter(([, n]) => n > 0));
}

/**
 * What stays (contract 6.4): passing samples in their order, then passing new ones, best first, then the best failing new
 * ones, then the best dropped originals, until each type has as many as before. Samples without a score never stay.
 */
export function filterSamples(
  samples: readonly FilterSample[],
  regens: readonly FilterSample[],
  threshold: number,
): readonly Readonly<{ sample: FilterSample; passed: boolean }>[] {
  const out: { sample: FilterSample; passed: boolean }[] = [];
  for (const type of [...new Set(samples.map((s) => s.defectType))]) {
    const own = samples.filter((s) => s.defectType === type);
    const made = regens.filter((s) => s.defectType === type);
    const passes = (s: FilterSample): boolean => s.nn !== undefined && s.nn >= threshold;
    const best = (list: readonly FilterSample[]): FilterSample[] =>
      list.filter((s) => s.nn !== undefined).sort((a, b) => b.nn! - a.nn!);
    const order = [
      ...own.filter(passes),
      ...best(made.filter(passes)),
      ...best(made.filter((s) => !passes(s))),
      ...best(own.filter((s) => !passes(s))),
    ];
    for (const sample of order.slice(0, own.length)) out.push({ sample, passed: passes(sample) });
  }
  return out;
}
