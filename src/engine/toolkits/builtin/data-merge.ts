import { merge } from "../../../mining/index.js";
import type { StageFunction } from "../../toolkit.js";
import { loadSpec } from "./rows.js";

/** The grown training set with provenance, checked for leaks before it is used (contract 9). */
export const dataMerge: StageFunction<"data_merge"> = async (input, { emit, signal }) => {
  const spec = await loadSpec(input.spec);
  const merged = await merge({
    lights: spec.lights,
    imageExt: spec.imageExt,
    iteration: input.iteration,
    workspace: input.workspace,
    imagesDir: input.imagesDir,
    previousCsv: input.previousCsv,
    sources: input.sources,
    validationCsv: input.validationCsv,
    kpiCsv: input.kpiCsv,
    ...(input.releaseCsv === null ? {} : { releaseCsv: input.releaseCsv }),
    poolCsv: input.poolCsv,
    combinedCsv: input.combinedCsv,
    provenanceCsv: input.provenanceCsv,
    report: input.report,
    workers: input.workers,
    emit,
    signal,
  });
  return {
    combinedCsv: merged.combinedCsv,
    provenanceCsv: merged.provenanceCsv,
    report: merged.report,
    rows: merged.rows,
    added: merged.added,
    refused: merged.refused,
  };
};
