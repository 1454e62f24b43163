import { BOARDS, DEFAULT_BOARD } from "../knobs/index.js";
import type { Context } from "./questions/index.js";

/** The board of a run and who chose it. */
export type Board = Readonly<{ name: string; from: "request" | "memory" | "default" | "here" }>;

/** Request, then preference, then 0603_H100, or the first board with a cookbook where that one has none (dig 3.3). */
export function boardOf({ slots, memory, env }: Context): Board {
  if (slots.board !== undefined) return { name: slots.board, from: "request" };
  if (memory.board !== undefined) return { name: memory.board, from: "memory" };
  const here = env.boards ?? Object.keys(BOARDS);
  const first = here[0];
  if (here.includes(DEFAULT_BOARD) || first === undefined) return { name: DEFAULT_BOARD, from: "default" };
  return { name: first, from: "here" };
}
