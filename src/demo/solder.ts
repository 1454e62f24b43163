import { at, box, type Canvas, disc, type Frame, paint, stroke, tint } from "./canvas.js";
import type { Hand } from "./flaws.js";
import { COPPER, DULL_TIN, TIN } from "./materials.js";

/** A pad with its solder. The part stands towards −u. */
export type Joint = Readonly<{
  halfWidth: number;
  halfHeight: number;
  /** 1 is right; 0 leaves the pad bare; above 1.5 it bulges and flows over. */
  volume: number;
  /** Where the part begins, in the pad's u; undefined when nothing stands there. */
  partEnd?: number;
  /** How high the part's metal end is. */
  climb: number;
  wobble: Wobble;
}>;

/** No joint is like another: two waves over its surface. */
export type Wobble = readonly Readonly<{ size: number; fx: number; fy: number; phase: number }>[];

export function drawWobble({ random, spread }: Hand): Wobble {
  return [0.28, 0.5].map((f) => ({
    size: 0.065 * spread,
    fx: random.range(-f, f),
    fy: random.range(-f, f),
    phase: random.range(0, 6.3),
  }));
}

/** Height near an edge: 0 at the edge, 1 well inside. */
export const rise = (distance: number, width: number) => 1 - Math.exp(Math.min(0, distance) / width);

/** Draws a pad and the solder joint on it. */
export function drawJoint(canvas: Canvas, place: Frame, joint: Joint): void {
  const { halfWidth, halfHeight, volume, partEnd, climb } = joint;
  paint(canvas, place, box(halfWidth, halfHeight, 1.5), (s, _u, _v, d) => {
    tint(s, volume < 0.5 ? DULL_TIN : TIN, 0.75);
    s.height = 0.6 * rise(d, 1);
  });
  if (volume < 0.06) {
    // Not wetted: copper shows in the middle.
    paint(canvas, place, box(halfWidth * 0.86, halfHeight * 0.78, 2), (s) => tint(s, COPPER, 0.35), 2);
    return;
  }
  const over = Math.max(0, volume - 1.3);
  const reach = volume < 0.5 ? 0.75 : 1;
  const shape = box((halfWidth + over * 3.2) * reach, (halfHeight + over * 2.4) * reach, 2.5 + over * 3);
  const far = halfWidth + over * 3.2;
  const power = volume > 1.5 ? 0.75 : 1.1 + 0.9 / Math.max(0.4, volume);
  paint(canvas, place, shape, (s, u, v, d) => {
    tint(s, TIN, 1);
    const uneven = joint.wobble.reduce((a, w) => a + w.size * Math.sin(w.fx * u + w.fy * v + w.phase), 1);
    if (partEnd === undefined) {
      // Nothing stands here: the solder has drawn itself up to a cushion.
      s.height = 4.8 * uneven * uneven * Math.max(0.2, volume) ** 0.7 * rise(d, 4.5);
      return;
    }
    const t = Math.max(0, Math.min(1, (u - partEnd) / (far - partEnd)));
    // Beside the part the solder soon ends.
    const beside = Math.max(0, Math.min(1, 1 + (u - partEnd) / 7));
    const wet = climb * Math.min(1.15, 0.35 + 0.45 * volume) * (1 - t) ** power * beside;
    const side = 1 - 0.35 * Math.min(1, (v / halfHeight) ** 2);
    s.height = uneven * (1.3 * Math.max(0.2, volume) ** 0.8 * rise(d, 3.2) + wet * side * rise(d, 2.2));
  });
}

/** Solder that joins what it must not: an uneven strand from one frame to a point of it. */
export function drawStrand(canvas: Canvas, from: Frame, du: number, dv: number, width: number): void {
  const solder = (distance: (u: number, v: number) => number, reach: number, place: Frame, high: number) =>
    paint(canvas, place, { distance, reach }, (s, _u, _v, d) => {
      tint(s, TIN, 1);
      s.height = Math.max(s.height, high * rise(d, width * 0.45));
    });
  const core = stroke(du, dv, width);
  solder(core.distance, core.reach, from, width * 0.75);
  for (const t of [0.12, 0.88]) {
    const blob = disc(width * 0.72);
    solder(blob.distance, blob.reach, at(from, du * t, dv * t), width * 0.85);
  }
}
