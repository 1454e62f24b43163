import type { PairRow } from "../../dataset/row.js";
import { type Embeddings, type Encoder, embedAll } from "./encoder.js";

/** Rows that the mean and the spread are taken from, at most: spread evenly over the reference table. */
const REFERENCE_ROWS = 1024;

/**
 * The same encoder with every dimension centred and scaled by its mean and standard deviation over `reference`.
 *
 * The features of a network after a ReLU are all positive, so that any two raw vectors have a cosine close to 1 and a
 * similarity cut-off rejects nothing. Dimensions that never vary become 0.
 */
export async function standardised(
  encoder: Encoder,
  reference: readonly PairRow[],
  o: { signal?: AbortSignal } = {},
): Promise<Encoder> {
  const step = Math.max(1, Math.ceil(reference.length / REFERENCE_ROWS));
  const sample = reference.filter((_, i) => i % step === 0);
  if (sample.length < 2) return encoder;
  const { mean, scale } = moments(await embedAll(encoder, sample, o));
  return {
    ...encoder,
    model: `${encoder.model} (standardised)`,
    embed: async (rows) => apply(await encoder.embed(rows), mean, scale),
  };
}

/** Mean and reciprocal standard deviation of each dimension; 0 where a dimension does not vary. */
export function moments({ dim, data }: Embeddings): { mean: Float64Array; scale: Float64Array } {
  const rows = data.length / dim;
  const mean = new Float64Array(dim);
  const scale = new Float64Array(dim);
  for (let i = 0; i < data.length; i++) mean[i % dim] += data[i] / rows;
  for (let i = 0; i < data.length; i++) scale[i % dim] += (data[i] - mean[i % dim]) ** 2 / rows;
  for (let d = 0; d < dim; d++) {
    const spread = Math.sqrt(scale[d]);
    scale[d] = spread > 1e-6 * Math.max(1, Math.abs(mean[d])) ? 1 / spread : 0;
  }
  return { mean, scale };
}

function apply({ dim, data }: Embeddings, mean: Float64Array, scale: Float64Array): Embeddings {
  return { dim, data: data.map((value, i) => (value - mean[i % dim]) * scale[i % dim]) };
}
