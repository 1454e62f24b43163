/** A file inside a `.usdz` package. The first one is the root layer. */
export type PackagedFile = Readonly<{ name: string; bytes: Uint8Array }>;

const CRC = new Uint32Array(256).map((_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  return c;
});

export function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const b of bytes) c = CRC[(c ^ b) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

/** 1 January 1980, the earliest date of a zip: packages of the same files are the same bytes. */
const DATE = (1 << 5) | 1;

/**
 * A `.usdz` package: a zip without compression in which every file's bytes begin at a multiple of 64 (USDZ
 * specification), padded by an extra field in the local header.
 */
export function writePackage(files: readonly PackagedFile[]): Uint8Array {
  const chunks: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const file of files) {
    const name = new TextEncoder().encode(file.name);
    const bare = offset + 30 + name.length;
    // An extra field has a head of 4 bytes, so a gap of 1 to 3 takes one more block.
    let padding = (64 - (bare % 64)) % 64;
    if (padding > 0 && padding < 4) padding += 64;
    const crc = crc32(file.bytes);
    const local = header(0x04034b50, 30 + name.length + padding, name, 30);
    common(local, 4, crc, file.bytes.length, name.length, padding);
    if (padding > 0) {
      local.setUint16(30 + name.length, 0x1986, true);
      local.setUint16(32 + name.length, padding - 4, true);
    }
    const central = header(0x02014b50, 46 + name.length, name, 46);
    central.setUint16(4, 20, true);
    common(central, 6, crc, file.bytes.length, name.length, 0);
    central.setUint32(42, offset, true);
    directory.push(bytesOf(central));
    chunks.push(bytesOf(local), file.bytes);
    offset += local.byteLength + file.bytes.length;
  }
  const size = directory.reduce((sum, d) => sum + d.length, 0);
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x06054b50, true);
  end.setUint16(8, files.length, true);
  end.setUint16(10, files.length, true);
  end.setUint32(12, size, true);
  end.setUint32(16, offset, true);
  return join([...chunks, ...directory, bytesOf(end)]);
}

function header(signature: number, length: number, name: Uint8Array, nameAt: number): DataView {
  const view = new DataView(new ArrayBuffer(length));
  view.setUint32(0, signature, true);
  bytesOf(view).set(name, nameAt);
  return view;
}

/** The fields that both headers have, from `at`: version, flags, method 0, time, date, crc, sizes, lengths. */
function common(view: DataView, at: number, crc: number, size: number, name: number, extra: number): void {
  view.setUint16(at, 20, true);
  view.setUint16(at + 8, DATE, true);
  view.setUint32(at + 10, crc, true);
  view.setUint32(at + 14, size, true);
  view.setUint32(at + 18, size, true);
  view.setUint16(at + 22, name, true);
  view.setUint16(at + 24, extra, true);
}

function bytesOf(view: DataView): Uint8Array {
  return new Uint8Array(view.buffer);
}

function join(chunks: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(chunks.reduce((sum, c) => sum + c.length, 0));
  let at = 0;
  for (const c of chunks) {
    out.set(c, at);
    at += c.length;
  }
  return out;
}
