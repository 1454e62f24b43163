import { isPass, normaliseLabel, readTable } from "../dataset/index.js";

/**
 * NG labels of a training table that an earlier one has not: defect types that a model of the earlier one never saw.
 * Sorted; compared as the write rule of labels has them (contract 1.3).
 */
export async function newTypes(earlierCsv: string, csv: string): Promise<readonly string[]> {
  const known = await typesOf(earlierCsv);
  return [...(await typesOf(csv))].filter((label) => !known.has(label)).sort();
}

async function typesOf(csv: string): Promise<ReadonlySet<string>> {
  const { table } = await readTable(csv, { requireColumns: ["label"] });
  const at = table?.header.indexOf("label") ?? -1;
  const labels = (table?.rows ?? []).map((row) => row[at] ?? "");
  return new Set(labels.filter((label) => !isPass(label)).map(normaliseLabel));
}
