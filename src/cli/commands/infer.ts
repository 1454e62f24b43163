import path from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { cores } from "../../kit/pool.js";
import { GRACE_MS, onInterrupt } from "../interrupt.js";
import { outputMode, reporter } from "../output.js";

type Flags = Readonly<{
  csv: string;
  images: string;
  output: string;
  workers?: number;
  json?: boolean;
  plain?: boolean;
}>;

/** `reflow infer <bundle-dir>`: adds score and verdict to a table. A bundle that was changed is refused. */
export function registerInfer(program: Command): void {
  program
    .command("infer")
    .description("score new images with a bundle")
    .argument("<bundle-dir>", "made by `reflow export` or found in a run folder")
    .requiredOption("--csv <rows.csv>", "table with input_path, golden_path and object_name")
    .requiredOption("--images <dir>", "folder that the paths of the table are relative to")
    .requiredOption("--output <scores.csv>", "where the table goes, with siamese_score and verdict added")
    .option("--workers <n>", "worker threads (default: all cores)", positive)
    .option("--json", "machine-readable output")
    .option("--plain", "no bars and colours")
    .action(async (bundle: string, flags: Flags) => {
      const { inferCsv } = await import("../../engine/bundle/index.js");
      const mode = outputMode(flags);
      const show = reporter(mode);
      const { signal, done } = onInterrupt({ graceMs: GRACE_MS });
      try {
        const result = await inferCsv({
          bundle: path.resolve(bundle),
          csv: path.resolve(flags.csv),
          imagesDir: path.resolve(flags.images),
          output: path.resolve(flags.output),
          workers: flags.workers ?? cores(),
          emit: show.emit,
          signal,
        });
        show.clear();
        const { rows, ng, pass, output, threshold } = result;
        process.stdout.write(
          mode === "json"
            ? `${JSON.stringify({ type: "result", name: "infer", value: result })}\n`
            : `${output}: ${rows} rows${threshold === null ? "" : `, ${ng} NG, ${pass} PASS`}\n`,
        );
      } finally {
        show.clear();
        done();
      }
    });
}

function positive(text: string): number {
  const n = Number(text);
  if (!/^\d+$/.test(text) || n < 1 || n > 512) throw new InvalidArgumentError("a whole number from 1 to 512");
  return n;
}
