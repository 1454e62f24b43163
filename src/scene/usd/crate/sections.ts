import { LIMITS } from "../limits.js";
import { type Bytes, bytesOf, Damage } from "./bytes.js";
import { packedIntegers } from "./integers.js";
import { unpack } from "./lz4.js";

/** Where and how a value is stored: 64 bits as two halves. */
export type ValueRep = Readonly<{ low: number; high: number }>;

export type Field = Readonly<{ name: string; rep: ValueRep }>;

/** One spec: path, kind (1 attribute, 6 prim, 7 pseudo-root, 8 relationship, 10 variant, …) and its fields. */
export type RawSpec = Readonly<{ path: string; kind: number; fields: readonly Field[] }>;

/** The tables of a crate that values refer to. */
export type Crate = Readonly<{
  bytes: Bytes;
  /** `major · 2^16 + minor · 2^8 + patch`. */
  version: number;
  tokens: readonly string[];
  strings: readonly string[];
  paths: readonly string[];
  specs: readonly RawSpec[];
}>;

export function versionOf(major: number, minor: number, patch = 0): number {
  return (major << 16) | (minor << 8) | patch;
}

const COMPRESSED = versionOf(0, 4);
const NEWEST = versionOf(0, 13, 255);

/** Reads the structural sections of a crate. Throws `Damage`. */
export function readCrate(data: Uint8Array): Crate {
  const bytes = bytesOf(data);
  bytes.seek(8);
  const version = versionOf(bytes.u8(), bytes.u8(), bytes.u8());
  if (version > NEWEST)
    throw new Damage(`version ${[16, 8, 0].map((s) => (version >> s) & 255).join(".")} is too new`);
  bytes.seek(16);
  bytes.seek(bytes.i64());
  const starts = new Map<string, number>();
  for (let n = bytes.count(32); n > 0; n--) {
    const name = ascii(bytes.take(16));
    starts.set(name, bytes.u64());
    bytes.u64();
  }
  const open = (name: string): Bytes => {
    const start = starts.get(name);
    if (start === undefined) throw new Damage(`the section ${name} is missing`);
    bytes.seek(start);
    return bytes;
  };
  const tokens = readTokens(open("TOKENS"), version);
  const strings = readStrings(open("STRINGS"), tokens);
  const fields = readFields(open("FIELDS"), version, tokens);
  const sets = readFieldSets(open("FIELDSETS"), version);
  const paths = readPaths(open("PATHS"), version, tokens);
  const specs = readSpecs(open("SPECS"), version, paths, sets, fields);
  return { bytes, version, tokens, strings, paths, specs };
}

function ascii(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return String.fromCharCode(...(end < 0 ? bytes : bytes.subarray(0, end)));
}

function readTokens(from: Bytes, version: number): readonly string[] {
  const count = from.u64();
  const size = from.u64();
  const data = version < COMPRESSED ? from.take(size) : unpack(from.take(from.u64()), size);
  const text = new TextDecoder().decode(data);
  const tokens = text.split("\0");
  if (text.endsWith("\0")) tokens.pop();
  if (tokens.length !== count) throw new Damage(`${tokens.length} tokens found, ${count} announced`);
  return tokens;
}

function readStrings(from: Bytes, tokens: readonly string[]): readonly string[] {
  return Array.from({ length: from.count(4) }, () => pick(tokens, from.u32(), "token"));
}

export function pick<T>(list: readonly T[], index: number, what: string): T {
  if (!(index >= 0 && index < list.length)) throw new Damage(`there is no ${what} ${index}`);
  return list[index];
}

function readFields(from: Bytes, version: number, tokens: readonly string[]): readonly Field[] {
  if (version < COMPRESSED)
    return Array.from({ length: from.count(16) }, () => {
      from.u32();
      const name = pick(tokens, from.u32(), "token");
      return { name, rep: { low: from.u32(), high: from.u32() } };
    });
  const count = from.u64();
  const names = packedIntegers(from, count);
  const reps = bytesOf(unpack(from.take(from.u64()), count * 8));
  return Array.from(names, (name) => ({
    name: pick(tokens, name, "token"),
    rep: { low: reps.u32(), high: reps.u32() },
  }));
}

function readFieldSets(from: Bytes, version: number): ArrayLike<number> {
  if (version >= COMPRESSED) return packedIntegers(from, from.u64());
  return Array.from({ length: from.count(4) }, () => from.i32());
}

