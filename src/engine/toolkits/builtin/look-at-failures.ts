import { type RcaOptions, type RcaResult, rca } from "../../../analysis/index.js";
import { embed, heatmaps, readCheckpoint } from "../../../changenet/index.js";
import type { PairRow } from "../../../dataset/index.js";
import type { StageContext } from "../../toolkit.js";

/**
 * Root-cause analysis of a checkpoint's scores, with heat maps and clusters from the checkpoint itself. The threshold
 * is the one with the fewest false alarms at full (or the asked) recall.
 */
export async function lookAtFailures(
  input: Readonly<{
    checkpoint: string;
    inferenceCsv: string;
    rows: readonly PairRow[];
    outDir: string;
    topK: number;
    workers: number;
  }> &
    Pick<RcaOptions, "minRecall" | "target">,
  { emit, signal }: StageContext,
): Promise<RcaResult> {
  const { checkpoint, workers, ...rest } = input;
  const { preprocessing } = await readCheckpoint(checkpoint);
  const network = { checkpoint, workers, signal };
  return rca({
    ...rest,
    lights: preprocessing.lights,
    tiles: { x: preprocessing.columns, y: preprocessing.rows },
    rule: "lowest-far",
    heat: (rows) => heatmaps({ ...network, rows }),
    embedding: (rows) => embed({ ...network, rows }),
    emit,
  });
}
