/** The only source of times. Frozen, a run's files carry no trace of when it ran. */
export type Clock = Readonly<{ now(): Date; frozen: boolean }>;

export const systemClock: Clock = { now: () => new Date(), frozen: false };

/** Always the same instant: what SOURCE_DATE_EPOCH asks for. */
export function frozenClock(epochSeconds: number): Clock {
  return { now: () => new Date(epochSeconds * 1000), frozen: true };
}

/** `2026-08-10T12:00:00+00:00`, the form of the state file. */
export function isoSeconds(date: Date): string {
  return `${date.toISOString().slice(0, 19)}+00:00`;
}

/** Local time `YYYYMMDD_HHMMSS`, for run folders. */
export function runStamp(date: Date): string {
  return `${folderStamp(date).replaceAll("-", "")}`;
}

/** Local time `YYYY-MM-DD_HHMMSS`, for result folders: sorts by time. */
export function folderStamp(date: Date): string {
  const two = (n: number) => String(n).padStart(2, "0");
  return (
    `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}_` +
    `${two(date.getHours())}${two(date.getMinutes())}${two(date.getSeconds())}`
  );
}

/** Whole seconds between two instants, at least 1: the contracts demand a positive duration. */
export function wholeSeconds(from: Date, to: Date): number {
  return Math.max(1, Math.round((to.getTime() - from.getTime()) / 1000));
}
