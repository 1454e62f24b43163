import { workerData } from "node:worker_threads";
import { reportingErrors } from "../kit/pool.js";
import { type DrawContext, type DrawResult, type DrawTask, drawCandidate } from "./candidate.js";

/** Draws a handful of candidates on a worker thread. The context arrives once, as the pool's worker data. */
export default reportingErrors(async (tasks: readonly DrawTask[]): Promise<DrawResult[]> => {
  const results: DrawResult[] = [];
  for (const task of tasks) results.push(await drawCandidate(workerData as DrawContext, task));
  return results;
});
