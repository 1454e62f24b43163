import { workerData } from "node:worker_threads";
import { reportingErrors } from "../kit/pool.js";
import { type ExemplarResult, readExemplar, type SeenRow } from "./exemplars.js";
import type { Surroundings } from "./types.js";

/** Learns exemplars from a handful of NG rows on a worker thread. */
export default reportingErrors(async (rows: readonly SeenRow[]): Promise<ExemplarResult[]> => {
  const results: ExemplarResult[] = [];
  for (const row of rows) results.push(await readExemplar(row, workerData as Surroundings));
  return results;
});
