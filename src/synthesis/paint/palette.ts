import type { Plane } from "../../vision/index.js";

export type Rgb = readonly [number, number, number];

/**
 * What metal shows at a slope, 0 (flat) to 90 degrees, in the picture's own colours. Under a ring of coloured lights
 * flat metal is red, then green, then blue, and black where it is steep (contract 1.7); under white light it is bright
 * where flat and darkens towards the edge. `flat`: bare copper of a pad; `steepest`: slope of a bead at its border, by how
 * much of the picture's solder is steep; `glint`: the level of a mirrored light.
 */
export type Palette = Readonly<{
  ringLit: boolean;
  at: (slope: number) => Rgb;
  flat: Rgb;
  board: Rgb;
  steepest: number;
  glint: number;
  /** Slopes that the picture's own metal shows, lowest first, at equal shares of its pixels; empty where hues say nothing. */
  slopes: readonly number[];
}>;

/** Hues from flat to steep, degrees, and what they are where the picture does not show them. */
const HUES = [
  { from: -30, to: 14, slope: 3, otherwise: [235, 60, 40] },
  { from: 14, to: 42, slope: 9, otherwise: [225, 120, 50] },
  { from: 42, to: 75, slope: 13, otherwise: [190, 190, 50] },
  { from: 75, to: 150, slope: 18, otherwise: [80, 225, 60] },
  { from: 150, to: 205, slope: 24, otherwise: [40, 150, 150] },
  { from: 205, to: 280, slope: 31, otherwise: [35, 45, 225] },
] as const;

/** Learns the palette of a picture: which pure colours it shows, how bright its metal and how dark its board is. */
export function paletteOf(planes: readonly Plane[]): Palette {
  const [r, g, b] = planes.length === 3 ? planes : [planes[0]!, planes[0]!, planes[0]!];
  const n = r!.data.length;
  const sums = HUES.map(() => ({ rgb: [0, 0, 0], weight: 0, pixels: 0 }));
  const greys: number[] = [];
  for (let i = 0; i < n; i++) {
    const v: Rgb = [r!.data[i]!, g!.data[i]!, b!.data[i]!];
    const [big, small] = [Math.max(...v), Math.min(...v)];
    greys.push((v[0] + v[1] + v[2]) / 3);
    if (big < 80 || big - small < 60) continue;
    const hue = hueOf(v);
    const own = sums[HUES.findIndex((h) => hue >= h.from && hue < h.to)];
    if (!own) continue;
    // The purer count more: mixtures at edges are no colour of their own.
    const weight = (big - small) ** 1.5;
    own.rgb.forEach((s, c) => {
      own.rgb[c] = s + weight * v[c]!;
    });
    own.weight += weight;
    own.pixels++;
  }
  greys.sort((p, q) => p - q);
  const q = (share: number): number => greys[Math.min(n - 1, Math.floor(share * n))]!;
  const board: Rgb = darkest(planes, q(0.35));
  const count = (...of: number[]): number => of.reduce((a, k) => a + sums[k]!.pixels, 0);
  const [red, green, blue] = [count(0, 1), count(2, 3), count(4, 5)];
  if (blue > 0.004 * n && red + green > 0.004 * n) {
    const pure = HUES.map(({ otherwise }, k): Rgb => {
      const { rgb, weight, pixels } = sums[k]!;
      return pixels > 0.001 * n && weight > 0
        ? [rgb[0]! / weight, rgb[1]! / weight, rgb[2]! / weight]
        : dulled(otherwise);
    });
    const deep = pure[5]!;
    const stops: readonly (readonly [number, Rgb])[] = [
      [0, mix(pure[0]!, [150, 120, 115], 0.45)],
      ...HUES.map(({ slope }, k) => [slope, pure[k]!] as const),
      [38, mix(deep, [10, 10, 40], 0.55)],
      [47, [12, 10, 22]],
      [90, [6, 5, 8]],
    ];
    return {
      ringLit: true,
      at: (slope) => along(stops, slope),
      flat: mix(mix(pure[0]!, pure[1]!, 0.6), [110, 65, 45], 0.25),
      board,
      steepest: 34 + (10 * blue) / (red + green + blue),
      glint: 235,
      slopes: slopesOf(sums.map((s) => s.pixels)),
    };
  }
  const bright = q(0.97);
  const metal = brightest(planes, Math.max(q(0.9), 1));
  // Tin is grey under white light, also where all metal in sight is copper.
  const mean = (metal[0] + metal[1] + metal[2]) / 3;
  const tin = mix(metal, [mean, mean, mean], TIN);
  const grey = (k: number): Rgb => [tin[0] * k, tin[1] * k, tin[2] * k];
  const stops: readonly (readonly [number, Rgb])[] = [
    [0, grey(Math.min(1.25, 255 / Math.max(1, bright)) * 1.05)],
    [10, grey(1)],
    [24, grey(0.8)],
    [34, grey(0.5)],
    [45, grey(0.3)],
    [90, grey(0.22)],
  ];
  return {
    ringLit: false,
    at: (slope) => along(stops, slope),
    flat: [metal[0] * 0.85, metal[1] * 0.85, metal[2] * 0.85],
    board,
    steepest: 42,
    glint: Math.min(255, 1.25 * bright),
    slopes: [],
  };
}

