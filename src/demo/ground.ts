import type { Random } from "../kit/random.js";
import {
  at,
  box,
  type Canvas,
  disc,
  type Frame,
  paint,
  type Rgb,
  type Surface,
  stroke,
  tint,
} from "./canvas.js";
import { drawText } from "./font.js";
import { COPPER, HOLE, type Mask, SILK, TIN } from "./materials.js";
import { rise } from "./solder.js";

/** A copper track: corner points in pixels of the site, and its width. */
export type Track = Readonly<{ points: readonly (readonly [number, number])[]; width: number }>;

/** Fills the canvas with solder mask, a little uneven as it is on every board. `random` is the unit's. */
export function drawMask(canvas: Canvas, place: Frame, mask: Mask, random: Random): void {
  const waves = Array.from({ length: 5 }, () => ({
    fx: random.range(-0.12, 0.12),
    fy: random.range(-0.12, 0.12),
    phase: random.range(0, 7),
  }));
  paint(canvas, place, { reach: canvas.size * 2, distance: () => -9 }, (s, u, v) => {
    const uneven = waves.reduce((a, w) => a + Math.sin(w.fx * u + w.fy * v + w.phase), 0) * 0.012;
    // The glass weave under the mask.
    const weave = 0.025 * Math.sin(u * 0.85) * Math.sin(v * 0.85);
    const level = 1 + uneven + weave;
    tint(s, [mask.bare[0] * level, mask.bare[1] * level, mask.bare[2] * level]);
    s.height = 0;
  });
}

/** A track under the mask: raised and lighter. */
export function drawTrack(canvas: Canvas, place: Frame, track: Track, mask: Mask): void {
  for (let i = 0; i + 1 < track.points.length; i++) {
    const [x, y] = track.points[i] as readonly [number, number];
    const [nx, ny] = track.points[i + 1] as readonly [number, number];
    paint(canvas, at(place, x, y), stroke(nx - x, ny - y, track.width), (s, _u, _v, d) => {
      const inside = rise(d, 0.9);
      for (const [key, c] of [
        ["red", 0],
        ["green", 1],
        ["blue", 2],
      ] as const)
        s[key] =
          (mask.bare[c] as number) +
          ((mask.over[c] as number) - (mask.bare[c] as number)) * (0.35 + 0.65 * inside);
      s.height = Math.max(s.height, 1.1 * inside);
      s.metal = 0;
    });
  }
}

/** A plated hole: a tinned ring, or a bump under the mask when it is tented. */
export function drawVia(canvas: Canvas, place: Frame, mask: Mask, tented: boolean): void {
  paint(canvas, place, disc(tented ? 5 : 5.4), (s, _u, _v, d) => {
    if (tented) tint(s, mask.over);
    else tint(s, TIN, 0.9);
    s.height = 1.2 * rise(d, 1);
  });
  paint(canvas, place, disc(2.5), (s, _u, _v, d) => {
    tint(s, tented ? scale(mask.bare, 0.55) : HOLE);
    s.height = -2 * rise(d, 1);
  });
}

/** Silk-screen print: corner brackets around a part, and its designator. */
export function drawSilk(
  canvas: Canvas,
  place: Frame,
  halfWidth: number,
  halfHeight: number,
  designator: string,
  designatorAt: readonly [number, number],
): void {
  const ink = (s: Surface) => {
    tint(s, SILK);
    s.height += 0.25;
    s.alpha = 0.92;
  };
  const arm = 6;
  for (const x of [-1, 1])
    for (const y of [-1, 1]) {
      const corner = at(place, x * halfWidth, y * halfHeight);
      paint(canvas, corner, stroke(-x * arm, 0, 1.5), ink);
      paint(canvas, corner, stroke(0, -y * arm, 1.5), ink);
    }
  drawText(canvas, at(place, designatorAt[0], designatorAt[1]), designator, 1.25, SILK, 0.92);
}

/** A speck of dust or flux: harmless, and on some good units. */
export function drawSpeck(canvas: Canvas, place: Frame, random: Random): void {
  const radius = random.range(0.8, 1.9);
  const light = random.chance(0.6);
  paint(canvas, place, disc(radius), (s) => {
    const color: Rgb = light ? [0.45, 0.43, 0.38] : [0.1, 0.07, 0.03];
    tint(s, color, s.metal * 0.4);
    s.alpha = 0.55;
  });
}

/** A translucent film of flux residue. */
export function drawResidue(canvas: Canvas, place: Frame, random: Random): void {
  const shape = box(random.range(5, 11), random.range(4, 8), 4);
  paint(
    canvas,
    place,
    shape,
    (s) => {
      s.red = s.red * 0.93 + 0.02;
      s.green = s.green * 0.93 + 0.017;
      s.blue *= 0.88;
      s.alpha = 0.7;
    },
    5,
  );
}

/** Copper where it must not be: a thorn at a track, under the mask like the track. */
export function drawThorn(
  canvas: Canvas,
  place: Frame,
  du: number,
  dv: number,
  width: number,
  mask: Mask,
): void {
  const length = Math.hypot(du, dv);
  paint(
    canvas,
    place,
    {
      reach: length + width,
      distance: (u, v) => {
        const t = Math.max(0, Math.min(1, (u * du + v * dv) / (length * length)));
        return Math.hypot(u - t * du, v - t * dv) - (width / 2) * (1 - 0.45 * t);
      },
    },
    (s, _u, _v, d) => {
      tint(s, mask.over);
      s.height = Math.max(s.height, 1.1 * rise(d, 0.9));
    },
  );
}

/** A gap in a track: the mask lies low again, its edges ragged and coppery. */
export function drawGap(canvas: Canvas, place: Frame, length: number, width: number, mask: Mask): void {
  paint(canvas, place, box(length / 2 + 1.3, width / 2 + 0.6, 1), (s) => tint(s, COPPER, 0.5));
  paint(canvas, place, box(length / 2, width / 2 + 1.2, 1.2), (s) => {
    tint(s, scale(mask.bare, 0.9));
    s.height = 0;
  });
}

function scale(color: Rgb, by: number): Rgb {
  return [color[0] * by, color[1] * by, color[2] * by];
}
