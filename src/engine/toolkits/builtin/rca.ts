import path from "node:path";
import { ReflowError, readText, writeFileAtomic } from "../../../kit/index.js";
import type { StageFunction } from "../../toolkit.js";
import { lookAtFailures } from "./look-at-failures.js";
import { loadRows, loadSpec } from "./rows.js";

/** Why the model fails where it fails (contract 5), with heat maps and clusters from the evaluated checkpoint. */
export const rcaStage: StageFunction<"rca"> = async (input, context) => {
  const spec = await loadSpec(input.spec);
  const { rows } = await loadRows(input.kpiCsv, input.imagesDir, spec);
  const { checkpoint, inferenceCsv, outDir, minRecall, topK, target, workers } = input;
  const found = await lookAtFailures(
    { checkpoint, inferenceCsv, rows, outDir, minRecall, topK, target, workers },
    context,
  );
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
