import { type Emit, joinFloats, writeFileAtomic, writeParquet } from "../../kit/index.js";
import { type Embeddings, type Encoder, embedParts } from "../embed/encoder.js";
import { openEmbeddingWriter } from "../embed/parquet.js";
import { type Neighbours, nearest } from "../knn/nearest.js";
import type { PoolRow, PoolTable } from "../pool/read.js";
import type { MiningFiles } from "./files.js";
import { logged } from "./logs.js";
import type { Target } from "./targets.js";

type Work = Readonly<{ emit: Emit; signal?: AbortSignal; partRows?: number }>;

/** Step 1: target vectors, their table and their log. */
export function embedTargets(
  files: MiningFiles,
  targets: readonly Target[],
  encoder: Encoder,
  work: Work,
): Promise<Embeddings> {
  return logged(files.targetLog, async (say) => {
    say(`embedding ${targets.length} target samples with ${encoder.model} (${encoder.modelPath})`);
    const columns = ["filepath", "label", "siamese_score", "weakness"];
    const writer = await openEmbeddingWriter(files.targetEmbeddings, columns);
    try {
      const vectors: Float32Array[] = [];
      let dim = 0;
      const rows = targets.map((t) => t.row);
      for await (const part of embedParts(encoder, rows, work)) {
        const some = targets.slice(part.from, part.from + part.rows.length);
        const text = {
          filepath: some.map((t) => t.filepath),
          label: some.map((t) => t.label),
          siamese_score: some.map((t) => numberText(t.score)),
          weakness: some.map((t) => numberText(t.weakness)),
        };
        await writer.append(text, part);
        vectors.push(part.data);
        dim = part.dim;
        say(`rows ${part.from + 1} to ${part.from + part.rows.length}: ${dim} values each`);
        progress(work.emit, "embedding weak samples", part.from + part.rows.length, rows.length);
      }
      await writer.close();
      say(`wrote ${targets.length} vectors to ${files.targetEmbeddings}`);
      return { dim, data: joinFloats(vectors) };
    } catch (error) {
      await writer.abort();
      throw error;
    }
  });
}

/**
 * Steps 2 and 3 in one pass over the pool: each part is embedded, stored and searched, then forgotten, so that
 * memory does not grow with the pool. Pool rows of one image are embedded once.
 */
export async function searchPool(
  files: MiningFiles,
  pool: PoolTable,
  queries: Embeddings,
  encoder: Encoder,
  o: Work & Readonly<{ topK: number; workers: number }>,
): Promise<{ found: Neighbours; rows: readonly PoolRow[] }> {
  const rows = distinct(pool.rows);
  const found = await logged(files.sourceLog, async (say) => {
    say(`embedding ${rows.length} pool images with ${encoder.model} (${encoder.modelPath})`);
    if (rows.length < pool.rows.length)
      say(`${pool.rows.length - rows.length} pool rows repeat an image and were left out`);
    const pass = pool.header.filter((name) => name !== "filepath" && name !== "embedding");
    const writer = await openEmbeddingWriter(files.sourceEmbeddings, ["filepath", ...pass]);
    async function* parts() {
      for await (const part of embedParts(encoder, rows, { ...o, dim: queries.dim })) {
        const some = part.rows as readonly PoolRow[];
        const text: Record<string, string[]> = { filepath: some.map((r) => r.filepath) };
        for (const name of pass)
          text[name] = some.map((r) => (name === "label" ? r.label : (r.cells[name] ?? "")));
        await writer.append(text, part);
        say(`rows ${part.from + 1} to ${part.from + some.length}: ${part.dim} values each`);
        progress(o.emit, "embedding the mining pool", part.from + some.length, rows.length);
        yield part.data;
      }
    }
    try {
      const result = await nearest({
        targets: queries.data,
        pool: parts(),
        poolRows: rows.length,
        dim: queries.dim,
        k: o.topK,
        workers: o.workers,
        ...(o.signal && { signal: o.signal }),
      });
      await writer.close();
      say(`wrote ${rows.length} vectors to ${files.sourceEmbeddings}`);
      return result;
    } catch (error) {
      await writer.abort();
      throw error;
    }
  });
  return { found, rows };
}

/** A pair of the search, in target order, nearest first. */
export type Pair = Readonly<{ target: number; row: number; rank: number; similarity: number; kept: boolean }>;

/** The rest of step 3: the union of all neighbours in first-seen order, its files and its log. */
export function writeNeighbours(
  files: MiningFiles,
  targets: readonly Target[],
  rows: readonly PoolRow[],
  found: Neighbours,
  o: { topK: number; minSimilarity: number },
): Promise<{ pairs: Pair[]; raw: number[] }> {
  return logged(files.knnLog, async (say) => {
    say(`${targets.length} queries, ${found.poolRows} source rows, topn=${o.topK}, knn_metric=cosine`);
    const pairs: Pair[] = targets.flatMap((_, target) =>
      Array.from({ length: found.k }, (_, rank) => {
        const at = target * found.k + rank;
        const similarity = found.similarity[at] as number;
        const row = found.index[at] as number;
        return { target, row, rank, similarity, kept: similarity >= o.minSimilarity };
      }),
    );
    const raw = [...new Set(pairs.map((p) => p.row))];
    const pathOf = (row: number) => (rows[row] as PoolRow).filepath;
    await writeParquet(files.raw, [{ name: "filepath", data: raw.map(pathOf), type: "STRING" }]);
    const targetOf = (p: Pair) => targets[p.target] as Target;
    await writeParquet(files.neighbours, [
      { name: "target_filepath", data: pairs.map((p) => targetOf(p).filepath), type: "STRING" },
      { name: "target_label", data: pairs.map((p) => targetOf(p).label), type: "STRING" },
      { name: "source_filepath", data: pairs.map((p) => pathOf(p.row)), type: "STRING" },
      { name: "source_label", data: pairs.map((p) => (rows[p.row] as PoolRow).label), type: "STRING" },
      { name: "rank", data: pairs.map((p) => p.rank + 1), type: "INT32" },
      { name: "similarity", data: pairs.map((p) => p.similarity), type: "DOUBLE" },
      { name: "kept", data: pairs.map((p) => p.kept), type: "BOOLEAN" },
    ]);
    const summary = [
      "Summary:",
      `  Target queries: ${targets.length}`,
      `  Similar items per query: ${found.k}`,
      `  Total candidates: ${pairs.length}`,
      `  Duplicates removed: ${pairs.length - raw.length}`,
      `  Unique items saved: ${raw.length}`,
      `  Results saved to: ${files.raw}`,
      "  Label filter: off",
    ];
    await writeFileAtomic(files.miningSummary, `${summary.join("\n")}\n`);
    say(`${pairs.length} neighbours, ${raw.length} different source rows, written to ${files.raw}`);
    return { pairs, raw };
  });
}

/** The first row of each image, numbered anew. */
function distinct(rows: readonly PoolRow[]): PoolRow[] {
  const seen = new Set<string>();
  const out: PoolRow[] = [];
  for (const row of rows) {
    if (seen.has(row.filepath)) continue;
    seen.add(row.filepath);
    out.push({ ...row, index: out.length });
  }
  return out;
}

function numberText(value: number): string {
  return Number.isNaN(value) ? "" : String(value);
}

function progress(emit: Emit, what: string, done: number, total: number): void {
  emit({ type: "progress", what, done, total, unit: "rows" });
}
