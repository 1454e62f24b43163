import { stat } from "node:fs/promises";
import path from "node:path";
import {
  checkEndpoint,
  endpointFolder,
  endpointSettings,
  type FolderResult,
  TRANSFER_DEFAULTS,
  transferFolder,
} from "../../appearance/index.js";
import { dataError } from "../../kit/errors.js";
import { exists } from "../../kit/files.js";
import { decodeImage, writeImage } from "../../kit/images.js";
import type { FlowCookbook } from "../cookbook/index.js";
import { type AugmentationConfig, augmentationSchema, readConfig, requiredFile } from "../cookbook/index.js";
import { RECEIPTS } from "../run/folder.js";
import type { FlowContext, FlowRequest, Step, StepIo } from "../run/types.js";
import { type Look, serverNamed } from "./look.js";

export type Edited = {
  edited: number;
  /** Format of the edited pictures. */
  extension: string;
  /** What they look like now, in words. */
  look: string;
  refused: { [reason: string]: number };
};

const ID = "image-edit";
const NEEDS = "the image-edit step needs";

/**
 * Looks whether the step will be able to work, so that a fault is told before anything is rendered: its configuration,
 * the cookbook's own exemplars, and a named server, unless an earlier run has finished the step. Throws
 * `folder_missing`, and what reading and {@link checkEndpoint} throw.
 */
export async function checkEdit(c: FlowContext): Promise<void> {
  const { cookbook } = c.request;
  const config = await editConfig(cookbook);
  const url = serverNamed(c.request);
  if (url === undefined || (await exists(path.join(c.output, RECEIPTS, `${ID}.json`)))) return;
  await checkEndpoint(serverOf(url, config, c.apiKey), c.signal);
}

export async function editConfig(cookbook: FlowCookbook): Promise<AugmentationConfig> {
  const { look } = cookbook.settings;
  if (look?.exemplars) {
    const folder = path.resolve(cookbook.dir, look.exemplars);
    if (!(await stat(folder).catch(() => undefined))?.isDirectory())
      throw dataError(
        "folder_missing",
        `look.exemplars of the cookbook ${cookbook.name} is no folder: ${folder}`,
        "Correct the path in flows.yaml; it begins at that file.",
        { file: cookbook.paths.flows ?? cookbook.dir, field: "look.exemplars" },
      );
  }
  return readConfig(requiredFile(cookbook, "augmentation", NEEDS), augmentationSchema);
}

/**
 * Restyles pictures, pixel for pixel of the same size (dig 1.4). `pairs`: files below `input`, and what they become
 * below `folder`, without extension; the format is that of the cookbook's first output (dig C3). Throws
 * `nothing_edited` when no picture came out.
 */
export async function editStep(
  o: Readonly<{
    request: FlowRequest;
    look: Look;
    input: string;
    folder: string;
    pairs: readonly Readonly<{ from: string; to: string }>[];
  }>,
): Promise<Step<Edited>> {
  const { request, look, input, folder, pairs } = o;
  const file = requiredFile(request.cookbook, "augmentation", NEEDS);
  const config = await readConfig(file, augmentationSchema);
  const extension = path.extname(config.data[0]?.output.video ?? ".png").toLowerCase();
  const places = new Map(pairs.map(({ from, to }) => [from, `${to}${extension}`]));
  return {
    id: ID,
    title: "Appearance",
    makes: [folder],
    after: "continue",
    parameters: {
      extension,
      pictures: pairs.length,
      way: look.way,
      ...(look.way === "endpoint" ? { url: look.url } : look.way === "exemplars" ? { from: look.from } : {}),
    },
    files: [file, ...(look.way === "exemplars" ? [look.folder] : [])],
    run: async (io) => {
      const result =
        look.way === "render"
          ? await keep(io, input, folder, places)
          : await restyle(io, { ...o, look, config, places });
      const { done, failed } = result;
      if (done === 0)
        throw dataError("nothing_edited", "no picture could be restyled", "Look at the problems above.");
      return { edited: done, extension, look: wordsOf(look), refused: failedOf(failed) };
    },
    told: (r) => `${r.edited} pictures, ${r.look}`,
  };
}

type Done = Readonly<{ done: number; failed: number }>;
type Places = ReadonlyMap<string, string>;

/** The look of the render: only the format changes. */
async function keep(io: StepIo, input: string, folder: string, places: Places): Promise<Done> {
  let done = 0;
  for (const [from, to] of places) {
    io.signal?.throwIfAborted();
    const target = io.at(folder, to);
    if (!(await exists(target))) await writeImage(target, await decodeImage(io.at(input, from)));
    io.emit({ type: "progress", what: "appearance", done: ++done, total: places.size, unit: "pictures" });
  }
  return { done, failed: 0 };
}

async function restyle(
  io: StepIo,
  o: Readonly<{
    request: FlowRequest;
    look: Exclude<Look, { way: "render" }>;
    input: string;
    folder: string;
    config: AugmentationConfig;
    places: Places;
  }>,
): Promise<Done> {
  const { look, request, config } = o;
  const common = {
    input: io.at(o.input),
    output: io.at(o.folder),
    place: ({ relative }: { relative: string }) => o.places.get(relative),
    emit: io.emit,
    ...(io.signal && { signal: io.signal }),
  };
  const result: FolderResult =
    look.way === "endpoint"
      ? await endpointFolder({ ...common, concurrency: 1, endpoint: serverOf(look.url, config, io.apiKey) })
      : await transferFolder({
          ...common,
          exemplars: look.folder,
          settings: { ...TRANSFER_DEFAULTS, seed: request.seed },
          workers: io.workers,
        });
  return { done: result.pictures.length, failed: result.failed };
}

function serverOf(url: string, config: AugmentationConfig, apiKey: string | undefined) {
  const { parameters } = config.augmentation;
  const { rot_range_deg, shift_step, bins, min_mi } = config.data_processing.alignment;
  return endpointSettings({
    url,
    ...(apiKey && { apiKey }),
    model: config.endpoints.image_edit.model,
    prompt: config.captioning.llm.text,
    ...(parameters.negative_prompt !== undefined && { negativePrompt: parameters.negative_prompt }),
    steps: parameters.num_inference_steps,
    guidance: parameters.guidance_scale,
    seed: parameters.seed,
    retries: config.pipeline.retry,
    align: { rotation: rot_range_deg, shiftStep: shift_step, bins, minMi: min_mi ?? 0 },
  });
}

function wordsOf(look: Look): string {
  if (look.way === "endpoint") return `edited by ${look.url}`;
  return look.way === "exemplars" ? `with the look of ${look.from}` : "with the look of the render";
}

function failedOf(failed: number): Edited["refused"] {
  return failed > 0 ? { failed } : {};
}
