import { centroid, gaussianBlur, invert, type Mask, mask, membrane, type Plane } from "../../vision/index.js";
import { extents } from "../exemplar.js";
import { localMaterial } from "./material-fill.js";
import { type Palette, paletteOf } from "./palette.js";
import { barePad, shade, softnessOf } from "./solder.js";
import { cloud, overlay, quantileOver, ringOf, signedDistance, softRegion } from "./tools.js";
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
  const copper = wettedPads(g, pads, palette);
  const fills = boardBeneath(g, palette).map((p, c) => ({
    ...p,
    data: p.data.map((v, i) => {
      const a = edge.data[i]!;
      return (v * (1 - a) + copper[c]!.data[i]! * a) * (1 - 0.35 * wall.data[i]!);
    }),
  }));
  return { planes: overlay(g, fills, alpha), touched, painter: "missing" };
}

/** Slope of a pad's rim, degrees, and the usual slopes of the thin solder left on it. */
const RIM_SLOPE = 33;
const FILM = { mean: 13, spread: 9 } as const;

/**
 * What is left where a part came off: a thin, uneven film of solder with bare copper where it drew back, rounded at the
 * rim of the pad. No two pads alike.
 */
function wettedPads(g: Ground, pads: Mask, palette: Palette): Plane[] {
  const random = g.random.fork("wetted");
  const { width, height } = g.grey;
  const depth = signedDistance(pads);
  const reach = Math.max(3, quantileOver(depth, pads, 1));
  const film = cloud(width, height, Math.max(3, 0.55 * reach), random.fork("film"), 3);
  const drawn = cloud(width, height, 1.1 * reach, random.fork("drawn"), 2);
  const pale = cloud(width, height, Math.max(3, 0.5 * reach), random.fork("pale"), 2);
  const dry = random.range(-0.9, 0.3);
  return barePad(g, palette).map((p, c, all) => ({
    ...p,
    data: p.data.map((v, i) => {
      const rim = RIM_SLOPE * Math.exp(-((Math.max(0, depth.data[i]!) / (0.13 * reach + 1.8)) ** 2));
      const slope = Math.max(rim, Math.max(0, FILM.mean + FILM.spread * film.data[i]!));
      const rgb = palette.at(slope);
      const grey = Math.max(0, Math.min(0.6, 0.35 + 0.3 * pale.data[i]!));
      const solder = shade(rgb, c, all.length) * (1 - grey) + ((rgb[0] + rgb[1] + rgb[2]) / 2.6) * grey;
      const wet = 1 / (1 + Math.exp(-5 * (drawn.data[i]! - dry)));
      const w = Math.max(wet, rim / RIM_SLOPE);
      return v * (1 - w) + solder * w * (0.95 + 0.08 * film.data[i]!);
    }),
  }));
}

/** The board as its own pixels around the region continue it: the smooth surface through them, with their own texture. */
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
    // One jump for all channels, so that the texture of the board keeps its colour.
    const random = g.random.fork("board", 0);
    const material = localMaterial(p, known, quantileOver(p, known, 0.5), random);
    const mean = gaussianBlur(material, 4);
    return {
      ...surface,
      data: surface.data.map((v, i) => v + material.data[i]! - mean.data[i]!),
    };
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
