import type { PairRow } from "../../dataset/row.js";
import { joinFloats, ReflowError } from "../../kit/index.js";

/** Row-major, `rows × dim`. */
export type Embeddings = Readonly<{ dim: number; data: Float32Array }>;

/** What turns rows into vectors, and its name for specs, logs and the report. */
export type Encoder = Readonly<{
  /** Must give equal vectors for equal rows. Called with parts of the table, in order. */
  embed: (rows: readonly PairRow[]) => Promise<Embeddings>;
  /** For example `ReflowChangeNet` or `SigLIP`. */
  model: string;
  /** The checkpoint or encoder file. */
  modelPath: string;
}>;

/** Rows embedded at once: what bounds the memory of a pool of any size. */
export const EMBED_ROWS = 8192;

/** Embeds rows part by part and checks each answer. Throws `encoder_shape` or `encoder_dimension_mismatch`. */
export async function* embedParts(
  encoder: Encoder,
  rows: readonly PairRow[],
  o: { dim?: number; partRows?: number; signal?: AbortSignal } = {},
): AsyncGenerator<{ from: number; rows: readonly PairRow[]; dim: number; data: Float32Array }> {
  const step = o.partRows ?? EMBED_ROWS;
  let { dim } = o;
  for (let from = 0; from < rows.length; from += step) {
    o.signal?.throwIfAborted();
    const part = rows.slice(from, from + step);
    const out = await encoder.embed(part);
    if (!Number.isInteger(out.dim) || out.dim < 1 || out.data.length !== part.length * out.dim)
      throw new ReflowError(
        "stage",
        "encoder_shape",
        `the encoder gave ${out.data.length} values for ${part.length} rows of ${out.dim}`,
        "The encoder must give one vector per row.",
      );
    dim ??= out.dim;
    if (out.dim !== dim)
      throw new ReflowError(
        "data",
        "encoder_dimension_mismatch",
        `the encoder gives vectors of ${out.dim} values here and of ${dim} before`,
        "Targets and pool must be embedded by the same encoder.",
      );
    yield { from, rows: part, dim, data: out.data };
  }
}

/** All rows at once, for small sets. */
export async function embedAll(
  encoder: Encoder,
  rows: readonly PairRow[],
  o: { dim?: number; signal?: AbortSignal } = {},
): Promise<Embeddings> {
  const parts: Float32Array[] = [];
  let dim = o.dim ?? 0;
  for await (const part of embedParts(encoder, rows, o)) {
    parts.push(part.data);
    dim = part.dim;
  }
  return { dim, data: joinFloats(parts) };
}
