import { workerData } from "node:worker_threads";
import type { PairRow } from "../dataset/row.js";
import { type ExemplarResult, readExemplar } from "./exemplars.js";
import { type Ferried, ferry } from "./ferry.js";
import type { Surroundings } from "./types.js";

/** Learns exemplars from a handful of NG rows on a worker thread. */
export default function work(rows: readonly PairRow[]): Promise<Ferried<ExemplarResult>> {
  return ferry(async () => {
    const results: ExemplarResult[] = [];
    for (const row of rows) results.push(await readExemplar(row, workerData as Surroundings));
    return results;
  });
}
