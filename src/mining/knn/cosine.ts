/** Similarities are kept to 2⁻⁴⁰, so that vectors of equal direction but different length tie exactly. */
const GRID = 2 ** 40;

/** Euclidean lengths of the rows, in double precision. A row with a NaN or infinite element gives NaN or ∞. */
export function rowNorms(data: Float32Array, dim: number): Float64Array {
  const rows = data.length / dim;
  const norms = new Float64Array(rows);
  for (let r = 0; r < rows; r++) {
    let sum = 0;
    for (let at = r * dim, end = at + dim; at < end; at++) {
      const value = data[at] as number;
      sum += value * value;
    }
    norms[r] = Math.sqrt(sum);
  }
  return norms;
}

/**
 * Rows scaled to length 1, in single precision; rows of length 0 are zero. Writes into `scratch` when it is
 * large enough, else into a new array.
 */
export function unitRows(
  data: Float32Array,
  dim: number,
  norms: Float64Array,
  scratch?: Float32Array,
): Float32Array {
  const out =
    scratch && scratch.length >= data.length
      ? scratch.subarray(0, data.length)
      : new Float32Array(data.length);
  for (let r = 0; r < norms.length; r++) {
    const norm = norms[r] as number;
    const scale = norm === 0 ? 0 : 1 / norm;
    for (let at = r * dim, end = at + dim; at < end; at++) out[at] = (data[at] as number) * scale;
  }
  return out;
}

/**
 * Cosine similarity of row `i` of `a` and row `j` of `b` in double precision, rounded to 2⁻⁴⁰ and held within
 * [-1, 1]. A zero vector has similarity 0 to everything (contract 8.3).
 */
export function cosine(
  a: Float32Array,
  i: number,
  normA: number,
  b: Float32Array,
  j: number,
  normB: number,
  dim: number,
): number {
  if (normA === 0 || normB === 0) return 0;
  let dot = 0;
  for (let n = 0, p = i * dim, q = j * dim; n < dim; n++, p++, q++)
    dot += (a[p] as number) * (b[q] as number);
  const rounded = Math.round((dot / (normA * normB)) * GRID) / GRID;
  return Math.max(-1, Math.min(1, rounded));
}
