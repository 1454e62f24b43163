import type { PairRow } from "../../dataset/row.js";
import { writeParquet } from "../../kit/index.js";
import { EMBED_ROWS, type Encoder, embedAll, embedParts } from "../embed/encoder.js";
import { nearest } from "../knn/nearest.js";
import type { PoolRow } from "../pool/read.js";
import type { MinedRow } from "./rows.js";
import type { Pair } from "./search.js";
import type { Target } from "./targets.js";

type CandidateOptions = Readonly<{
  trainRows?: readonly PairRow[];
  encoder: Encoder;
  workers: number;
  partRows?: number;
  signal?: AbortSignal;
}>;

/** The retained pool rows in order of mined_raw, each with the target it is nearest to, and its novelty. */
export async function describeCandidates(
  o: CandidateOptions,
  targets: readonly Target[],
  rows: readonly PoolRow[],
  pairs: readonly Pair[],
  raw: readonly number[],
  dim: number,
): Promise<MinedRow[]> {
  const best = new Map<number, Pair>();
  for (const pair of pairs) {
    const held = best.get(pair.row);
    if (pair.kept && (!held || pair.similarity > held.similarity)) best.set(pair.row, pair);
  }
  const kept = raw.flatMap((row) => best.get(row) ?? []);
  const novelty = await noveltyOf(
    o,
    kept.map((pair) => rows[pair.row] as PoolRow),
    dim,
  );
  return kept.map((pair, i) => {
    const target = targets[pair.target] as Target;
    return {
      row: rows[pair.row] as PoolRow,
      target: target.filepath,
      targetLabel: target.label,
      similarity: pair.similarity,
      ...(novelty && { novelty: novelty[i] as number }),
    };
  });
}

/** 1 − the largest similarity to a training row; undefined without training rows. */
async function noveltyOf(
  o: CandidateOptions,
  rows: readonly PoolRow[],
  dim: number,
): Promise<readonly number[] | undefined> {
  const { trainRows, encoder } = o;
  if (!trainRows || trainRows.length === 0) return undefined;
  if (rows.length === 0) return [];
  const options = { dim, partRows: o.partRows ?? EMBED_ROWS, ...(o.signal && { signal: o.signal }) };
  const queries = await embedAll(encoder, rows, options);
  async function* parts() {
    for await (const part of embedParts(encoder, trainRows as readonly PairRow[], options)) yield part.data;
  }
  const found = await nearest({
    targets: queries.data,
    pool: parts(),
    poolRows: trainRows.length,
    dim,
    k: 1,
    workers: o.workers,
  });
  return Array.from(found.similarity, (s) => 1 - s);
}

/** The table of mined_candidates and mined (contract 8.3; `filepath` is what upstream reads). */
export async function writeCandidates(file: string, rows: readonly MinedRow[]): Promise<void> {
  await writeParquet(file, [
    { name: "filepath", data: rows.map((r) => r.row.filepath), type: "STRING" },
    { name: "label", data: rows.map((r) => r.row.label), type: "STRING" },
    { name: "target", data: rows.map((r) => r.target), type: "STRING" },
    { name: "target_label", data: rows.map((r) => r.targetLabel), type: "STRING" },
    { name: "similarity", data: rows.map((r) => r.similarity), type: "DOUBLE" },
    { name: "novelty", data: rows.map((r) => r.novelty ?? null), type: "DOUBLE" },
  ]);
}
