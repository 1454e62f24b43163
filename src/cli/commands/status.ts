import type { Command } from "commander";
import type { RunStatus } from "../../loop/status.js";
import { duration, outOf, quoted, suggest } from "../output.js";

/** `reflow status <run-dir>`: what is true of a run, read from disk. */
export function registerStatus(program: Command): void {
  program
    .command("status")
    .description("say how far a run is, from its folder alone")
    .argument("<run-dir>", "<workspace>/results/run_…")
    .option("--json", "machine-readable output")
    .option("--plain", "no colours (there are none)")
    .action(async (runDir: string, flags: { json?: boolean }) => {
      const { runStatus } = await import("../../loop/status.js");
      const status = await runStatus(runDir);
      process.stdout.write(flags.json ? `${JSON.stringify(status, null, 2)}\n` : statusText(status));
      if (!flags.json && status.status === "interrupted") suggest(`reflow resume ${quoted(runDir)}`);
    });
}

function statusText(s: RunStatus): string {
  const lines = [
    `Run:     ${s.run_dir}`,
    `Status:  ${s.status}`,
    `Target:  ${s.target}`,
    `Next:    ${s.iteration}/${s.next_stage} (at most ${s.max_iterations} iterations)`,
  ];
  for (const m of s.metric)
    lines.push(
      `${m.label === s.best ? "Best:    " : "         "}${m.label} ${Number(m.value.toFixed(3))}${m.unit}${m.passed ? " met" : ""}`,
    );
  if (s.progress?.what) {
    const { what, done = 0, total = 0, unit = "", eta } = s.progress;
    lines.push(
      `Now:     ${what} ${outOf({ done, total, unit })}${eta === undefined ? "" : `, ${duration(eta)} left`}`,
    );
  }
  if (s.events.length > 0) lines.push("Last events:");
  for (const e of s.events) lines.push(`  ${e.ts} ${e.iter}/${e.stage} ${e.status}: ${e.summary}`);
  if (s.report) lines.push(`Report:  ${s.report}`);
  return `${lines.join("\n")}\n`;
}
