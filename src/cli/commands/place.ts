import path from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import type { PlaceMasksResult } from "../../placement/index.js";
import { quoted, suggest } from "../output.js";
import { counted, wholeOption, worked } from "../scene/work.js";

type Flags = Readonly<{
  dataset: string;
  numSdg: number;
  output: string;
  seed?: number;
  clean?: string;
  defectSpec?: string;
  mode: string;
  perDefectCounts?: Readonly<Record<string, number>>;
  boxes?: string;
  instances?: number;
  mostCover?: number;
  dropUnplaceable?: boolean;
  assets: boolean;
  workers?: number;
  json?: boolean;
  plain?: boolean;
}>;

/** Adds `reflow place`. Exit 0, or 3 when the dataset cannot work or nothing could be placed. */
export function registerPlace(program: Command): void {
  program
    .command("place")
    .description("decide where defects lie on clean images: masks and test cases for a generator")
    .requiredOption(
      "--dataset <dir>",
      "folder with defect_spec.jsonl and <TEXTURE>/{clean_image,mask,cad_mask}",
    )
    .requiredOption("--num-sdg <n>", "samples in all", wholeOption("--num-sdg", 1, 100_000))
    .requiredOption("--output <dir>", "new folder for the masks; a stopped command goes on there")
    .option("--seed <n>", "first seed of the placements (default: 42)", wholeOption("--seed", 0))
    .option("--clean <dir>", "folder of clean images (default: the dataset)")
    .option("--defect-spec <file>", "default: defect_spec.jsonl in the dataset")
    .option(
      "--mode <mode>",
      "inference: samples shared evenly; validation: by number of masks, at least one each",
      "inference",
    )
    .option("--per-defect-counts <json>", 'exact numbers: {"IC+bridge": 5}', countsOption)
    .option("--boxes <file>", "answers of a vision language model to the prompts, one JSON line each")
    .option(
      "--instances <n>",
      "cad: places that one mask covers (default: a random number)",
      wholeOption("--instances", 1),
    )
    .option(
      "--most-cover <part>",
      "without CAD: a mask covers at most this part of its image, such as 0.1 (default: as drawn)",
      partOption,
    )
    .option("--drop-unplaceable", "leave out types without masks or clean images instead of refusing all")
    .option("--no-assets", "masks only, no pictures of candidates and results")
    .option("--workers <n>", "threads (default: all cores)", wholeOption("--workers", 1))
    .option("--json", "events as JSON lines")
    .option("--plain", "no colours and no rewritten lines")
    .addHelpText("after", HELP)
    .action(async (flags: Flags, command: Command) => {
      if (flags.mode !== "inference" && flags.mode !== "validation")
        command.error(`error: --mode is inference or validation, not ${flags.mode}`, { exitCode: 2 });
      await place(flags);
    });
}

const HELP = `
Writes: testcase.jsonl, allocation.json, amp_samples.json, place.json and
        amp/<image>/<TEXTURE>+<ANOMALY>/<mask>_largest__seed<k>.png

Examples:
  reflow place --dataset data/pcb --num-sdg 20 --output placed
  reflow place --dataset data/pcb --num-sdg 60 --mode validation --output placed-valid`;

async function place(flags: Flags): Promise<void> {
  const { placeMasks } = await import("../../placement/index.js");
  await worked<PlaceMasksResult>("place", flags, {
    output: flags.output,
    work: ({ emit, signal }) =>
      placeMasks({
        dataset: flags.dataset,
        numSdg: flags.numSdg,
        output: flags.output,
        mode: flags.mode as "inference" | "validation",
        assets: flags.assets,
        ...(flags.seed !== undefined && { seed: flags.seed }),
        ...(flags.clean && { clean: flags.clean }),
        ...(flags.defectSpec && { defectSpec: flags.defectSpec }),
        ...(flags.perDefectCounts && { perDefectCounts: flags.perDefectCounts }),
        ...(flags.boxes && { boxes: flags.boxes }),
        ...(flags.instances && { instances: flags.instances }),
        ...(flags.mostCover !== undefined && { mostCover: flags.mostCover }),
        ...(flags.dropUnplaceable && { dropUnplaceable: true }),
        ...(flags.workers && { workers: flags.workers }),
        emit,
        signal,
      }),
    others: [],
    made: (r) => r.testcases.length,
    value: ({ testcases, allocation, placed, resumed, files }) => ({
      output: path.resolve(flags.output),
      testcases: testcases.length,
      allocation,
      placed,
      resumed,
      files,
    }),
    text: (r) => [
      `${r.testcases.length} test cases of ${sum(r.allocation)} planned in ${path.resolve(flags.output)}`,
      `Placed: ${counted(r.placed)}`,
      ...(r.resumed > 0 ? [`Taken over from before: ${r.resumed} samples`] : []),
    ],
    none: "Look at amp/summary.json in the output: no candidates, no detection, or failed placements.",
    next: () =>
      suggest(
        `reflow synth run --checkpoint <dir> --testcases ${quoted(path.join(flags.output, "testcase.jsonl"))} --output <dir>`,
      ),
  });
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((a, b) => a + b, 0);
}

function partOption(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value > 0 && value <= 1))
    throw new InvalidArgumentError("a number above 0, at most 1");
  return value;
}

function countsOption(text: string): Readonly<Record<string, number>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InvalidArgumentError('Write JSON such as {"IC+bridge": 5}.');
  }
  const entries =
    typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
  if (entries.length === 0 || entries.some(([, n]) => !Number.isInteger(n) || n < 0 || n > 100_000))
    throw new InvalidArgumentError("Counts are whole numbers from 0, by defect type.");
  return Object.fromEntries(entries);
}
