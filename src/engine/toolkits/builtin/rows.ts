import { type ChangeNetSpec, parseSpec } from "../../../changenet/index.js";
import { type PairRow, readTable, type Table, toPairRows } from "../../../dataset/index.js";
import { type Problem, ReflowError, readText } from "../../../kit/index.js";

/** Reads a spec for a stage. Its first error is thrown with the others attached. */
export async function loadSpec(file: string): Promise<ChangeNetSpec> {
  return specOf(await readText(file), file);
}

export function specOf(text: string, file: string): ChangeNetSpec {
  const { spec, problems } = parseSpec(text, file);
  throwFirst(problems);
  if (!spec)
    throw new ReflowError("data", "spec_unreadable", "the spec cannot be used", "Correct it.", {
      where: { file },
    });
  return spec;
}

/** Reads a table for a stage and resolves its rows. Any row that cannot be used is an error here. */
export async function loadRows(
  csv: string,
  imagesDir: string,
  spec: Pick<ChangeNetSpec, "lights" | "imageExt">,
): Promise<{ table: Table; rows: PairRow[] }> {
  const { table, problems } = await readTable(csv);
  throwFirst(problems);
  if (!table)
    throw new ReflowError("data", "table_unreadable", `cannot read ${csv}`, "Check the file.", {
      where: { file: csv },
    });
  const pairs = toPairRows(table, { imagesDir, lights: spec.lights, imageExt: spec.imageExt });
  throwFirst(pairs.problems);
  if (pairs.rows.length === 0)
    throw new ReflowError("data", "no_rows", `${csv} has no data rows`, "Add rows.", {
      where: { file: csv },
    });
  return { table, rows: pairs.rows };
}

export function throwFirst(problems: readonly Problem[]): void {
  const errors = problems.filter((p) => p.severity === "error");
  const first = errors[0];
  if (!first) return;
  throw new ReflowError("data", first.code, first.message, first.hint, {
    ...(first.where ? { where: first.where } : {}),
    problems: errors,
  });
}
