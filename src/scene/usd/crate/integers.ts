import { type Bytes, bytesOf, Damage } from "./bytes.js";
import { unpack } from "./lz4.js";

/**
 * `count` integers as a crate packs them: each is the difference to the one before; a 2-bit code per integer says
 * whether the difference is the most common one or follows with 1, 2 or 4 bytes (64-bit lists: 2, 4 or 8).
 */
export function packedIntegers(from: Bytes, count: number, wide = false): Float64Array | Int32Array {
  const size = from.u64();
  const word = wide ? 8 : 4;
  const codes = Math.ceil(count / 4);
  const packed = from.take(size);
  // 2 bits an integer is the least, and LZ4 cannot grow more than 255 times.
  if (codes > packed.length * 255 + 64)
    throw new Damage(`${size} packed bytes cannot hold ${count} integers`);
  if (count === 0) return new Int32Array(0);
  const most = Math.min(word + codes + count * word, packed.length * 255 + 64);
  const data = unpack(packed, most);
  const head = bytesOf(data);
  const rest = bytesOf(data);
  const usual = wide ? head.i64() : head.i32();
  rest.seek(word + codes);
  const out = wide ? new Float64Array(count) : new Int32Array(count);
  const read = wide ? [rest.i16, rest.i32, rest.i64] : [rest.i8, rest.i16, rest.i32];
  let value = 0;
  let byte = 0;
  for (let i = 0; i < count; i++) {
    if (i % 4 === 0) byte = head.u8();
    const code = (byte >> (2 * (i % 4))) & 3;
    value += code === 0 ? usual : read[code - 1]();
    // 32-bit differences wrap around.
    if (!wide) value |= 0;
    out[i] = value;
  }
  return out;
}
