import { gaussianBlur, gradient, intersect, type Plane } from "../../vision/index.js";
import { cloud, meanOver, overlay, ringOf, signedDistance, softRegion } from "./tools.js";
import type { Ground, Paint } from "./types.js";

/** Grooves and hollows: how deep they look, how dark their floor is, how bright their lit wall, how rough they are. */
const RELIEFS = {
  scratch: { floor: -0.1, wall: 0.55, rough: 0.5, soft: 0.6 },
  crack: { floor: -0.62, wall: 0.18, rough: 0.35, soft: 0.7 },
  pit: { floor: -0.5, wall: 0.3, rough: 0.6, soft: 0.9 },
} as const;

/**
 * A groove or a hollow: its floor is in shadow, the wall that faces the light is bright, the other one dark, both
 * rough. Light comes from where the surface is brighter. All values are shares of the local brightness.
 */
export function relief(g: Ground, kind: keyof typeof RELIEFS): Paint {
  const { floor, wall, rough, soft } = RELIEFS[kind];
  const random = g.random.fork("relief");
  const { width, height } = g.grey;
  const depth = signedDistance(g.region);
  const most = depth.data.reduce((a, b) => Math.max(a, b), 1);
  const noise = cloud(width, height, Math.max(1.5, most), random.fork("rough"));
  const bowl: Plane = {
    ...depth,
    data: depth.data.map((v, i) => (v > 0 ? -Math.min(1, (v / most) * (1 + 0.35 * noise.data[i]!)) : 0)),
  };
  const smooth = gaussianBlur(bowl, soft);
  const { gx, gy } = gradient(smooth);
  const light = lightFrom(g);
  const steep = Math.max(1e-6, Math.max(...maxima(gx, gy)));
  const { alpha, touched } = softRegion(g, soft);
  const fine = cloud(width, height, 1.2, random.fork("fine"), 2);
  const { strength } = g.settings;
  const swing = random.range(0.8, 1.2);
  const fills = g.planes.map((p) => {
    const calm = gaussianBlur(p, Math.max(1, most / 2));
    return {
      ...p,
      data: p.data.map((_, i) => {
        const base = calm.data[i]!;
        const lit = (gx.data[i]! * light.x + gy.data[i]! * light.y) / steep;
        const deep = -smooth.data[i]!;
        const change =
          swing *
          (floor * Math.min(1, 1.4 * deep) +
            wall * lit +
            0.18 * rough * fine.data[i]! * Math.min(1, 2 * deep));
        const room = change < 0 ? base : Math.max(24, Math.min(base, 255 - base) + 0.35 * base);
        return base + strength * change * room;
      }),
    };
  });
  return { planes: overlay(g, fills, alpha), touched: intersect(touched, g.allowed), painter: kind };
}

function maxima(a: Plane, b: Plane): [number, number] {
  let x = 0;
  let y = 0;
  for (let i = 0; i < a.data.length; i++) {
    x = Math.max(x, Math.abs(a.data[i]!));
    y = Math.max(y, Math.abs(b.data[i]!));
  }
  return [x, y];
}

/** Towards the light, a unit vector: the side of the surroundings that is brighter, else from above left. */
export function lightFrom(g: Ground): { x: number; y: number } {
  const ring = ringOf(g.region, 2, 12);
  const mean = meanOver(g.grey, ring);
  let x = 0;
  let y = 0;
  const [cx, cy] = [g.grey.width / 2, g.grey.height / 2];
  for (let i = 0; i < ring.data.length; i++)
    if (ring.data[i]) {
      const v = g.grey.data[i]! - mean;
      x += v * ((i % g.grey.width) - cx);
      y += v * (Math.floor(i / g.grey.width) - cy);
    }
  const size = Math.hypot(x, y);
  const fall = { x: -0.6, y: -0.8 };
  if (size < 1e-6) return fall;
  const [u, v] = [0.5 * fall.x + (0.5 * x) / size, 0.5 * fall.y + (0.5 * y) / size];
  const n = Math.hypot(u, v);
  return n < 1e-6 ? fall : { x: u / n, y: v / n };
}
