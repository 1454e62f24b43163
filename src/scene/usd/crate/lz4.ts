import { bytesOf, Damage } from "./bytes.js";

/**
 * Unpacks one compressed buffer of a crate: a byte with the number of chunks, then (when it is not 0) each chunk with
 * its 32-bit size before it, every chunk an LZ4 block. Gives exactly `size` bytes, or fewer where the data hold less.
 */
export function unpack(packed: Uint8Array, size: number): Uint8Array {
  // No LZ4 block grows more than 255 times.
  if (size > packed.length * 255 + 64) throw new Damage(`${packed.length} packed bytes cannot hold ${size}`);
  const out = new Uint8Array(size);
  const from = bytesOf(packed);
  const chunks = from.u8();
  if (chunks === 0) return out.subarray(0, block(packed.subarray(1), out, 0));
  let at = 0;
  for (let i = 0; i < chunks; i++) at = block(from.take(from.u32()), out, at);
  return out.subarray(0, at);
}

/** Unpacks one LZ4 block to `out` from `start` on; returns where it ends. */
function block(packed: Uint8Array, out: Uint8Array, start: number): number {
  let from = 0;
  let to = start;
  const more = (length: number): number => {
    let total = length;
    for (let byte = 255; byte === 255; total += byte) {
      if (from >= packed.length) throw new Damage("a packed length is cut off");
      byte = packed[from++];
    }
    return total;
  };
  while (from < packed.length) {
    const token = packed[from++];
    const literals = token >> 4 === 15 ? more(15) : token >> 4;
    if (from + literals > packed.length || to + literals > out.length)
      throw new Damage("packed bytes run over their end");
    out.set(packed.subarray(from, from + literals), to);
    from += literals;
    to += literals;
    // The last sequence has literals only.
    if (from >= packed.length) break;
    if (from + 2 > packed.length) throw new Damage("packed bytes are cut off");
    const back = packed[from] | (packed[from + 1] << 8);
    from += 2;
    const length = 4 + ((token & 15) === 15 ? more(15) : token & 15);
    if (back === 0 || back > to - start || to + length > out.length)
      throw new Damage("packed bytes point outside");
    // Byte by byte: source and target may overlap.
    for (const end = to + length; to < end; to++) out[to] = out[to - back];
  }
  return to;
}
