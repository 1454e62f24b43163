import type { Point } from "../board/board.js";
import { extent, rectangle, turn } from "../shape/outlines.js";
import { filletMesh, type Wall } from "./fillet.js";
import { type LocalPad, type ModelPart, STANDOFF } from "./model.js";

/** Joints come in this many shapes; which one a pin gets depends on pin and variant. */
const SHAPES = 3;
const AMOUNTS = [1, 0.82, 1.22];
const WETTINGS = [0.74, 0.66, 0.8];
/** How much of a pad's corners stays dry: radius of the wetted outline's corners, as a share of its half width. */
const ROUNDINGS = [0.55, 0.85, 0.3];

/**
 * The solder of one pad, written in a frame of its own (origin the pad's centre, +X away from the body), so
 * that all pins alike share one mesh. `outward` is in degrees; walls are in the component's frame.
 */
export function joint(
  pad: LocalPad,
  outward: number,
  walls: readonly Wall[],
  o: { variant: number; index: number; climb?: number; cells?: number },
): ModelPart {
  const back = (ps: readonly Point[]): Point[] => {
    const [c, s] = turn(outward);
    return ps.map(([x, y]) => {
      const [dx, dy] = [x - pad.at[0], y - pad.at[1]];
      return [round(dx * c + dy * s), round(-dx * s + dy * c)] as const;
    });
  };
  const shape = (o.variant + o.index * 2) % SHAPES;
  const options = {
    pad: wetted(back(pad.outline), ROUNDINGS[shape]),
    walls: walls.map((w) => ({ outline: back(w.outline), height: round(w.height + STANDOFF) })),
    wetting: WETTINGS[shape] * (o.climb ?? 1),
    amount: AMOUNTS[shape],
    film: Math.min(0.045, 0.06 * Math.min(...pad.size)),
    seed: shape,
    cells: o.cells ?? 4,
  };
  return {
    mesh: filletMesh(options),
    material: "tin_plating_solder",
    role: "solder",
    at: [pad.at[0], pad.at[1], -STANDOFF],
    rotation: outward,
    key: `joint ${JSON.stringify(options)}`,
    pin: pad.pin,
  };
}

/** Direction from the component's middle to the pad, along the axis on which it lies farther out. */
export function outwardOf(at: Point, half: readonly [number, number]): number {
  const [x, y] = [at[0] / Math.max(half[0], 1e-6), at[1] / Math.max(half[1], 1e-6)];
  if (Math.abs(x) >= Math.abs(y)) return x >= 0 ? 0 : 180;
  return y >= 0 ? 90 : 270;
}

/** The pad's box with rounder corners, a little over its sloped edge; round pads stay as they are. */
function wetted(outline: readonly Point[], rounding: number): readonly Point[] {
  const [x0, y0, x1, y1] = extent(outline);
  const [w, h] = [x1 - x0, y1 - y0];
  let area = 0;
  outline.forEach(([x, y], i) => {
    const [u, v] = outline[(i + 1) % outline.length];
    area += (x * v - u * y) / 2;
  });
  if (area < 0.9 * w * h) return outline;
  const radius = (rounding * Math.min(w, h)) / 2;
  return rectangle([(x0 + x1) / 2, (y0 + y1) / 2], w, h, radius, 4).map(
    ([x, y]) => [round(x), round(y)] as const,
  );
}

function round(x: number): number {
  return Math.round(x * 1e4) / 1e4 + 0;
}
