import type { Command } from "commander";
import type { TreeCheck } from "../../flows/index.js";
import { ReflowError } from "../../kit/errors.js";

const SHOWN = 40;

const HELP = `
<dir> is the output of \`reflow generate\`, a run's folder that came from elsewhere, or a storage root with runs/.

Example:
  reflow validate-tree out/structural`;

/** Adds `reflow validate-tree`. Exit 0, or 3 when something is missing or wrong; warnings do not count. */
export function registerValidateTree(program: Command): void {
  program
    .command("validate-tree")
    .description("say which flow made a folder, and what is missing or wrong in it")
    .argument("<dir>", "a run's folder, or a storage root")
    .option("--json", "one line of JSON instead of text")
    .addHelpText("after", HELP)
    .action(async (dir: string, flags: { json?: boolean }) => {
      const { validateTree } = await import("../../flows/tree/index.js");
      const checks = await validateTree(dir);
      const errors = checks.flatMap((c) => c.problems).filter((p) => p.severity === "error").length;
      if (flags.json) {
        const value = { valid: errors === 0, runs: checks };
        process.stdout.write(`${JSON.stringify({ type: "result", name: "validate-tree", value })}\n`);
      } else for (const check of checks) process.stdout.write(`${textOf(check).join("\n")}\n`);
      if (errors > 0) process.exitCode = new ReflowError("data", "tree_invalid", "", "").exitCode;
    });
}

function textOf({ root, flow, from, counts, problems }: TreeCheck): readonly string[] {
  const errors = problems.filter((p) => p.severity === "error").length;
  const verdict = errors === 0 ? "valid" : `${errors} ${errors === 1 ? "error" : "errors"}`;
  return [
    `${root}: ${flow} (known by its ${from}), ${verdict}`,
    ...Object.entries(counts).map(
      ([stage, list]) =>
        `  ${stage}: ${Object.entries(list)
          .map(([what, n]) => `${n} ${what}`)
          .join(", ")}`,
    ),
    ...problems.slice(0, SHOWN).map((p) => `  ${p.severity}: ${p.code}: ${p.message}`),
    ...(problems.length > SHOWN ? [`  ${problems.length - SHOWN} more`] : []),
  ];
}
