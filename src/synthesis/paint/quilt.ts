import type { Random } from "../../kit/random.js";
import { area, type Plane, plane } from "../../vision/index.js";
import { type Growth, grownPicture, growthOf, RIM } from "./growth.js";
import type { Ground, Specimen } from "./types.js";

/** Side of a patch as a share of the smaller defect's, and its bounds in pixels. */
const SIDE = { share: 0.65, least: 10, most: 96 } as const;
/** Places of the specimen that are tried for a patch, beside going on from its neighbours. */
const TRIES = 70;
/** What a unit of depth counts against a grey level, both squared. */
const GUIDE = 40;
/** Deep inside, where only the share of the way to the middle is known, it counts less. */
const INNER = { from: 3, guide: 6 } as const;
/** How far a patch takes the brightness of those it meets: what is left of its own would show as bricks. */
const LEVELLED = 0.85;
/** What it costs, a pixel, to take a place once more: repeated patches show as bricks. */
const AGAIN = 150;

type Place = Readonly<{ x: number; y: number }>;

/**
 * Lays the look of a specimen over a large region in patches that overlap and are cut where they differ least (image
 * quilting: Efros and Freeman 2001, with the depth in the mask as the map to follow). Where single pixels are chosen the
 * stripes and clouds of a wide defect fall apart; patches keep them. Gives the picture that a seamless clone takes.
 */
export function quiltedSource(g: Ground, e: Specimen, gain: number, random: Random): Plane[] {
  const growth = growthOf(g, e);
  const { width, height } = g.grey;
  const { deepT, deepS } = growth;
  const size = Math.sqrt(Math.min(area(g.region), e.area));
  const side = Math.max(
    SIDE.least,
    Math.min(SIDE.most, Math.round(SIDE.share * size), deepS.width - 2, deepS.height - 2),
  );
  const overlap = Math.max(3, Math.round(side / 4));
  const step = side - overlap;
  const inside: Place[] = [];
  for (let i = 0; i < deepS.data.length; i++)
    if (deepS.data[i]! > -RIM) inside.push({ x: i % deepS.width, y: Math.floor(i / deepS.width) });
  const made = growth.look.map(() => plane(width, height));
  const filled = new Uint8Array(width * height);
  const [x0, y0, x1, y1] = boundsAbove(deepT);
  const row: (Place | undefined)[] = [];
  const used: Place[] = [];
  const fits = (p: Place): boolean =>
    p.x >= 0 && p.y >= 0 && p.x + side <= deepS.width && p.y + side <= deepS.height;
  for (let y = y0; y <= y1; y += step) {
    let before: Place | undefined;
    for (let x = x0, k = 0; x <= x1; x += step, k++) {
      const above = row[k];
      row[k] = undefined;
      if (!touches(deepT, x, y, side)) {
        before = undefined;
        continue;
      }
      const tries: Place[] = [];
      // Going on where the neighbours came from keeps what is larger than a patch.
      if (before) tries.push({ x: before.x + step, y: before.y });
      if (above) tries.push({ x: above.x, y: above.y + step });
      const going = tries.filter(fits);
      tries.splice(0, tries.length, ...going);
      const half = side >> 1;
      for (let t = 0; t < TRIES; t++) {
        const at = random.pick(inside);
        tries.push({
          x: Math.max(0, Math.min(deepS.width - side, at.x - half)),
          y: Math.max(0, Math.min(deepS.height - side, at.y - half)),
        });
      }
      const costs = tries.map((p, t) => (t < going.length ? 0 : AGAIN * again(p, used, side)));
      const best = cheapest(tries, costs, { x, y }, side, growth, made, filled);
      used.push(best);
      lay(best, { x, y }, side, overlap, growth, made, filled);
      row[k] = best;
      before = best;
    }
  }
  return grownPicture(g, growth, made, gain);
}

/** How much of a patch was taken before, by the nearest one: 0 none, 1 all. */
function again(p: Place, used: readonly Place[], side: number): number {
  let most = 0;
  for (const u of used.slice(-12)) {
    const x = 1 - Math.abs(p.x - u.x) / side;
    const y = 1 - Math.abs(p.y - u.y) / side;
    if (x > 0 && y > 0) most = Math.max(most, x * y);
  }
  return most;
}

