import type { Command } from "commander";
import { driveOptions } from "../drive-options.js";
import { printError } from "../errors.js";
import { onInterrupt } from "../interrupt.js";
import { printOutcome } from "../outcome.js";
import { outputMode, quoted, reporter, suggest } from "../output.js";
import { addRunOptions, type RunFlags, repeatCommand, toRunOptions } from "../run-options.js";

/** `reflow run`: works an approved plan to its end. Without the right hash it prints the summary and stops (exit 2). */
export function registerRun(program: Command): void {
  addRunOptions(
    program.command("run").description("improve the model until the KPI is met, once the plan is approved"),
  )
    .option("--approve <plan_hash>", "the hash that `reflow plan` printed")
    .addHelpText("after", HELP)
    .action(async (workspace: string, flags: RunFlags & { approve?: string }) => {
      const { NotApproved, startRun } = await import("../../loop/index.js");
      const mode = outputMode(flags);
      const show = reporter(mode);
      const { signal, done } = onInterrupt();
      let runDir: string | undefined;
      try {
        const base = await driveOptions(show.emit, signal);
        const outcome = await startRun(toRunOptions(workspace, flags), flags.approve, {
          ...base,
          onRunDir: (dir) => {
            runDir = dir;
            show.emit({ type: "log", level: "info", message: `run folder: ${dir}` });
          },
        });
        show.clear();
        process.exitCode = await printOutcome(outcome, mode);
      } catch (error) {
        show.clear();
        if (error instanceof NotApproved) {
          const { planText } = await import("../plan-text.js");
          if (mode !== "json") process.stdout.write(planText(error.plan));
          printError(error, { json: mode === "json", extra: { plan_hash: error.plan.plan_hash } });
          if (mode !== "json")
            suggest(`${repeatCommand("run", workspace, flags)} --approve ${error.plan.plan_hash}`);
          process.exitCode = 2;
          return;
        }
        if (runDir && mode !== "json" && signal.aborted) suggest(`reflow resume ${quoted(runDir)}`);
        if (mode !== "json" || runDir === undefined) throw error;
        printError(error, { json: true, extra: { run_dir: runDir } });
        process.exitCode = (error as { exitCode?: number }).exitCode ?? 4;
      } finally {
        done();
      }
    });
}

const HELP = `
The run goes into <workspace>/results/run_<date>_<time>. The same command goes on where it stopped.

Exit codes: 0 KPI met, 1 not met or not enough defects to claim, 2 usage or not approved, 3 data problem,
4 stage failure, 130 interrupted and resumable.

Example:
  reflow run boards --kpi "FAR < 1% at Recall=100%" --max-iterations 3 --approve <plan_hash>`;
