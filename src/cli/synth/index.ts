import type { Command } from "commander";

/** Adds `reflow synth`; only the named subcommand is loaded, all of them where none is. */
export async function registerSynth(program: Command, rest: readonly string[]): Promise<void> {
  const group = program.command("synth").description("learn labelled defects and paint them under masks");
  const word = rest.find((w) => !w.startsWith("-"));
  if (word !== "run") (await import("./fit.js")).registerFit(group);
  if (word !== "fit") (await import("./run.js")).registerSynthRun(group);
}
