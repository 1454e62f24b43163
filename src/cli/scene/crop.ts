import path from "node:path";
import type { Command } from "commander";
import type { ComponentCrops, RoiCrops, RoiSettings } from "../../scene/crop/index.js";
import { plural, suggest } from "../output.js";
import { pairCommand } from "./next.js";
import { counted, listOption, REFUSALS, wholeOption, worked } from "./work.js";

type Flags = Readonly<{
  output: string;
  mode: "roi" | "component";
  maxEmit?: number;
  global?: boolean;
  config?: string;
  source?: string;
  classes?: readonly string[];
  offset?: number;
  classFilter?: readonly string[];
  types?: readonly string[];
  depth?: number;
  reference?: string;
  json?: boolean;
  plain?: boolean;
}>;

/** Adds `reflow scene crop`. Exit 0, or 3 when nothing could be cut or a frame was unusable. */
export function registerCrop(group: Command): void {
  group
    .command("crop")
    .description("cut components out of rendered frames, each with its labels")
    .argument("<render-dir>", "output of `reflow scene render`, or one of its folders of frames")
    .requiredOption("--output <dir>", "new folder for the crops; a stopped command goes on there")
    .option("--mode <mode>", "roi: by labels and material; component: by boxes, one bucket per defect", "roi")
    .option("--max-emit <n>", "roi: most crops of each material in each cell", wholeOption("--max-emit", 1))
    .option("--global", "roi: --max-emit counts all crops together")
    .option("--config <file>", "roi: a day0_crop.yaml (default: the one of the render, if any)")
    .option("--classes <names>", "roi: anchor classes, separated by commas", listOption)
    .option("--source <folder>", "folder of frames inside <render-dir>, such as trigger_0001")
    .option("--offset <px>", "pixels around each component (default: 10)", wholeOption("--offset", 0))
    .option(
      "--class-filter <names>",
      "component: only classes or defects that contain one of these",
      listOption,
    )
    .option("--types <names>", "component: image types to cut", listOption)
    .option(
      "--depth <n>",
      "component: path elements that name a component, the empty first one counted",
      wholeOption("--depth", 2),
    )
    .option("--reference <dir>", "component: boxes and labels of a missing flow")
    .option("--json", "events as JSON lines")
    .option("--plain", "no colours and no rewritten lines")
    .addHelpText("after", HELP)
    .action(async (render: string, flags: Flags, command: Command) => {
      if (flags.mode !== "roi" && flags.mode !== "component")
        command.error(`error: --mode is roi or component, not ${flags.mode}`, { exitCode: 2 });
      await (flags.mode === "roi" ? cropRegions(render, flags) : cropParts(render, flags));
    });
}

const HELP = `
Layout: roi       <output>/<material>/<cell>/normal_img/NNNN.png and cad_mask/NNNN_cad_mask.png
        component <output>/<defect>/<type>/frame<id>_<component>.png

Examples:
  reflow scene crop renders/dense --output renders/dense/crop --max-emit 10
  reflow scene crop renders/defect --mode component --output renders/defect/cropped`;

async function cropRegions(render: string, flags: Flags): Promise<void> {
  const { cropRois, defaultCropSettings, findCropConfig, locateFrames } = await import(
    "../../scene/crop/index.js"
  );
  const { resolveInside } = await import("../../kit/files.js");
  const found = await findCropConfig(render, flags.config);
  const wanted = flags.source ?? found?.source;
  // A photo registered to its render lies in one folder, without the files of a render around it.
  const frames =
    found?.settings.layout === "aligned"
      ? { pictures: await resolveInside(render, wanted ?? "aligned"), notes: "", others: [] }
      : await locateFrames(render, wanted);
  const base = found?.settings ?? (await defaultCropSettings(frames.pictures));
  const settings: RoiSettings = {
    ...base,
    ...(flags.classes && { classes: flags.classes }),
    ...(flags.maxEmit !== undefined && { maxEmit: flags.maxEmit }),
    ...(flags.global && { maxEmitScope: "global" as const }),
    ...(flags.offset !== undefined && { offset: flags.offset }),
  };
  await worked<RoiCrops>("scene crop", flags, {
    work: ({ emit, signal }) =>
      cropRois({ source: frames.pictures, output: flags.output, settings, emit, signal }),
    others: frames.others,
    made: (r) => r.emitted,
    value: ({ frames: list, emitted, bridges, materials, refused }) => ({
      output: path.resolve(flags.output),
      settings_from: found?.from ?? "defaults",
      frames: list.length,
      emitted,
      bridges,
      materials,
      refused,
    }),
    text: (r) => [
      `${plural(r.emitted, "crop")} of ${plural(r.frames.length, "frame")} in ${path.resolve(flags.output)}`,
      ...(r.bridges > 0 ? [`Bridge crops: ${r.bridges}`] : []),
      `Materials: ${counted(r.materials)}`,
      `Refused: ${counted(r.refused, REFUSALS)}`,
      `Settings: ${found?.from ?? `defaults, anchors ${settings.classes.join(", ")}`}`,
    ],
    none: "Look at crop.classes, min_area and min_coverage, or render more cells.",
  });
}

async function cropParts(render: string, flags: Flags): Promise<void> {
  const { COMPONENT_DEFAULTS, componentDepth, cropComponents, locateFrames, readMetadata } = await import(
    "../../scene/crop/index.js"
  );
  const frames = await locateFrames(render, flags.source);
  const reference = flags.reference ?? (frames.notes === frames.pictures ? undefined : frames.notes);
  const metadata = await readMetadata(frames.pictures);
  const next = await pairCommand(render, metadata);
  const settings = {
    types: flags.types ?? COMPONENT_DEFAULTS.types,
    offset: flags.offset ?? COMPONENT_DEFAULTS.offset,
    classFilter: flags.classFilter ?? [],
    depth: flags.depth ?? componentDepth(metadata),
  };
  await worked<ComponentCrops>("scene crop", flags, {
    work: ({ emit, signal }) =>
      cropComponents({
        source: frames.pictures,
        ...(reference && { reference }),
        output: flags.output,
        settings,
        emit,
        signal,
      }),
    others: frames.others,
    made: (r) => r.emitted,
    value: ({ frames: list, emitted, buckets, refused }) => ({
      output: path.resolve(flags.output),
      frames: list.length,
      emitted,
      buckets,
      refused,
    }),
    text: (r) => [
      `${plural(r.emitted, "component")} of ${plural(r.frames.length, "frame")} in ${path.resolve(flags.output)}`,
      `Buckets: ${counted(r.buckets)}`,
      `Refused: ${counted(r.refused, REFUSALS)}`,
    ],
    none: "Render more cells, or look at --class-filter and the reasons above.",
    ...(next !== undefined && { next: () => suggest(next) }),
  });
}
