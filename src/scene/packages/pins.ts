import type { Point } from "../board/board.js";
import { extent } from "../shape/outlines.js";
import { revolve, roundedBox } from "../shape/solids.js";
import type { Surface } from "../shape/surface.js";
import { finish } from "../shape/surface.js";
import type { LocalPad, ModelInput, ModelPart } from "./model.js";
import { STANDOFF } from "./model.js";
import { part } from "./parts.js";

/** How far a clipped lead sticks out below the board. */
const STUB = 1.1;

/** A square pin through its hole, from `bottom` to `top`, ends tapered. */
export function squarePin(at: Point, side: number, bottom: number, top: number): Surface {
  return roundedBox(at, [side, side], bottom, top, side * 0.28, { segments: 1, bottom: true });
}

/** Pins of all drilled pads down through the board. */
export function throughPins(input: ModelInput, top: number, side: number): ModelPart[] {
  const drilled = input.pads.filter((p) => p.drill);
  if (drilled.length === 0) return [];
  const bottom = -STANDOFF - input.thickness - STUB;
  const pins = drilled.map((p) => {
    const d = p.drill as NonNullable<LocalPad["drill"]>;
    return squarePin(d.at, Math.min(side, d.diameter * 0.75), bottom, top);
  });
  return [part(pins, "tin_plating_lead", "lead")];
}

/**
 * Wave solder around each drilled pin: the cone below the board, the plug in the hole and the small collar
 * that shows on the component side, one closed solid of revolution per pad.
 */
export function solderCones(input: ModelInput): ModelPart[] {
  return input.pads
    .filter((p) => p.drill)
    .map((pad) => {
      const { diameter, at } = pad.drill as NonNullable<LocalPad["drill"]>;
      const land = Math.max(Math.min(...pad.size) / 2, diameter * 0.62);
      const hole = diameter * 0.49;
      const low = -STANDOFF - input.thickness;
      const profile = [
        [hole * 0.7, low - 0.85],
        [hole * 0.95, low - 0.5],
        [hole * 1.2 + (land - hole) * 0.35, low - 0.2],
        [land * 0.97, low - 0.02],
        [hole, low],
        [hole, -STANDOFF - 0.03],
        [land * 0.95, -STANDOFF + 0.002],
        [hole + (land - hole) * 0.45, -STANDOFF + 0.09],
        [hole * 0.9, -STANDOFF + 0.3],
      ] as const;
      return {
        mesh: finish(revolve(profile, [0, 0], 18), 55),
        material: "tin_plating_solder",
        role: "solder",
        at: [at[0], at[1], 0],
        key: `cone ${diameter} ${land.toFixed(4)} ${input.thickness}`,
        pin: pad.pin,
      } satisfies ModelPart;
    });
}

/** Extent of the drilled pads' holes. */
export function holesExtent(pads: readonly LocalPad[]): readonly [number, number, number, number] {
  const holes = pads.flatMap((p) => (p.drill ? [p.drill.at] : []));
  return holes.length === 0 ? [0, 0, 0, 0] : extent(holes);
}
