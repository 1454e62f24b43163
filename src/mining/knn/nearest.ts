import { Piscina } from "piscina";
import { ReflowError, workerUrl } from "../../kit/index.js";
import { bestFirst, openSearch, type Scored, type TileBest, type TileSearch } from "./search.js";
import type { SearchWorkerData } from "./search.worker.js";

export type NearestOptions = Readonly<{
  /** Row-major, `targets × dim`; need not be normalised. */
  targets: Float32Array;
  /** Row-major, `rows × dim`: whole, or as blocks of whole rows of any size, of which few are held at once. */
  pool: Float32Array | AsyncIterable<Float32Array>;
  /** Rows of a streamed pool, when known: small searches then need no thread. */
  poolRows?: number;
  dim: number;
  /** Neighbours per target. */
  k: number;
  /** Pool rows scored at once (default 4096): memory grows with it, not with the pool. */
  tileRows?: number;
  /** Threads (default 1). */
  workers?: number;
  signal?: AbortSignal;
  onProgress?: (poolRowsDone: number) => void;
}>;

/**
 * `k` pool rows per target, best first: `index[t · k + n]` and its cosine similarity. `k` is smaller than asked
 * for when the pool has fewer rows.
 */
export type Neighbours = Readonly<{
  k: number;
  poolRows: number;
  index: Int32Array;
  similarity: Float64Array;
}>;

const TILE_ROWS = 4096;

/** Below this many multiplications the start of a thread costs more than the search. */
const SMALL = 2e9;

/**
 * Exact nearest neighbours by cosine similarity. Zero vectors have similarity 0 to everything, equal
 * similarities are ordered by the lower pool row, and the result does not depend on tile size or threads.
 *
 * Throws `embedding_shape` when lengths are not multiples of `dim`, `embedding_not_finite` on NaN or infinity.
 */
export async function nearest(options: NearestOptions): Promise<Neighbours> {
  const { targets, dim, k, tileRows = TILE_ROWS, workers = 1, signal, onProgress } = options;
  if (!Number.isInteger(dim) || dim < 1 || !Number.isInteger(k) || k < 1 || targets.length % dim !== 0)
    throw shapeError(`${targets.length} target values, dim ${dim}, k ${k}`);
  const count = targets.length / dim;
  const best: Scored[][] = Array.from({ length: count }, () => []);
  let poolRows = 0;
  let done = 0;

  const merge = (offset: number, found: TileBest): void => {
    for (let t = 0; t < count; t++) {
      const list = best[t] as Scored[];
      for (let n = 0; n < found.k; n++)
        list.push({
          row: offset + (found.row[t * found.k + n] as number),
          similarity: found.similarity[t * found.k + n] as number,
        });
      list.sort(bestFirst);
      list.length = Math.min(list.length, k);
    }
  };

  const engine = await openEngine(options, count, workers);
  const flying = new Set<Promise<void>>();
  try {
    for await (const tile of tiles(options.pool, dim, tileRows)) {
      signal?.throwIfAborted();
      const offset = poolRows;
      const rows = tile.length / dim;
      poolRows += rows;
      const job = engine.search(tile).then((found) => {
        merge(offset, found);
        done += rows;
        onProgress?.(done);
      });
      flying.add(job);
      // The rejection is seen by the race or by the final wait; a second handler keeps it from being unhandled.
      job.then(
        () => flying.delete(job),
        () => {},
      );
      if (flying.size > engine.threads) await Promise.race(flying);
    }
    await Promise.all(flying);
  } finally {
    await engine.close();
  }

  const width = Math.min(k, poolRows);
  const index = new Int32Array(count * width);
  const similarity = new Float64Array(count * width);
  best.forEach((list, t) => {
    list.forEach((one, n) => {
      index[t * width + n] = one.row;
      similarity[t * width + n] = one.similarity;
    });
  });
  return { k: width, poolRows, index, similarity };
}

/** Cuts the pool into copies of at most `tileRows` rows: a copy can be handed to a thread without sharing. */
async function* tiles(
  pool: Float32Array | AsyncIterable<Float32Array>,
  dim: number,
  tileRows: number,
): AsyncGenerator<Float32Array> {
  for await (const block of pool instanceof Float32Array ? [pool] : pool) {
    if (block.length % dim !== 0) throw shapeError(`${block.length} pool values, dim ${dim}`);
    for (let at = 0; at < block.length; at += tileRows * dim) yield block.slice(at, at + tileRows * dim);
  }
}

type Engine = Readonly<{ threads: number; search: TileSearch; close: () => Promise<void> }>;

async function openEngine(options: NearestOptions, count: number, workers: number): Promise<Engine> {
  const { targets, pool, dim, k } = options;
  if (count === 0)
    return {
      threads: 0,
      search: async () => ({ k: 0, row: new Int32Array(), similarity: new Float64Array() }),
      close: async () => {},
    };
  const values =
    pool instanceof Float32Array ? pool.length : (options.poolRows ?? Number.POSITIVE_INFINITY) * dim;
  if (count * values < SMALL)
    return { threads: 0, search: await openSearch(targets, dim, k), close: async () => {} };
  const workerData: SearchWorkerData = { targets, dim, k };
  const threads = Math.max(1, workers);
  const piscina = new Piscina({
    filename: workerUrl(import.meta.url, "./search.worker.js"),
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker: 1,
    workerData,
  });
  return {
    threads,
    search: (tile) => piscina.run(tile, { transferList: [tile.buffer as ArrayBuffer] }),
    close: () => piscina.destroy(),
  };
}

function shapeError(what: string): ReflowError {
  return new ReflowError(
    "stage",
    "embedding_shape",
    `the embeddings have an impossible shape: ${what}`,
    "Targets and pool must come from one encoder, as whole rows of equal length.",
  );
}
