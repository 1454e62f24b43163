// Prints {rows, columns, data} of a Parquet file as JSON, for the Python stand-in beside this file.
// usage: node parquet-json.mjs FILE [--data]
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema } from "hyparquet";

const [file, flag] = process.argv.slice(2);
const buffer = await asyncBufferFromFile(file);
const metadata = await parquetMetadataAsync(buffer);
const columns = parquetSchema(metadata).children.map((c) => c.element.name);
const out = { rows: Number(metadata.num_rows), columns };
if (flag === "--data") {
  const rows = await parquetReadObjects({ file: buffer, metadata });
  out.data = Object.fromEntries(columns.map((c) => [c, rows.map((r) => r[c])]));
}
process.stdout.write(JSON.stringify(out, (_, v) => (typeof v === "bigint" ? Number(v) : v)));
