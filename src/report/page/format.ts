/** Narrow no-break space: between a number and its unit. */
const NARROW = "\u202f";

/** 1234567 → "1,234,567". */
export function count(n: number): string {
  return Math.round(n)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A share in 0..1 as percent; small values keep two significant digits. "–" when not a number. */
export function percent(share: number | undefined): string {
  if (share === undefined || !Number.isFinite(share)) return "–";
  return `${percentDigits(share * 100)}${NARROW}%`;
}

/** A percent value for an axis or a target: no digits that say nothing ("5 %", "0.5 %"). */
export function shortPercent(share: number): string {
  return `${Number((share * 100).toPrecision(3))}${NARROW}%`;
}

/** The digits of {@link percent} for a value that is already in percent. */
export function percentDigits(value: number): string {
  const size = Math.abs(value);
  if (size === 0 || size === 100) return value.toFixed(0);
  if (size >= 99.95 && size < 100) return value.toFixed(3);
  if (size >= 10) return value.toFixed(1);
  if (size >= 0.1) return value.toFixed(2);
  return Number(value.toPrecision(2)).toString();
}

/** A score or threshold: enough digits to tell neighbours apart, also very close to 0 and 1. */
export function score(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size < 0.001) return value.toExponential(1).replace("e-", "e−");
  if (size >= 0.999995 && size < 1) return value > 0 ? ">0.99999" : "<−0.99999";
  if (size > 0.999 && size < 1) return value.toFixed(5);
  if (size === 1) return String(value);
  return size >= 100 ? value.toFixed(1) : value.toFixed(3);
}

/** "0.12 – 1.07 %" for an interval of shares. */
export function interval(range: Readonly<{ low: number; high: number }> | undefined): string {
  if (!range || !Number.isFinite(range.low)) return "–";
  return `${percentDigits(range.low * 100)}${NARROW}–${NARROW}${percentDigits(range.high * 100)}${NARROW}%`;
}

/** 3725 → "1 h 2 min"; 42 → "42 s". */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return "–";
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}${NARROW}s`;
  if (whole < 3600)
    return `${Math.floor(whole / 60)}${NARROW}min${whole % 60 ? ` ${whole % 60}${NARROW}s` : ""}`;
  return `${Math.floor(whole / 3600)}${NARROW}h ${Math.floor((whole % 3600) / 60)}${NARROW}min`;
}

/** "1 defect", "2 defects". */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** baseline → "Baseline", iter3 → "Iteration 3". */
export function labelName(label: string): string {
  const match = /^iter(\d+)$/.exec(label);
  return match ? `Iteration ${match[1]}` : label === "baseline" ? "Baseline" : label;
}
