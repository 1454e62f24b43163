import type { Random } from "../../kit/random.js";
import { type Plane, plane } from "../../vision/index.js";
import { grownPicture, growthOf, RIM } from "./growth.js";
import type { Ground, Specimen } from "./types.js";

/** Random places that are tried for a pixel, beside those that go on where its neighbours came from. */
const TRIES = 8;
/** What a unit of distance from the border counts against a grey level. */
const GUIDE = 60;

/**
 * Grows the look of a specimen over a region of any shape and size: every pixel is copied from a place of the
 * specimen that lies as deep in its mask and goes on what the neighbours show (texture by numbers after Hertzmann et
 * al. 2001, coherent candidates after Ashikhmin 2001). What is copied is the difference to the specimen's clean
 * surroundings, so that the result sits on the light of its own place. Gives the picture that a seamless clone takes.
 */
export function guidedSource(g: Ground, e: Specimen, gain: number, random: Random): Plane[] {
  const { width, height } = g.grey;
  const growth = growthOf(g, e);
  const { look: channels, deepS, deepT } = growth;
  const order: number[] = [];
  for (let i = 0; i < deepT.data.length; i++) if (deepT.data[i]! > -RIM) order.push(i);
  const buckets = bucketsOf(deepS);
  const from = new Int32Array(width * height).fill(-1);
  const made = channels.map(() => plane(width, height));
  for (let pass = 0; pass < 2; pass++)
    for (const i of pass === 0 ? order : [...order].reverse()) {
      const best = bestSource(i, { deepS, deepT, buckets, from, made, channels, random, width, height });
      from[i] = best;
      for (let c = 0; c < channels.length; c++) made[c]!.data[i] = channels[c]!.data[best]!;
    }
  return grownPicture(g, growth, made, gain);
}

type Buckets = ReadonlyMap<number, readonly number[]>;

function bucketsOf(deep: Plane): Buckets {
  const found = new Map<number, number[]>();
  for (let y = 2; y < deep.height - 2; y++)
    for (let x = 2; x < deep.width - 2; x++) {
      const i = y * deep.width + x;
      const key = Math.round(deep.data[i]!);
      const list = found.get(key);
      if (list) list.push(i);
      else found.set(key, [i]);
    }
  return found;
}

function bestSource(
  i: number,
  o: {
    deepS: Plane;
    deepT: Plane;
    buckets: Buckets;
    from: Int32Array;
    made: readonly Plane[];
    channels: readonly Plane[];
    random: Random;
    width: number;
    height: number;
  },
): number {
  const { deepS, deepT, from, width, height } = o;
  const x = i % width;
  const y = (i - x) / width;
  const candidates: number[] = [];
  for (let dy = -1; dy <= 1; dy++)
    for (let dx = -1; dx <= 1; dx++) {
      const [u, v] = [x + dx, y + dy];
      if ((dx === 0 && dy === 0) || u < 0 || v < 0 || u >= width || v >= height) continue;
      const q = from[v * width + u]!;
      if (q < 0) continue;
      const sx = (q % deepS.width) - dx;
      const sy = Math.floor(q / deepS.width) - dy;
      if (sx >= 2 && sy >= 2 && sx < deepS.width - 2 && sy < deepS.height - 2)
        candidates.push(sy * deepS.width + sx);
    }
  const key = Math.round(deepT.data[i]!);
  let list = o.buckets.get(key);
  for (let away = 1; !list && away < 12; away++)
    list = o.buckets.get(key - away) ?? o.buckets.get(key + away);
  if (list) for (let k = 0; k < TRIES; k++) candidates.push(list[o.random.int(list.length)]!);
  let best = candidates[0] ?? 2 * deepS.width + 2;
  let least = Number.POSITIVE_INFINITY;
  for (const s of candidates) {
    const cost = mismatch(i, s, x, y, o, least);
    if (cost < least) {
      least = cost;
      best = s;
    }
  }
  return best;
}

function mismatch(
  i: number,
  s: number,
  x: number,
  y: number,
  o: {
    deepS: Plane;
    deepT: Plane;
    from: Int32Array;
    made: readonly Plane[];
    channels: readonly Plane[];
    width: number;
    height: number;
  },
  least: number,
): number {
  const far = o.deepT.data[i]! - o.deepS.data[s]!;
  let cost = GUIDE * far * far;
  if (cost >= least) return cost;
  let sum = 0;
  let n = 0;
  const sw = o.deepS.width;
  for (let dy = -2; dy <= 2; dy++)
    for (let dx = -2; dx <= 2; dx++) {
      const [u, v] = [x + dx, y + dy];
      if (u < 0 || v < 0 || u >= o.width || v >= o.height) continue;
      const q = v * o.width + u;
      if (o.from[q]! < 0) continue;
      for (let c = 0; c < o.channels.length; c++)
        sum += (o.made[c]!.data[q]! - o.channels[c]!.data[s + dy * sw + dx]!) ** 2;
      n++;
    }
  if (n > 0) cost += sum / (n * o.channels.length);
  return cost;
}
