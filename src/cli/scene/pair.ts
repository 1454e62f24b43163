import path from "node:path";
import type { Command } from "commander";
import type { PairRender, PairSettings, Pairs } from "../../scene/pair/index.js";
import { plural, quoted, suggest } from "../output.js";
import { counted, listOption, REFUSALS, wholeOption, worked } from "./work.js";

type Flags = Readonly<{
  output: string;
  mode: "frame" | "component";
  light?: string;
  offset?: number;
  classFilter?: readonly string[];
  depth?: number;
  pass?: number;
  passFrom?: string;
  seed: number;
  board?: string;
  workspace?: boolean;
  json?: boolean;
  plain?: boolean;
}>;

/** Adds `reflow scene pair`. Exit 0, or 3 when there is no pair or a frame was unusable. */
export function registerPair(group: Command): void {
  group
    .command("pair")
    .description("pair a good and a defective render of the same frames: golden, test, mask and table rows")
    .argument("<good-dir>", "output of a good render, or one of its folders of frames")
    .argument("<defect-dir>", "output of a defect or missing render of the same cells")
    .requiredOption("--output <dir>", "new folder for the pairs; a stopped command goes on there")
    .option("--mode <mode>", "frame: whole frames; component: each defective component", "frame")
    .option("--light <name>", "lighting, the ending of the files (default: what the render's metadata says)")
    .option(
      "--offset <px>",
      "component: pixels around each component (default: 10)",
      wholeOption("--offset", 0),
    )
    .option(
      "--class-filter <names>",
      "component: only classes or defects that contain one of these",
      listOption,
    )
    .option(
      "--depth <n>",
      "component: path elements that name a component, the empty first one counted",
      wholeOption("--depth", 2),
    )
    .option(
      "--pass <n>",
      "good pairs for each defective one (default: 0; with --workspace 1)",
      wholeOption("--pass", 0),
    )
    .option("--pass-from <dir>", "a second good render with another seed: test pictures of the good pairs")
    .option(
      "--seed <n>",
      "decides which good components are taken and how tables are split",
      wholeOption("--seed", 0),
      0,
    )
    .option("--board <name>", "boardname of the rows (default: the scene's file name)")
    .option("--workspace", "make <dir> a workspace: images/ and training, validation and test tables")
    .option("--json", "events as JSON lines")
    .option("--plain", "no colours and no rewritten lines")
    .addHelpText("after", HELP)
    .action(async (good: string, defect: string, flags: Flags, command: Command) => {
      if (flags.mode !== "frame" && flags.mode !== "component")
        command.error(`error: --mode is frame or component, not ${flags.mode}`, { exitCode: 2 });
      if (flags.light !== undefined && !/^[\w.-]+$/.test(flags.light))
        command.error("error: --light is one word of letters, digits, dots and dashes", { exitCode: 2 });
      await pair(good, defect, flags);
    });
}

const HELP = `
Layout: <output>/golden, defect, mask and pass, files <frame>[_<component>]_<lighting>.png, and pairs.csv

Examples:
  reflow scene pair renders/good renders/defect --output pairs --mode component
  reflow scene pair renders/good renders/defect --output boards --mode component --workspace --pass-from renders/good2`;

async function pair(goodDir: string, defectDir: string, flags: Flags): Promise<void> {
  const { componentDepth } = await import("../../scene/crop/index.js");
  const { buildPairs, lightingsOf, PAIR_DEFAULTS } = await import("../../scene/pair/index.js");
  const { writePairTable, writePairWorkspace } = await import("./pair-table.js");
  const good = await render(goodDir, "good");
  const defect = await render(defectDir, "defect");
  const second = flags.passFrom === undefined ? undefined : await render(flags.passFrom, "good");
  const settings: PairSettings = {
    ...PAIR_DEFAULTS,
    mode: flags.mode,
    lights: flags.light !== undefined ? [flags.light] : lightingsOf(defect.metadata),
    offset: flags.offset ?? PAIR_DEFAULTS.offset,
    classFilter: flags.classFilter ?? [],
    depth: flags.depth ?? componentDepth(defect.metadata),
    pass: flags.pass ?? (flags.workspace || second ? 1 : 0),
    flatten: flags.workspace === true,
    seed: flags.seed,
  };
  const images = flags.workspace ? path.join(flags.output, "images") : flags.output;
  const board = flags.board ?? boardOf(defect);
  let tables: Readonly<Record<string, number>> = {};
  await worked<Pairs>("scene pair", flags, {
    work: async ({ emit, signal }) => {
      const result = await buildPairs({
        good,
        defect,
        ...(second && { pass: second }),
        output: images,
        settings,
        emit,
        signal,
      });
      if (result.pairs.length === 0) return result;
      if (!flags.workspace) {
        tables = await writePairTable(path.join(flags.output, "pairs.csv"), result.pairs, board);
        return result;
      }
      const made = await writePairWorkspace(flags.output, result.pairs, { board, seed: flags.seed });
      tables = made.rows;
      return { ...result, problems: [...result.problems, ...made.problems] };
    },
    others: [...new Set([...good.others, ...defect.others])],
    made: (r) => r.pairs.length,
    value: ({ frames, pairs, lights, labels, refused, withoutGoodBox }) => ({
      output: path.resolve(flags.output),
      frames: frames.length,
      pairs: pairs.length,
      lights,
      labels,
      tables,
      refused,
      without_good_box: withoutGoodBox,
    }),
    text: (r) => [
      `${plural(r.pairs.length, "pair")} of ${plural(r.frames.length, "frame")} in ${path.resolve(flags.output)}, ${r.lights.join(", ")}`,
      `Labels: ${counted(r.labels)}`,
      `Refused: ${counted(r.refused, REFUSALS)}`,
      ...(r.withoutGoodBox > 0 ? [`Cut by the defect's box alone: ${r.withoutGoodBox}`] : []),
      `Tables: ${counted(tables)}`,
    ],
    none: "Render more cells, or a larger ratio of defects. The defect render needs writer.semantic_types: [defect].",
    ...(flags.workspace && { next: () => suggest(`reflow doctor ${quoted(flags.output)}`) }),
  });
}

/** The frames of a render. A missing flow holds both sides: golden pictures in its reference. */
async function render(dir: string, role: "good" | "defect"): Promise<PairRender> {
  const { locateFrames, readMetadata } = await import("../../scene/crop/index.js");
  const found = await locateFrames(dir);
  const metadata = await readMetadata(found.pictures);
  return { ...found, ...(role === "good" && { pictures: found.notes }), ...(metadata && { metadata }) };
}

function boardOf({ metadata }: PairRender): string {
  const scene = metadata?.config.scene;
  return typeof scene === "string" ? path.basename(scene, path.extname(scene)) : "";
}
