/**
 * One row of a ChangeNet table with its images named.
 * `test` and `golden` hold one absolute file per lighting, in the order of the spec's `input_map`.
 */
export type PairRow = Readonly<{
  /** 0-based position in its table: results are kept in this order. */
  index: number;
  /** 1-based line in the CSV file, for messages. */
  line: number;
  /** The label as written in the table, trimmed and normalised by the write rule (contract 1.3). */
  label: string;
  /** 0 = PASS, 1 = NG (any other label). */
  ng: 0 | 1;
  inputPath: string;
  goldenPath: string;
  objectName: string;
  boardname: string;
  test: readonly string[];
  golden: readonly string[];
}>;

/** A parsed CSV: every cell as text, in file order. `lines[i]` is the 1-based line where row i begins. */
export type Table = Readonly<{
  file: string;
  header: readonly string[];
  rows: readonly (readonly string[])[];
  lines: ArrayLike<number>;
}>;
