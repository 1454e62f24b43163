import type { Random } from "../../kit/random.js";
import type { Point } from "../board/board.js";
import type { Item } from "./draft.js";

/** A functional group of parts in its own frame, its lower left corner at the origin. */
export type Block = Readonly<{ width: number; height: number; items: readonly Item[] }>;

/** Room that a chip takes with its pads and the gap to the next: along, across. */
export const ROOM: Readonly<Record<string, Point>> = {
  "0402": [2.0, 1.0],
  "0603": [3.0, 1.55],
  "0805": [3.5, 2.0],
  "1206": [4.8, 2.4],
};

const OHMS = ["10k", "4k7", "1k", "100k", "330", "22", "47k", "2k2", "0", "680", "12k"];
const FARADS = ["100n", "10n", "1u", "22p", "4u7", "10u"];

export function chipItem(kind: string, code: string, at: Point, rotation: number, random: Random): Item {
  const value =
    kind === "R" ? random.pick(OHMS) : kind === "C" ? random.pick(FARADS) : kind === "L" ? "2u2" : "GREEN";
  const family = kind === "LED" ? "LED" : kind;
  return { letter: kind === "LED" ? "D" : kind, value, footprint: `${code}_${family}`, at, rotation };
}

/** A grid of chips of one size, all turned alike: pull-ups, series resistors, decoupling. */
export function bank(
  code: string,
  columns: number,
  rows: number,
  kinds: readonly string[],
  upright: boolean,
  random: Random,
): Block {
  const [along, across] = ROOM[code];
  const [w, h] = upright ? [across, along] : [along, across];
  const items: Item[] = [];
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) {
      const at: Point = [(c + 0.5) * w, (r + 0.5) * h];
      items.push(chipItem(kinds[(upright ? c : r) % kinds.length], code, at, upright ? 90 : 0, random));
    }
  return { width: columns * w, height: rows * h, items };
}

/** A small transistor or regulator with chips on both sides. */
export function stage(footprint: string, value: string, code: string, random: Random): Block {
  const [along, across] = ROOM[code];
  const half = footprint.includes("363") || footprint.includes("323") ? 1.7 : 2.2;
  const width = 2 * along + 2 * half;
  const height = Math.max(3.4, 2 * across);
  const letter = footprint.endsWith("-5") || footprint.endsWith("-6") ? "U" : "Q";
  const y = (k: number): number => height / 2 + (k - 0.5) * across;
  return {
    width,
    height,
    items: [
      { letter, value, footprint, at: [along + half, height / 2], rotation: random.pick([0, 180]) },
      chipItem("R", code, [along / 2, y(0)], 0, random),
      chipItem("C", code, [along / 2, y(1)], 0, random),
      chipItem("C", code, [width - along / 2, y(0)], 0, random),
      chipItem("R", code, [width - along / 2, y(1)], 0, random),
    ],
  };
}

/**
 * Shelves from the bottom up. The first block of a shelf gives its height; lower ones after it are stacked. What is
 * left at the end of a shelf goes between its columns.
 */
export function pack(
  area: readonly [x0: number, y0: number, x1: number, y1: number],
  next: (room: Point) => Block | undefined,
  gap: number,
  random: Random,
): Item[] {
  const out: Item[] = [];
  let y = area[1];
  for (;;) {
    const columns: { blocks: Block[]; width: number }[] = [];
    let [x, height] = [area[0], area[3] - y];
    for (;;) {
      const blocks: Block[] = [];
      let [width, used] = [area[2] - x, 0];
      for (;;) {
        const block = next([width, height - used]);
        if (!block) break;
        if (columns.length === 0 && blocks.length === 0)
          height = Math.min(height, Math.max(block.height, 4.2));
        width = blocks.length === 0 ? block.width : width;
        used += block.height + gap;
        blocks.push(block);
      }
      if (blocks.length === 0) break;
      columns.push({ blocks, width });
      x += width + gap * random.range(0.9, 1.6);
    }
    if (columns.length === 0) return out;
    const wide = columns.reduce((sum, c) => sum + c.width, 0);
    const between = columns.length > 1 ? (area[2] - area[0] - wide) / (columns.length - 1) : 0;
    let left = area[0];
    for (const column of columns) {
      out.push(...standing(column.blocks, [left, y], [column.width, height]));
      left += column.width + between;
    }
    y += height + gap;
  }
}

/** Blocks over one another, spread over the height of their shelf. */
function standing(blocks: readonly Block[], at: Point, room: Point): Item[] {
  const high = blocks.reduce((sum, b) => sum + b.height, 0);
  const gap = (room[1] - high) / (blocks.length + 1);
  let y = at[1] + gap;
  return blocks.flatMap((block) => {
    const [dx, dy] = [at[0] + (room[0] - block.width) / 2, y];
    y += block.height + gap;
    return block.items.map((item): Item => ({ ...item, at: [tidy(item.at[0] + dx), tidy(item.at[1] + dy)] }));
  });
}

function tidy(x: number): number {
  return Math.round(x * 100) / 100;
}
