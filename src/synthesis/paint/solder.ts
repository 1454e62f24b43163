import { gaussianBlur, type Plane, plane } from "../../vision/index.js";
import { type Bead, beadOver } from "./bead.js";
import { type Palette, paletteOf, type Rgb } from "./palette.js";
import { cloud, edgeSoftness, overlay, quantileOver, signedDistance, softRegion } from "./tools.js";
import type { Ground, Paint } from "./types.js";

/** Solder where there was none: one smooth bead whose colour follows the slope of its surface. */
export function solder(g: Ground, o: { bridge: boolean } = { bridge: false }): Paint {
  const palette = paletteOf(g.planes);
  const bead = beadOver(
    g.region,
    g.allowed,
    { border: palette.steepest, waist: o.bridge },
    g.random.fork("bead"),
  );
  const { alpha, touched } = softRegion({ ...g, region: bead.outline }, softnessOf(g));
  return { planes: overlay(g, metal(bead, palette, g), alpha), touched, painter: "solder" };
}

/** Solder that is not there: the flat pad shows, dull and a little uneven, with a thin bead left along its edge. */
export function lessSolder(g: Ground): Paint {
  const palette = paletteOf(g.planes);
  const { alpha, touched } = softRegion(g, 0.9);
  const pad = barePad(g, palette);
  const depth = signedDistance(g.region);
  const fills = pad.map((p, c) => ({
    ...p,
    data: p.data.map((v, i) => {
      const bead = 0.5 * Math.exp(-(((depth.data[i]! - 1.5) / 1.3) ** 2));
      return v * (1 - bead) + shade(palette.at(30), c, g.planes.length) * bead;
    }),
  }));
  return { planes: overlay(g, fills, alpha), touched, painter: "less_solder" };
}

/** Flat copper everywhere: one colour, with soft differences of brightness such as tarnish and wetting leave. */
export function barePad(g: Ground, palette: Palette): Plane[] {
  const { width, height } = g.grey;
  const reach = Math.max(4, quantileOver(signedDistance(g.region), g.region, 1));
  const broad = cloud(width, height, 1.2 * reach, g.random.fork("tarnish"), 1);
  const finer = cloud(width, height, Math.max(3, 0.3 * reach), g.random.fork("rolled"), 1);
  return g.planes.map((p, c) => ({
    ...p,
    data: p.data.map((_, i) => {
      const shine = 1 + 0.1 * broad.data[i]! + 0.035 * finer.data[i]!;
      return shade(palette.flat, c, g.planes.length) * Math.max(0.7, shine);
    }),
  }));
}

/** The colours of a bead: by slope, brighter and darker in broad patches, with a few glints where it is flattest. */
function metal(bead: Bead, palette: Palette, g: Ground): Plane[] {
  const { slope, outline, reach } = bead;
  const { width, height } = slope;
  const patches = cloud(width, height, Math.max(5, reach), g.random.fork("patches"), 1);
  const glint = glints(bead, g);
  const smooth = gaussianBlur(asShown(slope, outline, palette), 1.1);
  const milky = cloud(width, height, Math.max(4, 0.6 * reach), g.random.fork("milky"), 2);
  const skin = cloud(width, height, 2.5, g.random.fork("skin"), 1);
  const fills = g.planes.map(() => plane(width, height));
  const near = softRegion({ ...g, region: outline }, 2).touched;
  for (let i = 0; i < near.data.length; i++) {
    if (!near.data[i]) continue;
    const rgb = palette.at(smooth.data[i]!);
    const shine = 0.93 + 0.13 * clamp2(patches.data[i]!) + 0.035 * clamp2(skin.data[i]!);
    fills.forEach((p, c) => {
      // Oxide and flux scatter all lights alike: patches lose their hue.
      const pale = MILKY * Math.max(0, Math.min(1, 0.7 * milky.data[i]! - 0.1));
      const v =
        (shade(rgb, c, fills.length) * (1 - pale) + ((rgb[0] + rgb[1] + rgb[2]) / 2.4) * pale) * shine;
      p.data[i] = v + glint.data[i]! * (palette.glint - v);
    });
  }
  return fills;
}

/** How pale the palest patches of solder are. */
const MILKY = 0.6;
/** How far the slopes of a drop follow those that the picture's own solder shows. */
const AS_SHOWN = 0.65;

/** Slopes in the same order, but shared out as in the picture: where its solder is blue, a new drop is mostly blue. */
function asShown(slope: Plane, outline: Bead["outline"], palette: Palette): Plane {
  const { slopes } = palette;
  if (slopes.length === 0) return slope;
  const own: number[] = [];
  for (let i = 0; i < slope.data.length; i++) if (outline.data[i]) own.push(slope.data[i]!);
  own.sort((a, b) => a - b);
  if (own.length === 0) return slope;
  const points = slopes.map((_, k) => own[Math.round((k / (slopes.length - 1)) * (own.length - 1))]!);
  return {
    ...slope,
    data: slope.data.map((v) => v + AS_SHOWN * (along(points, slopes, v) - v)),
  };
}

/** Linear between points that rise; the ends hold beyond them. */
function along(from: readonly number[], to: readonly number[], v: number): number {
  let k = 1;
  while (k < from.length - 1 && from[k]! < v) k++;
  const [low, high] = [from[k - 1]!, from[k]!];
  const part = high > low ? Math.max(0, Math.min(1, (v - low) / (high - low))) : 1;
  return to[k - 1]! + part * (to[k]! - to[k - 1]!);
}

/** Soft spots, 0 to 1, where a flat part of the bead mirrors a light. */
function glints({ slope, outline, reach }: Bead, g: Ground): Plane {
  const random = g.random.fork("glints");
  const out = plane(slope.width, slope.height);
  const flat = quantileOver(slope, outline, 0.3);
  const places: number[] = [];
  for (let i = 0; i < slope.data.length; i++) if (outline.data[i] && slope.data[i]! <= flat) places.push(i);
  if (places.length === 0 || reach < 4) return out;
  for (let k = 1 + random.int(3); k > 0; k--) {
    const at = random.pick(places);
    const [x, y] = [at % slope.width, Math.floor(at / slope.width)];
    const [a, b] = [reach * random.range(0.05, 0.1), reach * random.range(0.08, 0.2)];
    const turn = random.range(0, Math.PI);
    const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
    const strength = random.range(0.35, 0.75);
    for (let i = 0; i < out.data.length; i++) {
      const [u, v] = [(i % slope.width) - x, Math.floor(i / slope.width) - y];
      const d = ((cos * u + sin * v) / Math.max(1, a)) ** 2 + ((cos * v - sin * u) / Math.max(1, b)) ** 2;
      if (d < 9) out.data[i] = Math.max(out.data[i]!, strength * Math.exp(-d / 2));
    }
  }
  return out;
}

function clamp2(v: number): number {
  return Math.max(-2, Math.min(2, v));
}

/** Softness of painted edges: the picture's own, never sharper than a lens draws. */
export function softnessOf(g: Ground): number {
  return Math.max(0.9, 1.3 * edgeSoftness(g.grey));
}

/** The value of a channel; the mean where the picture is grey. */
export function shade(rgb: Rgb, c: number, channels: number): number {
  return channels === 3 ? rgb[c]! : (rgb[0] + rgb[1] + rgb[2]) / 3;
}
