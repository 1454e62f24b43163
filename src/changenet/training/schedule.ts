export type Policy = "cosine" | "linear" | "step";

/** Share of all steps in which the rate rises from 0. */
const WARM_UP = 0.05;
/** What a cosine ends at, as a share of the full rate. */
const COSINE_FLOOR = 0.01;

/**
 * Factor on the learning rate for step 0 … total−1. `linear`: 1 − e/(E+1); `step`: ×0.1 every E/3 epochs
 * (contract 10.6), with the epoch as a fraction; `cosine`: falls to 1 %. All begin with a short warm-up.
 */
export function rateFactor(policy: Policy, step: number, total: number, epochs: number): number {
  const warm = Math.min(1, (step + 1) / Math.max(1, WARM_UP * total));
  const done = step / total;
  if (policy === "cosine")
    return warm * (0.5 * (1 + Math.cos(Math.PI * done)) * (1 - COSINE_FLOOR) + COSINE_FLOOR);
  if (policy === "linear") return warm * (1 - (done * epochs) / (epochs + 1));
  return warm * 0.1 ** Math.floor((done * epochs) / Math.max(1, Math.floor(epochs / 3)));
}

/** Steps of the whole training and of each epoch: epochs × rows ÷ batch, kept within the given bounds. */
export function stepPlan(
  rows: number,
  batch: number,
  epochs: number,
  bounds: Readonly<{ min: number; max: number }>,
): { total: number; perEpoch: number } {
  const wanted = Math.max(1, Math.floor(rows / batch)) * epochs;
  const perEpoch = Math.max(1, Math.round(Math.min(Math.max(wanted, bounds.min), bounds.max) / epochs));
  return { total: perEpoch * epochs, perEpoch };
}
