import path from "node:path";

/** The names in `RD/iterN/mining_results/<TS>/` (contract 8.2); the last three are ours. */
export function miningFiles(folder: string) {
  const at = (name: string) => path.join(folder, name);
  return {
    folder,
    embeddingSpec: at("embedding_spec.yaml"),
    miningSpec: at("mining_spec.yaml"),
    targetEmbeddings: at("target_embeddings.parquet"),
    sourceEmbeddings: at("source_embeddings.parquet"),
    targetLog: at("target_embeddings.log"),
    sourceLog: at("source_embeddings.log"),
    knnLog: at("nearest_neighbors.log"),
    raw: at("mined_raw.parquet"),
    miningSummary: at("mining_summary.txt"),
    candidates: at("mined_candidates.parquet"),
    knnSummary: at("knn_summary.csv"),
    mined: at("mined.parquet"),
    historySummary: at("mining_history_summary.json"),
    report: at("Mining_Report.md"),
    neighbours: at("neighbours.parquet"),
    rowsCsv: at("mined_rows.csv"),
    result: at("mining_result.json"),
  } as const;
}

export type MiningFiles = ReturnType<typeof miningFiles>;
