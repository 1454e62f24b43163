import { loadOrt, ReflowError } from "../../kit/index.js";
import { cosine, rowNorms, unitRows } from "./cosine.js";
import { searchModel } from "./graph.js";

/** The best rows of one tile for every target: `k` per target, best first; `row` counts within the tile. */
export type TileBest = Readonly<{ k: number; row: Int32Array; similarity: Float64Array }>;

export type TileSearch = (tile: Float32Array) => Promise<TileBest>;

/** Targets scored in one matrix product; bounds the score matrix at 1,024 × tile rows. */
const TARGET_BLOCK = 1024;

/**
 * More rows than asked for come out of the single-precision product and are scored again in double precision,
 * so that rounding of the product cannot change which rows win or their order.
 */
const SPARE = 16;

/** Makes the search of one thread: a session and the unit targets, used for tile after tile. */
export async function openSearch(targets: Float32Array, dim: number, k: number): Promise<TileSearch> {
  const { ort } = await loadOrt();
  const session = await ort.InferenceSession.create(searchModel(dim), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    // Buffers live as long as the session otherwise, at their largest size.
    enableMemPattern: false,
  });
  const targetNorms = finiteNorms(targets, dim, "target");
  const unitTargets = unitRows(targets, dim, targetNorms);
  const count = targetNorms.length;
  let scratch = new Float32Array();

  return async (tile) => {
    const norms = finiteNorms(tile, dim, "pool");
    const units = unitRows(tile, dim, norms, scratch);
    if (units.buffer !== scratch.buffer) scratch = units as Float32Array<ArrayBuffer>;
    const wanted = Math.min(norms.length, k + SPARE);
    const kept = Math.min(norms.length, k);
    const row = new Int32Array(count * kept);
    const similarity = new Float64Array(count * kept);
    const pool = new ort.Tensor("float32", units, [norms.length, dim]);
    for (let from = 0; from < count; from += TARGET_BLOCK) {
      const to = Math.min(count, from + TARGET_BLOCK);
      const block = unitTargets.subarray(from * dim, to * dim);
      const out = await session.run({
        targets: new ort.Tensor("float32", block, [to - from, dim]),
        pool,
        count: new ort.Tensor("int64", [BigInt(wanted)], [1]),
      });
      const rows = out.row?.data as BigInt64Array;
      for (let t = from; t < to; t++) {
        const found: Scored[] = [];
        for (let n = 0; n < wanted; n++) {
          const r = Number(rows[(t - from) * wanted + n]);
          const exact = cosine(targets, t, targetNorms[t] as number, tile, r, norms[r] as number, dim);
          found.push({ row: r, similarity: exact });
        }
        found.sort(bestFirst);
        for (let n = 0; n < kept; n++) {
          row[t * kept + n] = found[n]?.row as number;
          similarity[t * kept + n] = found[n]?.similarity as number;
        }
      }
    }
    return { k: kept, row, similarity };
  };
}

export type Scored = Readonly<{ row: number; similarity: number }>;

/** Higher similarity first, ties by the lower row. */
export function bestFirst(a: Scored, b: Scored): number {
  return b.similarity - a.similarity || a.row - b.row;
}

function finiteNorms(data: Float32Array, dim: number, side: "target" | "pool"): Float64Array {
  const norms = rowNorms(data, dim);
  const bad = norms.findIndex((norm) => !Number.isFinite(norm));
  if (bad >= 0)
    throw new ReflowError(
      "stage",
      "embedding_not_finite",
      `the embedding of ${side} row ${bad} holds a value that is not a number`,
      "The encoder is broken or overflowed: train it again or use another checkpoint.",
    );
  return norms;
}
