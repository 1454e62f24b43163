/** Thrown inside the crate reader; `parseCrate` turns it into one clear error. */
export class Damage extends Error {}

/** Little-endian reading that never leaves the bytes. */
export type Bytes = Readonly<{
  length: number;
  at: () => number;
  seek: (offset: number) => void;
  u8: () => number;
  i8: () => number;
  u16: () => number;
  i16: () => number;
  u32: () => number;
  i32: () => number;
  /** 64-bit integers as numbers: exact up to 2^53. */
  u64: () => number;
  i64: () => number;
  f32: () => number;
  f64: () => number;
  f16: () => number;
  take: (count: number) => Uint8Array;
  /** A number of items that the rest of the bytes can hold at `size` bytes each. */
  count: (size: number) => number;
}>;

export function bytesOf(data: Uint8Array): Bytes {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let at = 0;
  const step = (size: number): number => {
    const start = at;
    if (!(start >= 0 && start + size <= data.length))
      throw new Damage(`${size} bytes at ${start} are beyond the end (${data.length})`);
    at = start + size;
    return start;
  };
  const u32 = (): number => view.getUint32(step(4), true);
  const u64 = (): number => {
    const start = step(8);
    return view.getUint32(start + 4, true) * 2 ** 32 + view.getUint32(start, true);
  };
  return {
    length: data.length,
    at: () => at,
    seek: (offset) => {
      if (!(offset >= 0 && offset <= data.length)) throw new Damage(`offset ${offset} is beyond the end`);
      at = offset;
    },
    u8: () => view.getUint8(step(1)),
    i8: () => view.getInt8(step(1)),
    u16: () => view.getUint16(step(2), true),
    i16: () => view.getInt16(step(2), true),
    u32,
    i32: () => view.getInt32(step(4), true),
    u64,
    i64: () => {
      const start = step(8);
      return view.getInt32(start + 4, true) * 2 ** 32 + view.getUint32(start, true);
    },
    f32: () => view.getFloat32(step(4), true),
    f64: () => view.getFloat64(step(8), true),
    f16: () => half(view.getUint16(step(2), true)),
    take: (count) => {
      const start = step(count);
      return data.subarray(start, start + count);
    },
    count: (size) => {
      const n = u64();
      if (n * size > data.length - at) throw new Damage(`${n} items are more than the bytes can hold`);
      return n;
    },
  };
}

/** IEEE 754 half precision. */
export function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
