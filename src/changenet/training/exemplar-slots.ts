import { type Exemplar, LARGEST } from "../augment/exemplars.js";

/** Floats of one slot of the shared exemplar memory: height, width, centre, and the change. */
export const SLOT = 4 + LARGEST * LARGEST;

/** Exemplars kept at most. */
const MOST = 256;

/** The NG rows whose defects are kept: all, or evenly spread ones where there are many. */
export function exemplarRowsOf(labels: ArrayLike<0 | 1>): number[] {
  const ng = Array.from(labels, (label, i) => (label === 1 ? i : -1)).filter((i) => i >= 0);
  const step = Math.max(1, ng.length / MOST);
  return Array.from({ length: Math.min(MOST, ng.length) }, (_, i) => ng[Math.floor(i * step)]!);
}

export function writeSlot(memory: Float32Array, slot: number, exemplar: Exemplar | undefined): void {
  if (!exemplar) return;
  const { height, width, centreY, centreX, change } = exemplar;
  memory.set([height, width, centreY, centreX], slot * SLOT);
  memory.set(change, slot * SLOT + 4);
}

/** The exemplars of all filled slots, in the order of the slots. */
export function readSlots(memory: Float32Array): Exemplar[] {
  const out: Exemplar[] = [];
  for (let at = 0; at < memory.length; at += SLOT) {
    const [height, width, centreY, centreX] = memory.subarray(at, at + 4) as unknown as [
      number,
      number,
      number,
      number,
    ];
    if (height > 0)
      out.push({ height, width, centreY, centreX, change: memory.subarray(at + 4, at + 4 + height * width) });
  }
  return out;
}
