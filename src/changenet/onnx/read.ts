import { type Field, readFields } from "./wire.js";

export type ReadPort = Readonly<{ name: string; shape: readonly (number | string)[] }>;

/** What we need back out of an ONNX file: its ports, its metadata and its float weights. */
export type ReadModel = Readonly<{
  inputs: readonly ReadPort[];
  outputs: readonly ReadPort[];
  metadata: Readonly<Record<string, string>>;
  weights: ReadonlyMap<string, Readonly<{ shape: readonly number[]; data: Float32Array }>>;
}>;

/** Parses an ONNX file. Throws RangeError when the bytes are not one. */
export function readModel(bytes: Uint8Array): ReadModel {
  const top = readFields(bytes);
  const graphBytes = top.find((f) => f.number === 7)?.value;
  if (!(graphBytes instanceof Uint8Array)) throw new RangeError("no ONNX graph in this file");
  const graph = readFields(graphBytes);
  const weights = new Map<string, { shape: number[]; data: Float32Array }>();
  for (const part of parts(graph, 5)) {
    const tensor = readFloatTensor(part);
    if (tensor) weights.set(tensor.name, { shape: tensor.shape, data: tensor.data });
  }
  const metadata: Record<string, string> = {};
  for (const part of parts(top, 14)) {
    const entry = readFields(part);
    metadata[textOf(entry, 1)] = textOf(entry, 2);
  }
  return {
    inputs: parts(graph, 11)
      .map(readPort)
      .filter((port) => !weights.has(port.name)),
    outputs: parts(graph, 12).map(readPort),
    metadata,
    weights,
  };
}

function parts(fields: readonly Field[], number: number): Uint8Array[] {
  return fields.flatMap((f) => (f.number === number && f.value instanceof Uint8Array ? [f.value] : []));
}

function textOf(fields: readonly Field[], number: number): string {
  const part = parts(fields, number)[0];
  return part ? new TextDecoder().decode(part) : "";
}

function readPort(bytes: Uint8Array): ReadPort {
  const fields = readFields(bytes);
  const type = parts(fields, 2)[0];
  const tensor = type && parts(readFields(type), 1)[0];
  const shape = tensor && parts(readFields(tensor), 2)[0];
  const dims = shape ? parts(readFields(shape), 1) : [];
  return {
    name: textOf(fields, 1),
    shape: dims.map((dim) => {
      const field = readFields(dim)[0];
      if (!field) return "?";
      return typeof field.value === "number" ? field.value : new TextDecoder().decode(field.value);
    }),
  };
}

function readFloatTensor(
  bytes: Uint8Array,
): { name: string; shape: number[]; data: Float32Array } | undefined {
  const fields = readFields(bytes);
  if (fields.find((f) => f.number === 2)?.value !== 1) return undefined;
  const raw = parts(fields, 9)[0];
  if (!raw || raw.length % 4 !== 0) return undefined;
  const shape = fields.flatMap((f) => {
    if (f.number !== 1) return [];
    // Our writer stores one dimension a field; other writers pack them.
    return typeof f.value === "number" ? [f.value] : unpack(f.value);
  });
  return { name: textOf(fields, 8), shape, data: new Float32Array(new Uint8Array(raw).buffer) };
}

function unpack(bytes: Uint8Array): number[] {
  const out: number[] = [];
  let value = 0;
  let scale = 1;
  for (const byte of bytes) {
    value += (byte & 127) * scale;
    scale *= 128;
    if (byte < 128) {
      out.push(value);
      value = 0;
      scale = 1;
    }
  }
  return out;
}
