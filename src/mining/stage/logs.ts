import { ReflowError, readText, writeFileAtomic } from "../../kit/index.js";

const PASS = "Execution status: PASS";
const FAIL = "Execution status: FAIL";

/**
 * Runs one step and leaves its log: the lines that it reported, then the status line by which every reader
 * judges it (contract 8.2). A failure is logged as such and thrown on.
 */
export async function logged<T>(file: string, step: (say: (line: string) => void) => Promise<T>): Promise<T> {
  const lines: string[] = [];
  try {
    const result = await step((line) => lines.push(line));
    await writeFileAtomic(file, `${[...lines, PASS].join("\n")}\n`);
    return result;
  } catch (error) {
    const reason = error instanceof ReflowError ? `${error.code}: ${error.message}` : String(error);
    // The failure itself matters more than its log.
    await writeFileAtomic(file, `${[...lines, `error: ${reason}`, FAIL].join("\n")}\n`).catch(() => {});
    throw error;
  }
}

/** True when a log reports success and no failure (trap T39). */
export async function logPassed(file: string): Promise<boolean> {
  const text = await readText(file);
  return text.includes(PASS) && !text.includes(FAIL);
}
