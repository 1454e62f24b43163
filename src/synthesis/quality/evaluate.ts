import path from "node:path";
import { formatCsv } from "../../kit/csv.js";
import { writeFileAtomic } from "../../kit/files.js";
import { decodeImage } from "../../kit/images.js";
import { stepsIn } from "../checkpoint/layout.js";
import { type Checkpoint, readSynthCheckpoint } from "../checkpoint/read.js";
import { FOLDERS } from "../run/make.js";
import { readMask } from "../run/plan.js";
import type { Done } from "../run/table.js";
import type { DefectEncoder, Features } from "./features.js";
import { nnScore } from "./nn-score.js";
import { type Separability, separability } from "./separability.js";
import { traitsOf } from "./traits.js";

/** Measures of one picture. Novelty: 1 − the likeness to the most alike real defect; 0 is a copy. */
export type SampleQuality = Readonly<{
  nn_score: number | null;
  mnn_score: number | null;
  novelty: number | null;
}>;

export type Evaluation = Readonly<{
  encoder: string;
  samples: ReadonlyMap<string, SampleQuality>;
  /** Means by type, sorted; `auc`: how well a small classifier tells made from real (0.5: not at all). */
  types: readonly Readonly<{
    defectType: string;
    samples: number;
    nn_score: number | null;
    mnn_score: number | null;
    novelty: number | null;
    auc: Separability | null;
  }>[];
}>;

/** Real references per type. */
const MOST_REAL = 64;

/**
 * Scores finished pictures against all specimens of the checkpoint, whichever of them its step paints with (contract 6.3), and writes
 * `evaluation/per_sample.csv` and `evaluation/valid_kpi.csv`.
 */
export async function evaluate(
  output: string,
  done: readonly Done[],
  checkpoint: Checkpoint,
  encoder: DefectEncoder,
  signal?: AbortSignal,
): Promise<Evaluation> {
  // A step with fewer specimens would be compared with fewer real ones, and steps with each other not at all.
  const last = (await stepsIn(checkpoint.root)).at(-1);
  const all = last === checkpoint.step ? checkpoint : await readSynthCheckpoint(checkpoint.root, last);
  const samples = new Map<string, SampleQuality>();
  const types: Evaluation["types"][number][] = [];
  const rows: string[][] = [];
  for (const defectType of [...new Set(done.map((d) => d.job.row.defectType))].sort()) {
    const specimens = (all.types.get(defectType)?.specimens ?? []).filter((e) => e.picture);
    const real: Features[] = [];
    for (const e of specimens.slice(0, MOST_REAL)) real.push(await encoder.encode(e.picture!, e.mask));
    const realTraits = specimens.map((e) => traitsOf(e.picture!, e.mask));
    const madeTraits: Float64Array[] = [];
    const own: SampleQuality[] = [];
    for (const { job } of done.filter((d) => d.job.row.defectType === defectType)) {
      signal?.throwIfAborted();
      const file = path.join(output, FOLDERS.made, `${job.name}.png`);
      const image = await decodeImage(file);
      const mask = await readMask(path.join(output, FOLDERS.mask, `${job.name}.png`));
      const features = await encoder.encode(image, mask);
      const score = nnScore(features, real);
      const nearest =
        real.length > 0 ? Math.max(...real.map((r) => nnScore(features, [r])?.nn ?? 0)) : undefined;
      const quality: SampleQuality = {
        nn_score: score ? round(score.nn) : null,
        mnn_score: score ? round(score.mnn) : null,
        novelty: nearest === undefined ? null : round(1 - nearest),
      };
      samples.set(job.name, quality);
      own.push(quality);
      madeTraits.push(traitsOf(image, mask));
      rows.push([
        defectType,
        `${FOLDERS.made}/${job.name}.png`,
        String(quality.nn_score ?? ""),
        String(quality.mnn_score ?? ""),
      ]);
    }
    types.push({
      defectType,
      samples: own.length,
      nn_score: mean(own.map((s) => s.nn_score)),
      mnn_score: mean(own.map((s) => s.mnn_score)),
      novelty: mean(own.map((s) => s.novelty)),
      auc: separability(realTraits, madeTraits) ?? null,
    });
  }
  const cells = (of: "nn_score" | "mnn_score"): string[] => [
    of,
    ...types.map((t) => t[of]?.toFixed(6) ?? ""),
    mean(types.map((t) => t[of]))?.toFixed(6) ?? "",
  ];
  await writeFileAtomic(
    path.join(output, "evaluation", "per_sample.csv"),
    formatCsv(["anomaly_type", "path", "nn_score", "mnn_score"], rows),
  );
  await writeFileAtomic(
    path.join(output, "evaluation", "valid_kpi.csv"),
    formatCsv(["kpi", ...types.map((t) => t.defectType), "Average"], [cells("mnn_score"), cells("nn_score")]),
  );
  return { encoder: encoder.name, samples, types };
}

function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((v): v is number => v !== null);
  return known.length === 0 ? null : round(known.reduce((a, b) => a + b, 0) / known.length);
}

function round(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
