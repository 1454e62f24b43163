import type { Point } from "../board/board.js";
import type { Vec3 } from "../model.js";
import { rectangle } from "./outlines.js";
import type { Surface } from "./surface.js";

/**
 * Joins rings of equally many points into a surface, from the first ring to the last. Rings run
 * counter-clockwise seen from the side of the last ring; then the faces point outwards. `closed` closes both
 * ends with a fan around their centre.
 */
export function loft(rings: readonly (readonly Vec3[])[], closed = true): Surface {
  const n = rings[0].length;
  const points: Vec3[] = rings.flat();
  const triangles: number[] = [];
  for (let r = 0; r + 1 < rings.length; r++)
    for (let k = 0; k < n; k++) {
      const next = (k + 1) % n;
      const [a, b] = [r * n + k, r * n + next];
      const [c, d] = [(r + 1) * n + next, (r + 1) * n + k];
      triangles.push(a, b, c, a, c, d);
    }
  if (closed) {
    const last = (rings.length - 1) * n;
    const [bottom, top] = [points.length, points.length + 1];
    points.push(centre(rings[0]), centre(rings[rings.length - 1]));
    for (let k = 0; k < n; k++) {
      const next = (k + 1) % n;
      triangles.push(bottom, next, k, top, last + k, last + next);
    }
  }
  return { points, triangles };
}

function centre(ring: readonly Vec3[]): Vec3 {
  let [x, y, z] = [0, 0, 0];
  for (const p of ring) {
    x += p[0];
    y += p[1];
    z += p[2];
  }
  return [x / ring.length, y / ring.length, z / ring.length];
}

/** One level of a moulded body: half sizes and corner radius at a height. */
export type Level = Readonly<{ z: number; x: number; y: number; r: number }>;

/** A body of rounded rectangles stacked along Z. */
export function stack(levels: readonly Level[], segments = 2, at: Point = [0, 0]): Surface {
  return loft(
    levels.map((l) =>
      rectangle(at, 2 * l.x, 2 * l.y, Math.max(l.r, 1e-3), segments).map(([x, y]): Vec3 => [x, y, l.z]),
    ),
  );
}

/** A box standing on z0 with rounded vertical and top edges (and bottom edges when `bottom`). */
export function roundedBox(
  at: Point,
  size: readonly [x: number, y: number],
  z0: number,
  z1: number,
  radius: number,
  o: { segments?: number; bottom?: boolean } = {},
): Surface {
  const segments = o.segments ?? 2;
  const r = Math.min(radius, size[0] / 2.2, size[1] / 2.2, (z1 - z0) / (o.bottom ? 2.2 : 1.1));
  const level = (z: number, inset: number): Level => ({
    z,
    x: size[0] / 2 - inset,
    y: size[1] / 2 - inset,
    r: Math.max(r - inset, r * 0.3),
  });
  const arc = Array.from({ length: segments + 1 }, (_, k) => (k / segments) * (Math.PI / 2));
  const upper = arc.map((a) => level(z1 - r + r * Math.sin(a), r * (1 - Math.cos(a))));
  const lower = o.bottom
    ? arc.map((a) => level(z0 + r - r * Math.cos(a), r * (1 - Math.sin(a))))
    : [level(z0, 0)];
  return stack([...lower, ...upper], segments, at);
}

/** A solid of revolution about Z: `profile` is [radius, z] from bottom to top. */
export function revolve(
  profile: readonly (readonly [radius: number, z: number])[],
  at: Point,
  segments: number,
): Surface {
  return loft(
    profile.map(([r, z]) =>
      Array.from({ length: segments }, (_, k): Vec3 => {
        const a = (2 * Math.PI * k) / segments;
        return [at[0] + r * Math.cos(a), at[1] + r * Math.sin(a), z];
      }),
    ),
  );
}

/**
 * A strip of sheet metal along a path in the XZ plane: `width` along Y, `thickness` across the path, edges
 * chamfered by `bevel` (0: sharp). Bends are mitred.
 */
export function strip(
  path: readonly (readonly [x: number, z: number])[],
  width: number,
  thickness: number,
  bevel = 0,
  at = 0,
): Surface {
  const [w, t] = [width / 2, thickness / 2];
  // Cross-section in (across, along Y), counter-clockwise seen from the far end of the path.
  const b = Math.min(bevel, w * 0.8, t * 0.8);
  const section: readonly Point[] =
    b > 0
      ? [
          [t, w - b],
          [t, -w + b],
          [t - b, -w],
          [-t + b, -w],
          [-t, -w + b],
          [-t, w - b],
          [-t + b, w],
          [t - b, w],
        ]
      : [
          [t, w],
          [t, -w],
          [-t, -w],
          [-t, w],
        ];
  const rings = path.map(([x, z], i) => {
    const before = path[Math.max(0, i - 1)];
    const after = path[Math.min(path.length - 1, i + 1)];
    const d1 = unit(x - before[0], z - before[1]);
    const d2 = unit(after[0] - x, after[1] - z);
    const d = i === 0 ? d2 : i === path.length - 1 ? d1 : unit(d1[0] + d2[0], d1[1] + d2[1]);
    const cosine = i === 0 ? 1 : Math.max(0.5, d[0] * d1[0] + d[1] * d1[1]);
    // The normal to the left of the path: up where the path runs along +X.
    const [nx, nz] = [-d[1] / cosine, d[0] / cosine];
    return section.map(([across, y]): Vec3 => [x + nx * across, at + y, z + nz * across]);
  });
  return loft(rings);
}

function unit(x: number, z: number): readonly [number, number] {
  const l = Math.hypot(x, z);
  return l === 0 ? [0, 0] : [x / l, z / l];
}
