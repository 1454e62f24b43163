import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";

/**
 * A text that tells two processes with the same number apart: the start time as the system knows it.
 * Undefined when no such process lives (zombies count as dead).
 */
export async function processStart(pid: number): Promise<string | undefined> {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives but belongs to someone else.
    if ((error as { code?: string }).code !== "EPERM") return undefined;
  }
  if (process.platform === "linux") {
    try {
      const stat = await readFile(`/proc/${pid}/stat`, "latin1");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (fields[0] === "Z" || fields[0] === "X") return undefined;
      const boot = await readFile("/proc/sys/kernel/random/boot_id", "latin1").catch(() => "");
      return `${boot.trim()}:${fields[19]}`;
    } catch {
      return undefined;
    }
  }
  return new Promise((resolve) => {
    execFile("ps", ["-o", "lstart=", "-p", String(pid)], (error, stdout) =>
      // Without `ps` (Windows) the process number alone must do.
      resolve(error ? "unknown" : stdout.trim() || undefined),
    );
  });
}

/** True when the very process that `start` was read from still lives. */
export async function isAlive(pid: number, start: string): Promise<boolean> {
  return (await processStart(pid)) === start;
}
