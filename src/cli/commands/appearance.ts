import path from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import type { Dialect, FolderResult } from "../../appearance/index.js";
import { quoted, suggest } from "../output.js";
import { wholeOption, worked } from "../scene/work.js";

type Flags = Readonly<{
  input: string;
  output: string;
  exemplars?: string;
  endpoint?: string;
  seed?: number;
  exemplarScale: number;
  texture?: number;
  byClass?: boolean;
  config?: string;
  dialect?: Dialect;
  prompt?: string;
  timeout?: number;
  retries?: number;
  concurrency?: number;
  align: boolean;
  check: boolean;
  json?: boolean;
  plain?: boolean;
}>;

/** Adds `reflow appearance`. Exit 0; 3 when single pictures failed; 4 when the endpoint or the disk did. */
export function registerAppearance(program: Command): void {
  program
    .command("appearance")
    .description("make renders look like photos: by real exemplars, or by an image-edit server")
    .requiredOption("--input <dir>", "folder of PNG and JPEG pictures, searched with all its folders")
    .requiredOption("--output <dir>", "new folder; a stopped command goes on there")
    .option("--exemplars <dir>", "real pictures to learn the look from")
    .option(
      "--endpoint <url>",
      "image-edit server, such as http://host:8000/v1; its key in IMAGE_EDIT_API_KEY",
    )
    .option("--seed <n>", "seed of texture and noise (1), or of the server (0)", wholeOption("--seed", 0))
    .option("--exemplar-scale <x>", "size of an exemplar's pixel in pixels of the input", positive, 1)
    .option("--texture <x>", "texture laid on flat places, 0 to 1 (default: 0.1)", part)
    .option("--by-class", "solder learns from solder, body from body; needs labels on both sides")
    .option("--config <file>", "endpoint: an augmentation_config YAML with prompt and parameters")
    .option("--dialect <name>", "endpoint: chat, images or infer (default: chat)", dialect)
    .option("--prompt <text>", "endpoint: what to ask for")
    .option("--timeout <s>", "endpoint: seconds for one answer (default: 120)", seconds)
    .option(
      "--retries <n>",
      "endpoint: further tries of one picture (default: 3)",
      wholeOption("--retries", 0),
    )
    .option("--no-align", "endpoint: only scale the answer, do not lay it on the original")
    .option("--no-check", "endpoint: do not ask for its model first")
    .option(
      "--concurrency <n>",
      "pictures in work at a time (default: 2, or all cores)",
      wholeOption("--concurrency", 1),
    )
    .option("--json", "events as JSON lines")
    .option("--plain", "no colours and no rewritten lines")
    .addHelpText("after", HELP)
    .action(async (flags: Flags, command: Command) => {
      if ((flags.exemplars === undefined) === (flags.endpoint === undefined))
        command.error("error: name either --exemplars or --endpoint", { exitCode: 2 });
      refuseUnheeded(command, flags.endpoint === undefined);
      await worked<FolderResult>("appearance", flags, {
        output: flags.output,
        work: (o) =>
          flags.endpoint === undefined ? byExemplars(flags, o) : byEndpoint(flags, flags.endpoint, o),
        others: [],
        made: (r) => r.pictures.length,
        value: (r) => ({
          output: path.resolve(flags.output),
          edited: r.pictures.length,
          kept: r.kept,
          failed: r.failed,
          carried: r.carried,
        }),
        text: (r) => [
          `${r.pictures.length} pictures in ${path.resolve(flags.output)}`,
          ...(r.kept > 0 ? [`Kept from before: ${r.kept}`] : []),
          ...(r.failed > 0 ? [`Failed: ${r.failed}; the same command tries them again`] : []),
          `Carried along: ${r.carried} files`,
        ],
        none: "The problems say why; the same command tries the pictures again.",
        next: () =>
          suggest(
            `look at the pictures in ${quoted(flags.output)}; it can stand in for ${quoted(flags.input)}`,
          ),
      });
    });
}

