import { changeNetEncoder, imageEncoder, mine, resolvePool, standardised } from "../../../mining/index.js";
import type { StageFunction } from "../../toolkit.js";
import { loadRows, loadSpec } from "./rows.js";

/** Finds pool rows that look like the weak samples (contract 8), by the current network or a user's encoder. */
export const dataMining: StageFunction<"data_mining"> = async (input, { emit, signal }) => {
  const spec = await loadSpec(input.spec);
  const kpi = await loadRows(input.kpiCsv, input.imagesDir, spec);
  const train = await loadRows(input.trainCsv, input.trainImagesDir, spec);
  const naming = { lights: spec.lights, imageExt: spec.imageExt };
  const work = { workers: input.workers, emit, signal };
  await resolvePool({
    csv: input.poolCsv,
    imagesRoot: input.imagesDir,
    outputCsv: input.resolvedPoolCsv,
    within: [input.workspace],
    light: spec.lights[0] ?? "",
    imageExt: spec.imageExt,
  });
  const mined = await mine({
    ...naming,
    ...work,
    iteration: input.iteration,
    outDir: input.outDir,
    historyFile: input.historyFile,
    routedParquet: input.targetsParquet,
    kpiRows: kpi.rows,
    trainRows: train.rows,
    resolvedPoolCsv: input.resolvedPoolCsv,
    poolCsv: input.poolCsv,
    imagesRoot: input.imagesDir,
    encoder:
      input.encoder === null
        ? await standardised(changeNetEncoder({ ...work, checkpoint: input.checkpoint }), train.rows, work)
        : imageEncoder({ ...work, encoder: input.encoder }),
    topK: input.topK,
    minSimilarity: input.minSimilarity,
    workspace: input.workspace,
    stageDir: input.stageDir,
    rowsCsv: input.rowsCsv,
  });
  return {
    minedParquet: mined.minedParquet,
    candidateParquet: mined.candidateParquet,
    summary: mined.summary,
    history: mined.history,
    historySummary: mined.historySummary,
    targetEmbeddings: mined.targetEmbeddings,
    sourceEmbeddings: mined.sourceEmbeddings,
    targetLog: mined.targetLog,
    sourceLog: mined.sourceLog,
    knnLog: mined.knnLog,
    rowsCsv: mined.rowsCsv,
    mined: mined.mined,
    kept: mined.kept,
    candidates: mined.raw,
  };
};
