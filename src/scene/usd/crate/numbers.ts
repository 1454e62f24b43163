import type { NumberArray, Value } from "../values.js";
import { type Bytes, Damage } from "./bytes.js";
import { packedIntegers } from "./integers.js";
import { type Crate, pick, versionOf } from "./sections.js";

export type Kind =
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

/** Kind of number, numbers per element, and whether they are a quaternion. */
export type StoredType = readonly [kind: Kind, width: number, quaternion?: "quaternion"];

/** Element type and numbers per element, by type number. Quaternions are stored `x y z w`. */
export const TYPES: Readonly<Record<number, StoredType>> = {
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
/** Arrays below this length are stored plain even when they are marked as packed. */
const SHORTEST_PACKED = 16;

/** Takes from the budget of elements that one layer may unpack to. */
export type Spend = (elements: number) => void;

export function emptyArray(kind: Kind): Value {
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

export function text(crate: Crate, kind: Kind): () => string {
  const { bytes, tokens, strings } = crate;
  return kind === "token"
    ? () => pick(tokens, bytes.u32(), "token")
    : () => pick(strings, bytes.u32(), "string");
}

export function arrayValue(
  crate: Crate,
  [kind, width, quaternion]: StoredType,
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

export function scalarValue(crate: Crate, [kind, width, quaternion]: StoredType): Value {
  if (kind === "string" || kind === "token") return text(crate, kind)();
  if (kind === "asset") return { asset: text(crate, kind)() };
  const next = reader(crate.bytes, kind);
  if (kind === "bool") return next() !== 0;
  if (width === 1) return next();
  const out = Array.from({ length: width }, next);
  if (quaternion) realFirst(out, 0);
  return Object.freeze(out);
}
