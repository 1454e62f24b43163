import type { Random } from "../../kit/random.js";

/** One place of a batch: which row, and whether a synthetic defect is to be painted into it. */
export type Draw = Readonly<{ row: number; synthetic: boolean }>;

export type Sampler = Readonly<{
  /** The batch of a step: a function of the step alone, so that a resumed training draws the same. */
  batch: (step: number) => Draw[];
  /** Share of draws that are meant to be NG, synthetic ones included. */
  ngShare: number;
}>;

/**
 * Batches with a fixed number of NG rows: the share that the weights PASS 1, NG (n_pass ÷ n_ng) × fpratio_sampling
 * of contract 10.6 give on average, f ÷ (1 + f). Within a class every row is drawn once before any is drawn again.
 * `syntheticShare` of the batch are PASS rows that get a synthetic defect.
 */
export function makeSampler(
  labels: ArrayLike<0 | 1>,
  options: Readonly<{
    batch: number;
    fpratioSampling: number;
    syntheticShare: number;
    /** PASS rows that may get a synthetic defect; all when left out. */
    paintable?: readonly number[];
  }>,
  random: Random,
): Sampler {
  const rows = Array.from(labels, (_, i) => i);
  const ng = rows.filter((i) => labels[i] === 1);
  const pass = rows.filter((i) => labels[i] === 0);
  const share = options.fpratioSampling / (1 + options.fpratioSampling);
  const ngCount = Math.min(options.batch - 1, Math.max(1, Math.floor(options.batch * share)));
  const passCount = options.batch - ngCount;
  const synthetic = Math.min(passCount - 1, Math.floor(options.batch * options.syntheticShare));
  const ngAt = cycle(ng, random.fork("ng"));
  const passAt = cycle(pass, random.fork("pass"));
  const paintAt = options.paintable ? cycle(options.paintable, random.fork("paint")) : undefined;
  return {
    ngShare: (ngCount + synthetic) / options.batch,
    batch: (step) => [
      ...Array.from({ length: ngCount }, (_, i) => ({ row: ngAt(step * ngCount + i), synthetic: false })),
      ...Array.from({ length: passCount }, (_, i) => {
        const painted = i - (passCount - synthetic);
        if (painted < 0 || !paintAt) return { row: passAt(step * passCount + i), synthetic: painted >= 0 };
        return { row: paintAt(step * synthetic + painted), synthetic: true };
      }),
    ],
  };
}

/** An endless sequence of shuffled passes over the items, addressable by position. */
function cycle(items: readonly number[], random: Random): (position: number) => number {
  const memo = new Map<number, number[]>();
  return (position) => {
    const pass = Math.floor(position / items.length);
    let order = memo.get(pass);
    if (!order) {
      order = random.fork(pass).shuffle(items);
      // Two passes overlap in one batch at most when the class is larger than the batch.
      if (memo.size > 64) memo.clear();
      memo.set(pass, order);
    }
    return order[position % items.length];
  };
}
