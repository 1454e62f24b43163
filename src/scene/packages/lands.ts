import type { Point } from "../board/board.js";
import { circle, rectangle } from "../shape/outlines.js";

/** A land of a footprint in the component's own frame. `land`: outer diameter of a plated hole's copper. */
export type Land = Readonly<{
  pin: string;
  outline: readonly Point[];
  at: Point;
  drill?: Readonly<{ diameter: number; land: number }>;
}>;

/** Land size along and across the part and distance of its centre, for chips and other two-terminal parts. */
const PAIRS: Readonly<Record<string, readonly [along: number, across: number, centre: number]>> = {
  "0201": [0.4, 0.42, 0.33],
  "0402": [0.54, 0.64, 0.51],
  "0603": [0.8, 0.95, 0.825],
  "0805": [1.02, 1.4, 0.95],
  "1206": [1.12, 1.75, 1.48],
  "1210": [1.15, 2.65, 1.48],
  SMA: [2.2, 1.75, 2.05],
  SMB: [2.4, 2.3, 2.15],
  "SOD-123": [0.95, 1.2, 1.65],
  "SOD-323": [0.65, 0.5, 1.05],
  "3216": [1.6, 1.35, 1.35],
  "3528": [1.75, 2.3, 1.55],
  "6032": [2.3, 2.35, 2.48],
  "7343": [2.55, 2.55, 3.15],
};

/**
 * The usual lands of a footprint, nominal density (after IPC-7351): chips, SOT, SOIC, TSSOP, QFP, QFN, BGA,
 * electrolytics, crystals, connectors, headers, buttons, DIP. Undefined for a name it does not know.
 */
export function landPattern(footprint: string): readonly Land[] | undefined {
  for (const rule of RULES) {
    const found = rule.name.exec(footprint);
    if (found) return rule.lands(found, footprint);
  }
  return undefined;
}

type Rule = Readonly<{ name: RegExp; lands: (m: RegExpExecArray, footprint: string) => readonly Land[] }>;

const RULES: readonly Rule[] = [
  { name: /SOT-23-([56])/, lands: (m) => rows(Number(m[1]), 6, 1.1375, 0.95, [1.32, 0.6]) },
  { name: /SOT-23/, lands: () => three(0.95, 0.9375, [1.3, 0.6]) },
  { name: /SOT-323/, lands: () => three(0.65, 0.9, [0.9, 0.45]) },
  { name: /SOT-363/, lands: () => rows(6, 6, 0.9, 0.65, [0.8, 0.4]) },
  { name: /SOT-223/, lands: sot223 },
  { name: /TSSOP-(\d+)/, lands: (m) => rows(Number(m[1]), Number(m[1]), 2.8625, 0.65, [1.47, 0.4]) },
  { name: /MSOP-(\d+)/, lands: (m) => rows(Number(m[1]), Number(m[1]), 2.1125, 0.65, [1.47, 0.4]) },
  { name: /SOIC-(\d+)W/, lands: (m) => rows(Number(m[1]), Number(m[1]), 4.65, 1.27, [2.05, 0.6]) },
  { name: /SOIC-(\d+)/, lands: (m) => rows(Number(m[1]), Number(m[1]), 2.475, 1.27, [1.95, 0.6]) },
  { name: /QFP-(\d+)_(\d+(?:\.\d+)?)x[\d.]+mm_P([\d.]+)/, lands: (m) => ring(m, 0.6625, 1.475) },
  {
    name: /QFN-(\d+)_(\d+(?:\.\d+)?)x[\d.]+mm_P([\d.]+)/,
    lands: (m) => [...ring(m, -0.06, 0.82), ...paddle(m)],
  },
  { name: /BGA-(\d+)_[\d.x]+mm_P([\d.]+)/, lands: (m) => grid(Number(m[1]), Number(m[2])) },
  { name: /CP_Elec_([\d.]+)x/, lands: (m) => elec(Number(m[1])) },
  { name: /Crystal_SMD_3225/, lands: () => corners(1.1, 0.85, [1.4, 1.15]) },
  { name: /Crystal_SMD_5032/, lands: () => corners(1.85, 1.15, [1.6, 1.3]) },
  { name: /SW_SMD_6x6/, lands: () => corners(4.1, 2.25, [1.55, 1.3]) },
  {
    name: /L_Power_([\d.]+)x/,
    lands: (m) => pair(Number(m[1]) * 0.3, Number(m[1]) * 0.72, Number(m[1]) * 0.43),
  },
  { name: /PinHeader_(\d)x(\d+)/, lands: (m) => header(Number(m[1]), Number(m[2])) },
  { name: /JST_PH_S(\d+)/, lands: (m) => jst(Number(m[1])) },
  { name: /USB_Micro/, lands: usb },
  { name: /DIP-(\d+)/, lands: (m) => dip(Number(m[1])) },
  {
    name: /CP_Radial_D[\d.]+mm_P([\d.]+)/,
    lands: (m) => [
      hole("1", [-Number(m[1]) / 2, 0], 0.8, 1.6, true),
      hole("2", [Number(m[1]) / 2, 0], 0.8, 1.6),
    ],
  },
  {
    name: /(SOD-123|SOD-323|SMA|SMB|3216|3528|6032|7343|0201|0402|0603|0805|1206|1210)/,
    lands: (m) => pair(...(PAIRS[m[1]] as [number, number, number])),
  },
];

