import type { Random } from "../kit/random.js";
import type { Track } from "./ground.js";
import { CAPACITORS, LED_BODY, MASKS, type Mask, RESISTOR, TANTALUM } from "./materials.js";
import type { ChipLook, ChipSize, Leads, PackageLook } from "./parts.js";

/** Side of a crop in pixels; some 32 pixels are one millimetre. */
export const CROP = 96;

export type PartKind =
  | "resistor"
  | "capacitor"
  | "led"
  | "tantalum"
  | "pair"
  | "transistor"
  | "ic"
  | "traces";

/** One place of a board design, as it should be. */
export type Site = Readonly<{
  name: string;
  designator: string;
  part: PartKind;
  partType: string;
  /** Quarter turns. */
  turns: number;
  mask: Mask;
  chips: readonly ChipLook[];
  package?: PackageLook;
  tracks: readonly Track[];
  vias: readonly Readonly<{ x: number; y: number; tented: boolean }>[];
  silk: Readonly<{ halfWidth: number; halfHeight: number; text: readonly [number, number] }>;
}>;

export type Design = Readonly<{ name: string; sites: readonly Site[] }>;

const BIG: ChipSize = { length: 50, width: 26, height: 13, end: 9 };
const SMALL: ChipSize = { length: 33, width: 17, height: 9, end: 6 };
const TANT: ChipSize = { length: 54, width: 30, height: 17, end: 5 };

/** Which parts a board has, by share. */
const MIX: readonly PartKind[] = [
  ..."resistor resistor resistor capacitor capacitor capacitor led tantalum pair pair".split(" "),
  ..."transistor transistor ic ic ic traces traces traces".split(" "),
] as PartKind[];

/** A board design: its sites are drawn from the seed alone. */
export function makeDesign(random: Random, number: number, sites: number): Design {
  const name = `RB${number}`;
  const mask = random.fork("mask").pick(MASKS);
  const counts = new Map<string, number>();
  const kinds = random
    .fork("mix")
    .shuffle(Array.from({ length: sites }, (_, i) => MIX[i % MIX.length] as PartKind));
  return {
    name,
    sites: kinds.map((part, i) => {
      const letter = LETTER[part];
      const n = (counts.get(letter) ?? 0) + 1;
      counts.set(letter, n);
      return makeSite(random.fork("site", i), part, `${letter}${n + 10 * (number % 9)}`, mask);
    }),
  };
}

const LETTER: Readonly<Record<PartKind, string>> = {
  resistor: "R",
  capacitor: "C",
  led: "D",
  tantalum: "C",
  pair: "R",
  transistor: "Q",
  ic: "U",
  traces: "T",
};

const PART_TYPE: Readonly<Record<PartKind, string>> = {
  resistor: "RES_0603",
  capacitor: "CAP_0603",
  led: "LED_0603",
  tantalum: "CAP_TANT_A",
  pair: "RES_0402",
  transistor: "SOT23",
  ic: "SSOP",
  traces: "BARE_BOARD",
};

function makeSite(random: Random, part: PartKind, designator: string, mask: Mask): Site {
  const chips = chipsOf(part, random.fork("chip"));
  const pack = part === "transistor" ? transistor(random) : part === "ic" ? ic(random) : undefined;
  const half = chips[0]?.size;
  const silk =
    part === "ic"
      ? { halfWidth: 60, halfHeight: 60, text: [-30, 40] as const }
      : {
          halfWidth: pack ? 32 : half ? half.length / 2 + 16 : 70,
          halfHeight: pack ? 29 : half ? half.width / 2 + (part === "pair" ? 20 : 9) : 70,
          text: [random.range(-16, 16), random.chance(0.5) ? 39 : -39] as const,
        };
  return {
    name: `${designator}@1`,
    designator,
    part,
    partType: PART_TYPE[part],
    turns: random.int(4),
    mask,
    chips,
    ...(pack && { package: pack }),
    tracks: tracksOf(part, random.fork("tracks"), chips, pack),
    vias: viasOf(part, random.fork("vias")),
    silk,
  };
}

const value = (random: Random) => `${random.pick([1, 2, 3, 4, 5, 6, 8])}${random.int(10)}${random.int(5)}`;

