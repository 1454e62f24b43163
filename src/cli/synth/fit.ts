import path from "node:path";
import type { Command } from "commander";
import type { FitResult } from "../../synthesis/index.js";
import { quoted, suggest } from "../output.js";
import { wholeOption } from "../scene/work.js";
import { MOST, synthWork } from "./work.js";

type Flags = Readonly<{
  dataset: string;
  output: string;
  seed: number;
  encoder?: string;
  json?: boolean;
  plain?: boolean;
}>;

/** Adds `reflow synth fit`: labelled defects become a checkpoint. Exit 0, or 3 when pictures were unusable. */
export function registerFit(group: Command): void {
  group
    .command("fit")
    .description("learn defects from labelled pictures; gives a checkpoint of several steps")
    .requiredOption("--dataset <dir>", "<TEXTURE>/{anomaly_image,mask}/<ANOMALY>/ and <TEXTURE>/clean_image/")
    .requiredOption("--output <dir>", "checkpoint folder; a stopped command goes on there")
    .option("--seed <n>", "decides the validation pictures", wholeOption("--seed", 0, MOST), 0)
    .option("--encoder <file>", "ONNX image encoder that judges the steps (default: built-in patches)")
    .option("--json", "events as JSON lines")
    .option("--plain", "no colours and no rewritten lines")
    .action(async (flags: Flags) => {
      const { fitCheckpoint } = await import("../../synthesis/index.js");
      const encoder = flags.encoder && (await import("./encoder.js")).onnxEncoder(flags.encoder);
      await synthWork<FitResult>("synth fit", flags, {
        work: ({ emit, signal }) =>
          fitCheckpoint({
            dataset: flags.dataset,
            output: flags.output,
            seed: flags.seed,
            ...(encoder ? { encoder } : {}),
            emit,
            signal,
          }),
        value: ({ types, steps, best }) => ({ output: path.resolve(flags.output), types, steps, best }),
        text: ({ types, steps, best }) => [
          ...types.map((t) => `${t.defectType}: ${t.specimens} specimens, ${t.pictured} with a picture`),
          ...steps.map((s) => `step ${s.step}: nn_score ${average(Object.values(s.nn))}`),
          `Best step: ${best}`,
          `Checkpoint: ${path.resolve(flags.output)}`,
        ],
        next: () =>
          suggest(
            `reflow synth run --checkpoint ${quoted(flags.output)} --testcases <testcase.jsonl> --output <dir>`,
          ),
      });
    });
}

function average(values: readonly number[]): string {
  if (values.length === 0) return "not known (needs pictures of defects and clean ones)";
  return (values.reduce((a, b) => a + b, 0) / values.length).toFixed(4);
}
