import type { Family, Pad, Placement, Point } from "../board/board.js";
import { landPattern } from "../packages/index.js";
import { fromFrame } from "../shape/index.js";

/** A part to place: reference without number, its value, footprint, place and turn. */
export type Item = Readonly<{
  letter: string;
  value: string;
  footprint: string;
  at: Point;
  rotation: number;
  family?: Family;
}>;

/** Numbers the items by letter in their order and gives them pads. */
export function placements(items: readonly Item[]): Placement[] {
  const counts = new Map<string, number>();
  return items.map((item) => {
    const n = (counts.get(item.letter) ?? 0) + 1;
    counts.set(item.letter, n);
    const lands = landPattern(item.footprint);
    if (!lands) throw new RangeError(`no land pattern for ${item.footprint}`);
    const frame = { at: item.at, rotation: item.rotation };
    const pads = lands.map((l): Pad => {
      const outline = l.outline.map((p) => snap(fromFrame(p, frame)));
      const shape = { outline, holes: [] };
      if (!l.drill) return { pin: l.pin, shape, side: "top" };
      return { pin: l.pin, shape, side: "both", drill: { at: snap(fromFrame(l.at, frame)), ...l.drill } };
    });
    return {
      ref: `${item.letter}${n}`,
      value: item.value,
      footprint: item.footprint,
      at: item.at,
      rotation: item.rotation,
      side: "top",
      pads,
      ...(item.family ? { family: item.family } : {}),
    };
  });
}

function snap(p: Point): Point {
  return [Math.round(p[0] * 1e4) / 1e4, Math.round(p[1] * 1e4) / 1e4];
}
