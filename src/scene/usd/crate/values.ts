import type { LayerOffset, Reference, Relocate } from "../layer.js";
import { LIMITS } from "../limits.js";
import {
  BLOCKED,
  type Dictionary,
  type ListOp,
  type NumberArray,
  type TimeSamples,
  type Value,
} from "../values.js";
import { type Bytes, Damage, half } from "./bytes.js";
import { packedIntegers } from "./integers.js";
import { type Crate, pick, type ValueRep, versionOf } from "./sections.js";

/** Values that only composition fields have, beside the ordinary ones. */
export type Raw =
  | Value
  | Readonly<{ tokens: ListOp<string> }>
  | Readonly<{ numbers: ListOp<number> }>
  | Readonly<{ paths: ListOp<string> }>
  | Readonly<{ references: ListOp<Reference> }>
  | Readonly<{ offsets: readonly LayerOffset[] }>
  | Readonly<{ relocates: readonly Relocate[] }>
  | Readonly<{ samples: TimeSamples }>
  | undefined;

type Kind =
  | "bool"
  | "u8"
  | "i32"
  | "u32"
  | "i64"
  | "u64"
  | "f16"
  | "f32"
  | "f64"
  | "string"
  | "token"
  | "asset";

/** Element type and numbers per element, by type number. Quaternions are stored `x y z w`. */
const TYPES: Readonly<Record<number, readonly [Kind, number, "quaternion"?]>> = {
  1: ["bool", 1],
  2: ["u8", 1],
  3: ["i32", 1],
  4: ["u32", 1],
  5: ["i64", 1],
  6: ["u64", 1],
  7: ["f16", 1],
  8: ["f32", 1],
  9: ["f64", 1],
  10: ["string", 1],
  11: ["token", 1],
  12: ["asset", 1],
  13: ["f64", 4],
  14: ["f64", 9],
  15: ["f64", 16],
  16: ["f64", 4, "quaternion"],
  17: ["f32", 4, "quaternion"],
  18: ["f16", 4, "quaternion"],
  19: ["f64", 2],
  20: ["f32", 2],
  21: ["f16", 2],
  22: ["i32", 2],
  23: ["f64", 3],
  24: ["f32", 3],
  25: ["f16", 3],
  26: ["i32", 3],
  27: ["f64", 4],
  28: ["f32", 4],
  29: ["f16", 4],
  30: ["i32", 4],
  56: ["f64", 1],
  57: ["string", 1],
};
const SIZE: Readonly<Record<Kind, number>> = {
  bool: 1,
  u8: 1,
  i32: 4,
  u32: 4,
  i64: 8,
  u64: 8,
  f16: 2,
  f32: 4,
  f64: 8,
  string: 4,
  token: 4,
  asset: 4,
};
const MATRIX: Readonly<Record<number, number>> = { 13: 2, 14: 3, 15: 4 };
/** Arrays below this length are stored plain even when they are marked as packed. */
const SHORTEST_PACKED = 16;

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

type Spend = (elements: number) => void;

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

function emptyArray(kind: Kind): Value {
  return kind === "string" || kind === "token" || kind === "asset" || kind === "bool"
    ? []
    : numbersFor(kind, 0);
}

function numbersFor(kind: Kind, length: number): NumberArray {
  switch (kind) {
    case "f16":
    case "f32":
      return new Float32Array(length);
    case "i32":
      return new Int32Array(length);
    case "u32":
      return new Uint32Array(length);
    case "u8":
      return new Uint8Array(length);
    default:
      return new Float64Array(length);
  }
}

function reader(from: Bytes, kind: Kind): () => number {
  switch (kind) {
    case "bool":
    case "u8":
      return from.u8;
    case "i32":
      return from.i32;
    case "u32":
      return from.u32;
    case "i64":
      return from.i64;
    case "u64":
      return from.u64;
    case "f16":
      return from.f16;
    case "f32":
      return from.f32;
    default:
      return from.f64;
  }
}

function text(crate: Crate, kind: Kind): () => string {
  const { bytes, tokens, strings } = crate;
  return kind === "token"
    ? () => pick(tokens, bytes.u32(), "token")
    : () => pick(strings, bytes.u32(), "string");
}

