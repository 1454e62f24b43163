import path from "node:path";
import type { Command } from "commander";
import { ReflowError } from "../../kit/errors.js";
import { plural, quoted, suggest } from "../output.js";
import { wholeOption } from "./work.js";

type Flags = Readonly<{ output: string; seed: number; labels: boolean; lights: boolean; json?: boolean }>;

/** Adds `reflow scene board`: writes one of our own boards as a stage. */
export function registerBoard(group: Command): void {
  group
    .command("board")
    .description("write one of Reflow's own boards as an OpenUSD scene")
    .argument("<name>", "dense (chips 0402 to 1206) or mixed (ICs, connectors, through-hole parts)")
    .requiredOption("--output <file>", "scene file, .usda or .usdz")
    .option("--seed <n>", "decides layout, values and small differences", wholeOption("--seed", 0), 1)
    .option("--no-labels", "write no semantic labels; a cookbook's rules will set them")
    .option("--no-lights", "write no lights")
    .option("--json", "one line of JSON instead of text")
    .action(async (name: string, flags: Flags) => {
      const file = path.resolve(flags.output);
      if (!/\.usd[az]$/i.test(file))
        throw new ReflowError(
          "usage",
          "scene_name_invalid",
          `cannot tell the format of ${flags.output}`,
          "End the name with .usda or .usdz.",
        );
      const { boardByName } = await import("../../scene/boards/index.js");
      const { buildScene, writeScene } = await import("../../scene/build/index.js");
      const board = boardByName(name, flags.seed);
      const scene = buildScene(board, { seed: flags.seed, labels: flags.labels, lights: flags.lights });
      await writeScene(scene, file);
      const value = { file, board: name, seed: flags.seed, components: scene.components };
      if (flags.json) process.stdout.write(`${JSON.stringify({ type: "result", name: "board", value })}\n`);
      else {
        process.stdout.write(`${file}: board ${name}, ${plural(scene.components, "component")}\n`);
        suggest(`reflow scene render ${quoted(flags.output)} --cookbook ${name} --output good --patches 4`);
      }
    });
}
