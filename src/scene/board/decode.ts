/** Text of a file whose encoding is not known. `lossy`: it was no Unicode, so that accents may be wrong. */
export type Decoded = Readonly<{ text: string; lossy: boolean }>;

/** UTF-8 or UTF-16 by their marks, UTF-8 where it fits, else Windows Latin. Never fails. */
export function decodeText(bytes: Uint8Array): Decoded {
  if (bytes[0] === 0xff && bytes[1] === 0xfe)
    return { text: new TextDecoder("utf-16le").decode(bytes), lossy: false };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { text: bigEndian(bytes), lossy: false };
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes), lossy: false };
  } catch {
    return { text: new TextDecoder("windows-1252").decode(bytes), lossy: true };
  }
}

function bigEndian(bytes: Uint8Array): string {
  const swapped = new Uint8Array(bytes.length & ~1);
  for (let i = 0; i + 1 < bytes.length; i += 2) {
    swapped[i] = bytes[i + 1];
    swapped[i + 1] = bytes[i];
  }
  return new TextDecoder("utf-16le").decode(swapped);
}