function arrayValue(
  crate: Crate,
  [kind, width, quaternion]: (typeof TYPES)[number],
  packed: boolean,
  spend: Spend,
): Value {
  const { bytes, version } = crate;
  // Before 0.5 a rank stands in front; before 0.7 the length has 32 bits.
  if (version < versionOf(0, 5)) bytes.u32();
  const length = version < versionOf(0, 7) ? bytes.u32() : bytes.u64();
  const isPacked = packed && length >= SHORTEST_PACKED && version >= versionOf(0, 5);
  if (!isPacked && length * width * SIZE[kind] > bytes.length - bytes.at())
    throw new Damage(`an array of ${length} is more than the bytes can hold`);
  spend(length * width);
  if (kind === "bool") return Array.from({ length }, () => bytes.u8() !== 0);
  if (kind === "string" || kind === "token") return Array.from({ length }, text(crate, kind));
  if (kind === "asset") {
    const next = text(crate, kind);
    return Array.from({ length }, () => ({ asset: next() }));
  }
  if (isPacked) return packedArray(crate, kind, length, spend);
  const out = numbersFor(kind, length * width);
  const next = reader(bytes, kind);
  for (let i = 0; i < out.length; i++) out[i] = next();
  if (quaternion) for (let i = 0; i < out.length; i += 4) realFirst(out, i);
  return out;
}

/** `x y z w` → `w x y z`. */
function realFirst(q: NumberArray | number[], at: number): void {
  const w = q[at + 3];
  q[at + 3] = q[at + 2];
  q[at + 2] = q[at + 1];
  q[at + 1] = q[at];
  q[at] = w;
}

function packedArray(crate: Crate, kind: Kind, length: number, spend: Spend): Value {
  const { bytes } = crate;
  const out = numbersFor(kind, 0);
  const made = (values: ArrayLike<number>): NumberArray => {
    const full = numbersFor(kind, length);
    full.set(values);
    return full;
  };
  if (kind === "i32") return packedIntegers(bytes, length) as Int32Array;
  if (kind === "u32") return Uint32Array.from(packedIntegers(bytes, length));
  if (kind === "i64" || kind === "u64") return packedIntegers(bytes, length, true) as Float64Array;
  if (kind !== "f16" && kind !== "f32" && kind !== "f64") return out;
  const code = bytes.u8();
  if (code === 0x69) return made(packedIntegers(bytes, length));
  if (code !== 0x74) throw new Damage("an array is packed in an unknown way");
  const size = bytes.u32();
  if (size * SIZE[kind] > bytes.length - bytes.at())
    throw new Damage("a table is more than the bytes can hold");
  spend(size);
  const next = reader(bytes, kind);
  const table = Float64Array.from({ length: size }, next);
  return made(
    Array.from(packedIntegers(bytes, length), (index) => pick(table as unknown as number[], index, "entry")),
  );
}

function scalarValue(crate: Crate, [kind, width, quaternion]: (typeof TYPES)[number]): Value {
  if (kind === "string" || kind === "token") return text(crate, kind)();
  if (kind === "asset") return { asset: text(crate, kind)() };
  const next = reader(crate.bytes, kind);
  if (kind === "bool") return next() !== 0;
  if (width === 1) return next();
  const out = Array.from({ length: width }, next);
  if (quaternion) realFirst(out, 0);
  return Object.freeze(out);
}