/** How far solder is from the hue of the metal that the picture shows, towards grey. */
const TIN = 0.85;

/** A hue that the picture does not show is not at its purest here either. */
function dulled(rgb: Rgb): Rgb {
  const mean = (rgb[0] + rgb[1] + rgb[2]) / 3;
  return mix([0.8 * rgb[0], 0.8 * rgb[1], 0.8 * rgb[2]], [mean, mean, mean], 0.35);
}

/** So much of a drop is too steep to show any colour: its dark foot, which in a picture looks like board. */
const FOOT = 0.1;

/** Greatest share of one hue. */
const MOST_OF_ONE = 0.3;

/** Slopes at 33 equal shares of the metal, from how many pixels show each of {@link HUES}. */
function slopesOf(counts: readonly number[]): readonly number[] {
  // Flat leads and bare pads are metal too: no drop is of one slope only.
  const most = MOST_OF_ONE * counts.reduce((a, b) => a + b, 0);
  const pixels = counts.map((n) => Math.min(n, most));
  const all = pixels.reduce((a, b) => a + b, 0);
  // Each hue spans the slopes half-way to its neighbours.
  const edges = HUES.map(({ slope }, k) => (k === 0 ? 0 : (slope + HUES[k - 1]!.slope) / 2));
  const spans = pixels.map((count, k) => ({
    from: edges[k]!,
    to: edges[k + 1] ?? 36,
    share: ((1 - FOOT) * count) / Math.max(1, all),
  }));
  spans.push({ from: 36, to: 46, share: FOOT });
  return Array.from({ length: 33 }, (_, i) => {
    let left = i / 32;
    for (const { from, to, share } of spans) {
      if (left <= share && share > 0) return from + (to - from) * (left / share);
      left -= share;
    }
    return 46;
  });
}

/** Hue in degrees, -30 to 330. */
function hueOf([r, g, b]: Rgb): number {
  const hue = (Math.atan2(Math.sqrt(3) * (g - b), 2 * r - g - b) * 180) / Math.PI;
  return hue < -30 ? hue + 360 : hue;
}

function darkest(planes: readonly Plane[], level: number): Rgb {
  return averageWhere(planes, (grey) => grey <= level);
}

function brightest(planes: readonly Plane[], level: number): Rgb {
  return averageWhere(planes, (grey) => grey >= level);
}

function averageWhere(planes: readonly Plane[], is: (grey: number) => boolean): Rgb {
  const sum = [0, 0, 0];
  let n = 0;
  for (let i = 0; i < planes[0]!.data.length; i++) {
    const v = [0, 1, 2].map((c) => planes[Math.min(c, planes.length - 1)]!.data[i]!);
    if (!is((v[0]! + v[1]! + v[2]!) / 3)) continue;
    for (let c = 0; c < 3; c++) sum[c] = sum[c]! + v[c]!;
    n++;
  }
  return n === 0 ? [60, 60, 60] : [sum[0]! / n, sum[1]! / n, sum[2]! / n];
}

function mix(a: Rgb, b: Rgb, t: number): Rgb {
  return [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]), a[2] + t * (b[2] - a[2])];
}

function along(stops: readonly (readonly [number, Rgb])[], slope: number): Rgb {
  for (let k = 1; k < stops.length; k++) {
    const [high, to] = stops[k]!;
    if (slope > high) continue;
    const [low, from] = stops[k - 1]!;
    return mix(from, to, (slope - low) / (high - low));
  }
  return stops[stops.length - 1]![1];
}
