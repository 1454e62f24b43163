import { dilate, gaussianBlur, intersect } from "../../vision/index.js";
import { cloud, grainOf, signedDistance } from "./tools.js";
import type { Ground, Paint } from "./types.js";

/**
 * A change of colour that leaves the surface as it is. `discoloration`: wide, soft, cloudy. `stain`: a film with an
 * edge that dries darker than its middle. Every channel is scaled: texture stays visible through it.
 */
export function tint(g: Ground, kind: "discoloration" | "stain"): Paint {
  const random = g.random.fork("tint");
  const { width, height } = g.grey;
  const depth = signedDistance(g.region);
  const most = depth.data.reduce((a, b) => Math.max(a, b), 1);
  // A border wider than this is no border to the eye: shading that nobody sees.
  const soft = kind === "stain" ? Math.min(1.2, 0.3 + most / 12) : Math.max(1, Math.min(5, most / 4));
  const touched = intersect(dilate(g.region, Math.ceil(soft)), g.allowed);
  const alpha = gaussianBlur({ ...g.grey, data: Float32Array.from(g.region.data) }, soft);
  const wide = cloud(width, height, Math.max(2, most), random.fork("wide"), 2);
  const darker = random.chance(0.7);
  const amount = (darker ? -1 : 0.8) * random.range(0.2, 0.38) * g.settings.strength;
  // Oxide and flux are warm: blue loses most, red least. A grey picture stays grey.
  const warm = random.range(0, 0.5);
  const coloured = g.planes.length === 3 && (grainOf(g, 1) !== 0 || grainOf(g, 2) !== 0);
  return {
    touched,
    painter: kind,
    planes: g.planes.map((p, c) => {
      const lean = coloured ? 1 + warm * (c - 1) : 1;
      return {
        ...p,
        data: p.data.map((v, i) => {
          if (!touched.data[i]) return v;
          const d = depth.data[i]!;
          const edge = kind === "stain" ? 0.5 * Math.exp(-(((d - 1) / Math.max(1, 0.12 * most)) ** 2)) : 0;
          const body = kind === "stain" ? 0.75 + 0.2 * wide.data[i]! : 0.9 + 0.25 * wide.data[i]!;
          const a = alpha.data[i]! * Math.max(0.15, Math.min(1.5, body + edge));
          const room = amount < 0 ? v : Math.min(v + 20, 255 - v);
          return v + amount * lean * a * room;
        }),
      };
    }),
  };
}
