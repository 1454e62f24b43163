import type { Mask } from "../../vision/index.js";

/** Run lengths of a mask, column by column, zeros first: COCO's uncompressed form. */
export function runLengths(m: Mask): number[] {
  const runs: number[] = [];
  let last = 0;
  let run = 0;
  for (let x = 0; x < m.width; x++)
    for (let y = 0; y < m.height; y++) {
      const v = m.data[y * m.width + x]!;
      if (v === last) run++;
      else {
        runs.push(run);
        last = v;
        run = 1;
      }
    }
  runs.push(run);
  return runs;
}

/**
 * COCO's compressed form of run lengths: from the third on each is the difference to the one two before; five bits a
 * sign from the lowest, with one bit for "more" and 48 added.
 */
export function compressRuns(runs: readonly number[]): string {
  let out = "";
  runs.forEach((run, i) => {
    let x = i > 2 ? run - runs[i - 2]! : run;
    for (;;) {
      let code = x & 0x1f;
      x >>= 5;
      const more = code & 0x10 ? x !== -1 : x !== 0;
      if (more) code |= 0x20;
      out += String.fromCharCode(code + 48);
      if (!more) break;
    }
  });
  return out;
}

/** The inverse of {@link compressRuns}. */
export function expandRuns(text: string): number[] {
  const runs: number[] = [];
  let at = 0;
  while (at < text.length) {
    let x = 0;
    let k = 0;
    for (;;) {
      const code = text.charCodeAt(at++) - 48;
      x |= (code & 0x1f) << (5 * k++);
      if (code & 0x20) continue;
      if (code & 0x10) x |= -1 << (5 * k);
      break;
    }
    runs.push(runs.length > 2 ? x + runs[runs.length - 2]! : x);
  }
  return runs;
}
