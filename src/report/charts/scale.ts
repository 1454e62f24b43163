/** Maps a data value to a position. */
export type Scale = (value: number) => number;

/** A straight scale; a domain of one point maps to the middle of the range. */
export function linearScale(domain: readonly [number, number], range: readonly [number, number]): Scale {
  const span = domain[1] - domain[0];
  if (span === 0) return () => (range[0] + range[1]) / 2;
  return (value) => range[0] + ((value - domain[0]) / span) * (range[1] - range[0]);
}

/** Square-root scale from zero: single counts stay visible beside thousands. */
export function rootScale(top: number, range: readonly [number, number]): Scale {
  const inner = linearScale([0, Math.sqrt(Math.max(top, 1))], range);
  return (value) => inner(Math.sqrt(Math.max(0, value)));
}

/**
 * Round tick values that cover [low, high] with about `wanted` steps of 1, 2 or 5 times a power of ten. The last
 * tick is at or above `high`, the first at or below `low`.
 */
export function niceTicks(low: number, high: number, wanted = 4): readonly number[] {
  if (!(high > low)) return [low];
  const raw = (high - low) / Math.max(1, wanted);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw * 0.999) as number;
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  // Multiplying by the reciprocal where the step is below 1 keeps 0.3 from becoming 0.30000000000000004.
  const value = (i: number) => (step < 1 ? i / Math.round(1 / step) : i * step);
  return Array.from({ length: last - first + 1 }, (_, i) => value(first + i));
}

/** An axis for rates from zero: where values lie, and round ticks with their positions. */
export type RateAxis = Readonly<{
  scale: Scale;
  root: boolean;
  ticks: readonly { at: number; value: number }[];
}>;

/**
 * An axis from zero to a round value at or above `top`. When the target is small against the top (a tenth or less) the
 * scale is a square root: the last tenths of a percent decide, and a straight scale would press them flat.
 *
 * @param gap smallest distance between ticks
 */
export function rateAxis(
  top: number,
  target: number | undefined,
  range: readonly [number, number],
  gap: number,
): RateAxis {
  const even = niceTicks(0, top, 4);
  const end = even[even.length - 1] as number;
  const root = target !== undefined && target > 0 && target < end / 10;
  if (!root) {
    const scale = linearScale([0, end], range);
    return { scale, root, ticks: even.map((value) => ({ at: scale(value), value })) };
  }
  const inner = linearScale([0, Math.sqrt(end)], range);
  const scale = (value: number) => inner(Math.sqrt(Math.max(0, value)));
  const power = 10 ** Math.floor(Math.log10(end));
  const candidates = [1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.001].map((m) => m * power * 10);
  const kept = [end];
  for (const value of candidates)
    if (value < end && Math.abs(scale(value) - scale(kept[kept.length - 1] as number)) >= gap)
      kept.push(value);
  while (kept.length > 1 && Math.abs(scale(kept[kept.length - 1] as number) - scale(0)) < gap) kept.pop();
  return { scale, root, ticks: [0, ...kept.reverse()].map((value) => ({ at: scale(value), value })) };
}

/** A position as SVG text: two decimals, no trailing zeros, no minus zero. */
export function at(value: number): string {
  const text = value.toFixed(2).replace(/\.?0+$/, "");
  return text === "-0" ? "0" : text;
}

/** How scores are laid along an axis: `unit` maps a score to 0..1 of the axis length. */
export type ScoreAxis = Readonly<{
  kind: "linear" | "logit";
  unit: Scale;
  ticks: readonly number[];
}>;

const LOGIT_TICKS = [0.00001, 0.0001, 0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999];
const logit = (p: number) => Math.log(p / (1 - p));

/**
 * Chooses the axis for scores: probabilities crowd at 0 and 1, where a straight axis hides what decides, so a
 * log-odds axis is used when all scores lie in [0, 1] and a fifth of them lie within 0.02 of an end.
 */
export function scoreAxis(scores: ArrayLike<number>, thresholds: readonly number[]): ScoreAxis {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let crowded = 0;
  for (let i = 0; i < scores.length; i++) {
    const s = scores[i] as number;
    if (!Number.isFinite(s)) continue;
    low = Math.min(low, s);
    high = Math.max(high, s);
    if (s < 0.02 || s > 0.98) crowded++;
  }
  if (low > high) [low, high] = [0, 1];
  const marks = thresholds.filter(Number.isFinite);
  if (low >= 0 && high <= 1 && crowded > 0 && crowded >= scores.length / 5) {
    const clamp = (p: number) => Math.min(1 - 1e-5, Math.max(1e-5, p));
    const from = logit(clamp(Math.min(low, ...marks)));
    const to = logit(clamp(Math.max(high, ...marks)));
    const inner = linearScale([Math.min(from, logit(0.01)), Math.max(to, logit(0.99))], [0, 1]);
    const ticks = LOGIT_TICKS.filter((t) => inner(logit(t)) >= -1e-9 && inner(logit(t)) <= 1 + 1e-9);
    return { kind: "logit", unit: (s) => inner(logit(clamp(s))), ticks };
  }
  const ticks = niceTicks(Math.min(low, ...marks, 0), Math.max(high, ...marks), 5);
  const unit = linearScale([ticks[0] as number, ticks[ticks.length - 1] as number], [0, 1]);
  return { kind: "linear", unit: (s) => Math.min(1, Math.max(0, unit(s))), ticks };
}
