import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import type { FlowRequest, FlowRun } from "../../flows/index.js";
import type { Storage } from "../../flows/storage/index.js";
import { ReflowError } from "../../kit/errors.js";
import { nearestName } from "../../kit/nearest-name.js";
import { cores } from "../../kit/pool.js";
import { onInterrupt } from "../interrupt.js";
import { outputMode, quoted, reporter, suggest } from "../output.js";
import { seed } from "../run-options.js";

type Flags = Readonly<{
  cookbook: string;
  output: string;
  seed: number;
  set: readonly string[];
  platform: string;
  toWorkspace?: string;
  upload: boolean;
  workers?: number;
  json?: boolean;
  plain?: boolean;
}>;

const MOST_WORKERS = 1024;

/** Cookbooks that come with the program. */
export const COOKBOOKS = fileURLToPath(new URL("../../../cookbooks", import.meta.url));

const HELP = `
Flows: good          clean crops of a modelled board, restyled
       structural    shifted, tombstoned, side-flipped components of a modelled board
       texture-day0  solder bridges, excess solder, missing components on rendered crops
       day1-align    defects on a real photo of a board, registered to its CAD
       day1-roi      defects on ready-made regions: metal, glass
       finetune      learn a bank of defects from labelled pictures

Layout and knobs: docs/flows.md. A stopped command goes on where it was.

Examples:
  reflow generate structural --cookbook dense --output out/structural --set render_patches=3
  reflow generate good --cookbook mixed --output out/good --set crop_max_emit=3
  reflow generate day1-roi --cookbook glass --output out/glass --set num_sdg=12`;

/** Adds `reflow generate <flow>`. Exit 0, 2 for a wrong request, 3 for data, 130 stopped and resumable. */
export function registerGenerate(program: Command): void {
  program
    .command("generate")
    .description("make labelled defect pictures: one of the six flows")
    .argument("<flow>", "good, structural, texture-day0, day1-align, day1-roi or finetune")
    .requiredOption(
      "--cookbook <name|dir>",
      "a cookbook's folder, or one of ours: dense, mixed, metal_surface, glass",
    )
    .requiredOption("--output <dir>", "new folder for the run; a stopped command goes on there")
    .option("--seed <n>", "seed of everything random", seed, 0)
    .option("--set <knob=value>", "a knob; may be given several times", collect, [])
    .option("--platform <name>", "where it runs: local", "local")
    .option("--to-workspace <dir>", "also make a cold-start workspace for `reflow run`")
    .option("--no-upload", "an s3:// root is only read; results stay in --output")
    .option(
      "--workers <n>",
      "worker threads (default: all cores); results do not depend on it",
      workersOption,
    )
    .option("--json", "events as JSON lines")
    .option("--plain", "no colours and no rewritten lines")
    .addHelpText("after", HELP)
    .action(run);
}

async function run(word: string, flags: Flags): Promise<void> {
  const { FLOW_DEFINITIONS, FLOWS, loadFlowCookbook, makeRequest, repeatCommand, runFlow } = await import(
    "../../flows/index.js"
  );
  const id = FLOWS.find((known) => known === word);
  if (!id) {
    const near = nearestName(word, FLOWS);
    throw new ReflowError(
      "usage",
      "flow_unknown",
      `there is no flow "${word}"`,
      near ? `Did you mean ${near}?` : `Choose from ${FLOWS.join(", ")}.`,
    );
  }
  if (flags.platform !== "local")
    throw new ReflowError(
      "usage",
      "platform_unsupported",
      `flows do not run on "${flags.platform}"`,
      "Leave --platform out, or say local.",
    );
  if (flags.output.trim() === "")
    throw new ReflowError("usage", "usage", "--output is empty", "Name a new folder.");
  const definition = FLOW_DEFINITIONS[id];
  const cookbook = await loadFlowCookbook(flags.cookbook, { roots: [COOKBOOKS] });
  const request = makeRequest(definition, cookbook, { seed: flags.seed, set: flags.set });
  const show = reporter(outputMode(flags));
  const { signal, done } = onInterrupt();
  try {
    const { frozenClock, systemClock } = await import("../../engine/clock.js");
    const { secretOf } = await import("../../kit/secrets.js");
    const apiKey = secretOf("IMAGE_EDIT_API_KEY", process.env.IMAGE_EDIT_API_KEY);
    const storage = await storageOf(request);
    const epoch = Number(process.env.SOURCE_DATE_EPOCH);
    const result = await runFlow(definition, request, {
      output: flags.output,
      workers: flags.workers ?? cores(),
      emit: show.emit,
      signal,
      ...(apiKey && { apiKey }),
      ...(storage && { storage, upload: flags.upload }),
      ...(flags.toWorkspace !== undefined && { toWorkspace: flags.toWorkspace }),
      clock: process.env.SOURCE_DATE_EPOCH && Number.isSafeInteger(epoch) ? frozenClock(epoch) : systemClock,
    });
    show.clear();
    if (flags.json) show.emit({ type: "result", name: "generate", value: jsonOf(result) });
    else {
      process.stdout.write(`${textOf(result).join("\n")}\n`);
      if (flags.toWorkspace !== undefined) suggest(`reflow doctor ${quoted(flags.toWorkspace)}`);
      else {
        // The same request: another one would be refused in this folder.
        if (result.outcome.pairs)
          suggest(`${repeatCommand({ ...flags, flow: id })} --to-workspace workspace`);
        for (const command of result.outcome.next.slice(result.outcome.pairs ? 1 : 0)) suggest(command);
      }
      suggest(`reflow validate-tree ${quoted(flags.output)}`);
    }
  } finally {
    show.clear();
    done();
  }
}

