import { route } from "../../../analysis/index.js";
import type { StageFunction } from "../../toolkit.js";

/** Sends each weak row to mining, to the generator, to both or to neither (contract 6). */
export const routing: StageFunction<"routing"> = async (input) => {
  const routed = await route({
    gapsParquet: input.gapsParquet,
    supported: input.supported,
    outDir: input.outDir,
    ...(input.poolCsv === null ? {} : { poolCsv: input.poolCsv }),
  });
  return {
    miningParquet: routed.miningParquet,
    anomalygenParquet: routed.anomalygenParquet,
    miningRows: routed.mining,
    anomalygenRows: routed.anomalygen,
    dropped: routed.dropped.map((d) => d.label),
  };
};
