import path from "node:path";
import { rca } from "../../../analysis/index.js";
import { embed, heatmaps, readCheckpoint } from "../../../changenet/index.js";
import { ReflowError, readText, writeFileAtomic } from "../../../kit/index.js";
import type { StageFunction } from "../../toolkit.js";
import { loadRows, loadSpec } from "./rows.js";

/** Why the model fails where it fails (contract 5), with heat maps and clusters from the evaluated checkpoint. */
export const rcaStage: StageFunction<"rca"> = async (input, { emit, signal }) => {
  const spec = await loadSpec(input.spec);
  const { rows } = await loadRows(input.kpiCsv, input.imagesDir, spec);
  const { preprocessing } = await readCheckpoint(input.checkpoint);
  const network = { checkpoint: input.checkpoint, workers: input.workers, signal };
  const found = await rca({
    inferenceCsv: input.inferenceCsv,
    rows,
    lights: spec.lights,
    tiles: { x: preprocessing.columns, y: preprocessing.rows },
    outDir: input.outDir,
    minRecall: input.minRecall,
    rule: "lowest-far",
    topK: input.topK,
    heat: (weak) => heatmaps({ ...network, rows: weak }),
    embedding: (some) => embed({ ...network, rows: some }),
    target: input.target,
    emit,
  });
  if (!found.reachable || found.gapsParquet === undefined || found.threshold === undefined)
    throw new ReflowError(
      "data",
      "kpi_unreachable",
      `no threshold reaches ${input.minRecall * 100} % recall on the KPI set`,
      "The KPI set has no defects, or the recall asked for is above 100 %. Correct the labels or the target.",
      { where: { file: input.inferenceCsv } },
    );
  // Upstream's report looks for these two beside the time-stamped folders (trap T30).
  for (const name of ["score_distribution.csv", "defect_type_rows.csv"])
    await writeFileAtomic(path.join(input.outDir, "..", name), await readText(path.join(input.outDir, name)));
  return {
    gapsParquet: found.gapsParquet,
    threshold: found.threshold,
    targetDefects: found.targetDefects,
    weakRows: found.weak.length,
    missed: found.point?.fn ?? 0,
    falseAlarms: found.point?.fp ?? 0,
  };
};
