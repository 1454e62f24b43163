import { workerData } from "node:worker_threads";
import { type DrawContext, type DrawResult, type DrawTask, drawCandidate } from "./candidate.js";

/** Draws a handful of candidates on a worker thread. The context arrives once, as the pool's worker data. */
export default async function work(tasks: readonly DrawTask[]): Promise<DrawResult[]> {
  const context = workerData as DrawContext;
  const results: DrawResult[] = [];
  for (const task of tasks) results.push(await drawCandidate(context, task));
  return results;
}
