import { Command, CommanderError } from "commander";
import { explainWriteError, ReflowError } from "../kit/errors.js";
import { printError } from "./errors.js";
import { interrupted } from "./interrupt.js";

/**
 * Loads the module of a command and adds it. Only the named one is loaded, so that `--help` starts quickly; a group
 * of commands looks at the words that follow its name for the same reason.
 */
type Loader = () => Promise<(program: Command, rest: readonly string[]) => void | Promise<void>>;

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
  generate: {
    description: "make labelled defect pictures: one of the six flows",
    load: async () => (await import("./commands/generate.js")).registerGenerate,
  },
  scene: {
    description: "make inspection images with exact labels from a board's CAD scene",
    load: async () => (await import("./scene/index.js")).registerScene,
  },
  appearance: {
    description: "make renders look like photos: by real exemplars, or by an image-edit server",
    load: async () => (await import("./commands/appearance.js")).registerAppearance,
  },
  place: {
    description: "decide where defects lie on clean images: masks and test cases for a generator",
    load: async () => (await import("./commands/place.js")).registerPlace,
  },
  "validate-tree": {
    description: "say which flow made a folder, and what is missing or wrong in it",
    load: async () => (await import("./commands/validate-tree.js")).registerValidateTree,
  },
  register: {
    description: "find a render or CAD mask in a photo, and refuse the wrong board",
    load: async () => (await import("./commands/register.js")).registerRegister,
  },
  synth: {
    description: "learn labelled defects and paint them under masks",
    load: async () => (await import("./synth/index.js")).registerSynth,
  },
  ask: {
    description: "turn a request into a plan, or into the few questions that are still open",
    load: async () => (await import("./commands/ask.js")).registerAsk,
  },
  setup: {
    description: "prepare a storage root for a case: pcb, metal, glass or pretrained",
    load: async () => (await import("./commands/setup.js")).registerSetup,
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
  const json = given.includes("--json");
  const argv = meant(given);
  const program = new Command("reflow")
    .description("Improve an optical-inspection change model until it meets your KPI, with proof.")
    .exitOverride()
    .showHelpAfterError("(add --help for the options)")
    .addHelpText("after", EPILOGUE);
  // The one error event stands for the text.
  if (json) program.configureOutput({ writeErr: () => {} });
  const wanted = known(argv[0]);
  if (wanted) await (await wanted.load())(program, argv.slice(1));
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
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0;
      if (json) printError(usage(error.message), { json });
      return 2;
    }
    const told = aborted(error) ? interrupted() : error;
    printError(told, { json });
    return told instanceof ReflowError ? told.exitCode : 4;
  }
}

/** Work that a signal stopped and that had no better word for it (Node's and the pool's error of an abort). */
function aborted(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

/** The command of that name; words like `constructor` are none. */
function known(name = ""): (typeof COMMANDS)[string] | undefined {
  return Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
}

/** `reflow help run` is `reflow run --help`, `reflow help scene crop` is `reflow scene crop --help`; an unknown word stays alone, so that no option can hide it. */
function meant(given: readonly string[]): readonly string[] {
  const word = given[0] === "help" ? given[1] : given[0];
  if (word === "help") return ["--help"];
  if (word === undefined || word.startsWith("-")) return given;
  if (!known(word)) return [word];
  return given[0] === "help" ? [word, ...given.slice(2), "--help"] : given;
}

function usage(message: string): ReflowError {
  return new ReflowError("usage", "usage", message.replace(/^error: /, ""), "Add --help for the options.");
}

for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    // `reflow status … | head -1`: the reader is gone, that is no fault.
    if (error.code === "EPIPE") process.exit(Number(process.exitCode ?? 0));
    // A full disk under a redirected output. Where standard error itself fails, only the exit code is left.
    if (stream === process.stdout)
      printError(explainWriteError(error, "the standard output"), { json: false, brief: true });
    process.exit(4);
  });

process.exitCode = await main(process.argv.slice(2));
