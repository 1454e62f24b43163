import { stdout } from "node:process";
import type { Command } from "commander";
import type { Diagnosis, Repair } from "../dataset/index.js";
import { ReflowError } from "../kit/errors.js";
import { GRACE_MS, onInterrupt } from "./interrupt.js";
import { outputMode, reporter } from "./output.js";

type Options = Readonly<{
  fix?: boolean;
  json?: boolean;
  plain?: boolean;
  junit?: string;
  claim?: string;
  decode: boolean;
}>;

/** Adds `reflow doctor`. Exit 0: clean or warnings only; 3: errors (with --fix: errors that remain in the copies). */
export function registerDoctor(program: Command): void {
  program
    .command("doctor")
    .description("find what breaks training or fakes results in a workspace, row by row")
    .argument("<workspace>", "folder with train/, kpi/ and images/")
    .option("--fix", "write repaired copies of the tables to <workspace>/fixed; originals stay as they are")
    .option("--json", "print the diagnosis as JSON")
    .option("--plain", "no colours and no rewritten lines")
    .option("--junit <file>", "also write the diagnosis as JUnit XML")
    .option("--claim <text>", 'check that the data can support a claim, e.g. "escape<=1%@95%"')
    .option("--no-decode", "do not decode images: fast, but content leaks and broken images are not seen")
    .addHelpText("after", HELP)
    .action(async (workspace: string, options: Options) => {
      process.exitCode = await doctor(workspace, options);
    });
}

const HELP = `
Exit codes: 0 no errors, 3 errors found. Codes are explained in docs/doctor.md.

Examples:
  reflow doctor boards
  reflow doctor boards --fix
  reflow doctor boards --json --no-decode --junit doctor.xml`;

async function doctor(folder: string, o: Options): Promise<number> {
  const { diagnose, discoverWorkspace, repair } = await import("../dataset/index.js");
  const { parseClaim } = await import("../metric/index.js");
  const { writeFileAtomic } = await import("../kit/files.js");
  const { doctorText, repairText } = await import("./doctor-text.js");
  const { doctorJunit } = await import("./doctor-junit.js");

  // Progress goes to standard error in every mode: standard output holds the diagnosis alone.
  const { emit, clear } = reporter(outputMode({ plain: o.plain === true }));
  const show: typeof emit = (event) => {
    if (event.type === "progress") emit(event);
  };
  const { signal, done } = onInterrupt({ graceMs: GRACE_MS });
  try {
    const claim = o.claim === undefined ? undefined : parseClaim(o.claim);
    const workspace = await discoverWorkspace(folder);
    const settings = { decode: o.decode, emit: show, signal, ...(claim && { claim }) };
    const fixed: Repair | undefined = o.fix ? await repair(workspace, settings) : undefined;
    const diagnosis: Diagnosis = fixed?.before ?? (await diagnose(workspace, settings));
    clear();

    const color = stdout.isTTY === true && !o.plain && !process.env.NO_COLOR;
    if (o.json)
      stdout.write(`${JSON.stringify(fixed ? { ...diagnosis, fix: fixed } : diagnosis, null, 2)}\n`);
    else {
      stdout.write(doctorText(diagnosis, { color, fixHint: !o.fix }));
      if (fixed) stdout.write(repairText(fixed, { color }));
    }
    if (o.junit) await writeFileAtomic(o.junit, doctorJunit(fixed?.after ?? diagnosis));
    return (fixed?.after ?? diagnosis).ok ? 0 : 3;
  } catch (error) {
    clear();
    if (!signal.aborted) throw error;
    throw new ReflowError(
      "interrupted",
      "interrupted",
      "stopped; your tables are as they were",
      "The same command starts again.",
    );
  } finally {
    done();
  }
}
