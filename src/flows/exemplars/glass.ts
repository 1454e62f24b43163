import type { Pixels } from "../../kit/images.js";
import type { Random } from "../../kit/random.js";
import { blob, type Cover, maskPixels, stroke, union, waves } from "./shapes.js";

const SIDE = 256;

/** A picture of phone glass, and the mask of its defect. */
export type GlassPicture = Readonly<{ picture: Pixels; mask: Pixels | undefined }>;

export const GLASS_DEFECTS = ["oil", "scratch", "stain"] as const;
export type GlassDefect = (typeof GLASS_DEFECTS)[number];

/**
 * Draws dark cover glass under a raking light: a slow gradient, a soft reflection, dust, sensor noise; and on it a film of
 * oil, a scratch or a stain. A stand-in for real pictures, drawn by code.
 */
export function glassPicture(defect: GlassDefect | undefined, random: Random): GlassPicture {
  const size = { width: SIDE, height: SIDE };
  const base = [random.range(26, 40), random.range(32, 46), random.range(40, 56)] as const;
  const slope = random.range(0, 2 * Math.PI);
  const rise = random.range(10, 22);
  const glint = {
    x: random.range(-60, SIDE + 60),
    y: random.range(-60, SIDE + 60),
    r: random.range(70, 150),
    gain: random.range(6, 20),
  };
  const grain = waves(90, random.fork("glass"));
  const light = new Float32Array(SIDE * SIDE);
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++) {
      const along = ((x - SIDE / 2) * Math.cos(slope) + (y - SIDE / 2) * Math.sin(slope)) / SIDE;
      const d = ((x - glint.x) ** 2 + (y - glint.y) ** 2) / (2 * glint.r * glint.r);
      light[y * SIDE + x] = rise * along + glint.gain * Math.exp(-d) + 2 * grain(x, y);
    }
  const colour: Float32Array[] = base.map((c) => Float32Array.from(light, (l) => c + l));
  const region = defect ? DRAW[defect](colour, size, random.fork(defect)) : undefined;
  dust(colour, random.fork("dust"));
  const noise = random.fork("noise");
  const data = new Uint8Array(SIDE * SIDE * 3);
  for (let i = 0; i < SIDE * SIDE; i++) {
    const grey = noise.normal() * 1.3;
    for (let c = 0; c < 3; c++) data[3 * i + c] = level(colour[c][i] + grey + noise.normal() * 0.6);
  }
  return { picture: { ...size, channels: 3, data }, mask: region && maskPixels(region) };
}

type Size = Readonly<{ width: number; height: number }>;

const DRAW: Readonly<Record<GlassDefect, (colour: Float32Array[], size: Size, random: Random) => Cover>> = {
  /** A thin film: lighter, with colours of interference that follow its thickness. */
  oil: (colour, size, random) => {
    const [x, y] = place(random);
    const region = blob(
      size,
      {
        x,
        y,
        long: random.range(22, 44),
        across: random.range(14, 30),
        turn: random.range(0, 3.2),
        rough: 0.5,
        soft: 5,
      },
      random,
    );
    const thickness = waves(36, random.fork("film"));
    paint(colour, region, (c, px, py) => 9 + 12 * Math.sin(3.5 * thickness(px, py) + 2.1 * c));
    return region;
  },
  /** A bright, thin, slightly bent line with a dark shadow beside it, broken here and there. */
  scratch: (colour, size, random) => {
    const [x, y] = place(random);
    const turn = random.range(0, 2 * Math.PI);
    const half = random.range(22, 58);
    const bend = random.range(-14, 14);
    const end = (s: number): readonly [number, number] => [
      x + s * half * Math.cos(turn),
      y + s * half * Math.sin(turn),
    ];
    const via = [x - bend * Math.sin(turn), y + bend * Math.cos(turn)] as const;
    const width = random.range(1.6, 3.2);
    const gaps = waves(0.35, random.fork("gaps"));
    const line = stroke(
      size,
      [end(-1), via, end(1)],
      (t) => width * Math.sin(Math.PI * Math.min(0.97, Math.max(0.03, t))) ** 0.4,
    );
    const bright = random.range(55, 110);
    const shadow: Cover = { ...line, data: line.data.map((_, i) => line.data[i - SIDE - 1] ?? 0) };
    paint(colour, shadow, () => -9);
    paint(colour, line, (_, px, py) => bright * (0.75 + 0.25 * gaps(px / SIDE, py / SIDE)));
    return union(line, shadow);
  },
  /** A dried drop: darker or milky, with a rim. */
  stain: (colour, size, random) => {
    const [x, y] = place(random);
    const o = {
      x,
      y,
      long: random.range(11, 28),
      across: random.range(9, 20),
      turn: random.range(0, 3.2),
      rough: 0.35,
    };
    const seed = random.fork("rim");
    const outer = blob(size, { ...o, soft: 2 }, seed.fork(1));
    const inner = blob(size, { ...o, long: o.long * 0.82, across: o.across * 0.82, soft: 3 }, seed.fork(1));
    const milky = random.chance(0.6);
    const mottle = waves(9, random.fork("mottle"));
    paint(colour, outer, () => (milky ? 40 : -19));
    paint(colour, inner, (_, px, py) => (milky ? -16 : 6) + 4 * mottle(px, py));
    return outer;
  },
};

function place(random: Random): readonly [number, number] {
  return [random.range(0.28, 0.72) * SIDE, random.range(0.28, 0.72) * SIDE];
}

function paint(
  colour: Float32Array[],
  region: Cover,
  change: (c: number, x: number, y: number) => number,
): void {
  for (let i = 0; i < region.data.length; i++) {
    const share = region.data[i];
    if (share <= 0) continue;
    for (let c = 0; c < 3; c++) colour[c][i] += share * change(c, i % SIDE, Math.floor(i / SIDE));
  }
}

/** Specks of one or two pixels, as every glass has. */
function dust(colour: Float32Array[], random: Random): void {
  for (let k = 0; k < 10; k++) {
    const i = random.int(SIDE) + SIDE * random.int(SIDE);
    for (let c = 0; c < 3; c++) colour[c][i] += 12;
  }
}

function level(value: number): number {
  return Math.round(Math.max(0, Math.min(255, value)));
}
