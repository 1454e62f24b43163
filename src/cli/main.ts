import { Command, CommanderError } from "commander";
import { ReflowError } from "../kit/errors.js";
import { printError } from "./errors.js";

/** Loads the module of a command and adds it. Only the named one is loaded, so that `--help` starts quickly. */
type Loader = () => Promise<(program: Command) => void>;

const COMMANDS: Readonly<Record<string, { description: string; load: Loader; hidden?: boolean }>> = {
  doctor: {
    description: "find what breaks training or fakes results in a workspace, row by row",
    load: async () => (await import("./doctor.js")).registerDoctor,
  },
  plan: {
    description: "check a workspace and show what a run would do; ends at the gate",
    load: async () => (await import("./commands/plan.js")).registerPlan,
  },
  run: {
    description: "improve the model until the KPI is met, once the plan is approved",
    load: async () => (await import("./commands/run.js")).registerRun,
  },
  resume: {
    description: "continue an interrupted run",
    load: async () => (await import("./commands/resume.js")).registerResume,
  },
  status: {
    description: "say how far a run is, from its folder alone",
    load: async () => (await import("./commands/status.js")).registerStatus,
  },
  report: {
    description: "make the HTML report of a run again",
    load: async () => (await import("./commands/report.js")).registerReport,
  },
  kpi: {
    description: "analyse an inference table: FAR at each recall, thresholds, exact intervals, verdict",
    load: async () => (await import("./kpi.js")).registerKpi,
  },
  export: {
    description: "copy the deployable bundle of a finished run",
    load: async () => (await import("./commands/export.js")).registerExport,
  },
  infer: {
    description: "score new images with a bundle",
    load: async () => (await import("./commands/infer.js")).registerInfer,
  },
  demo: {
    description: "make a small board workspace and run the whole loop on it, offline",
    load: async () => (await import("./commands/demo.js")).registerDemo,
  },
  stage: {
    description: "run one job of a run (used by platforms)",
    hidden: true,
    load: async () => (await import("./commands/stage.js")).registerStage,
  },
};

const EPILOGUE = `
Exit codes: 0 done (run: KPI met), 1 KPI not met or not enough defects to claim, 2 usage,
3 data problem, 4 stage or engine failure, 130 interrupted and resumable.

Begin with: reflow demo`;

/** Runs the command line and returns the exit code. */
export async function main(given: readonly string[]): Promise<number> {
  // `reflow help run` is `reflow run --help`.
  const argv = given[0] === "help" && given[1] ? [given[1], "--help"] : given;
  const program = new Command("reflow")
    .description("Improve an optical-inspection change model until it meets your KPI, with proof.")
    .exitOverride()
    .showHelpAfterError("(add --help for the options)")
    .addHelpText("after", EPILOGUE);
  const wanted = COMMANDS[argv[0] ?? ""];
  if (wanted) (await wanted.load())(program);
  else {
    for (const [name, { description, hidden }] of Object.entries(COMMANDS))
      program.command(name, hidden ? { hidden: true } : {}).description(description);
    const { programVersion } = await import("../engine/version.js");
    program.version(await programVersion());
  }
  for (const command of program.commands) command.exitOverride();
  try {
    if (argv.length === 0) {
      program.outputHelp();
      return 2;
    }
    await program.parseAsync([...argv], { from: "user" });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    printError(error, { json: argv.includes("--json") });
    return error instanceof ReflowError ? error.exitCode : 4;
  }
}

for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    // `reflow status … | head -1`: the reader is gone, that is no fault.
    if (error.code === "EPIPE") process.exit(Number(process.exitCode ?? 0));
    throw error;
  });

process.exitCode = await main(process.argv.slice(2));
