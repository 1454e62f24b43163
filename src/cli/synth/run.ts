import path from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { ReflowError } from "../../kit/errors.js";
import { cores } from "../../kit/pool.js";
import type { Refined, RunOptions, RunResult } from "../../synthesis/index.js";
import { suggest } from "../output.js";
import { wholeOption } from "../scene/work.js";
import { MOST, synthWork } from "./work.js";

type Flags = Readonly<{
  checkpoint: string;
  testcases: string;
  output: string;
  seed: number;
  step?: number;
  root?: string;
  workers: number;
  encoder?: string;
  search: number;
  nnThreshold: number;
  json?: boolean;
  plain?: boolean;
}>;

/** Adds `reflow synth run`: paints test cases. Exit 0, or 3 when rows were unusable. */
export function registerSynthRun(group: Command): void {
  group
    .command("run")
    .description("paint the defects of testcase.jsonl; gives pictures, masks, labels and SDG_result.csv")
    .requiredOption("--checkpoint <dir>", "output of `reflow synth fit`")
    .requiredOption("--testcases <file>", "testcase.jsonl, as `reflow place` writes it")
    .requiredOption("--output <dir>", "folder for the pictures; a stopped command goes on there")
    .option("--seed <n>", "same seed, same pictures", wholeOption("--seed", 0, MOST), 0)
    .option("--step <n>", "step of the checkpoint (default: the best one)", wholeOption("--step", 0, MOST))
    .option("--root <dir>", "refuse pictures and masks outside this folder; relative paths begin there")
    .option("--workers <n>", "threads", wholeOption("--workers", 1, MOST), cores())
    .option("--encoder <file>", "ONNX image encoder for nn_score (default: built-in patches)")
    .option(
      "--search <n>",
      "rounds with other guidance and crop ratio; the best go to searched/",
      wholeOption("--search", 0, MOST),
      0,
    )
    .option(
      "--nn-threshold <x>",
      "replace what scores lower; the result goes to filtered/ (0: off)",
      share,
      0,
    )
    .option("--json", "events as JSON lines")
    .option("--plain", "no colours and no rewritten lines")
    .action(async (flags: Flags) => {
      const { refineRun, runTestcases } = await import("../../synthesis/index.js");
      const encoder = flags.encoder && (await import("./encoder.js")).onnxEncoder(flags.encoder);
      await synthWork<RunResult & { refined?: Refined }>("synth run", flags, {
        work: async ({ emit, signal }) => {
          const options: RunOptions = {
            checkpoint: flags.checkpoint,
            testcases: flags.testcases,
            output: flags.output,
            seed: flags.seed,
            workers: flags.workers,
            ...(flags.step === undefined ? {} : { step: flags.step }),
            ...(flags.root === undefined ? {} : { root: flags.root }),
            ...(encoder ? { encoder } : {}),
            emit,
            signal,
          };
          const result = await runTestcases(options);
          if (result.made === 0)
            throw new ReflowError(
              "data",
              "nothing_made",
              `none of ${result.lines} test cases could be made`,
              "The problems say why, row by row.",
              { problems: result.problems },
            );
          if (flags.search === 0 && flags.nnThreshold === 0) return result;
          const scores = new Map(
            [...result.evaluation.samples].map(([name, s]) => [name, s.nn_score ?? undefined] as const),
          );
          const more = { ...options, step: result.step, search: flags.search, threshold: flags.nnThreshold };
          return { ...result, refined: await refineRun(more, result.finished, scores) };
        },
        value: ({ step, lines, made, instances, counts, evaluation, refined }) => ({
          output: path.resolve(flags.output),
          ...(refined ? { refined } : {}),
          step,
          lines,
          made,
          instances,
          counts,
          types: evaluation.types.map(({ auc, ...rest }) => ({ ...rest, auc: auc?.auc ?? null })),
        }),
        text: (r) => [
          `${r.made} pictures of ${r.lines} test cases, ${r.instances} labelled defects, step ${r.step}`,
          ...r.evaluation.types.map(
            (t) =>
              `${t.defectType}: ${t.samples}, nn_score ${t.nn_score?.toFixed(3) ?? "-"}, novelty ${
                t.novelty?.toFixed(3) ?? "-"
              }, told from real with AUC ${t.auc?.auc.toFixed(2) ?? "- (too few)"}`,
          ),
          ...(r.refined
            ? [
                `Refined: ${r.refined.kept} kept, ${r.refined.regenerated} made anew, ${r.refined.failing} below the threshold, in ${r.refined.folder}`,
              ]
            : []),
          `Output: ${path.resolve(flags.output)}`,
        ],
        next: () => suggest(`open ${path.join(flags.output, "annotated_image")} and look at the pictures`),
      });
    });
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError("--nn-threshold must be a number from 0 to 1.");
  return value;
}
