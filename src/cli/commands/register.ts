import { rm } from "node:fs/promises";
import path from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { ReflowError } from "../../kit/errors.js";
import type { Model, Refusal, RegisterOptions, Registration } from "../../vision/registration/index.js";
import { quoted, suggest } from "../output.js";

const MODELS: readonly Model[] = ["similarity", "two-scale", "affine", "homography"];

type Flags = Readonly<{
  model: Model;
  output: string;
  minMi?: number;
  shift?: number;
  rotation?: readonly [number, number];
  scale?: readonly [number, number];
  scaleY?: readonly [number, number];
  bins: number;
  seed: string;
  overlays: boolean;
  json?: boolean;
}>;

/** `reflow register`: exit 0 when the match is accepted, 3 when it is refused or a picture is unusable. */
export function registerRegister(program: Command): void {
  program
    .command("register")
    .description("find a render or CAD mask in a photo, and refuse the wrong board")
    .argument("<moving>", "render or CAD label mask (PNG)")
    .argument("<fixed>", "photo")
    .requiredOption("--output <params.json>", "file for the map; overlays go beside it")
    .addOption(new Option("--model <model>", "what the map may do").choices(MODELS).default("similarity"))
    .option("--min-mi <nats>", "refuse a match with less mutual information", numberOption)
    .option("--shift <px>", "search: largest shift, pixels of the photo", numberOption)
    .option("--rotation <min,max>", "search: degrees", rangeOption)
    .option("--scale <min,max>", "search: scale, 1 is pixel for pixel", rangeOption)
    .option(
      "--scale-y <min,max>",
      "search: scale of the photo's vertical axis, where it differs",
      rangeOption,
    )
    .option("--bins <n>", "histogram bins of the mutual information that is reported", binsOption, 64)
    .option("--seed <seed>", "of the random samples", "1")
    .option("--no-overlays", "write the map only")
    .option("--json", "the result as one JSON line")
    .option("--plain", "no colours (there are none)")
    .addHelpText("after", HELP)
    .action(async (movingFile: string, fixedFile: string, flags: Flags) => {
      const { fixedPicture, movingPicture, readMovingPixels, readPhotoPixels, register, writeRegistration } =
        await import("../../vision/registration/index.js");
      const moving = await readMovingPixels(movingFile).catch(unreadable);
      const fixed = await readPhotoPixels(fixedFile).catch(unreadable);
      const found = named(movingFile, fixedFile, () =>
        register(movingPicture(moving), fixedPicture(fixed), optionsOf(flags)),
      );
      if (!found.accepted) {
        // A map of an earlier try would pass for this one's.
        await rm(flags.output, { force: true });
        if (flags.json) printResult(found, flags, null);
        throw new ReflowError(
          "data",
          "registration_refused",
          `refused: ${found.reason}`,
          HINTS[found.refusal ?? "min_mi"],
          {
            where: { file: fixedFile },
          },
        );
      }
      await writeRegistration(flags.output, found, moving, fixed, flags.overlays ? undefined : null);
      if (flags.json) printResult(found, flags, flags.output);
      else {
        process.stdout.write(textOf(found, flags.output));
        if (flags.overlays) suggest(`look at ${quoted(path.join(path.dirname(flags.output), "edges.png"))}`);
      }
    });
}

const HELP = `
The map in params.json leads from a pixel of <moving> to its place on <fixed> (docs/registration.md).
Exit codes: 0 accepted, 2 usage, 3 refused or unusable pictures.

Examples:
  reflow register render.png photo.png --model homography --output aligned/params.json
  reflow register cad_mask.png photo.png --output aligned/params.json --min-mi 0.3`;

const HINTS: Readonly<Record<Refusal, string>> = {
  patches_disagree:
    "Check that both show the same board and side; for a larger shift, turn or scale give --shift, --rotation or --scale, for a tilted camera --model homography.",
  too_little_texture: "Give a larger or sharper part of the board.",
  min_mi: "Look at both pictures, or lower --min-mi.",
};

function optionsOf(flags: Flags): RegisterOptions {
  const search = {
    ...(flags.shift !== undefined && { shift: flags.shift }),
    ...(flags.rotation && { rotation: flags.rotation }),
    ...(flags.scale && { scaleX: flags.scale }),
    ...(flags.scaleY && { scaleX: flags.scale ?? flags.scaleY, scaleY: flags.scaleY }),
  };
  return {
    model: flags.model,
    minMi: flags.minMi ?? null,
    bins: flags.bins,
    seed: flags.seed,
    ...(Object.keys(search).length > 0 && { search }),
  };
}

/** There are no rows here that the usual hint could speak of. */
function unreadable(error: unknown): never {
  if (!(error instanceof ReflowError) || error.code !== "image_unreadable") throw error;
  const hint = "Give a whole PNG, JPEG, TIFF or WebP picture.";
  throw new ReflowError(
    error.kind,
    error.code,
    error.message,
    hint,
    error.where ? { where: error.where } : {},
  );
}

/** Puts the file names into errors that speak of "the moving picture" and "the photo". */
function named<T>(moving: string, fixed: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ReflowError)) throw error;
    const file = error.message.includes("the moving picture") ? moving : fixed;
    const message = error.message.replace("the moving picture", moving).replace("the photo", fixed);
    throw new ReflowError(error.kind, error.code, message, error.hint, { where: { file } });
  }
}

function printResult(r: Registration, flags: Flags, output: string | null): void {
  const { matrix, params, miBefore, miAfter, consistency, ...rest } = r;
  const value = {
    ...rest,
    output: output === null ? null : path.resolve(output),
    matrix,
    ...params,
    mi_before: Number.isFinite(miBefore) ? miBefore : null,
    mi_after: Number.isFinite(miAfter) ? miAfter : null,
    consistency,
    min_mi: flags.minMi ?? null,
  };
  process.stdout.write(`${JSON.stringify({ type: "result", name: "register", value })}\n`);
}

function textOf(r: Registration, output: string): string {
  const { scaleX, scaleY, rotation_deg, tx, ty } = r.params;
  const far =
    r.paramsResidual > 0.05
      ? ` (the closest of this kind, ${r.paramsResidual.toFixed(2)} px off at most)`
      : "";
  return `${[
    `Accepted: ${r.reason}`,
    `Map:      scale ${scaleX.toFixed(4)} × ${scaleY.toFixed(4)}, turn ${rotation_deg.toFixed(3)}°, shift ${tx.toFixed(2)}, ${ty.toFixed(2)} px${far}`,
    `MI:       ${r.miBefore.toFixed(4)} before, ${r.miAfter.toFixed(4)} after; the photo covers ${(100 * r.overlap).toFixed(1)} %`,
    `Written:  ${path.resolve(output)}`,
  ].join("\n")}\n`;
}

function numberOption(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError("It is a number from 0.");
  return value;
}

function binsOption(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 2 || value > 256)
    throw new InvalidArgumentError("It is a whole number from 2 to 256.");
  return value;
}

function rangeOption(text: string): readonly [number, number] {
  const [min, max, ...more] = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (min === undefined || max === undefined || more.length > 0 || !(min <= max))
    throw new InvalidArgumentError("It is two numbers, the smaller first, such as 0.95,1.05.");
  return [min, max];
}