/** Values of up to four bytes stand in the rep itself; small vectors and diagonal matrices as signed bytes. */
function inlined(crate: Crate, type: number, low: number): Raw {
  const known = TYPES[type];
  const signed = (i: number): number => (low << (24 - 8 * i)) >> 24;
  if (!known) return special0(type, low);
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

function special0(type: number, low: number): Raw {
  if (type === 31) return new Map();
  if (type === 51) return BLOCKED;
  if (type === 42 || type === 43 || type === 44) return low;
  return undefined;
}

function special(crate: Crate, type: number, read: (rep: ValueRep) => Raw): Raw {
  const { bytes } = crate;
  const token = text(crate, "token");
  const string = text(crate, "string");
  const path = (): string => pathAt(crate, bytes.u32());
  const list = <T>(size: number, item: () => T): readonly T[] =>
    Array.from({ length: bytes.count(size) }, item);
  switch (type) {
    case 31:
      return dictionary(crate, read);
    case 32:
      return { tokens: listOp(bytes, () => list(4, token)) };
    case 33:
      return { tokens: listOp(bytes, () => list(4, string)) };
    case 34:
      return { paths: listOp(bytes, () => list(4, path)) };
    case 35:
      return { references: listOp(bytes, () => list(32, () => reference(crate, read))) };
    case 36:
      return { numbers: listOp(bytes, () => list(4, bytes.i32)) };
    case 37:
      return { numbers: listOp(bytes, () => list(8, bytes.i64)) };
    case 38:
      return { numbers: listOp(bytes, () => list(4, bytes.u32)) };
    case 39:
      return { numbers: listOp(bytes, () => list(8, bytes.u64)) };
    case 40:
      return list(4, path);
    case 41:
      return list(4, token);
    case 45:
      return new Map(list(8, () => [string(), string()] as const));
    case 46:
      return { samples: samples(crate, read) };
    case 47:
      return { references: { explicit: [payload(crate)] } };
    case 48:
      return Float64Array.from(list(8, bytes.f64));
    case 49:
      return { offsets: list(16, () => offset(bytes)) };
    case 50:
      return list(4, string);
    case 51:
      return BLOCKED;
    case 52:
    case 53:
      return nested(crate, read);
    case 55:
      return { references: listOp(bytes, () => list(8, () => payload(crate))) };
    case 58:
      return { relocates: list(8, () => ({ source: path(), target: path() })) };
    default:
      return undefined;
  }
}

function pathAt(crate: Crate, index: number): string {
  // The empty path has no entry of its own.
  return index === 0xffffffff ? "" : pick(crate.paths, index, "path");
}

function listOp<T>(bytes: Bytes, items: () => readonly T[]): ListOp<T> {
  const bits = bytes.u8();
  const op: { -readonly [K in keyof ListOp<T>]: ListOp<T>[K] } = {};
  if (bits & 1) op.explicit = [];
  if (bits & 2) op.explicit = items();
  if (bits & 4) op.added = items();
  if (bits & 32) op.prepended = items();
  if (bits & 64) op.appended = items();
  if (bits & 8) op.deleted = items();
  if (bits & 16) op.ordered = items();
  return op;
}

function offset(bytes: Bytes): LayerOffset {
  return { offset: bytes.f64(), scale: bytes.f64() };
}

function reference(crate: Crate, read: (rep: ValueRep) => Raw): Reference {
  const asset = text(crate, "string")();
  const path = pathAt(crate, crate.bytes.u32());
  const found = { asset, path, offset: offset(crate.bytes) };
  dictionary(crate, read);
  return found;
}

function payload(crate: Crate): Reference {
  const asset = text(crate, "string")();
  const path = pathAt(crate, crate.bytes.u32());
  return {
    asset,
    path,
    offset: crate.version >= versionOf(0, 8) ? offset(crate.bytes) : { offset: 0, scale: 1 },
  };
}

/** A value behind a relative offset; reading goes on behind its rep. */
function nested(crate: Crate, read: (rep: ValueRep) => Raw): Raw {
  const { bytes } = crate;
  const start = bytes.at();
  bytes.seek(start + bytes.i64());
  return read({ low: bytes.u32(), high: bytes.u32() });
}

function dictionary(crate: Crate, read: (rep: ValueRep) => Raw): Dictionary {
  const into = new Map<string, Value>();
  for (let n = crate.bytes.count(12); n > 0; n--) {
    const key = text(crate, "string")();
    const value = nested(crate, read);
    if (isPlain(value)) into.set(key, value);
  }
  return into;
}

/** An ordinary value, and none that only composition fields have. */
export function isPlain(value: Raw): value is Value {
  if (value === undefined) return false;
  if (typeof value !== "object" || Array.isArray(value) || ArrayBuffer.isView(value) || value instanceof Map)
    return true;
  return "asset" in value;
}

function samples(crate: Crate, read: (rep: ValueRep) => Raw): TimeSamples {
  const { bytes } = crate;
  const times = nested(crate, read);
  const start = bytes.at();
  bytes.seek(start + bytes.i64());
  const reps = Array.from({ length: bytes.count(8) }, () => ({ low: bytes.u32(), high: bytes.u32() }));
  const list = ArrayBuffer.isView(times) ? Array.from(times as Float64Array) : [];
  if (list.length !== reps.length) throw new Damage("times and values of samples do not match");
  return {
    times: list,
    at: (index) => {
      const value = read(reps[index]);
      return isPlain(value) ? value : BLOCKED;
    },
  };
}
