import path from "node:path";
import type { Command } from "commander";
import { formatPlace, type Problem, ReflowError } from "../../kit/errors.js";
import type { Summary } from "../../scene/import/index.js";
import { plural, quoted, suggest } from "../output.js";
import { counted, wholeOption } from "./work.js";

type Flags = Readonly<{ output: string; seed: number; labels: boolean; lights: boolean; json?: boolean }>;

/** Adds `reflow scene import`. Exit 0 with warnings, 3 when there is no board to write. */
export function registerImport(group: Command): void {
  group
    .command("import")
    .description("turn a KiCad board, or Gerbers with placements, into an OpenUSD scene")
    .argument("<board>", "a .kicad_pcb file, or a folder or .zip with Gerber, drill, placement and BOM files")
    .requiredOption("--output <file>", "scene file, .usda or .usdz")
    .option("--seed <n>", "decides small differences between equal parts", wholeOption("--seed", 0), 1)
    .option("--no-labels", "write no semantic labels; a cookbook's rules will set them")
    .option("--no-lights", "write no lights")
    .option("--json", "one line of JSON instead of text")
    .action(async (source: string, flags: Flags) => {
      const file = path.resolve(flags.output);
      if (!/\.usd[az]$/i.test(file))
        throw new ReflowError(
          "usage",
          "scene_name_invalid",
          `cannot tell the format of ${flags.output}`,
          "End the name with .usda or .usdz.",
        );
      const { importBoard, summarise } = await import("../../scene/import/index.js");
      const { buildScene, writeScene } = await import("../../scene/build/index.js");
      const { board, problems } = await importBoard(source);
      if (!board) throw refusal(problems, source);
      const scene = buildScene(board, { seed: flags.seed, labels: flags.labels, lights: flags.lights });
      await writeScene(scene, file);
      const summary = summarise(board);
      // What the builder says of packages is in the summary by footprint.
      if (flags.json) {
        const value = { file, seed: flags.seed, board: summary, problems };
        process.stdout.write(`${JSON.stringify({ type: "result", name: "import", value })}\n`);
        return;
      }
      for (const p of problems) if (p.severity !== "info") process.stderr.write(problemText(p));
      process.stdout.write(`${summaryText(summary, file).join("\n")}\n`);
      suggest(`reflow scene render ${quoted(flags.output)} --cookbook <name> --output render`);
    });
}

function problemText(p: Problem): string {
  const place = formatPlace(p.where);
  return `${p.severity}: ${p.code}: ${p.message}\n${place ? `  at ${place}\n` : ""}  ${p.hint}\n`;
}

/** The first error as one error, the others with it. */
function refusal(problems: readonly Problem[], source: string): ReflowError {
  const first = problems.find((p) => p.severity === "error");
  const { code, message, hint, where } = first ?? {
    code: "board_unreadable",
    message: `no board could be read from ${source}`,
    hint: "Name a .kicad_pcb file or a folder of Gerber files.",
    where: { file: source },
  };
  return new ReflowError("data", code, message, hint, {
    ...(where ? { where } : {}),
    problems: problems.filter((p) => p !== first && p.severity !== "info"),
  });
}

const LISTED = 12;

function summaryText(s: Summary, file: string): string[] {
  const slots = s.slots > 0 ? ` (${plural(s.slots, "slot")})` : "";
  const cutouts = s.cutouts > 0 ? `, ${plural(s.cutouts, "cut-out")}` : "";
  const lines = [
    `${file}`,
    `board       ${s.name}, ${s.width} × ${s.height} mm, ${s.thickness} mm thick${cutouts}`,
    `holes       ${s.drills}${slots}`,
    `components  ${s.components} (${s.top} top, ${s.bottom} bottom), ${plural(s.pads, "pad")}`,
    `families    ${counted(s.families)}`,
  ];
  if (s.absent > 0) lines.push(`not fitted  ${s.absent}`);
  if (s.bare > 0) lines.push(`bare        ${s.bare} (fiducials, mounting holes, logos, test points)`);
  if (s.unrecognised.length > 0) {
    lines.push("packages not recognised (a body of the pads' extent stands for them, or none):");
    for (const { footprint, refs } of s.unrecognised.slice(0, LISTED))
      lines.push(
        `  ${footprint || "(no footprint)"}  ${refs.slice(0, 8).join(" ")}${refs.length > 8 ? " …" : ""}`,
      );
    if (s.unrecognised.length > LISTED) lines.push(`  … and ${s.unrecognised.length - LISTED} more`);
  }
  return lines;
}
