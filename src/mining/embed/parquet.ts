import { type FileHandle, open, rename, rm } from "node:fs/promises";
import path from "node:path";
import { asyncBufferFromFile, parquetMetadataAsync, parquetRead, type SchemaElement } from "hyparquet";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import {
  dataError,
  exists,
  explainReadError,
  explainWriteError,
  makeFolder,
  syncFolder,
  temporaryFor,
} from "../../kit/index.js";
import type { Embeddings } from "./encoder.js";

/** Writes an embedding table row group by row group; nothing is visible under its name until `close`. */
export type EmbeddingWriter = Readonly<{
  append: (columns: Readonly<Record<string, readonly string[]>>, vectors: Embeddings) => Promise<void>;
  close: () => Promise<void>;
  abort: () => Promise<void>;
}>;

/** Rows in one row group: what a reader holds at once. */
const GROUP_ROWS = 4096;

/**
 * Opens `file` for writing: text columns (`filepath` first) and `embedding` as a list of 32-bit floats, not
 * normalised (contract 8.3).
 */
export async function openEmbeddingWriter(
  file: string,
  textColumns: readonly string[],
): Promise<EmbeddingWriter> {
  const folder = path.dirname(file);
  const temporary = temporaryFor(file);
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({ writer: bytes, schema: schemaOf(textColumns) });
  let handle: FileHandle;
  try {
    await makeFolder(folder);
    handle = await open(temporary, "wx");
  } catch (error) {
    throw explainWriteError(error, file);
  }
  const abort = async () => {
    await handle.close().catch(() => {});
    await rm(temporary, { force: true }).catch(() => {});
  };
  const flush = async () => {
    try {
      await handle.writeFile(bytes.getBytes());
      // The writer goes on counting offsets; only its buffer begins anew.
      bytes.index = 0;
    } catch (error) {
      await abort();
      throw explainWriteError(error, file);
    }
  };
  return {
    async append(columns, { dim, data }) {
      const rows = data.length / dim;
      for (let from = 0; from < rows; from += GROUP_ROWS) {
        const to = Math.min(rows, from + GROUP_ROWS);
        const vectors = Array.from({ length: to - from }, (_, i) =>
          Array.from(data.subarray((from + i) * dim, (from + i + 1) * dim)),
        );
        writer.write({
          columnData: [
            ...textColumns.map((name) => ({ name, data: (columns[name] ?? []).slice(from, to) })),
            { name: "embedding", data: vectors },
          ],
          rowGroupSize: GROUP_ROWS,
        });
        await flush();
      }
    },
    async close() {
      writer.finish();
      await flush();
      try {
        await handle.sync();
        await handle.close();
        await rename(temporary, file);
        await syncFolder(folder);
      } catch (error) {
        await abort();
        throw explainWriteError(error, file);
      }
    },
    abort,
  };
}

/** Reads an embedding table back, row group by row group. Throws `file_missing` or `parquet_invalid`. */
export async function* readEmbeddings(
  file: string,
): AsyncGenerator<{ filepath: readonly string[]; vectors: Embeddings }> {
  if (!(await exists(file))) throw explainReadError({ code: "ENOENT" }, file);
  try {
    const buffer = await asyncBufferFromFile(file);
    const metadata = await parquetMetadataAsync(buffer);
    let rowStart = 0;
    for (const group of metadata.row_groups) {
      const rowEnd = rowStart + Number(group.num_rows);
      const rows: (readonly [unknown, unknown])[] = [];
      await parquetRead({
        file: buffer,
        metadata,
        columns: ["filepath", "embedding"],
        rowStart,
        rowEnd,
        onComplete: (data) => rows.push(...(data as [unknown, unknown][])),
      });
      rowStart = rowEnd;
      const dim = (rows[0]?.[1] as ArrayLike<number> | undefined)?.length ?? 0;
      const data = new Float32Array(rows.length * dim);
      rows.forEach(([, vector], i) => {
        const values = vector as ArrayLike<number>;
        if (values.length !== dim) throw new RangeError(`row ${i} has ${values.length} values, not ${dim}`);
        data.set(values, i * dim);
      });
      yield { filepath: rows.map(([name]) => String(name)), vectors: { dim, data } };
    }
  } catch (error) {
    throw dataError(
      "parquet_invalid",
      `not a readable table of embeddings: ${(error as Error).message}`,
      "Run the mining stage again.",
      { file },
    );
  }
}

function schemaOf(textColumns: readonly string[]): SchemaElement[] {
  const text = (name: string): SchemaElement => ({
    name,
    type: "BYTE_ARRAY",
    converted_type: "UTF8",
    repetition_type: "OPTIONAL",
  });
  return [
    { name: "root", num_children: textColumns.length + 1 },
    ...textColumns.map(text),
    { name: "embedding", repetition_type: "OPTIONAL", num_children: 1, converted_type: "LIST" },
    { name: "list", repetition_type: "REPEATED", num_children: 1 },
    { name: "element", type: "FLOAT", repetition_type: "OPTIONAL" },
  ];
}
