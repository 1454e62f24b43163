import type { Command } from "commander";
import { exists } from "../../kit/files.js";

/** `reflow report <run-dir>`: one self-contained HTML file; the same run gives the same bytes. */
export function registerReport(program: Command): void {
  program
    .command("report")
    .description("make the HTML report of a run again")
    .argument("<run-dir>", "<workspace>/results/run_…")
    .option("--json", "machine-readable output")
    .action(async (runDir: string, flags: { json?: boolean }) => {
      const { loadState } = await import("../../loop/state/store.js");
      const { planFile, readPlanFile } = await import("../../loop/plan/read.js");
      const { buildReport } = await import("../../report/index.js");
      await loadState(runDir);
      // Runs of other programs have none; one that is there must be a plan.
      if (await exists(planFile(runDir))) await readPlanFile(runDir);
      const { file, bytes } = await buildReport(runDir);
      process.stdout.write(
        flags.json
          ? `${JSON.stringify({ type: "result", name: "report", value: { file, bytes } })}\n`
          : `${file}\n`,
      );
    });
}
