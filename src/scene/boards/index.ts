import { ReflowError } from "../../kit/errors.js";
import type { Board } from "../board/board.js";
import { denseBoard } from "./dense.js";
import { mixedBoard } from "./mixed.js";

/** Boards of our own, made by code from a seed. Their names are safe as words of a request (dig 3.7). */
export const BOARDS = ["dense", "mixed"] as const;

export type BoardName = (typeof BOARDS)[number];

const MAKERS: Readonly<Record<BoardName, (seed: number) => Board>> = { dense: denseBoard, mixed: mixedBoard };

/** A board by its name; the seed decides layout, values and wiring. Throws `board_unknown`. */
export function boardByName(name: string, seed = 1): Board {
  const known = BOARDS.find((b) => b === name);
  if (!known)
    throw new ReflowError(
      "usage",
      "board_unknown",
      `there is no board named "${name}"`,
      `Choose one of: ${BOARDS.join(", ")}.`,
    );
  return MAKERS[known](seed);
}

export { smallBoard } from "./dense.js";
