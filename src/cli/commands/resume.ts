import type { Command } from "commander";
import { driveOptions } from "../drive-options.js";
import { onInterrupt } from "../interrupt.js";
import { printOutcome } from "../outcome.js";
import { outputMode, reporter } from "../output.js";

/** `reflow resume <run-dir>`: continues an interrupted run; a complete one is only reported. */
export function registerResume(program: Command): void {
  program
    .command("resume")
    .description("continue an interrupted run")
    .argument("<run-dir>", "<workspace>/results/run_…")
    .option("--json", "machine-readable output")
    .option("--plain", "no bars and colours")
    .action(async (runDir: string, flags: { json?: boolean; plain?: boolean }) => {
      const { resumeRun } = await import("../../loop/index.js");
      const mode = outputMode(flags);
      const show = reporter(mode);
      const { signal, done } = onInterrupt();
      try {
        const outcome = await resumeRun(runDir, await driveOptions(show.emit, signal));
        show.clear();
        process.exitCode = await printOutcome(outcome, mode);
      } finally {
        show.clear();
        done();
      }
    });
}
