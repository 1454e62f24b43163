import path from "node:path";
import { fileURLToPath } from "node:url";
import { type Command, InvalidArgumentError } from "commander";
import { ReflowError } from "../../kit/errors.js";
import { cores } from "../../kit/pool.js";
import type { Cookbook, NamedLighting, Pipeline } from "../../scene/cookbook/index.js";
import type { Scene } from "../../scene/model.js";
import type { DryPlan, DryRun } from "../../scene/scan/index.js";
import { onInterrupt } from "../interrupt.js";
import { outputMode, plural, quoted, reporter, suggest } from "../output.js";
import { beside } from "./next.js";
import { listOption, wholeOption } from "./work.js";

type Flags = Readonly<{
  cookbook: string;
  output?: string;
  patches?: number;
  quality: "preview" | "final";
  seed?: number;
  pipeline?: Pipeline;
  lightings?: readonly string[];
  workers?: number;
  dryRun?: boolean;
  json?: boolean;
  plain?: boolean;
}>;

/** Cookbooks that come with the program. */
const COOKBOOKS = fileURLToPath(new URL("../../../cookbooks", import.meta.url));

const HELP = `
Layout: <output>/trigger_0000/rgb_<id>.png, semantic_segmentation_<id>.png, bounding_box_2d_tight_<id>.npy, their
        labels, metadata.json. Further lightings are rgb_<id>_<Lighting>.png. See docs/scene-render.md.

Examples:
  reflow scene board dense --output board.usda
  reflow scene render board.usda --cookbook dense --dry-run
  reflow scene render board.usda --cookbook dense --output good --patches 4 --quality preview
  reflow scene render board.usda --cookbook dense --output bad --pipeline defect --patches 4`;

/** Adds `reflow scene render`. Exit 0, 3 for a scene or cookbook that cannot be used or a scene that lacks a file, 130 stopped and resumable. */
export function registerRender(group: Command): void {
  group
    .command("render")
    .description("render frames of a scene as a cookbook says, with exact labels")
    .argument("<scene>", "OpenUSD file: .usda, .usdc, .usd or .usdz")
    .requiredOption("--cookbook <name|dir>", "a cookbook's folder, or the name of one of ours: dense, mixed")
    .option("--output <dir>", "new folder for the frames; a stopped command goes on there")
    .option(
      "--patches <n>",
      "most frames, each under every lighting; -1 for every cell (default: the cookbook's)",
      patches,
    )
    .option("--quality <quality>", "preview or final", choice(["preview", "final"]), "final")
    .option(
      "--seed <n>",
      "seed of lights, defects and materials (default: the cookbook's)",
      wholeOption("--seed", 0),
    )
    .option(
      "--pipeline <kind>",
      "good, defect or missing (default: good)",
      choice(["good", "defect", "missing"]),
    )
    .option("--lightings <names>", "capture every frame under each of these, separated by commas", listOption)
    .option(
      "--workers <n>",
      "worker threads (default: all cores); results do not depend on it",
      wholeOption("--workers", 1, 256),
    )
    .option("--dry-run", "show what each semantic rule matches and what would be rendered; renders nothing")
    .option("--json", "events as JSON lines")
    .option("--plain", "no colours and no rewritten lines")
    .addHelpText("after", HELP)
    .action(run);
}

async function run(file: string, flags: Flags): Promise<void> {
  const lightings = await checkedLightings(flags.lightings);
  if (!flags.dryRun && flags.output === undefined)
    throw new ReflowError(
      "usage",
      "usage",
      "--output is missing",
      "Name a new folder for the frames, or add --dry-run.",
    );
  const { loadCookbook } = await import("../../scene/cookbook/index.js");
  const cookbook = await loadCookbook(flags.cookbook, { roots: [COOKBOOKS], variables: variables() });
  const { requireScene } = await import("../../scene/flatten/index.js");
  const scene = await requireScene(path.resolve(file));
  if (flags.dryRun) return dryRun(scene, cookbook, flags, lightings);

  const output = path.resolve(flags.output as string);
  const show = reporter(outputMode(flags));
  const { signal, done } = onInterrupt();
  let told = 0;
  try {
    const { renderScan } = await import("../../scene/scan/index.js");
    const result = await renderScan({
      scene,
      cookbook,
      output,
      quality: flags.quality,
      workers: flags.workers ?? cores(),
      signal,
      emit: (event) => {
        if (event.type !== "problem" || flags.json || told++ < SHOWN) show.emit(event);
      },
      ...chosen(flags, lightings),
    });
    show.clear();
    if (told > SHOWN)
      show.emit({ type: "log", level: "warn", message: `${told - SHOWN} more problems; --json shows all` });
    const { frames, kept, pictures, folders, rays } = result;
    const names = result.lightings.filter((name) => name !== undefined);
    if (flags.json) {
      show.emit({
        type: "result",
        name: "scene render",
        value: { output, frames, kept, pictures, folders, lightings: names, rays, problems: result.problems },
      });
      if (result.problems.some((p) => p.severity === "error")) process.exitCode = 3;
      return;
    }
    process.stdout.write(
      [
        `${plural(frames, "frame")}, ${plural(pictures, "picture")} in ${output}`,
        ...(kept > 0 ? [`Kept from an earlier run: ${kept}`] : []),
        `Folders: ${folders.join(", ")}`,
        ...(names.length > 0 ? [`Lightings: ${names.join(", ")}; the first is rgb_<id>.png`] : []),
        "",
      ].join("\n"),
    );
    // Frames without what the scene lacks are no good frames, whatever else is right in them.
    if (result.problems.some((p) => p.severity === "error")) {
      process.exitCode = 3;
      return;
    }
    const mode = (flags.pipeline ?? "good") === "good" ? "" : " --mode component";
    const folder = flags.output as string;
    suggest(`reflow scene crop ${quoted(folder)}${mode} --output ${beside(folder, "crops")}`);
  } finally {
    show.clear();
    done();
  }
}

