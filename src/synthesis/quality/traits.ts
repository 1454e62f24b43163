import type { Pixels } from "../../kit/images.js";
import {
  boundsOf,
  channelsOf,
  cropMask,
  cropPixels,
  dilate,
  erode,
  gaussianBlur,
  gradient,
  grey,
  type Mask,
  type Plane,
  subtract,
} from "../../vision/index.js";

/** Number of values {@link traitsOf} gives. */
export const TRAITS = 26;

/**
 * What a small classifier is given to tell made defects from real ones: level, spread and hue inside against around,
 * fine and coarse texture inside against around, how sharp the border is and how it varies, extremes, and grain. Nothing
 * about size, shape or place: these come from the masks, not from the painter.
 */
export function traitsOf(image: Pixels, region: Mask): Float64Array {
  const bounds = boundsOf(region);
  const out = new Float64Array(TRAITS);
  if (!bounds) return out;
  const box = { x: bounds.x - 12, y: bounds.y - 12, width: bounds.width + 24, height: bounds.height + 24 };
  const local = cropPixels(image, box);
  const m = cropMask(region, box);
  const g = grey(local);
  const inner = erode(m, 1);
  const core = any(inner) ? inner : m;
  const rim = subtract(dilate(m, 2), erode(m, 1.5));
  const around = subtract(dilate(m, 9), dilate(m, 3));
  const { gx, gy } = gradient(g);
  const steep: Plane = { ...g, data: g.data.map((_, i) => Math.hypot(gx.data[i]!, gy.data[i]!)) };
  const fine = highPass(g, 0.8);
  const coarse: Plane = minus(gaussianBlur(g, 0.8), gaussianBlur(g, 2.5));
  let at = 0;
  const put = (...values: number[]): void => {
    for (const v of values) out[at++] = Number.isFinite(v) ? v : 0;
  };
  const [a, b, r] = [moments(g, core), moments(g, around), moments(steep, rim)];
  put((a.mean - b.mean) / (10 + b.deviation), Math.log((a.deviation + 1) / (b.deviation + 1)));
  put(a.skew, a.low - b.low, a.high - b.high);
  for (const detail of [fine, coarse, steep]) {
    const [x, y, z] = [moments(detail, core), moments(detail, around), moments(detail, rim)];
    put(
      Math.log((x.deviation + 0.5) / (y.deviation + 0.5)),
      Math.log((z.deviation + 0.5) / (y.deviation + 0.5)),
      x.kurtosis / 10,
    );
  }
  put(Math.log(1 + r.mean / (5 + Math.abs(a.mean - b.mean))), r.deviation / (1 + r.mean));
  put(moments(fine, rim).kurtosis / 10);
  const planes = channelsOf(local);
  for (let c = 0; c < 3; c++) {
    const p = planes[Math.min(c, planes.length - 1)]!;
    const [x, y] = [moments(p, core), moments(p, around)];
    put((x.mean / (a.mean + 8) - y.mean / (b.mean + 8)) * 3, Math.log((x.deviation + 1) / (y.deviation + 1)));
  }
  put(share(g, core, 0, 4), share(g, core, 251, 255), repeats(g, core));
  return out;
}

type Moments = Readonly<{
  mean: number;
  deviation: number;
  skew: number;
  kurtosis: number;
  low: number;
  high: number;
}>;

function moments(p: Plane, m: Mask): Moments {
  let n = 0;
  let sum = 0;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < m.data.length; i++)
    if (m.data[i]) {
      const v = p.data[i]!;
      n++;
      sum += v;
      low = Math.min(low, v);
      high = Math.max(high, v);
    }
  if (n === 0) return { mean: 0, deviation: 0, skew: 0, kurtosis: 0, low: 0, high: 0 };
  const mean = sum / n;
  let two = 0;
  let three = 0;
  let four = 0;
  for (let i = 0; i < m.data.length; i++)
    if (m.data[i]) {
      const d = p.data[i]! - mean;
      two += d * d;
      three += d * d * d;
      four += d * d * d * d;
    }
  const deviation = Math.sqrt(two / n);
  const unit = Math.max(0.5, deviation);
  return {
    mean,
    deviation,
    skew: three / n / unit ** 3,
    kurtosis: four / n / unit ** 4,
    low: (low - mean) / (10 + unit),
    high: (high - mean) / (10 + unit),
  };
}

function share(p: Plane, m: Mask, low: number, high: number): number {
  let n = 0;
  let hits = 0;
  for (let i = 0; i < m.data.length; i++)
    if (m.data[i]) {
      n++;
      if (p.data[i]! >= low && p.data[i]! <= high) hits++;
    }
  return n === 0 ? 0 : hits / n;
}

/** Share of pixels whose right neighbour has the very same value: smooth paint shows here. */
function repeats(p: Plane, m: Mask): number {
  let n = 0;
  let same = 0;
  for (let i = 0; i + 1 < m.data.length; i++)
    if (m.data[i] && m.data[i + 1]) {
      n++;
      if (Math.abs(p.data[i]! - p.data[i + 1]!) < 0.5) same++;
    }
  return n === 0 ? 0 : same / n;
}

function highPass(p: Plane, sigma: number): Plane {
  return minus(p, gaussianBlur(p, sigma));
}

function minus(a: Plane, b: Plane): Plane {
  return { ...a, data: a.data.map((v, i) => v - b.data[i]!) };
}

function any(m: Mask): boolean {
  return m.data.some((v) => v > 0);
}
