import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { type BasicType, parquetWriteBuffer } from "hyparquet-writer";
import { dataError } from "./errors.js";
import { exists, explainReadError, writeFileAtomic } from "./files.js";

/** A column to write: `data` holds one value per row. Lists of floats have no basic type and are inferred. */
export type ParquetColumn = Readonly<{ name: string; data: readonly unknown[]; type?: BasicType }>;

/** Writes a Parquet file atomically. Same columns, same bytes. Zero rows are allowed when types are given. */
export async function writeParquet(file: string, columns: readonly ParquetColumn[]): Promise<void> {
  const columnData = columns.map((c) => {
    if (c.type !== undefined) return { name: c.name, data: [...c.data], type: c.type, nullable: true };
    return { name: c.name, data: [...c.data] };
  });
  await writeFileAtomic(file, new Uint8Array(parquetWriteBuffer({ columnData })));
}

/** Reads a whole Parquet file as objects. Throws `parquet_invalid` when it is not one. */
export async function readParquet(file: string): Promise<Record<string, unknown>[]> {
  if (!(await exists(file))) throw explainReadError({ code: "ENOENT" }, file);
  try {
    return (await parquetReadObjects({ file: await asyncBufferFromFile(file) })) as Record<string, unknown>[];
  } catch (error) {
    throw dataError(
      "parquet_invalid",
      `not a readable Parquet file: ${(error as Error).message}`,
      "Run the stage that writes it again.",
      {
        file,
      },
    );
  }
}
