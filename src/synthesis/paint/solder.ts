import {
  centroid,
  close,
  dilate,
  gaussianBlur,
  gradient,
  type Mask,
  mask,
  type Plane,
  plane,
  threshold,
} from "../../vision/index.js";
import { extents } from "../exemplar.js";
import { localMaterial } from "./material-fill.js";
import { type Palette, paletteOf } from "./palette.js";
import { cloud, overlay, ringOf, signedDistance, softRegion } from "./tools.js";
import type { Ground, Paint } from "./types.js";

/** Solder where there was none: a lumpy drop whose colour follows the slope of its surface. */
export function solder(g: Ground): Paint {
  const palette = paletteOf(g.planes);
  const { alpha, touched } = softRegion(g, 0.8);
  const slope = dropSlope(g.region, g, 0.55);
  return { planes: overlay(g, colours(slope, palette, g), alpha, false), touched, painter: "solder" };
}

/** Solder that is not there: the flat pad shows, dull and a little rough, with a thin bead left along its edge. */
export function lessSolder(g: Ground): Paint {
  const palette = paletteOf(g.planes);
  const { alpha, touched } = softRegion(g, 0.9);
  const rough = cloud(g.grey.width, g.grey.height, 3, g.random.fork("rough"));
  const depth = signedDistance(g.region);
  const fills = g.planes.map((p, c) => ({
    ...p,
    data: p.data.map((_, i) => {
      const bead = 0.5 * Math.exp(-(((depth.data[i]! - 1.5) / 1.3) ** 2));
      const pad = palette.flat[c]! * 0.8 * (1 + 0.08 * rough.data[i]!);
      return pad * (1 - bead) + palette.at(30)[c]! * bead;
    }),
  }));
  return { planes: overlay(g, fills, alpha), touched, painter: "less_solder" };
}

/** A part that is not there: the board beneath it, and at both ends its pads with what solder they got. */
export function missing(g: Ground): Paint {
  const palette = paletteOf(g.planes);
  const { alpha, touched } = softRegion(g, 0.8);
  const random = g.random.fork("missing");
  const ring = ringOf(g.region, 2, 14);
  const dark: Mask = {
    ...ring,
    data: ring.data.map((v, i) => (v && g.grey.data[i]! <= luma(palette.board) * 1.15 + 4 ? 1 : 0)),
  };
  const board = g.planes.map((p, c) => {
    const fill = localMaterial(p, dark, palette.board[c]!, random.fork("board", 0));
    return { ...fill, data: fill.data.map((v) => 0.7 * v + 0.3 * palette.board[c]!) };
  });
  const { pads, paste } = padsUnder(g.region, random.range(0.26, 0.34));
  const padSoft = gaussianBlur({ ...g.grey, data: Float32Array.from(pads.data) }, 0.8);
  const pasteSoft = gaussianBlur({ ...g.grey, data: Float32Array.from(paste.data) }, 0.8);
  const slope = dropSlope(paste, g, 0.4);
  const metal = colours(slope, palette, g);
  const rough = cloud(g.grey.width, g.grey.height, 2.5, random.fork("rough"));
  const fills = board.map((p, c) => ({
    ...p,
    data: p.data.map((v, i) => {
      const pad = palette.flat[c]! * 0.85 * (1 + 0.06 * rough.data[i]!);
      const a = padSoft.data[i]!;
      const b = pasteSoft.data[i]!;
      return (v * (1 - a) + pad * a) * (1 - b) + metal[c]!.data[i]! * b;
    }),
  }));
  return { planes: overlay(g, fills, alpha), touched, painter: "missing" };
}

/** Two rounded pads at the ends of a region's main axis and the paste on them. */
function padsUnder(region: Mask, share: number): { pads: Mask; paste: Mask } {
  const pads = mask(region.width, region.height);
  const paste = mask(region.width, region.height);
  const at = centroid(region);
  const { angle } = extents(region);
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  let along = 0;
  let across = 0;
  for (let i = 0; i < region.data.length; i++)
    if (region.data[i]) {
      const [x, y] = [(i % region.width) - at.x, Math.floor(i / region.width) - at.y];
      along = Math.max(along, Math.abs(c * x + s * y));
      across = Math.max(across, Math.abs(-s * x + c * y));
    }
  const half = { along: along * share, across: across * 0.86 };
  for (let i = 0; i < region.data.length; i++) {
    if (!region.data[i]) continue;
    const [x, y] = [(i % region.width) - at.x, Math.floor(i / region.width) - at.y];
    const u = Math.abs(c * x + s * y) - (along - half.along);
    const v = Math.abs(-s * x + c * y);
    const inside = (k: number): boolean =>
      Math.abs(u / (half.along * k)) ** 4 + (v / (half.across * k)) ** 4 <= 1;
    if (inside(0.97)) pads.data[i] = 1;
    if (inside(0.76)) paste.data[i] = 1;
  }
  return { pads, paste };
}

/** Slope of a lumpy drop over a region, degrees. `high`: its height against its radius. */
function dropSlope(region: Mask, g: Ground, high: number): Plane {
  // Liquid has no ragged outline: small holes close and teeth melt away.
  const smooth = threshold(
    gaussianBlur({ ...g.grey, data: Float32Array.from(close(region, 3).data) }, 2),
    0.5,
  );
  const depth = signedDistance(smooth);
  const most = depth.data.reduce((a, b) => Math.max(a, b), 1);
  const reach = Math.max(2.5, Math.min(most, 22));
  const random = g.random.fork("drop");
  const lumps = cloud(region.width, region.height, Math.max(6, 1.3 * reach), random.fork("lumps"), 1);
  const crinkle = cloud(region.width, region.height, Math.max(4, 0.4 * reach), random.fork("crinkle"), 2);
  const z = plane(region.width, region.height);
  for (let i = 0; i < z.data.length; i++) {
    const d = depth.data[i]!;
    if (d <= 0) continue;
    const t = Math.min(1, d / reach);
    const rise = high * reach * Math.sqrt(1 - (1 - t) ** 2);
    z.data[i] = rise + t * reach * (0.24 * lumps.data[i]! + 0.012 * crinkle.data[i]!);
  }
  const { gx, gy } = gradient(gaussianBlur(z, 1.4));
  const out = plane(region.width, region.height);
  for (let i = 0; i < out.data.length; i++)
    out.data[i] = (Math.atan(Math.hypot(gx.data[i]!, gy.data[i]!)) * 180) / Math.PI;
  return out;
}

function colours(slope: Plane, palette: Palette, g: Ground): Plane[] {
  const speck = cloud(slope.width, slope.height, 3, g.random.fork("speck"), 2);
  const fills = g.planes.map(() => plane(slope.width, slope.height));
  const near = dilate(g.region, 3);
  for (let i = 0; i < slope.data.length; i++) {
    if (!near.data[i]) continue;
    const rgb = palette.at(Math.max(0, slope.data[i]! + 0.8 * speck.data[i]!));
    const shine = 1 + 0.07 * speck.data[i]!;
    fills.forEach((p, c) => {
      p.data[i] = fills.length === 3 ? rgb[c]! * shine : luma(rgb) * shine;
    });
  }
  return fills;
}

function luma(rgb: readonly [number, number, number]): number {
  return (rgb[0] + rgb[1] + rgb[2]) / 3;
}
