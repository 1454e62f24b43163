import { gaussianBlur, gradient, type Mask, type Plane } from "../../vision/index.js";
import { type Centreline, centrelines } from "./centreline.js";
import { meanOver, ringOf } from "./tools.js";

/** What the clean surface about a defect is like: how rough, and which way its stripes run. */
export type Surface = Readonly<{
  /** Standard deviation of what is finer than some eight pixels, levels. */
  rough: number;
  /** Radians along the stripes, and how clear they are: 0 none, 1 all stripes. */
  along: number;
  clear: number;
}>;

/** From this clearness on a surface has a direction. */
const CLEAR = 0.3;

/** Roughness, and direction by the structure tensor, of the pixels in `ring`. */
export function surfaceOf(p: Plane, ring: Mask): Surface {
  const wide = gaussianBlur(p, 4);
  const fine: Plane = { ...p, data: p.data.map((v, i) => v - wide.data[i]!) };
  const { gx, gy } = gradient(gaussianBlur(p, 1));
  let [xx, xy, yy] = [0, 0, 0];
  for (let i = 0; i < ring.data.length; i++)
    if (ring.data[i]) {
      const [x, y] = [gx.data[i]!, gy.data[i]!];
      // One strong edge of the part must not decide over the surface.
      const w = 1 / (30 + Math.hypot(x, y));
      xx += w * x * x;
      xy += w * x * y;
      yy += w * y * y;
    }
  const spread = Math.hypot(xx - yy, 2 * xy);
  return {
    rough: Math.sqrt(meanOver({ ...fine, data: fine.data.map((v) => v * v) }, ring)),
    along: 0.5 * Math.atan2(2 * xy, xx - yy) + Math.PI / 2,
    clear: xx + yy > 0 ? spread / (xx + yy) : 0,
  };
}

/** What choosing asks of every specimen, each time: how its surface is, and its line where it is thin. */
export type Facts = Readonly<{ surface: Surface; line: Centreline | undefined }>;

/** Facts of a picture and its mask never change, and cost more than the rest of a choice. */
const known = new WeakMap<Mask, Facts>();

/** The facts of a specimen's picture under its mask; worked out once for each mask object. */
export function factsOf(p: () => Plane, m: Mask): Facts {
  const old = known.get(m);
  if (old) return old;
  const facts = { surface: surfaceOf(p(), ringOf(m, 2, 14)), line: centrelines(m)?.[0] };
  known.set(m, facts);
  return facts;
}

/** How like two lines are, for choosing: 0 alike. */
export function linesApart(a: Centreline, b: Centreline): number {
  return (
    Math.abs(Math.log(Math.max(0.5, a.half) / Math.max(0.5, b.half))) +
    0.3 * Math.abs(Math.log(a.points.length / b.points.length))
  );
}

/** How a picture must be turned so that its stripes run as those of the place, −π/2 to π/2; undefined without stripes. */
export function turnOf(from: Surface, to: Surface): number | undefined {
  if (from.clear < CLEAR || to.clear < CLEAR) return undefined;
  let turn = (to.along - from.along) % Math.PI;
  if (turn > Math.PI / 2) turn -= Math.PI;
  if (turn < -Math.PI / 2) turn += Math.PI;
  return turn;
}
