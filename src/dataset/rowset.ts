import path from "node:path";
import { type ImageNaming, imageNames } from "./pairs.js";
import type { PairRow } from "./row.js";
import type { Role } from "./workspace.js";

/** The rows of one table as the checks see them, whatever their storage. Row numbers `i` are 0-based. */
export type RowSet = Readonly<{
  role: Role;
  file: string;
  count: number;
  /** Test images, and golden images, of each row. */
  lights: number;
  /** 1-based line in the table. */
  line(i: number): number;
  label(i: number): string;
  board(i: number): string;
  /** One absolute file per lighting. */
  test(i: number): readonly string[];
  golden(i: number): readonly string[];
}>;

/** Rows in memory as a set. */
export function rowSet(role: Role, file: string, rows: readonly PairRow[]): RowSet {
  const at = (i: number) => rows[i] as PairRow;
  return {
    role,
    file,
    count: rows.length,
    lights: rows[0]?.test.length ?? 0,
    line: (i) => at(i).line,
    label: (i) => at(i).label,
    board: (i) => at(i).boardname,
    test: (i) => at(i).test,
    golden: (i) => at(i).golden,
  };
}

/** Gathers the rows of a table of any length in some 30 bytes each: folders, labels and boards are kept once. */
export type RowSetBuilder = Readonly<{
  add(row: {
    line: number;
    label: string;
    board: string;
    test: string;
    golden: string;
    object: string;
  }): void;
  build(): RowSet;
}>;

const FIELDS = 6;

export function rowSetBuilder(role: Role, file: string, naming: ImageNaming): RowSetBuilder {
  const texts: string[] = [];
  const known = new Map<string, number>();
  const intern = (text: string): number => {
    const held = known.get(text);
    if (held !== undefined) return held;
    // Tables where every row has a folder of its own must not fill the memory with a useless index.
    if (known.size > 200_000) known.clear();
    texts.push(text);
    known.set(text, texts.length - 1);
    return texts.length - 1;
  };
  let cells = new Uint32Array(FIELDS * 1024);
  let names = Buffer.allocUnsafe(1 << 14);
  let used = 0;
  let count = 0;

  return {
    add(row) {
      if ((count + 1) * FIELDS > cells.length) {
        const longer = new Uint32Array(cells.length * 2);
        longer.set(cells);
        cells = longer;
      }
      const most = row.object.length * 3;
      if (used + most > names.length) {
        const longer = Buffer.allocUnsafe(Math.max(names.length * 2, used + most));
        names.copy(longer, 0, 0, used);
        names = longer;
      }
      const values = [
        row.line,
        intern(row.label),
        intern(row.board),
        intern(row.test),
        intern(row.golden),
        used,
      ];
      cells.set(values, count * FIELDS);
      used += names.write(row.object, used, "utf8");
      count++;
    },
    build() {
      known.clear();
      const text = (i: number, field: number) => texts[cells[i * FIELDS + field] as number] as string;
      const object = (i: number) => {
        const end = i + 1 < count ? (cells[(i + 1) * FIELDS + 5] as number) : used;
        return names.toString("utf8", cells[i * FIELDS + 5] as number, end);
      };
      const files = (i: number, field: number) =>
        imageNames(object(i), naming.lights, naming.imageExt).map((n) => `${text(i, field)}${path.sep}${n}`);
      return {
        role,
        file,
        count,
        lights: Math.max(1, naming.lights.length),
        line: (i) => cells[i * FIELDS] as number,
        label: (i) => text(i, 1),
        board: (i) => text(i, 2),
        test: (i) => files(i, 3),
        golden: (i) => files(i, 4),
      };
    },
  };
}
