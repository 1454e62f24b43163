import type { Command } from "commander";

type Loader = () => Promise<(group: Command) => void>;

/** The sub-commands; only the named one is loaded. Each file exports one `registerX(group)`. */
const SUBCOMMANDS: Readonly<Record<string, { description: string; load: Loader }>> = {
  board: {
    description: "write one of Reflow's own boards as an OpenUSD scene",
    load: async () => (await import("./board.js")).registerBoard,
  },
  crop: {
    description: "cut components out of rendered frames, each with its labels",
    load: async () => (await import("./crop.js")).registerCrop,
  },
  import: {
    description: "turn a KiCad board, or Gerbers with placements, into an OpenUSD scene",
    load: async () => (await import("./import.js")).registerImport,
  },
  pair: {
    description: "pair a good and a defective render of the same frames: golden, test, mask and table rows",
    load: async () => (await import("./pair.js")).registerPair,
  },
  render: {
    description: "render frames of a scene as a cookbook says, with exact labels",
    load: async () => (await import("./render.js")).registerRender,
  },
};

/** `reflow scene <sub-command>`: from a board's CAD data to inspection images. `rest` is what follows `scene`. */
export async function registerScene(program: Command, rest: readonly string[]): Promise<void> {
  const group = program
    .command("scene")
    .description("make inspection images with exact labels from a board's CAD scene");
  const wanted = rest.find((word) => !word.startsWith("-"));
  if (wanted !== undefined && Object.hasOwn(SUBCOMMANDS, wanted)) (await SUBCOMMANDS[wanted].load())(group);
  else
    for (const [name, { description }] of Object.entries(SUBCOMMANDS))
      group.command(name).description(description);
}
