import { type Problem, ReflowError } from "../kit/errors.js";
import { columnIndex, type Rows, readRows } from "./rows.js";

/** Which columns of an inference CSV to read, and which label is the good one. */
export type InferenceColumns = Readonly<{ labelColumn?: string; scoreColumn?: string; passLabel?: string }>;

/** The scored rows of one set: `ng[i]` = 1 unless label i is PASS after trim and upper-case (contract 4.6). */
export type Inference = Readonly<{
  rows: Rows;
  /** Trimmed, in the case of the file. Equal labels share one string. */
  labels: readonly string[];
  scores: Float64Array;
  ng: Uint8Array;
  pass: number;
  defects: number;
}>;

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/**
 * Reads labels and scores. A blank label, or a score that is blank, not a number, NaN or infinite, is refused: one
 * error, whose `problems` list up to 20 rows. Throws `no_rows`, `no_pass_rows`, `column_missing` or `cell_invalid`.
 */
export async function readInference(file: string, o: InferenceColumns = {}): Promise<Inference> {
  const rows = await readRows(file);
  const labelAt = columnIndex(rows, o.labelColumn ?? "label");
  const scoreAt = columnIndex(rows, o.scoreColumn ?? "siamese_score");
  const passLabel = (o.passLabel ?? "PASS").trim().toUpperCase();
  const interned = new Map<string, { text: string; ng: 0 | 1 }>();
  const labels = new Array<string>(rows.count);
  const scores = new Float64Array(rows.count);
  const ng = new Uint8Array(rows.count);
  const problems: Problem[] = [];
  let defects = 0;
  for (let i = 0; i < rows.count; i++) {
    const rawLabel = rows.cell(i, labelAt);
    let label = interned.get(rawLabel);
    if (!label) {
      const text = rawLabel.trim();
      label = { text, ng: text.toUpperCase() === passLabel ? 0 : 1 };
      interned.set(rawLabel, label);
    }
    if (label.text === "") report(problems, rows, i, labelAt, "the label is blank");
    const text = rows.cell(i, scoreAt).trim();
    const score = NUMBER.test(text) ? Number(text) : Number.NaN;
    if (!Number.isFinite(score))
      report(
        problems,
        rows,
        i,
        scoreAt,
        text === "" ? "the score is blank" : `"${text}" is no finite number`,
      );
    labels[i] = label.text;
    scores[i] = score;
    ng[i] = label.ng;
    defects += label.ng;
  }
  const first = problems[0];
  if (first)
    throw new ReflowError("data", "cell_invalid", `${file}: ${first.message}`, first.hint, {
      where: first.where as NonNullable<typeof first.where>,
      problems,
    });
  if (rows.count === 0) throw refuse("no_rows", file, "has a header but no rows", "Score the images first.");
  if (defects === rows.count)
    throw refuse(
      "no_pass_rows",
      file,
      "has no PASS row, so FAR is undefined",
      "Add PASS rows to the KPI set.",
    );
  return { rows, labels, scores, ng, pass: rows.count - defects, defects };
}

function report(problems: Problem[], rows: Rows, row: number, column: number, what: string): void {
  if (problems.length >= 20) return;
  problems.push({
    code: "cell_invalid",
    severity: "error",
    message: `line ${rows.line(row)}, column "${rows.header[column]}": ${what}`,
    hint: "Every row needs a label and a finite score; score the images again or remove the row.",
    where: {
      file: rows.file,
      row: rows.line(row),
      column: column + 1,
      ...(rows.header[column] === undefined ? {} : { field: rows.header[column] }),
    },
  });
}

function refuse(code: string, file: string, message: string, hint: string): ReflowError {
  return new ReflowError("data", code, `${file} ${message}`, hint, { where: { file } });
}
