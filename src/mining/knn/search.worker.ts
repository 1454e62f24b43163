import { workerData } from "node:worker_threads";
import { openSearch, type TileBest } from "./search.js";

export type SearchWorkerData = Readonly<{ targets: Float32Array; dim: number; k: number }>;

// One session a thread, opened with the thread.
const { targets, dim, k } = workerData as SearchWorkerData;
const search = openSearch(targets, dim, k);

export default async function run(tile: Float32Array): Promise<TileBest> {
  return (await search)(tile);
}
