import type { Plan } from "./types.js";

/** Measured on two cores of a small server: pairs per core and second. */
const TRAIN_RATE = 60;
const SCORE_RATE = 200;

/** A rough running time in whole minutes: good for deciding whether to wait, no more. */
export function estimateMinutes(plan: Pick<Plan, "parameters" | "data">): number {
  const { tables } = plan.data;
  const p = plan.parameters;
  const cores = Math.max(1, p.workers.value);
  const rounds = p.max_iterations.value + 1;
  const mined = tables.pool ? p.rca_top_k_per_label.value * 2 : 0;
  const perRound = tables.train.rows + (rounds / 2) * (p.num_sdg.value + mined) + tables.validation.rows / 2;
  const train = (rounds * perRound * p.num_epochs.value) / (TRAIN_RATE * cores);
  const score = (rounds * (tables.kpi.rows * 2.5 + (tables.pool?.rows ?? 0))) / (SCORE_RATE * cores);
  return Math.max(1, Math.ceil((train + score) / 60));
}
