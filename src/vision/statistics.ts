/** The q-quantile (0 … 1) by linear interpolation of the sorted values; NaN for none. */
export function quantile(values: ArrayLike<number>, q: number): number {
  const sorted = (values instanceof Float32Array ? values.slice() : Float64Array.from(values)).sort();
  if (sorted.length === 0) return Number.NaN;
  const at = Math.max(0, Math.min(1, q)) * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.ceil(at);
  return sorted[low] + (sorted[high] - sorted[low]) * (at - low);
}

export function median(values: ArrayLike<number>): number {
  return quantile(values, 0.5);
}

/** Median absolute deviation, scaled to equal the standard deviation of a normal distribution. */
export function robustSigma(values: ArrayLike<number>): number {
  const centre = median(values);
  return 1.4826 * median(Float64Array.from(values, (v) => Math.abs(v - centre)));
}

/** Counts of 256 grey levels. */
export function histogram(data: ArrayLike<number>, into: Float64Array = new Float64Array(256)): Float64Array {
  for (let i = 0; i < data.length; i++) {
    const v = Math.max(0, Math.min(255, Math.round(data[i])));
    into[v] = into[v] + 1;
  }
  return into;
}

/**
 * Otsu's threshold of a histogram: the level that separates best, in the middle of a plateau of equals.
 * `separability` is the share of the variance that lies between the two classes: 1 = two pure tones.
 * `low` and `high` are the means of the classes.
 */
export function otsu(counts: Float64Array): {
  level: number;
  separability: number;
  low: number;
  high: number;
  lowShare: number;
} {
  let total = 0;
  let sum = 0;
  let square = 0;
  counts.forEach((c, v) => {
    total += c;
    sum += c * v;
    square += c * v * v;
  });
  if (total === 0) return { level: 127, separability: 0, low: 0, high: 255, lowShare: 0 };
  const mean = sum / total;
  const variance = square / total - mean * mean;
  let best = -1;
  let first = 0;
  let last = 0;
  let n = 0;
  let s = 0;
  let at = { low: mean, high: mean, lowShare: 0 };
  for (let v = 0; v < counts.length - 1; v++) {
    n += counts[v];
    s += counts[v] * v;
    if (n === 0 || n === total) continue;
    const low = s / n;
    const high = (sum - s) / (total - n);
    const between = (n / total) * (1 - n / total) * (high - low) ** 2;
    if (between > best * (1 + 1e-9)) {
      best = between;
      first = v;
      last = v;
      at = { low, high, lowShare: n / total };
    } else if (between >= best * (1 - 1e-9)) last = v;
  }
  const level = best < 0 ? Math.round(mean) : (first + last) / 2;
  return { level, separability: variance > 1e-9 && best > 0 ? Math.min(1, best / variance) : 0, ...at };
}
