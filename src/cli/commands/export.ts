import { rmdir } from "node:fs/promises";
import path from "node:path";
import type { Command } from "commander";
import { explainWriteError, isErrno, ReflowError } from "../../kit/errors.js";
import { exists } from "../../kit/files.js";
import { quoted, suggest } from "../output.js";

/** `reflow export <run-dir> --output <bundle-dir>`: the checked bundle of a finished run, copied. */
export function registerExport(program: Command): void {
  program
    .command("export")
    .description("copy the deployable bundle of a finished run")
    .argument("<run-dir>", "<workspace>/results/run_…")
    .requiredOption("--output <bundle-dir>", "new folder for the bundle")
    .option("--json", "machine-readable output")
    .action(async (runDir: string, flags: { output: string; json?: boolean }) => {
      const { loadState } = await import("../../loop/state/store.js");
      const { copyBundle } = await import("../../engine/bundle/index.js");
      const state = await loadState(runDir);
      const bundle = path.join(runDir, "bundle");
      if (state.status !== "complete" || !(await exists(bundle)))
        throw new ReflowError(
          "usage",
          "run_unfinished",
          `this run is ${state.status.replace("_", " ")}; its bundle is made and checked at the end`,
          "Finish it with `reflow resume <run-dir>`.",
          { where: { file: runDir } },
        );
      await freePlace(flags.output, bundle);
      const files = await copyBundle(bundle, flags.output);
      process.stdout.write(
        flags.json
          ? `${JSON.stringify({ type: "result", name: "export", value: { bundle: path.resolve(flags.output), files } })}\n`
          : `${path.resolve(flags.output)}\n`,
      );
      if (!flags.json)
        suggest(`reflow infer ${quoted(flags.output)} --csv <rows.csv> --images <dir> --output scores.csv`);
    });
}

/** Throws `output_exists` unless `output` is new or an empty folder (which is removed), outside of the bundle. */
export async function freePlace(output: string, bundle: string): Promise<void> {
  const refuse = (why: string) =>
    new ReflowError("usage", "output_exists", `${output} ${why}`, "Name a new folder.", {
      where: { file: output },
    });
  const inside = path.relative(path.resolve(bundle), path.resolve(output));
  if (inside === "" || !(inside.split(path.sep)[0] === ".." || path.isAbsolute(inside)))
    throw refuse("is the bundle of the run itself");
  if (!(await exists(output))) return;
  await rmdir(output).catch((error: unknown) => {
    if (isErrno(error, "ENOTDIR")) throw refuse("exists and is a file or a link");
    if (isErrno(error, "ENOTEMPTY", "EEXIST")) throw refuse("exists and is not empty");
    throw explainWriteError(error, output);
  });
}
