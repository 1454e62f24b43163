export type NamedTensor = Readonly<{ shape: readonly number[]; data: Float32Array }>;

/**
 * Encodes float tensors in the safetensors format: 8-byte little-endian header length, JSON header padded with
 * spaces to a multiple of 8, then the data in the order of the map.
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, NamedTensor>,
  metadata?: Readonly<Record<string, string>>,
): Uint8Array {
  const header: Record<string, unknown> = metadata ? { __metadata__: metadata } : {};
  let end = 0;
  for (const [name, tensor] of tensors) {
    const start = end;
    end += tensor.data.byteLength;
    header[name] = { dtype: "F32", shape: tensor.shape, data_offsets: [start, end] };
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const size = Math.ceil(json.length / 8) * 8;
  const out = new Uint8Array(8 + size + end).fill(0x20, 8, 8 + size);
  new DataView(out.buffer).setBigUint64(0, BigInt(size), true);
  out.set(json, 8);
  let at = 8 + size;
  for (const { data } of tensors.values()) {
    out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return out;
}

/** Decodes the float tensors and the metadata of a safetensors file. Throws RangeError when the bytes are not one. */
export function decodeSafetensors(bytes: Uint8Array): {
  tensors: Map<string, NamedTensor>;
  metadata: Record<string, string>;
} {
  if (bytes.length < 8) throw new RangeError("safetensors file is cut short");
  const size = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (size > bytes.length - 8) throw new RangeError("safetensors header is cut short");
  const { __metadata__: metadata, ...header } = parseHeader(bytes.subarray(8, 8 + size));
  const tensors = new Map<string, NamedTensor>();
  for (const [name, entry] of Object.entries(header)) {
    const { dtype, shape, data_offsets: offsets } = entry as Record<string, unknown>;
    if (dtype !== "F32" || !isNumbers(shape) || !isNumbers(offsets)) continue;
    const [start, end] = [8 + size + offsets[0], 8 + size + offsets[1]];
    const count = shape.reduce((a, b) => a * b, 1);
    if (end > bytes.length || end - start !== count * 4)
      throw new RangeError(`safetensors entry "${name}" does not fit the file`);
    tensors.set(name, { shape, data: new Float32Array(new Uint8Array(bytes.subarray(start, end)).buffer) });
  }
  return { tensors, metadata: (metadata ?? {}) as Record<string, string> };
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {}
  throw new RangeError("safetensors header is not JSON");
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((v) => typeof v === "number");
}
