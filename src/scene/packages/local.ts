import type { Placement, Point } from "../board/board.js";
import { extent, toFrame, turn } from "../shape/outlines.js";
import type { LocalPad } from "./model.js";

/** Pads narrower than this are drawing errors, millimetres. */
const LEAST_PAD = 0.02;

/**
 * The pads of a placement in the component's own frame. Outlines become convex and counter-clockwise. Parts on
 * the bottom are seen from below, so their X runs the other way.
 */
export function localPads(p: Placement): LocalPad[] {
  const mirror = p.side === "bottom" ? -1 : 1;
  const seen = (q: Point): Point => {
    const [x, y] = toFrame([mirror * (q[0] - p.at[0]), q[1] - p.at[1]], { at: [0, 0], rotation: p.rotation });
    return [round(x), round(y)];
  };
  return p.pads.flatMap((pad) => {
    const outline = hull(pad.shape.outline.map(seen));
    const [x0, y0, x1, y1] = extent(outline);
    if (!(x1 - x0 >= LEAST_PAD && y1 - y0 >= LEAST_PAD)) return [];
    return [
      {
        pin: pad.pin,
        outline,
        at: [round((x0 + x1) / 2), round((y0 + y1) / 2)] as const,
        size: [round(x1 - x0), round(y1 - y0)] as const,
        ...(pad.drill ? { drill: { at: seen(pad.drill.at), diameter: pad.drill.diameter } } : {}),
      },
    ];
  });
}

/** Pads seen from a frame that is turned by `degrees` (a multiple of 90). */
export function turnPads(pads: readonly LocalPad[], degrees: number): readonly LocalPad[] {
  if (degrees === 0) return pads;
  const [c, s] = turn(-degrees);
  const f = ([x, y]: Point): Point => [round(x * c - y * s), round(x * s + y * c)];
  return pads.map((p) => ({
    ...p,
    outline: p.outline.map(f),
    at: f(p.at),
    size: degrees % 180 === 0 ? p.size : ([p.size[1], p.size[0]] as const),
    ...(p.drill ? { drill: { ...p.drill, at: f(p.drill.at) } } : {}),
  }));
}

/** Extent of all pads: [minX, minY, maxX, maxY]; zeros without pads. */
export function padsExtent(pads: readonly LocalPad[]): readonly [number, number, number, number] {
  return pads.length === 0 ? [0, 0, 0, 0] : extent(pads.flatMap((p) => p.outline));
}

/** Convex hull, counter-clockwise (Andrew's monotone chain). */
export function hull(points: readonly Point[]): Point[] {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const half = (list: readonly Point[]): Point[] => {
    const out: Point[] = [];
    for (const p of list) {
      while (out.length >= 2 && cross(out[out.length - 2], out[out.length - 1], p) <= 1e-12) out.pop();
      out.push(p);
    }
    out.pop();
    return out;
  };
  return [...half(sorted), ...half(sorted.reverse())];
}

function cross(o: Point, a: Point, b: Point): number {
  return (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0]);
}

function round(x: number): number {
  return Math.round(x * 1e4) / 1e4 + 0;
}
