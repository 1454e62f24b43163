import { isPass, normaliseLabel, readTable } from "../dataset/index.js";
import { dataError } from "../kit/errors.js";

/**
 * NG labels of a training table that an earlier one has not: defect types that a model of the earlier one never saw.
 * Throws for a table that cannot be read. Sorted; compared as the write rule of labels has them (contract 1.3).
 */
export async function newTypes(earlierCsv: string, csv: string): Promise<readonly string[]> {
  const known = await typesOf(earlierCsv);
  return [...(await typesOf(csv))].filter((label) => !known.has(label)).sort();
}

async function typesOf(csv: string): Promise<ReadonlySet<string>> {
  const { table, problems } = await readTable(csv, { requireColumns: ["label"] });
  if (!table) {
    const [first] = problems;
    throw dataError(
      first?.code ?? "table_unreadable",
      first?.message ?? `cannot read ${csv}`,
      first?.hint ?? "Correct the file.",
      { file: csv },
    );
  }
  const at = table.header.indexOf("label");
  const labels = table.rows.map((row) => row[at] ?? "");
  return new Set(labels.filter((label) => !isPass(label)).map(normaliseLabel));
}
