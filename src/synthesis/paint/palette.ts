import type { Plane } from "../../vision/index.js";

export type Rgb = readonly [number, number, number];

/**
 * What metal shows at a slope, 0 (flat) to 90 degrees, in the picture's own colours. Under a ring of coloured lights
 * flat metal is red, then green, then blue, and black where it is steep (contract 1.7); under white light it is bright
 * where flat and darkens towards the edge.
 */
export type Palette = Readonly<{ ringLit: boolean; at: (slope: number) => Rgb; flat: Rgb; board: Rgb }>;

/** Learns the palette of a picture: which pure colours it shows, how bright its metal and how dark its board is. */
export function paletteOf(planes: readonly Plane[]): Palette {
  const [r, g, b] = planes.length === 3 ? planes : [planes[0]!, planes[0]!, planes[0]!];
  const n = r!.data.length;
  const sums = { red: [0, 0, 0, 0], green: [0, 0, 0, 0], blue: [0, 0, 0, 0] };
  const greys: number[] = [];
  for (let i = 0; i < n; i++) {
    const v: Rgb = [r!.data[i]!, g!.data[i]!, b!.data[i]!];
    const [big, small] = [Math.max(...v), Math.min(...v)];
    greys.push((v[0] + v[1] + v[2]) / 3);
    if (big < 90 || big - small < 70) continue;
    const own = v[0] === big ? sums.red : v[1] === big ? sums.green : sums.blue;
    for (let c = 0; c < 3; c++) own[c] = own[c]! + v[c]!;
    own[3] = own[3]! + 1;
  }
  greys.sort((p, q) => p - q);
  const q = (share: number): number => greys[Math.min(n - 1, Math.floor(share * n))]!;
  const shows = (own: number[]): boolean => own[3]! > 0.004 * n;
  const ringLit = [sums.red, sums.green, sums.blue].filter(shows).length >= 2 && shows(sums.blue);
  const mean = (own: number[], otherwise: Rgb): Rgb =>
    shows(own) ? [own[0]! / own[3]!, own[1]! / own[3]!, own[2]! / own[3]!] : otherwise;
  const board: Rgb = darkest(planes, q(0.35));
  if (ringLit) {
    const [red, green, blue] = [
      mean(sums.red, [235, 90, 60]),
      mean(sums.green, [90, 235, 60]),
      mean(sums.blue, [40, 50, 235]),
    ];
    const white: Rgb = [0.45 * red[0] + 40, 0.45 * green[1] + 30, 0.45 * blue[2] + 30];
    const stops: readonly (readonly [number, Rgb])[] = [
      [0, mix(red, white, 0.75)],
      [4, mix(red, white, 0.5)],
      [8, mix(red, white, 0.15)],
      [13, mix(red, green, 0.5)],
      [19, green],
      [27, mix(green, blue, 0.5)],
      [34, blue],
      [42, mix(blue, [0, 0, 0], 0.4)],
      [55, [8, 6, 10]],
      [90, [4, 3, 5]],
    ];
    return { ringLit, at: (slope) => along(stops, slope), flat: mix(red, [120, 70, 50], 0.3), board };
  }
  const bright = q(0.97);
  const metal = brightest(planes, Math.max(q(0.9), 1));
  const grey = (k: number): Rgb => [metal[0] * k, metal[1] * k, metal[2] * k];
  const stops: readonly (readonly [number, Rgb])[] = [
    [0, grey(Math.min(1.25, 255 / Math.max(1, bright)) * 1.1)],
    [12, grey(1)],
    [30, grey(0.72)],
    [50, grey(0.4)],
    [90, grey(0.25)],
  ];
  return { ringLit, at: (slope) => along(stops, slope), flat: grey(0.85), board };
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
