import { writeFileAtomic } from "../../kit/files.js";

/** One line of status.json in the form of the TAO trainer (contract 10.5). */
export type StatusRecord = Readonly<{
  date: string;
  time: string;
  status: "STARTED" | "RUNNING" | "FAILURE";
  verbosity: "INFO" | "ERROR";
  message: string;
  epoch?: number;
  max_epoch?: number;
  step?: number;
  kpi?: Readonly<Record<string, number>>;
}>;

export const STATUS_FILE = "status.json";
export const EVAL_MESSAGE = "Eval metrics generated.";
export const LOOP_MESSAGE = "Training loop in progress";
export const DONE_MESSAGE = "Train finished successfully.";

export function record(
  status: StatusRecord["status"],
  message: string,
  more: Partial<StatusRecord> = {},
): StatusRecord {
  const now = new Date();
  const two = (n: number) => String(n).padStart(2, "0");
  return {
    date: `${now.getMonth() + 1}/${now.getDate()}/${now.getFullYear()}`,
    time: `${now.getHours()}:${two(now.getMinutes())}:${two(now.getSeconds())}`,
    status,
    verbosity: status === "FAILURE" ? "ERROR" : "INFO",
    message,
    ...more,
  };
}

/** Writes all records, one JSON object a line. */
export async function writeStatus(file: string, records: readonly StatusRecord[]): Promise<void> {
  await writeFileAtomic(file, records.map((r) => `${JSON.stringify(r)}\n`).join(""));
}