function readSpecs(
  from: Bytes,
  version: number,
  paths: readonly string[],
  sets: ArrayLike<number>,
  fields: readonly Field[],
): readonly RawSpec[] {
  const fieldsOf = fieldSets(sets, fields);
  const spec = (path: number, set: number, kind: number): RawSpec => ({
    path: pick(paths, path, "path"),
    kind,
    fields: fieldsOf(set),
  });
  if (version >= COMPRESSED) {
    const count = from.u64();
    const path = packedIntegers(from, count);
    const set = packedIntegers(from, count);
    const kind = packedIntegers(from, count);
    return Array.from(path, (p, i) => spec(p, set[i], kind[i]));
  }
  // The first version has four bytes of padding in front of each spec.
  const padded = version === versionOf(0, 0, 1);
  return Array.from({ length: from.count(padded ? 16 : 12) }, () => {
    if (padded) from.u32();
    return spec(from.u32(), from.u32(), from.u32());
  });
}

/** The fields of a set: from `start` to the next −1. Specs that name the same set share them. */
function fieldSets(sets: ArrayLike<number>, fields: readonly Field[]): (start: number) => readonly Field[] {
  const known = new Map<number, readonly Field[]>();
  return (start) => {
    const before = known.get(start);
    if (before) return before;
    const found: Field[] = [];
    for (let i = start; sets[i] !== -1; i++) {
      if (!(i >= 0 && i < sets.length) || found.length > MOST_FIELDS)
        throw new Damage(`field set ${start} has no end`);
      found.push(pick(fields, sets[i], "field"));
    }
    known.set(start, found);
    return found;
  };
}

/** Fields of one spec; real ones have a dozen. */
const MOST_FIELDS = 4096;

function readPaths(from: Bytes, version: number, tokens: readonly string[]): readonly string[] {
  const count = from.u64();
  if (version < COMPRESSED) return plainPaths(from, count, version, tokens);
  // Not every path of the table is used, so the tree has a length of its own.
  const entries = from.u64();
  const index = packedIntegers(from, entries);
  const element = packedIntegers(from, entries);
  const jump = packedIntegers(from, entries);
  if (count > LIMITS.arrayElements) throw new Damage(`${count} paths are too many`);
  const paths = new Array<string>(count).fill("");
  // Entries stand in tree order: jump −2 leaf, −1 child next, 0 sibling next, n child next and sibling n further on.
  const pending: Branch[] = entries > 0 ? [{ at: 0, parent: "", depth: 0 }] : [];
  let steps = 0;
  for (let branch = pending.pop(); branch; branch = pending.pop())
    for (let { at, parent, depth } = branch; ; at++) {
      if (!(at >= 0 && at < entries) || ++steps > entries) throw new Damage("the tree of paths is no tree");
      const path = joined(parent, pick(tokens, Math.abs(element[at]), "token"), element[at] < 0);
      if (!(index[at] >= 0 && index[at] < count)) throw new Damage(`there is no path ${index[at]}`);
      paths[index[at]] = path;
      const hop = jump[at];
      if (hop > 0) pending.push({ at: at + hop, parent, depth });
      if (hop === -2) break;
      if (hop !== 0) [parent, depth] = [path, deeper(depth)];
    }
  return paths;
}

/** Where the building of the tree of paths goes on. */
type Branch = Readonly<{ at: number; parent: string; depth: number }>;

function deeper(depth: number): number {
  if (depth > 2 * LIMITS.primDepth) throw new Damage("prims are nested too deeply");
  return depth + 1;
}

function joined(parent: string, token: string, isProperty: boolean): string {
  if (parent === "") return "/";
  if (isProperty) return `${parent}.${token}`;
  if (token.startsWith("{") || token.startsWith("[")) return parent + token;
  return parent === "/" ? `/${token}` : parent.endsWith("}") ? parent + token : `${parent}/${token}`;
}

function plainPaths(
  from: Bytes,
  count: number,
  version: number,
  tokens: readonly string[],
): readonly string[] {
  if (count > from.length) throw new Damage(`${count} paths are more than the bytes can hold`);
  const paths = new Array<string>(count).fill("");
  const pending: Branch[] = [{ at: from.at(), parent: "", depth: 0 }];
  let steps = 0;
  for (let branch = pending.pop(); branch; branch = pending.pop()) {
    from.seek(branch.at);
    for (let { parent, depth } = branch; ; ) {
      if (++steps > count) throw new Damage("the tree of paths is no tree");
      if (version === versionOf(0, 0, 1)) from.u32();
      const index = from.u32();
      const token = from.u32();
      const bits = from.u8();
      from.take(3);
      if (index >= count) throw new Damage(`there is no path ${index}`);
      const path = joined(parent, parent === "" ? "" : pick(tokens, token, "token"), (bits & 4) !== 0);
      paths[index] = path;
      const [child, sibling] = [(bits & 1) !== 0, (bits & 2) !== 0];
      if (child && sibling) pending.push({ at: from.i64(), parent, depth });
      if (!child && !sibling) break;
      if (child) [parent, depth] = [path, deeper(depth)];
    }
  }
  return paths;
}
