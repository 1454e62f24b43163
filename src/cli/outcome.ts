import path from "node:path";
import { exists } from "../kit/files.js";
import type { RunOutcome } from "../loop/index.js";
import { fixed } from "../metric/numbers.js";
import { type OutputMode, quoted, suggest } from "./output.js";

/** Prints how a run ended, as text or as the last JSON event, and returns the exit code: 0 met, 1 otherwise. */
export async function printOutcome(o: RunOutcome, mode: OutputMode): Promise<number> {
  const report = path.join(o.run_dir, "DEFT_Loop_Report.html");
  const code = o.verdict === "met" ? 0 : 1;
  const { name, value, unit, target, iteration } = o.metric;
  if (mode === "json") {
    process.stdout.write(
      `${JSON.stringify({
        type: "result",
        name: "run",
        run_dir: o.run_dir,
        verdict: o.verdict,
        metric: o.metric,
        bundle: path.join(o.run_dir, "bundle"),
        report: (await exists(report)) ? report : null,
        exit_code: code,
      })}\n`,
    );
    return code;
  }
  process.stdout.write(
    `${[
      `Verdict: ${o.verdict}`,
      `Target:  ${target}`,
      `Best:    ${iteration}, ${name} ${fixed(value, 3)}${unit}`,
      `Run:     ${o.run_dir}`,
      `Report:  ${report}`,
      `Bundle:  ${path.join(o.run_dir, "bundle")}`,
    ].join("\n")}\n`,
  );
  suggest(
    `reflow infer ${quoted(path.join(o.run_dir, "bundle"))} --csv <rows.csv> --images <dir> --output scores.csv`,
  );
  return code;
}
