import type { Emit } from "../../kit/events.js";

/** No more than this many events a second, so that a log stays readable. */
const INTERVAL_MS = 250;

/**
 * A function that turns counts into progress events with the time left. `pairs` in the detail, pairs per unit, becomes
 * `pairs_per_s`.
 */
export function progressReporter(emit: Emit, what: string, total: number, unit: string, first = 0) {
  const started = performance.now();
  let last = Number.NEGATIVE_INFINITY;
  return (done: number, detail: Readonly<Record<string, number>>): void => {
    const now = performance.now();
    if (done < total && now - last < INTERVAL_MS) return;
    last = now;
    const perUnit = (now - started) / Math.max(1, done - first) / 1000;
    const { pairs, ...rest } = detail;
    emit({
      type: "progress",
      what,
      done,
      total,
      unit,
      eta: (total - done) * perUnit,
      detail: { ...rest, ...(pairs === undefined ? {} : { pairs_per_s: pairs / perUnit }) },
    });
  };
}
