import { workerData } from "node:worker_threads";
import { type DrawContext, type DrawResult, type DrawTask, drawCandidate } from "./candidate.js";
import { type Ferried, ferry } from "./ferry.js";

/** Draws a handful of candidates on a worker thread. The context arrives once, as the pool's worker data. */
export default function work(tasks: readonly DrawTask[]): Promise<Ferried<DrawResult>> {
  return ferry(async () => {
    const results: DrawResult[] = [];
    for (const task of tasks) results.push(await drawCandidate(workerData as DrawContext, task));
    return results;
  });
}
