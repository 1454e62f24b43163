import type { Problem } from "../../kit/index.js";
import type { Yield } from "./yield.js";

/** Everything that `Mining_Report.md` states. */
export type ReportFacts = Readonly<{
  iteration: number;
  model: string;
  modelPath: string;
  dim: number;
  topK: number;
  minSimilarity: number;
  routedParquet: string;
  poolCsv: string;
  routedRows: number;
  targets: number;
  pool: number;
  raw: number;
  kept: number;
  rejected: number;
  alreadyMined: number;
  mined: number;
  cumulative: number;
  /** Lowest, median and highest similarity of all target-neighbour pairs. */
  similarity: readonly [number, number, number];
  /** Median novelty of the mined rows; undefined without training rows. */
  novelty?: number;
  /** Weak samples and mined rows per target label, most targets first. */
  labels: readonly Readonly<{ label: string; targets: number; mined: number; pool: number }>[];
  firstMined: readonly string[];
  recommendation: string | null;
  yield: Yield | null;
  warnings: readonly Problem[];
}>;

/** Label rows and warnings shown: the report has to stay readable. */
const MOST_LABELS = 12;
const MOST_WARNINGS = 4;

/**
 * `Mining_Report.md`: seven sections, 600 to 1,200 words, for people and for the upstream report checks
 * (contract 8.6). Same facts, same bytes.
 */
