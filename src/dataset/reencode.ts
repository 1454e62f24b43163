import { createReadStream, createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import path from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { explainWriteError } from "../kit/errors.js";
import { requireFile } from "../kit/files.js";
import { makeFolder } from "../kit/folders.js";

/** Text encodings that tables come in. Windows-1252 includes Latin-1's letters. */
export type Encoding = "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";

/** Tells the encoding of a text file: byte-order mark, zero bytes, else valid UTF-8 or not. Reads the whole file. Throws `not_a_file`, … */
export async function detectEncoding(file: string): Promise<Encoding> {
  await requireFile(file);
  const handle = await open(file, "r");
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4096), 0, 4096, 0);
    const head = buffer.subarray(0, bytesRead);
    if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
    if (head[0] === 0xfe && head[1] === 0xff) return "utf-16be";
    const zeros = (odd: number) => head.filter((b, i) => b === 0 && i % 2 === odd).length;
    if (zeros(1) > head.length / 4) return "utf-16le";
    if (zeros(0) > head.length / 4) return "utf-16be";
  } finally {
    await handle.close();
  }
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }))
      decoder.decode(chunk as Buffer, { stream: true });
    decoder.decode();
    return "utf-8";
  } catch (error) {
    if (error instanceof TypeError) return "windows-1252";
    throw error;
  }
}

/** Writes `file` as UTF-8 without byte-order mark to `target`. Flat memory. */
export async function reencode(file: string, encoding: Encoding, target: string): Promise<void> {
  await requireFile(file);
  const decoder = new TextDecoder(encoding);
  try {
    await makeFolder(path.dirname(target));
    await pipeline(
      createReadStream(file, { highWaterMark: 1 << 20 }),
      new Transform({
        transform: (chunk: Buffer, _, done) => done(null, decoder.decode(chunk, { stream: true })),
        flush: (done) => done(null, decoder.decode()),
      }),
      createWriteStream(target),
    );
  } catch (error) {
    throw explainWriteError(error, target);
  }
}
