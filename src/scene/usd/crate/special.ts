import type { LayerOffset, Reference } from "../layer.js";
import { BLOCKED, type Dictionary, type ListOp, type TimeSamples, type Value } from "../values.js";
import { type Bytes, Damage } from "./bytes.js";
import { text } from "./numbers.js";
import { isPlain, type Raw } from "./raw.js";
import { type Crate, pick, type ValueRep, versionOf } from "./sections.js";

type Read = (rep: ValueRep) => Raw;

/** Values that are no numbers or texts: dictionaries, list-ops, arcs, samples. */
export function special(crate: Crate, type: number, read: Read): Raw {
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

function reference(crate: Crate, read: Read): Reference {
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
function nested(crate: Crate, read: Read): Raw {
  const { bytes } = crate;
  const start = bytes.at();
  bytes.seek(start + bytes.i64());
  return read({ low: bytes.u32(), high: bytes.u32() });
}

function dictionary(crate: Crate, read: Read): Dictionary {
  const into = new Map<string, Value>();
  for (let n = crate.bytes.count(12); n > 0; n--) {
    const key = text(crate, "string")();
    const value = nested(crate, read);
    if (isPlain(value)) into.set(key, value);
  }
  return into;
}

function samples(crate: Crate, read: Read): TimeSamples {
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
