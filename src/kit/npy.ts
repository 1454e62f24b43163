import { dataError } from "./errors.js";

/** Number types of a record field in NumPy's spelling; little-endian is what we write, both are read. */
export type NpyType =
  | "|i1"
  | "|u1"
  | "|b1"
  | `${"<" | ">"}${"i2" | "u2" | "i4" | "u4" | "i8" | "u8" | "f4" | "f8"}`;

export type NpyField<Name extends string = string> = Readonly<{ name: Name; type: NpyType }>;

/** A one-dimensional structured array: one object of numbers per row. */
export type NpyRecords<Name extends string = string> = Readonly<{
  fields: readonly NpyField<Name>[];
  rows: readonly Readonly<Record<Name, number>>[];
}>;

const MAGIC = "\u0093NUMPY";

/**
 * Encodes rows of numbers as a `.npy` file with a structured dtype (NumPy format 1.0), byte for byte as
 * `numpy.save` writes it. 64-bit integers are exact up to 2^53.
 */
export function encodeNpyRecords<Name extends string>(records: NpyRecords<Name>): Uint8Array {
  const { fields, rows } = records;
  const descr = fields.map((f) => `('${f.name}', '${f.type}')`).join(", ");
  const dict = `{'descr': [${descr}], 'fortran_order': False, 'shape': (${rows.length},), }`;
  // As NumPy does: room for a longer row count, then the data at a multiple of 64 after at least one blank.
  const grown = dict + " ".repeat(21 - String(rows.length).length);
  const header = `${grown}${" ".repeat(64 - ((10 + grown.length + 1) % 64))}\n`;
  const size = fields.reduce((sum, f) => sum + sizeOf(f.type), 0);
  const bytes = new Uint8Array(10 + header.length + size * rows.length);
  const view = new DataView(bytes.buffer);
  bytes.set(latin1(MAGIC));
  bytes.set([1, 0], 6);
  view.setUint16(8, header.length, true);
  bytes.set(latin1(header), 10);
  let at = 10 + header.length;
  for (const row of rows)
    for (const { name, type } of fields) {
      put(view, at, type, row[name]);
      at += sizeOf(type);
    }
  return bytes;
}

/**
 * Decodes a `.npy` file that holds a one-dimensional structured array of numbers (formats 1 to 3).
 * Throws `npy_invalid` (naming `file`) for anything else and for truncated files.
 */
export function decodeNpyRecords(bytes: Uint8Array, file: string): NpyRecords {
  const fail = (why: string) =>
    dataError("npy_invalid", `${file}: ${why}`, "Write the file again with numpy.save of a record array.", {
      file,
    });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || text(bytes, 0, 6) !== MAGIC) throw fail("not a .npy file");
  const major = bytes[6] as number;
  if (major < 1 || major > 3) throw fail(`unknown .npy version ${major}`);
  const start = major === 1 ? 10 : 12;
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (start + length > bytes.length) throw fail("the header is cut off");
  const header = text(bytes, start, start + length);
  const columns = readDescr(header);
  const shape = /'shape'\s*:\s*\(\s*(\d+)L?\s*,?\s*\)/.exec(header);
  if (!columns) throw fail("not a record array of plain numbers");
  if (!shape) throw fail("the array is not one-dimensional");
  const count = Number(shape[1]);
  const size = columns.reduce((sum, c) => sum + c.size, 0);
  if (start + length + count * size > bytes.length)
    throw fail(`the data is cut off: ${count} rows of ${size} bytes are announced`);
  const rows: Record<string, number>[] = [];
  let at = start + length;
  for (let i = 0; i < count; i++) {
    const row: Record<string, number> = {};
    for (const { name, type, size } of columns) {
      if (type) row[name] = get(view, at, type);
      at += size;
    }
    rows.push(row);
  }
  return { fields: columns.flatMap(({ name, type }) => (type ? [{ name, type }] : [])), rows };
}

type Column = Readonly<{ name: string; type?: NpyType; size: number }>;

/** The columns of a `descr` list; padding (`|V4`) has a size and no type. Undefined for other dtypes. */
function readDescr(header: string): readonly Column[] | undefined {
  const list = /'descr'\s*:\s*\[((?:\s*\(\s*'[^']*'\s*,\s*'[^']*'\s*\)\s*,?)+)\s*\]/.exec(header);
  if (!list) return undefined;
  const columns: Column[] = [];
  for (const [, name = "", spelled = ""] of (list[1] as string).matchAll(/\(\s*'([^']*)'\s*,\s*'([^']*)'/g)) {
    const padding = /^\|V(\d+)$/.exec(spelled);
    if (padding) columns.push({ name, size: Number(padding[1]) });
    else if (/^(?:\|[biu]1|[<>](?:[iu][248]|f[48]))$/.test(spelled))
      columns.push({ name, type: spelled as NpyType, size: sizeOf(spelled as NpyType) });
    else return undefined;
  }
  return columns;
}

function sizeOf(type: NpyType): number {
  return Number(type.slice(2));
}

function put(view: DataView, at: number, type: NpyType, value: number): void {
  const little = type[0] !== ">";
  const kind = type.slice(1);
  if (kind === "f4") view.setFloat32(at, value, little);
  else if (kind === "f8") view.setFloat64(at, value, little);
  else if (kind === "i8") view.setBigInt64(at, BigInt(value), little);
  else if (kind === "u8") view.setBigUint64(at, BigInt(value), little);
  // Two's complement: the unsigned setters write signed values as well.
  else if (sizeOf(type) === 4) view.setUint32(at, value, little);
  else if (sizeOf(type) === 2) view.setUint16(at, value, little);
  else view.setUint8(at, value);
}

function get(view: DataView, at: number, type: NpyType): number {
  const little = type[0] !== ">";
  switch (type.slice(1)) {
    case "f4":
      return view.getFloat32(at, little);
    case "f8":
      return view.getFloat64(at, little);
    case "i8":
      return Number(view.getBigInt64(at, little));
    case "u8":
      return Number(view.getBigUint64(at, little));
    case "i4":
      return view.getInt32(at, little);
    case "u4":
      return view.getUint32(at, little);
    case "i2":
      return view.getInt16(at, little);
    case "u2":
      return view.getUint16(at, little);
    case "i1":
      return view.getInt8(at);
    default:
      return view.getUint8(at);
  }
}

function latin1(words: string): Uint8Array {
  return Uint8Array.from(words, (c) => c.charCodeAt(0));
}

function text(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to));
}