/** The place whose patch meets what is there and lies as deep; `costs` a pixel come on top. */
function cheapest(
  tries: readonly Place[],
  costs: readonly number[],
  to: Place,
  side: number,
  { deepS, deepT, look }: Growth,
  made: readonly Plane[],
  filled: Uint8Array,
): Place {
  const { width, height } = deepT;
  let best = { x: 0, y: 0 };
  let least = Number.POSITIVE_INFINITY;
  for (const [t, { x, y }] of tries.entries()) {
    let cost = (costs[t]! * side * side) / 4;
    // Every second pixel tells enough.
    for (let v = 0; v < side && cost < least; v += 2)
      for (let u = v & 2 ? 1 : 0; u < side; u += 2) {
        const [px, py] = [to.x + u, to.y + v];
        if (px >= width || py >= height) continue;
        const i = py * width + px;
        if (deepT.data[i]! <= -RIM) continue;
        const s = (y + v) * deepS.width + x + u;
        const [there, here] = [deepS.data[s]!, deepT.data[i]!];
        cost += (Math.min(there, here) > INNER.from ? INNER.guide : GUIDE) * (here - there) ** 2;
        if (filled[i]) for (const [c, p] of made.entries()) cost += (p.data[i]! - look[c]!.data[s]!) ** 2;
      }
    if (cost < least) {
      least = cost;
      best = { x, y };
    }
  }
  return best;
}

/** Copies a patch; in the overlap with what is there it begins behind the cheapest cut. */
function lay(
  from: Place,
  to: Place,
  side: number,
  overlap: number,
  { deepS, deepT, look }: Growth,
  made: readonly Plane[],
  filled: Uint8Array,
): void {
  const { width, height } = deepT;
  const difference = (u: number, v: number): number => {
    const [px, py] = [to.x + u, to.y + v];
    if (px >= width || py >= height) return 0;
    const i = py * width + px;
    if (!filled[i]) return 0;
    const s = (from.y + v) * deepS.width + from.x + u;
    let sum = 0;
    for (const [c, p] of made.entries()) sum += (p.data[i]! - look[c]!.data[s]! - offsets[c]!) ** 2;
    return sum;
  };
  const offsets = made.map((p, c) => {
    let sum = 0;
    let n = 0;
    for (let v = 0; v < side; v++)
      for (let u = 0; u < side; u++) {
        const [px, py] = [to.x + u, to.y + v];
        const i = py * width + px;
        if (px >= width || py >= height || !filled[i] || deepT.data[i]! <= INNER.from) continue;
        sum += p.data[i]! - look[c]!.data[(from.y + v) * deepS.width + from.x + u]!;
        n++;
      }
    return n < side ? 0 : (LEVELLED * sum) / n;
  });
  const left = cut(side, overlap, (along, across) => difference(across, along));
  const top = cut(side, overlap, (along, across) => difference(along, across));
  for (let v = 0; v < side; v++)
    for (let u = 0; u < side; u++) {
      const [px, py] = [to.x + u, to.y + v];
      if (px >= width || py >= height) continue;
      const i = py * width + px;
      if (filled[i] && (u < left[v]! || v < top[u]!)) continue;
      const s = (from.y + v) * deepS.width + from.x + u;
      for (const [c, p] of made.entries()) p.data[i] = look[c]!.data[s]! + offsets[c]!;
      filled[i] = 1;
    }
}

/** For every place along a patch, the first pixel across that is the new patch's: the cheapest connected cut. */
function cut(side: number, overlap: number, cost: (along: number, across: number) => number): Int32Array {
  const sums: Float64Array[] = [];
  for (let a = 0; a < side; a++) {
    const before = sums[a - 1];
    sums.push(
      Float64Array.from({ length: overlap }, (_, k) => {
        const least = before
          ? Math.min(before[k]!, before[Math.max(0, k - 1)]!, before[Math.min(overlap - 1, k + 1)]!)
          : 0;
        return cost(a, k) + least;
      }),
    );
  }
  const out = new Int32Array(side);
  let at = sums[side - 1]!.indexOf(Math.min(...sums[side - 1]!));
  for (let a = side - 1; a >= 0; a--) {
    out[a] = at;
    const before = sums[a - 1];
    if (!before) break;
    let next = at;
    for (const k of [at - 1, at + 1]) if (k >= 0 && k < overlap && before[k]! < before[next]!) next = k;
    at = next;
  }
  return out;
}

function boundsAbove(deep: Plane): [number, number, number, number] {
  let [x0, y0, x1, y1] = [deep.width, deep.height, -1, -1];
  for (let i = 0; i < deep.data.length; i++) {
    if (deep.data[i]! <= -RIM) continue;
    const [x, y] = [i % deep.width, Math.floor(i / deep.width)];
    x0 = Math.min(x0, x);
    x1 = Math.max(x1, x);
    y0 = Math.min(y0, y);
    y1 = Math.max(y1, y);
  }
  return [x0, y0, x1, y1];
}

function touches(deep: Plane, x: number, y: number, side: number): boolean {
  for (let v = y; v < Math.min(deep.height, y + side); v++)
    for (let u = x; u < Math.min(deep.width, x + side); u++)
      if (deep.data[v * deep.width + u]! > -RIM) return true;
  return false;
}
