import path from "node:path";
import { writeFileAtomic } from "../kit/files.js";
import { type ConfusionChart, confusionSvg, histogramSvg } from "./chart-svg.js";
import type { Inference } from "./inference.js";
import { fixed } from "./numbers.js";
import type { OperatingPoint } from "./sweep.js";

/** Writes the three charts under upstream's names (contract 4.7) and returns the names written. */
export async function writeCharts(
  outDir: string,
  data: Inference,
  o: { recall100?: OperatingPoint; bestF1: OperatingPoint; bins: number },
): Promise<string[]> {
  // Loaded here: most callers of this module never draw, and the library takes its time.
  const { default: sharp } = await import("sharp");
  const histogram = binScores(data.scores, data.ng, o.bins);
  const written: string[] = [];
  const write = async (name: string, svg: string) => {
    await writeFileAtomic(path.join(outDir, name), await sharp(Buffer.from(svg)).png().toBuffer());
    written.push(name);
  };
  await write(
    "score_distribution_with_recall_100_threshold.png",
    histogramSvg({ ...histogram, ...(o.recall100 ? { threshold: o.recall100.threshold } : {}) }),
  );
  const confusion = (point: OperatingPoint, title: string): ConfusionChart => ({
    title,
    subtitle: `threshold = ${fixed(point.threshold, 6)}`,
    counts: point,
  });
  if (o.recall100)
    await write(
      "confusion_matrix_recall_100.png",
      confusionSvg(confusion(o.recall100, "Threshold at 100% recall")),
    );
  await write("confusion_matrix_best_f1.png", confusionSvg(confusion(o.bestF1, "Threshold at best F1")));
  return written;
}

/** Counts per bin, shared edges from the smallest to the largest score (contract 4.7). */
export type Histogram = Readonly<{
  low: number;
  high: number;
  pass: Uint32Array;
  ng: Uint32Array;
}>;

export function binScores(scores: ArrayLike<number>, ng: ArrayLike<number>, bins: number): Histogram {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < scores.length; i++) {
    low = Math.min(low, scores[i] as number);
    high = Math.max(high, scores[i] as number);
  }
  const flat = high - low <= 1e-9 * Math.max(Math.abs(low), Math.abs(high));
  const pad = flat ? Math.max(Math.abs(low) * 0.05, 1e-6) : 0;
  const n = flat ? 1 : Math.max(1, Math.floor(bins));
  const out = { low: low - pad, high: high + pad, pass: new Uint32Array(n), ng: new Uint32Array(n) };
  const scale = n / (out.high - out.low);
  for (let i = 0; i < scores.length; i++) {
    const bin = Math.min(n - 1, Math.floor(((scores[i] as number) - out.low) * scale));
    const side = ng[i] ? out.ng : out.pass;
    side[bin] = (side[bin] as number) + 1;
  }
  return out;
}