/** The storage root, where it is none of this machine's folders. */
async function storageOf({ knobs }: FlowRequest): Promise<Storage | undefined> {
  const { isLocalRoot } = await import("../../flows/knobs/index.js");
  const root = knobs.dig_url_root;
  if (typeof root !== "string" || isLocalRoot(root)) return undefined;
  const { openStorage, s3Access } = await import("../../flows/storage/index.js");
  return openStorage(root, s3Access(process.env));
}

function jsonOf({
  output,
  request,
  outcome,
  page,
  kept,
  uploaded,
  workspace,
}: FlowRun): Readonly<Record<string, unknown>> {
  const { samples: _, pairs: __, ...rest } = outcome;
  return {
    output,
    flow: request.flow,
    name: request.name,
    seed: request.seed,
    knobs: request.knobs,
    page,
    kept,
    ...(uploaded && { uploaded }),
    ...(workspace && { workspace }),
    ...rest,
  };
}

function textOf({ output, request, outcome, page, kept, uploaded, workspace }: FlowRun): readonly string[] {
  const n = (value: number | null) => (value === null ? "–" : String(value));
  const rows = outcome.accounts.map((a) => [
    a.of === a.unit ? a.of : `${a.of} (${a.unit})`,
    n(a.requested),
    n(a.allocated),
    String(a.generated),
  ]);
  const table = [["", "requested", "allocated", "generated"], ...rows];
  const widths = [0, 1, 2, 3].map((i) => Math.max(...table.map((row) => (row[i] as string).length)));
  const lines = table.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[0] as number) : cell.padStart(widths[i] as number)))
      .join("  "),
  );
  return [
    `${request.name} in ${output}`,
    ...(kept > 0 ? [`Steps kept from an earlier run: ${kept}`] : []),
    ...lines,
    ...refusals(outcome),
    ...(uploaded ? [`Results: ${uploaded.url} (${uploaded.files} files)`] : []),
    ...(workspace
      ? [
          `Workspace: ${Object.entries(workspace)
            .map(([name, n]) => `${name} ${n}`)
            .join(", ")} rows`,
        ]
      : []),
    `Page: ${path.relative(process.cwd(), page) || page}`,
  ];
}

function refusals({ accounts, refused }: FlowRun["outcome"]): readonly string[] {
  const all: Record<string, number> = {};
  for (const reasons of [...accounts.map((a) => a.refused), ...Object.values(refused)])
    for (const [why, n] of Object.entries(reasons)) all[why] = (all[why] ?? 0) + n;
  const some = Object.entries(all).filter(([, count]) => count > 0);
  return some.length > 0 ? [`Refused: ${some.map(([why, count]) => `${why} ${count}`).join(", ")}`] : [];
}

function collect(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}

function workersOption(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > MOST_WORKERS)
    throw new ReflowError(
      "usage",
      "usage",
      `--workers ${text} is no whole number from 1 to ${MOST_WORKERS}`,
      "For example --workers 2.",
    );
  return value;
}
