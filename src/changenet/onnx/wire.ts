/**
 * The protobuf wire format, as far as ONNX files use it: varints, 32-bit floats and length-delimited parts.
 * Source: the public protobuf encoding specification.
 */

/** One decoded field: `value` is a number for varints, the bytes for everything else. */
export type Field = Readonly<{ number: number; value: number | Uint8Array }>;

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** Collects the fields of one message. */
export class MessageWriter {
  readonly #parts: Uint8Array[] = [];
  #size = 0;

  /** A signed integer; negative values take ten bytes, as protobuf prescribes for int64. */
  int(field: number, value: number): this {
    return this.#raw(varint(field * 8 + VARINT)).#raw(varint(value));
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#raw(varint(field * 8 + FIXED32)).#raw(bytes);
  }

  bytes(field: number, value: Uint8Array): this {
    return this.#raw(varint(field * 8 + BYTES))
      .#raw(varint(value.length))
      .#raw(value);
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  message(field: number, value: MessageWriter): this {
    this.#raw(varint(field * 8 + BYTES)).#raw(varint(value.#size));
    for (const part of value.#parts) this.#raw(part);
    return this;
  }

  finish(): Uint8Array {
    const out = new Uint8Array(this.#size);
    let at = 0;
    for (const part of this.#parts) {
      out.set(part, at);
      at += part.length;
    }
    return out;
  }

  #raw(part: Uint8Array): this {
    this.#parts.push(part);
    this.#size += part.length;
    return this;
  }
}

function varint(value: number): Uint8Array {
  const out: number[] = [];
  if (value >= 0) {
    let rest = value;
    while (rest > 127) {
      out.push((rest % 128) + 128);
      rest = Math.floor(rest / 128);
    }
    out.push(rest);
  } else {
    let rest = BigInt.asUintN(64, BigInt(value));
    while (rest > 127n) {
      out.push(Number(rest & 127n) | 128);
      rest >>= 7n;
    }
    out.push(Number(rest));
  }
  return Uint8Array.from(out);
}

/** Splits a message into its fields. Throws RangeError when the bytes are cut short or no protobuf. */
export function readFields(bytes: Uint8Array): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const number = (): number => {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 10; i++) {
      if (at >= bytes.length) throw new RangeError("protobuf message is cut short");
      const byte = bytes[at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
    throw new RangeError("protobuf number is too long");
  };
  const take = (length: number): Uint8Array => {
    if (at + length > bytes.length) throw new RangeError("protobuf message is cut short");
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const key = number();
    const field = Math.floor(key / 8);
    const wire = key % 8;
    if (wire === VARINT) fields.push({ number: field, value: number() });
    else if (wire === BYTES) fields.push({ number: field, value: take(number()) });
    else if (wire === FIXED32) fields.push({ number: field, value: take(4) });
    else if (wire === FIXED64) fields.push({ number: field, value: take(8) });
    else throw new RangeError(`unknown protobuf wire type ${wire}`);
  }
  return fields;
}
