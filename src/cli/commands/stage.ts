import type { Command } from "commander";
import type { AnyStage } from "../../engine/run-stage.js";

/** `reflow stage <name> --job <file>`: one job, started by a platform. Events go to standard output as JSON lines. */
export function registerStage(program: Command): void {
  program
    .command("stage", { hidden: true })
    .argument("<name>", "train, inference, …")
    .requiredOption("--job <file>", "job.json of the job")
    .action(async (_name: string, flags: { job: string }) => {
      const { stageMain } = await import("../../engine/run-stage.js");
      const { builtinStages } = await import("../../engine/toolkits/builtin/index.js");
      const load = async (stage: string): Promise<AnyStage | undefined> => {
        if (!Object.hasOwn(builtinStages, stage)) return undefined;
        const found = builtinStages[stage as keyof typeof builtinStages];
        return found && ((await found()) as AnyStage);
      };
      process.exitCode = await stageMain(flags.job, load);
      // The watch on standard input would keep the process alive.
      process.stdin.destroy();
    });
}
