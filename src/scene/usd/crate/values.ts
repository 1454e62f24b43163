import { LIMITS } from "../limits.js";
import { BLOCKED } from "../values.js";
import { Damage, half } from "./bytes.js";
import { arrayValue, emptyArray, type Spend, scalarValue, TYPES } from "./numbers.js";
import type { Raw } from "./raw.js";
import { type Crate, pick, type ValueRep } from "./sections.js";
import { special } from "./special.js";

/** Decodes values of one crate; the same stored value is decoded once. */
export function valueReader(crate: Crate): (rep: ValueRep) => Raw {
  const known = new Map<string, Raw>();
  let budget = LIMITS.arrayElements * 2;
  let depth = 0;
  const { bytes } = crate;
  const read = (rep: ValueRep): Raw => {
    const key = `${rep.high}:${rep.low}`;
    if (known.has(key)) return known.get(key);
    if (++depth > LIMITS.valueDepth) throw new Damage("values are nested too deeply");
    const at = bytes.at();
    const value = decode(crate, rep, read, (elements) => {
      budget -= elements;
      if (budget < 0) throw new Damage("the arrays unpack to an absurd size");
    });
    bytes.seek(at);
    depth--;
    known.set(key, value);
    return value;
  };
  return read;
}

function decode(crate: Crate, rep: ValueRep, read: (rep: ValueRep) => Raw, spend: Spend): Raw {
  const type = (rep.high >>> 16) & 255;
  const isArray = (rep.high & 0x80000000) !== 0;
  const isInlined = (rep.high & 0x40000000) !== 0;
  const payload = (rep.high & 0xffff) * 2 ** 32 + rep.low;
  const known = TYPES[type];
  if (isArray) {
    if (!known) return undefined;
    if (payload === 0) return emptyArray(known[0]);
    crate.bytes.seek(payload);
    return arrayValue(crate, known, (rep.high & 0x20000000) !== 0, spend);
  }
  if (isInlined) return inlined(crate, type, rep.low);
  crate.bytes.seek(payload);
  if (known) return scalarValue(crate, known);
  return special(crate, type, read);
}

const MATRIX: Readonly<Record<number, number>> = { 13: 2, 14: 3, 15: 4 };

/** Values of up to four bytes stand in the rep itself; small vectors and diagonal matrices as signed bytes. */
function inlined(crate: Crate, type: number, low: number): Raw {
  const known = TYPES[type];
  const signed = (i: number): number => (low << (24 - 8 * i)) >> 24;
  if (!known) return constant(type, low);
  const [kind, width] = known;
  if (type === 21) return Object.freeze([half(low & 0xffff), half(low >>> 16)]);
  if (MATRIX[type]) {
    const n = MATRIX[type];
    return Object.freeze(
      Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? signed(i / (n + 1)) : 0)),
    );
  }
  if (width > 1) return Object.freeze(Array.from({ length: width }, (_, i) => signed(i)));
  switch (kind) {
    case "bool":
      return (low & 255) !== 0;
    case "u8":
      return low & 255;
    case "i32":
    case "i64":
      return low | 0;
    case "f16":
      return half(low & 0xffff);
    case "f32":
    case "f64":
      return new Float32Array(Uint32Array.of(low).buffer)[0];
    case "string":
      return pick(crate.strings, low, "string");
    case "token":
      return pick(crate.tokens, low, "token");
    case "asset":
      return { asset: pick(crate.tokens, low, "token") };
    default:
      return low;
  }
}

function constant(type: number, low: number): Raw {
  if (type === 31) return new Map();
  if (type === 51) return BLOCKED;
  if (type === 42 || type === 43 || type === 44) return low;
  return undefined;
}
