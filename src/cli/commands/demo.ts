import path from "node:path";
import type { Command } from "commander";
import { driveOptions } from "../drive-options.js";
import { onInterrupt } from "../interrupt.js";
import { printOutcome } from "../outcome.js";
import { outputMode, quoted, reporter, suggest } from "../output.js";
import { seed } from "../run-options.js";

const KPI = "FAR < 5% at Recall=100%";

/** `reflow demo`: a whole loop on a workspace that is rendered on the spot. Offline, no questions. */
export function registerDemo(program: Command): void {
  program
    .command("demo")
    .description("render a small board workspace and run the whole loop on it, offline")
    .option("--output <dir>", "where the workspace goes", "reflow-demo")
    .option("--seed <n>", "another board, another run", seed, 1)
    .option("--json", "machine-readable output")
    .option("--plain", "no bars and colours")
    .action(async (flags: { output: string; seed: number; json?: boolean; plain?: boolean }) => {
      const mode = outputMode(flags);
      const show = reporter(mode);
      const { signal, done } = onInterrupt();
      const root = path.resolve(flags.output);
      const say = (message: string) => show.emit({ type: "log", level: "info", message });
      let runDir: string | undefined;
      try {
        const { makeDemoWorkspace } = await import("../../demo/index.js");
        const { makePlan, runPlan } = await import("../../loop/index.js");
        say(`Rendering a board and its crops in ${root}`);
        await makeDemoWorkspace({ root, seed: flags.seed, emit: show.emit, signal });
        say("Checking it and planning the run (the demo approves its own plan)");
        const plan = await makePlan(
          { workspace: root, kpi: KPI, maxIterations: 3, seed: flags.seed },
          { emit: show.emit, signal },
        );
        show.clear();
        if (mode !== "json") process.stdout.write((await import("../plan-text.js")).planText(plan));
        const outcome = await runPlan(plan, {
          ...(await driveOptions(show.emit, signal)),
          onRunDir: (dir) => {
            runDir = dir;
            say(`run folder: ${dir}`);
          },
        });
        show.clear();
        process.exitCode = await printOutcome(outcome, mode);
        if (mode !== "json") suggest(`open ${path.join(outcome.run_dir, "DEFT_Loop_Report.html")}`);
      } catch (error) {
        show.clear();
        if (signal.aborted && mode !== "json")
          suggest(
            runDir
              ? `reflow resume ${quoted(runDir)}`
              : `reflow demo --output ${quoted(flags.output)} --seed ${flags.seed}`,
          );
        throw error;
      } finally {
        done();
      }
    });
}