function land(pin: string, at: Point, size: readonly [number, number], corner = 0.25): Land {
  const radius = Math.min(corner * Math.min(...size), 0.25);
  return { pin, at, outline: rectangle(at, size[0], size[1], radius, 2) };
}

function hole(pin: string, at: Point, diameter: number, width: number, square = false): Land {
  const outline = square ? rectangle(at, width, width, 0.1, 2) : circle(at, width / 2, 24);
  return { pin, at, outline, drill: { diameter, land: width } };
}

function pair(along: number, across: number, centre: number): Land[] {
  return [land("1", [-centre, 0], [along, across]), land("2", [centre, 0], [along, across])];
}

/** Pins down the left side and up the right; of `places` places the last side is thinned out to `pins`. */
function rows(
  pins: number,
  places: number,
  x: number,
  pitch: number,
  size: readonly [number, number],
): Land[] {
  const half = places / 2;
  const y = (k: number): number => ((half - 1) / 2 - k) * pitch;
  const left = Array.from({ length: half }, (_, k) => land(String(k + 1), [-x, y(k)], size));
  const places2 = Array.from({ length: half }, (_, k) => k).reverse();
  const kept = pins === places ? places2 : places2.filter((k) => k !== 1);
  return [...left, ...kept.map((k, i) => land(String(half + 1 + i), [x, y(k)], size))];
}

function three(pitch: number, x: number, size: readonly [number, number]): Land[] {
  return [land("1", [-x, pitch], size), land("2", [-x, -pitch], size), land("3", [x, 0], size)];
}

function sot223(): Land[] {
  const left = [0, 1, 2].map((k) => land(String(k + 1), [-3.15, (1 - k) * 2.3], [2, 1.5]));
  return [...left, land("4", [3.15, 0], [2, 3.8], 0.1)];
}

/** Four rows; pin 1 at the top of the left side, on counter-clockwise. */
function ring(m: RegExpExecArray, beyond: number, length: number): Land[] {
  const [pins, body, pitch] = [Number(m[1]), Number(m[2]), Number(m[3])];
  const side = pins / 4;
  const breadth = pitch * 0.56;
  const out: Land[] = [];
  for (let q = 0; q < 4; q++)
    for (let k = 0; k < side; k++) {
      const along = ((side - 1) / 2 - k) * pitch;
      const far = body / 2 + beyond;
      const pin = String(q * side + k + 1);
      if (q === 0) out.push(land(pin, [-far, along], [length, breadth]));
      else if (q === 1) out.push(land(pin, [-along, -far], [breadth, length]));
      else if (q === 2) out.push(land(pin, [far, -along], [length, breadth]));
      else out.push(land(pin, [along, far], [breadth, length]));
    }
  return out;
}

function paddle(m: RegExpExecArray): Land[] {
  const size = Number(m[2]) * 0.62;
  return [land(String(Number(m[1]) + 1), [0, 0], [size, size], 0.05)];
}

function grid(balls: number, pitch: number): Land[] {
  const n = Math.round(Math.sqrt(balls));
  const rowNames = "ABCDEFGHJKLMNPRTUVWY";
  return Array.from({ length: n * n }, (_, i) => {
    const [r, c] = [Math.floor(i / n), i % n];
    const at: Point = [(c - (n - 1) / 2) * pitch, ((n - 1) / 2 - r) * pitch];
    return { pin: `${rowNames[r]}${c + 1}`, at, outline: circle(at, pitch * 0.25, 16) };
  });
}

function elec(d: number): Land[] {
  return pair(0.55 * d, d > 7 ? 2.2 : 1.6, 0.43 * d);
}

function corners(x: number, y: number, size: readonly [number, number]): Land[] {
  const at: readonly Point[] = [
    [-x, -y],
    [x, -y],
    [x, y],
    [-x, y],
  ];
  return at.map((p, k) => land(String(k + 1), p, size, 0.1));
}

function header(columns: number, count: number): Land[] {
  const out: Land[] = [];
  for (let k = 0; k < count; k++)
    for (let c = 0; c < columns; c++) {
      const at: Point = [(c - (columns - 1) / 2) * 2.54, ((count - 1) / 2 - k) * 2.54];
      out.push(hole(String(out.length + 1), at, 1, 1.7, out.length === 0));
    }
  return out;
}

function jst(count: number): Land[] {
  const out = Array.from({ length: count }, (_, k) =>
    land(String(k + 1), [((1 - count) / 2 + k) * 2, 3.1], [1, 2.6]),
  );
  const x = count + 1.35;
  return [...out, land("MP1", [-x, -1.8], [1.5, 3.2]), land("MP2", [x, -1.8], [1.5, 3.2])];
}

function usb(): Land[] {
  const signal = Array.from({ length: 5 }, (_, k) => land(String(k + 1), [(k - 2) * 0.65, 2.9], [0.4, 1.4]));
  return [...signal, hole("S1", [-3.5, 1.6], 1.1, 1.9), hole("S2", [3.5, 1.6], 1.1, 1.9)];
}

function dip(pins: number): Land[] {
  const half = pins / 2;
  return Array.from({ length: pins }, (_, i) => {
    const left = i < half;
    const k = left ? i : pins - 1 - i;
    return hole(String(i + 1), [left ? -3.81 : 3.81, ((half - 1) / 2 - k) * 2.54], 0.8, 1.6, i === 0);
  });
}
