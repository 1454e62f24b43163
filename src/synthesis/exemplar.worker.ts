import { workerData } from "node:worker_threads";
import type { PairRow } from "../dataset/row.js";
import { type ExemplarResult, readExemplar } from "./exemplars.js";
import type { Surroundings } from "./types.js";

/** Learns exemplars from a handful of NG rows on a worker thread. */
export default async function work(rows: readonly PairRow[]): Promise<ExemplarResult[]> {
  const around = workerData as Surroundings;
  const results: ExemplarResult[] = [];
  for (const row of rows) results.push(await readExemplar(row, around));
  return results;
}