function chipsOf(part: PartKind, random: Random): ChipLook[] {
  switch (part) {
    case "resistor":
      return [{ size: BIG, body: RESISTOR, text: value(random) }];
    case "capacitor":
      return [{ size: random.chance(0.6) ? BIG : SMALL, body: random.pick(CAPACITORS), text: "" }];
    case "led":
      return [{ size: BIG, body: LED_BODY, text: "", lens: true }];
    case "tantalum":
      return [
        { size: TANT, body: TANTALUM, text: `${random.pick(["10", "22", "47"])}V`, band: [0.3, 0.12, 0.02] },
      ];
    case "pair": {
      const one = (): ChipLook =>
        random.chance(0.5)
          ? { size: SMALL, body: RESISTOR, text: value(random) }
          : { size: SMALL, body: random.pick(CAPACITORS), text: "" };
      return [one(), one()];
    }
    default:
      return [];
  }
}

function transistor(random: Random): PackageLook {
  const letters = ["A", "B", "K", "L", "T", "W"];
  return {
    halfWidth: 24,
    halfHeight: 11,
    height: 12,
    lead: { width: 8, length: 14 },
    leads: [
      { u: -15.5, v: 11, out: 1 },
      { u: 15.5, v: 11, out: 1 },
      { u: 0, v: -11, out: -1 },
    ],
    text: [`${random.int(9) + 1}${random.pick(letters)}${random.int(10)}`],
  };
}

/** A corner or an edge of a larger circuit: five leads of one side. */
function ic(random: Random): PackageLook {
  const pitch = 15.5;
  const leads: Leads = [-2, -1, 0, 1, 2].map((k) => ({ u: k * pitch, v: 2, out: 1 }));
  const body = -26;
  return {
    halfWidth: 60,
    halfHeight: 28,
    height: 15,
    lead: { width: 6.5, length: 19 },
    // The body's centre lies above the crop's: leads are given from there.
    leads: leads.map((l) => ({ ...l, v: l.v - body })),
    text: ["", `${random.pick(["ST", "TP", "AD", "LT", "RF"])}${random.int(90) + 10}${random.int(10)}`],
    ...(random.chance(0.5) && { dot: { u: -34, v: 16 } }),
  };
}

/** Centre of the drawing of a part, relative to the crop's. */
export function partOffset(part: PartKind): readonly [number, number] {
  return part === "ic" ? [0, -24] : [0, 0];
}

function tracksOf(part: PartKind, random: Random, chips: readonly ChipLook[], pack?: PackageLook): Track[] {
  const width = () => random.range(4, 6.5);
  if (part === "traces") return parallelTracks(random);
  const out: Track[] = [];
  const leave = (x: number, y: number, dx: number, dy: number) => {
    const run = random.range(8, 22);
    const bend = random.pick([-1, 0, 1]);
    const far = 90;
    const first: [number, number] = [x + dx * run, y + dy * run];
    const diagonal: [number, number] = [first[0] + (dx + dy * bend) * 14, first[1] + (dy + dx * bend) * 14];
    out.push({
      points: [[x, y], first, diagonal, [diagonal[0] + dx * far, diagonal[1] + dy * far]],
      width: width(),
    });
  };
  if (pack) {
    const [ou, ov] = partOffset(part);
    for (const l of pack.leads) leave(l.u + ou, l.v + ov + l.out * pack.lead.length, 0, l.out);
  } else
    chips.forEach((chip, i) => {
      const y = chips.length === 2 ? (i === 0 ? -1 : 1) * (chip.size.width / 2 + 9) : 0;
      for (const side of [1, -1]) leave((side * chip.size.length) / 2, y, side, 0);
    });
  if (random.chance(0.6) && part !== "ic") {
    const y = random.pick([-1, 1]) * random.range(34, 44);
    out.push({
      points: [
        [-90, y],
        [random.range(-20, 20), y],
        [90, y + random.pick([-22, 0, 22])],
      ],
      width: width(),
    });
  }
  return out;
}

function parallelTracks(random: Random): Track[] {
  const pitch = random.range(13, 17);
  const width = random.range(5, 7);
  const bendAt = random.range(-22, 22);
  const bend = random.pick([-1, 0, 1]) * random.range(10, 24);
  return [-2, -1, 0, 1, 2].map((k) => {
    const y = k * pitch - bend / 2;
    const x = bendAt - Math.sign(bend) * k * pitch * 0.41;
    return {
      points: [
        [-95, y],
        [x, y],
        [x + Math.abs(bend), y + bend],
        [95, y + bend],
      ],
      width,
    };
  });
}

function viasOf(part: PartKind, random: Random): Site["vias"] {
  const n = random.int(3);
  if (part === "ic") return [];
  return Array.from({ length: n }, () => ({
    x: random.pick([-1, 1]) * random.range(26, 44),
    y: random.pick([-1, 1]) * random.range(33, 44),
    tented: random.chance(0.5),
  }));
}
