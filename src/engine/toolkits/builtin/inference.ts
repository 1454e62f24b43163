import path from "node:path";
import { score } from "../../../changenet/index.js";
import { formatCsv, ReflowError, writeFileAtomic } from "../../../kit/index.js";
import type { StageFunction } from "../../toolkit.js";
import { loadRows, loadSpec } from "./rows.js";

/**
 * Scores a table: all its columns in file order and `siamese_score` last (contract 10.6). A score is written with
 * every digit of its single-precision value, so thresholds taken from the file cut exactly where the model does.
 */
export const inference: StageFunction<"inference"> = async (input, { emit, signal }) => {
  const spec = await loadSpec(input.spec);
  const { table, rows } = await loadRows(input.csv, input.imagesDir, spec);
  const scores = await score({ checkpoint: input.checkpoint, rows, workers: input.workers, emit, signal });
  if (scores.length !== table.rows.length)
    throw new ReflowError(
      "stage",
      "row_count",
      `${scores.length} scores for ${table.rows.length} rows`,
      "This is a fault of reflow.",
    );
  const out = path.join(input.outDir, "inference.csv");
  const lines = table.rows.map((cells, i) => [...cells, String(scores[i])]);
  await writeFileAtomic(out, formatCsv([...table.header, "siamese_score"], lines));
  return { inferenceCsv: out, rows: rows.length };
};
