/** First and second moments of AdamW, one entry a weight. */
export type Moments = Readonly<{ first: Float32Array; second: Float32Array }>;

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

export function newMoments(size: number): Moments {
  return { first: new Float32Array(size), second: new Float32Array(size) };
}

/** Scales a gradient down to the given Euclidean norm if it is longer. Returns the norm before. */
export function clipNorm(gradient: Float32Array, limit: number): number {
  let sum = 0;
  for (let i = 0; i < gradient.length; i++) sum += gradient[i] ** 2;
  const norm = Math.sqrt(sum);
  if (norm > limit) {
    const factor = limit / (norm + 1e-6);
    for (let i = 0; i < gradient.length; i++) gradient[i] = gradient[i] * factor;
  }
  return norm;
}

/**
 * One AdamW step in place (Loshchilov and Hutter): decoupled weight decay where `decay` is 1, bias-corrected moments.
 * `step` counts from 1.
 */
export function adamW(
  weights: Float32Array,
  gradient: Float32Array,
  moments: Moments,
  decay: Uint8Array,
  options: Readonly<{ rate: number; weightDecay: number; step: number }>,
): void {
  const { rate, weightDecay, step } = options;
  const { first, second } = moments;
  const scale1 = 1 / (1 - BETA1 ** step);
  const scale2 = 1 / Math.sqrt(1 - BETA2 ** step);
  const shrink = 1 - rate * weightDecay;
  for (let i = 0; i < weights.length; i++) {
    const g = gradient[i];
    const m = BETA1 * first[i] + (1 - BETA1) * g;
    const v = BETA2 * second[i] + (1 - BETA2) * g * g;
    first[i] = m;
    second[i] = v;
    const kept = weights[i] * (decay[i] === 1 ? shrink : 1);
    weights[i] = kept - (rate * m * scale1) / (Math.sqrt(v) * scale2 + EPSILON);
  }
}

/** Moves an average towards the current values: average ← d·average + (1−d)·values. */
export function moveAverage(average: Float32Array, values: Float32Array, d: number): void {
  for (let i = 0; i < average.length; i++) average[i] = d * average[i] + (1 - d) * values[i];
}