export function miningReport(f: ReportFacts): string {
  const number = (value: number) => value.toFixed(3);
  const [low, middle, high] = f.similarity.map(number);
  const shownLabels = f.labels.slice(0, MOST_LABELS);
  const hidden = f.labels.length - shownLabels.length;
  const sections = [
    `# Mining report, iteration ${f.iteration}`,
    `## 1. Verdict

- Targets: ${f.targets} weak samples (${f.routedRows} routed rows, one per lighting) went in as queries.
- Source pool: ${f.pool} production rows were searched completely; the search is exact, not approximate.
- Mined: ${f.mined} new source images are in \`mined.parquet\`, after ${f.alreadyMined} that earlier iterations had taken.
- Encoder: ${f.model}; mining parameters: topn=${f.topK}, knn_metric=cosine, filter_by_label=false, min_similarity=${f.minSimilarity}.
- ${headline(f)}`,
    `## 2. Inputs

| Input | Path | Rows | Has label | Notes |
| --- | --- | --- | --- | --- |
| target_parquet | ${f.routedParquet} | ${f.routedRows} | yes | mining subset of the routed weak samples, ${f.targets} distinct samples |
| source_pool | ${f.poolCsv} | ${f.pool} | yes | resolved mining pool, one absolute path per image |

The pool was resolved before the run: each row leads to exactly one image file, and to one golden image where it names a golden. The path of the first lighting, absolute and with links followed, is the identity of a row in every table of this folder and in the run's history ledger.`,
    `## 3. Encoder Consistency

- Step 1 (targets): model ${f.model}, model_path ${f.modelPath}, ${f.dim} values per vector.
- Step 2 (source pool): model ${f.model}, model_path ${f.modelPath}, ${f.dim} values per vector.
- match=yes

Both steps read the same embedding_spec.yaml, ran in one process and used one encoder object; a different vector length in either step would have stopped the stage. Vectors are stored as the encoder gave them (a standardised encoder has centred and scaled every dimension by the spread in the training set) and are brought to unit length only for the comparison, where an all-zero vector has similarity 0 to everything.`,
    `## 4. Mining Run

- topn=${f.topK}, knn_metric=cosine, filter_by_label=false.
- Queries: ${f.targets}; neighbours requested: ${f.targets * f.topK}; different source images among them: ${f.raw}.
- Similarity of target and neighbour: lowest ${low}, median ${middle}, highest ${high}.
- Retention at min_similarity=${f.minSimilarity}: ${f.kept} kept, ${f.rejected} rejected. The similarity is the cosine of the two stored vectors in double precision; neighbours are ranked and retained by the same number.
- History: ${f.alreadyMined} of the kept images were selected by earlier iterations, ${f.mined} are new, ${f.cumulative} have been mined in this run altogether.
- Novelty of the mined images (one minus the largest similarity to a current training row): ${f.novelty === undefined ? "not computed, no training rows were given" : `median ${number(f.novelty)}`}.
- Yield against the iteration before: ${yieldLine(f.yield)}`,
    `## 5. Per-Label Breakdown

Mined rows are counted under the label of the weak sample that they are nearest to; their own label in the pool may differ, and it is that own label with which they are trained.

| Target label | Targets | Mined for it | Pool rows of this label |
| --- | --- | --- | --- |
${shownLabels.map((l) => `| ${l.label} | ${l.targets} | ${l.mined} | ${l.pool} |`).join("\n")}
${hidden > 0 ? `\n${hidden} further labels are left out here; neighbours.parquet has every pair.\n` : ""}
A label without pool rows can still receive neighbours, because the search goes by appearance, but it will not receive further examples of its own kind: only new production samples or synthetic images can supply those.`,
    `## 6. Output Sanity

- mined.parquet schema: filepath, label, target, target_label, similarity, novelty; one row per image, in order of first appearance in the search.
- mined_candidates.parquet has the same schema and ${f.kept} rows; mined_raw.parquet has ${f.raw}. Both are kept unchanged, because the history ledger records their hashes.
- The counts of all files agree; they were read back and compared before the ledger was written: ${f.raw} = ${f.kept} + ${f.rejected}, and ${f.kept} = ${f.alreadyMined} + ${f.mined}.
- Every mined path was opened for its embedding, so it exists on disk. ${f.firstMined.length > 0 ? `The first: ${f.firstMined.map((p) => `\`${p}\``).join(", ")}.` : "There is none to show."}`,
    `## 7. Recommended Actions

1. Augment the training set with the ${f.mined} rows of mined.parquet, together with the synthetic rows of this iteration; the merge stage does so, refuses rows whose image is in a validation or KPI table, and writes down where each row came from.
2. Look at the pairs in neighbours.parquet, best similarity first. If neighbours look unrelated to their targets, the encoder is the first suspect: with a change network early in its training the embedding is coarse.
3. If far fewer images are mined than targets times topn, many targets share their neighbours or the pool is small: add production samples, or raise topn.
4. If a large share falls below min_similarity=${f.minSimilarity}, compare it with the median of ${middle} above before lowering it; a threshold suited to one encoder says little about another.
${actions(f)}`,
  ];
  return `${sections.join("\n\n")}\n`;
}

function headline(f: ReportFacts): string {
  if (f.mined === 0)
    return "Nothing new was found: this iteration depends on its synthetic rows, and the loop stops if there are none.";
  return `${f.mined} source images were mined for ${f.targets} targets and are ready for the next training round.`;
}

function yieldLine(y: Yield | null): string {
  if (!y) return "this is the first mining of the run, so there is nothing to compare.";
  const percent = (ratio: number | null) => (ratio === null ? "undefined" : `${Math.round(ratio * 100)}%`);
  return `kept ${y.previousKept} → ${y.kept} (${percent(y.keptRatio)}), mined ${y.previousMined} → ${y.mined} (${percent(y.minedRatio)}), kept now to mined before ${percent(y.keptToPreviousMined)}.`;
}

function actions(f: ReportFacts): string {
  const notes = [
    ...(f.recommendation ? [`History: ${f.recommendation}.`] : []),
    ...f.warnings.slice(0, MOST_WARNINGS).map((w) => `${w.message}. ${w.hint}`),
  ];
  if (notes.length === 0)
    return "5. No warning was raised by the label precheck, the history or the yield monitor.";
  return notes.map((note, i) => `${i + 5}. ${note}`).join("\n");
}