/** Problems that are shown one by one. */
const SHOWN = 20;

function chosen(flags: Flags, lightings: readonly NamedLighting[] | undefined) {
  return {
    ...(flags.patches === undefined ? {} : { patches: flags.patches }),
    ...(flags.seed === undefined ? {} : { seed: flags.seed }),
    ...(flags.pipeline === undefined ? {} : { pipeline: flags.pipeline }),
    ...(lightings === undefined ? {} : { lightings }),
  };
}

async function dryRun(
  scene: Scene,
  cookbook: Cookbook,
  flags: Flags,
  lightings: readonly NamedLighting[] | undefined,
): Promise<void> {
  const { dryRunScan } = await import("../../scene/scan/index.js");
  const { rules, plan } = await dryRunScan(scene, cookbook, chosen(flags, lightings));
  const failed = plan instanceof ReflowError;
  if (flags.json) {
    const value = failed ? { rules } : { rules, ...plan };
    process.stdout.write(`${JSON.stringify({ type: "result", name: "scene render", value })}\n`);
  } else process.stdout.write(`${[...ruleLines(rules), ...(failed ? [] : planLines(plan))].join("\n")}\n`);
  if (failed) throw plan;
  if (!flags.json)
    for (const { severity, code, message, hint } of plan.problems.slice(0, SHOWN))
      process.stderr.write(`${severity}: ${message} [${code}]\n  ${hint}\n`);
}

function ruleLines(rules: DryRun["rules"]): readonly string[] {
  if (rules.length === 0) return ["No semantic rules", ""];
  const width = rules.reduce((most, r) => Math.max(most, String(r.n_matched).length), 5);
  const row = (count: string, rest: string) => `${count.padStart(width)}  ${rest}`;
  return [
    row("prims", "rule"),
    ...rules.map((r) => row(String(r.n_matched), `${r.match}  ${JSON.stringify(r.labels)}`)),
    "",
  ];
}

function planLines(plan: DryPlan): readonly string[] {
  const size = (values: readonly number[]) => values.map((v) => v.toFixed(2)).join(" × ");
  const labels = Object.entries(plan.labels).map(([label, n]) => `${label} ${n}`);
  return [
    `Board: ${size(plan.board)} scene units`,
    `Frames: ${plan.frames}, each ${plan.resolution.join(" × ")} px of ${size(plan.window)} scene units`,
    `Pictures: ${plan.pictures}${plan.lightings.length > 0 ? ` (${plan.lightings.join(", ")})` : ""}`,
    `Labels: ${labels.join(", ") || "none"}`,
    ...(plan.defects.length > 0 ? [`Defects: ${plan.defects.join(", ")}`] : []),
  ];
}

async function checkedLightings(
  names: readonly string[] | undefined,
): Promise<readonly NamedLighting[] | undefined> {
  if (!names) return undefined;
  const { NAMED_LIGHTINGS } = await import("../../scene/cookbook/index.js");
  for (const name of names)
    if (!NAMED_LIGHTINGS.some((known) => known === name))
      throw new ReflowError(
        "usage",
        "lighting_unknown",
        `there is no lighting ${name}`,
        `Choose from ${NAMED_LIGHTINGS.join(", ")}.`,
      );
  return [...new Set(names)] as NamedLighting[];
}

/** Cookbooks may name variables of the shell. */
function variables(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function patches(text: string): number {
  const value = Number(text);
  if (!/^(?:-1|\d+)$/.test(text) || value === 0 || value > 1_000_000_000)
    throw new InvalidArgumentError("--patches is -1 or a whole number from 1 to 1000000000.");
  return value;
}

function choice<T extends string>(allowed: readonly T[]): (text: string) => T {
  return (text) => {
    const found = allowed.find((option) => option === text);
    if (found === undefined) throw new InvalidArgumentError(`Choose ${allowed.join(" or ")}.`);
    return found;
  };
}
