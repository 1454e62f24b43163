import {
  centroid,
  gaussianBlur,
  invert,
  type Mask,
  mask,
  membrane,
  noiseSigma,
  type Plane,
} from "../../vision/index.js";
import { extents } from "../exemplar.js";
import { type Palette, paletteOf } from "./palette.js";
import { barePad, shade, softnessOf } from "./solder.js";
import { overlay, quantileOver, ringOf, softRegion } from "./tools.js";
import type { Ground, Paint } from "./types.js";

/** A part that is not there: the board beneath it, and at both ends its bare pads. */
export function missing(g: Ground): Paint {
  const palette = paletteOf(g.planes);
  const soft = softnessOf(g);
  const { alpha, touched } = softRegion(g, soft);
  const random = g.random.fork("missing");
  const pads = padsUnder(g.region, random.range(0.3, 0.36), random.range(0.88, 0.96));
  const edge = gaussianBlur({ ...g.grey, data: Float32Array.from(pads.data) }, soft);
  // The wall of the pad casts no light into the camera: a thin dark line between copper and board.
  const wall = gaussianBlur(
    { ...g.grey, data: Float32Array.from(ringOf(pads, 0, 1).data) },
    Math.max(0.6, 0.7 * soft),
  );
  const copper = barePad(g, palette);
  const fills = boardBeneath(g, palette).map((p, c) => ({
    ...p,
    data: p.data.map((v, i) => {
      const a = edge.data[i]!;
      return (v * (1 - a) + copper[c]!.data[i]! * a) * (1 - 0.35 * wall.data[i]!);
    }),
  }));
  return { planes: overlay(g, fills, alpha), touched, painter: "missing" };
}

/** The board as its own pixels around the region continue it: the smoothest surface through them, with their grain. */
function boardBeneath(g: Ground, palette: Palette): Plane[] {
  const ring = ringOf(g.region, 2, 14);
  const dark = Math.max(quantileOver(g.grey, ring, 0.15), shade(palette.board, 0, 1)) * 1.2 + 4;
  const candidates: Mask = {
    ...ring,
    data: ring.data.map((v, i) => (v && g.grey.data[i]! <= dark ? 1 : 0)),
  };
  // The dark flank of solder is no board: it has another hue.
  const usual = g.planes.map((p) => quantileOver(p, candidates, 0.5));
  const known: Mask = {
    ...ring,
    data: candidates.data.map((v, i) =>
      v && g.planes.every((p, c) => Math.abs(p.data[i]! - usual[c]!) <= 6 + 0.3 * usual[c]!) ? 1 : 0,
    ),
  };
  const few = known.data.reduce((a, v) => a + v, 0) < 20;
  return g.planes.map((p, c) => {
    if (few) return { ...p, data: p.data.map(() => shade(palette.board, c, g.planes.length)) };
    // Single pixels must not draw rays into the surface.
    const calm = gaussianBlur({ ...p, data: p.data.map((v, i) => (known.data[i] ? v : 0)) }, 2);
    const weight = gaussianBlur({ ...p, data: Float32Array.from(known.data) }, 2);
    const values = { ...p, data: calm.data.map((v, i) => v / Math.max(1e-3, weight.data[i]!)) };
    const surface = membrane(values, invert(known), 0.05, 200);
    const grain = g.random.fork("board", 0);
    const sigma = noiseSigma({ ...p, data: p.data.map((v, i) => (known.data[i] ? v : values.data[i]!)) });
    return { ...surface, data: surface.data.map((v) => v + 0.5 * sigma * grain.normal()) };
  });
}

/** Two rounded pads at the ends of a region's main axis; `share` of its half length each way, `wide` of its width. */
function padsUnder(region: Mask, share: number, wide: number): Mask {
  const pads = mask(region.width, region.height);
  const at = centroid(region);
  const { angle } = extents(region);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const ends = (axis: (i: number) => number): [number, number] => {
    const values: number[] = [];
    for (let i = 0; i < region.data.length; i++) if (region.data[i]) values.push(axis(i));
    values.sort((a, b) => a - b);
    const q = (s: number): number => values[Math.min(values.length - 1, Math.floor(s * values.length))] ?? 0;
    return [q(0.004), q(0.996)];
  };
  const x = (i: number): number => (i % region.width) - at.x;
  const y = (i: number): number => Math.floor(i / region.width) - at.y;
  const along = (i: number): number => cos * x(i) + sin * y(i);
  const across = (i: number): number => cos * y(i) - sin * x(i);
  const [left, right] = ends(along);
  const [top, bottom] = ends(across);
  const half = { u: ((right - left) / 2) * share, v: ((bottom - top) / 2) * wide };
  const middle = (top + bottom) / 2;
  for (let i = 0; i < region.data.length; i++) {
    if (!region.data[i]) continue;
    const u = Math.min(Math.abs(along(i) - left - half.u), Math.abs(right - half.u - along(i)));
    // Rounded by a high power: corners of pads are etched round, sides are straight.
    if ((u / half.u) ** 8 + (Math.abs(across(i) - middle) / half.v) ** 8 <= 1) pads.data[i] = 1;
  }
  return pads;
}
