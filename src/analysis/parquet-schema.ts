import { asyncBufferFromFile, parquetMetadataAsync } from "hyparquet";
import { dataError } from "../kit/errors.js";
import { exists, explainReadError } from "../kit/files.js";
import type { ParquetColumn } from "../kit/parquet.js";

const TYPES: Readonly<Record<string, NonNullable<ParquetColumn["type"]>>> = {
  BYTE_ARRAY: "STRING",
  DOUBLE: "DOUBLE",
  FLOAT: "FLOAT",
  INT32: "INT32",
  INT64: "INT64",
  BOOLEAN: "BOOLEAN",
};

/** Names and types of the flat columns of a Parquet file, also of one without rows. Throws `parquet_invalid`. */
export async function parquetColumns(
  file: string,
): Promise<readonly { name: string; type: NonNullable<ParquetColumn["type"]> }[]> {
  if (!(await exists(file))) throw explainReadError({ code: "ENOENT" }, file);
  try {
    const { schema } = await parquetMetadataAsync(await asyncBufferFromFile(file));
    return schema
      .filter((e) => e.num_children === undefined)
      .map((e) => ({ name: e.name, type: TYPES[e.type ?? ""] ?? "STRING" }));
  } catch (error) {
    throw dataError(
      "parquet_invalid",
      `not a readable Parquet file: ${(error as Error).message}`,
      "Run the stage that writes it again.",
      { file },
    );
  }
}
