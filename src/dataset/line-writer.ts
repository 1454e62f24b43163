import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import path from "node:path";
import { formatCsv } from "../kit/csv.js";
import { explainWriteError } from "../kit/errors.js";
import { syncFolder } from "../kit/files.js";

/** Writes CSV rows one by one; the file appears, complete, at `close`. Synchronous, so that memory stays flat. */
export type CsvWriter = Readonly<{
  row(cells: readonly (string | number)[]): void;
  /** Rows written so far, the header not counted. */
  count(): number;
  close(): Promise<void>;
  /** Leaves nothing behind. */
  discard(): void;
}>;

const BUFFER = 1 << 20;

export function csvWriter(file: string, header: readonly string[]): CsvWriter {
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.tmp`);
  const guard = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      rmSync(temporary, { force: true });
      throw explainWriteError(error, file);
    }
  };
  const handle = guard(() => {
    mkdirSync(path.dirname(file), { recursive: true });
    return openSync(temporary, "w");
  });
  let pending = formatCsv(header, []);
  let rows = 0;
  const flush = () => {
    guard(() => writeSync(handle, pending));
    pending = "";
  };
  return {
    row(cells) {
      pending += formatCsv(cells.map(String), []);
      rows++;
      if (pending.length > BUFFER) flush();
    },
    count: () => rows,
    async close() {
      flush();
      guard(() => {
        fsyncSync(handle);
        closeSync(handle);
        renameSync(temporary, file);
      });
      await syncFolder(path.dirname(file));
    },
    discard() {
      closeSync(handle);
      rmSync(temporary, { force: true });
    },
  };
}