const HELP = `
Labels, masks and all other files are copied unchanged, so that the output can stand in for the input.

Examples:
  reflow appearance --input renders/dense/crop --exemplars photos --output renders/dense/real
  reflow appearance --input crop --endpoint http://localhost:8000/v1 --output real --dialect images`;

/** Options of one way say nothing about the other: given all the same, they are a mistake. */
const OF_EXEMPLARS = { exemplarScale: "--exemplar-scale", texture: "--texture", byClass: "--by-class" };
const OF_ENDPOINT = {
  config: "--config",
  dialect: "--dialect",
  prompt: "--prompt",
  timeout: "--timeout",
  retries: "--retries",
  align: "--no-align",
  check: "--no-check",
};

function refuseUnheeded(command: Command, exemplars: boolean): void {
  const [others, way] = exemplars ? [OF_ENDPOINT, "--exemplars"] : [OF_EXEMPLARS, "--endpoint"];
  const given = Object.entries(others).filter(([name]) => command.getOptionValueSource(name) === "cli");
  if (given.length > 0)
    command.error(`error: ${given.map(([, flag]) => flag).join(", ")} does nothing with ${way}`, {
      exitCode: 2,
    });
}

type Running = Pick<Parameters<Parameters<typeof worked<FolderResult>>[2]["work"]>[0], "emit" | "signal">;

async function byExemplars(flags: Flags, o: Running): Promise<FolderResult> {
  const { transferFolder, TRANSFER_DEFAULTS } = await import("../../appearance/index.js");
  const { cores } = await import("../../kit/pool.js");
  return transferFolder({
    input: flags.input,
    output: flags.output,
    exemplars: flags.exemplars ?? "",
    exemplarScale: flags.exemplarScale,
    settings: {
      ...TRANSFER_DEFAULTS,
      ...(flags.seed !== undefined && { seed: flags.seed }),
      ...(flags.texture !== undefined && { texture: flags.texture }),
      ...(flags.byClass && { division: "labels" as const }),
    },
    workers: flags.concurrency ?? cores(),
    ...o,
  });
}

async function byEndpoint(flags: Flags, url: string, o: Running): Promise<FolderResult> {
  const { endpointFolder, endpointSettings, parseEditCookbook } = await import("../../appearance/index.js");
  const { readText } = await import("../../kit/files.js");
  const { secretOf } = await import("../../kit/secrets.js");
  const cookbook = flags.config ? parseEditCookbook(await readText(flags.config), flags.config) : undefined;
  // The one place where the key is read; it is written nowhere.
  const apiKey = secretOf("IMAGE_EDIT_API_KEY", process.env.IMAGE_EDIT_API_KEY);
  const endpoint = endpointSettings({
    ...cookbook?.endpoint,
    url,
    ...(apiKey && { apiKey }),
    ...(flags.seed !== undefined && { seed: flags.seed }),
    ...(flags.dialect && { dialect: flags.dialect }),
    ...(flags.prompt && { prompt: flags.prompt }),
    ...(flags.timeout !== undefined && { timeout: flags.timeout }),
    ...(flags.retries !== undefined && { retries: flags.retries }),
    ...(!flags.align && { align: undefined }),
  });
  const suffix = cookbook?.suffix;
  return endpointFolder({
    input: flags.input,
    output: flags.output,
    endpoint,
    check: flags.check,
    concurrency: flags.concurrency ?? 2,
    ...(suffix && {
      place: ({ relative, role }) =>
        role === "picture" ? `${relative.slice(0, relative.lastIndexOf("."))}${suffix}` : relative,
    }),
    ...o,
  });
}

function dialect(text: string): Dialect {
  if (text !== "chat" && text !== "images" && text !== "infer")
    throw new InvalidArgumentError("It is chat, images or infer.");
  return text;
}

function positive(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0.05 && value <= 20))
    throw new InvalidArgumentError("a number from 0.05 to 20");
  return value;
}

function part(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError("a number from 0 to 1");
  return value;
}

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 1 && value <= 290))
    throw new InvalidArgumentError("a number from 1 to 290");
  return value;
}
