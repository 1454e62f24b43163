import type { KnobValues } from "./types.js";

/** Structural crops that one frame gives on the reference board: 23 families, ratio 0.2, three modes (dig 2). */
export const CROPS_PER_PATCH = 30;

/** Measured crops of whole runs on the reference board, by `render_patches`. */
export const STRUCTURAL_YIELD: readonly (readonly [patches: number, crops: number])[] = Object.freeze([
  [1, 30],
  [2, 50],
  [3, 75],
  [5, 120],
  [10, 250],
]);

/** `render_patches` for about `n` structural crops: `ceil(n / 30)`, at least 1. `perPatch` is a board's own yield. */
export function patchesFor(n: number, perPatch = CROPS_PER_PATCH): number {
  return Math.max(1, Math.ceil(n / perPatch));
}

/** `enabled_modes × component_families × ratio`: crops of one frame on a board of one's own (dig 2). */
export function cropsPerPatch(modes: number, families: number, ratio: number): number {
  return modes * families * ratio;
}

/** cpu and memory (GiB) at 1, 2, 4 and 8 GPUs; more GPUs add a fixed step each (dig 1.9). */
const SIZES = {
  train: {
    at: new Map([
      [1, [16, 64]],
      [2, [16, 96]],
      [4, [32, 192]],
      [8, [64, 384]],
    ]),
    step: 8,
  },
  infer: {
    at: new Map([
      [1, [4, 64]],
      [2, [8, 96]],
      [4, [16, 192]],
      [8, [32, 384]],
    ]),
    step: 4,
  },
} as const;

/**
 * The three knobs that must go together (dig C15): gpu, cpu and memory of training or inference. Counts between
 * the table's rows take the next larger row.
 */
export function gpuKnobs(part: "train" | "infer", gpus: number): KnobValues {
  const { at, step } = SIZES[part];
  const row = [...at.keys()].find((g) => g >= gpus);
  const [cpu = 0, memory = 0] = (row === undefined ? at.get(8) : at.get(row)) ?? [];
  const extra = row === undefined ? gpus - 8 : 0;
  return {
    [`${part}_gpu`]: gpus,
    [`${part}_cpu`]: cpu + extra * step,
    [`${part}_memory`]: `${memory + extra * 48}Gi`,
  };
}
