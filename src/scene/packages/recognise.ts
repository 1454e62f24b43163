import type { Problem } from "../../kit/errors.js";
import type { Family, Placement } from "../board/board.js";
import { localPads, padsExtent, turnPads } from "./local.js";
import type { LocalPad, PackageSpec } from "./model.js";
import { CHIPS, chipHeight, METRIC, NAMED, OUTLINES, TANTALUM, TWO_TERMINAL } from "./sizes.js";

export type Recognised = Readonly<{ spec?: PackageSpec; problems: readonly Problem[] }>;

type Modelled = Exclude<Family, "none">;

/** Footprint words that settle the family, the first match counts. */
const FOOTPRINTS: readonly (readonly [RegExp, Modelled])[] = [
  [/PinHeader|PinSocket|Pin_Header|Socket_Strip|Pin_(Strip|Socket)|IDC-Header|_HDR|^HDR/i, "header"],
  [
    /JST|USB|Conn(ector)?[_-]|Molex|RJ45|Barrel|TerminalBlock|Phoenix|FPC|Hirose|IDC|SMA_Amphenol|^J[_-]/i,
    "connector",
  ],
  [/^SW[_-]|Button|Tact|Switch|Push/i, "button"],
  [/Crystal|XTAL|Oscillator|HC-?49/i, "crystal"],
  [/LQFP|TQFP|[VP]?QFP/i, "qfp"],
  [/QFN|DFN|SON[-_]|LGA|MLF|LFCSP|MLP/i, "qfn"],
  [/BGA|CSP|WLP/i, "bga"],
  [/SOIC|[THMVSQ]?S?SOP|SOP-|SOJ|^SO-?\d|[_-]SO-?\d/i, "soic"],
  [/CP_EIA|Tantal|_EIA-|CASE-?[ABCD]_/i, "tantalum"],
  [/T?SOT-?\d|SC-?70|TO-?(252|263|236)|DPAK|D2PAK/i, "sot"],
  [/SMA|SMB|SMC|SOD-?\d|MELF|^D[_-]|Diode/i, "diode"],
  [/CP_Elec|CP_Radial_SMD|Elko|Electrolytic|^CAPAE|^CP_\d/i, "electrolytic"],
  [/^LED|_LED|LED_/i, "led"],
  [/_THT|DIP-?\d|Axial|Radial|TO-?(92|220|247|126)|SIP-?\d|CP_Radial|_DO-/i, "through_hole"],
  [/^_?C[_-]?\d|CAPC|[_-]C$|^C_/i, "capacitor"],
  [/^_?R[_-]?\d|RESC|[_-]R$|^R_/i, "resistor"],
  [/^_?L[_-]?\d|INDC|^IND|[_-]L$|^L_|Inductor|Ferrite|^FB/i, "inductor"],
];

const REFERENCES: Readonly<Record<string, Modelled>> = {
  R: "resistor",
  C: "capacitor",
  L: "inductor",
  FB: "inductor",
  D: "diode",
  LED: "led",
  Q: "sot",
  U: "soic",
  IC: "soic",
  Y: "crystal",
  X: "crystal",
  J: "connector",
  P: "connector",
  CN: "connector",
  SW: "button",
  S: "button",
};

/**
 * Decides which model stands for a placement: the placement's own family, else words of the footprint and of the
 * other names that the source gives, else the letters of the reference. Sizes come from the name ("0603",
 * "SOIC-8_3.9x4.9mm"), from the body that the source draws or, failing that, from the extent of the pads; the latter
 * is noted as `package_unknown`. Nothing at all to go by: no spec.
 */
export function recognise(p: Placement): Recognised {
  if (p.family === "none") return { problems: [] };
  const pads = localPads(p);
  const family = p.family ?? familyOf(p, pads);
  if (family === undefined && pads.length === 0)
    return { problems: [problem(p, "it has no known package and no pads; it is left out")] };
  const turn = turnOf(pads, family);
  const seen = turnPads(pads, turn);
  const sized =
    sizeOf(p, family ?? "soic") ??
    drawnSize(p, family, seen, turn) ??
    namedSize(p.footprint, family) ??
    sizedByName(p.footprint, family ?? "soic", seen);
  if (sized) return { spec: { ...sized, turn }, problems: [] };
  if (pads.length === 0)
    return { problems: [problem(p, "neither its name nor pads give its size; it is left out")] };
  return {
    spec: { ...byPads(family, seen), turn },
    problems: [problem(p, "its package is not known; a body of its pads' extent stands for it")],
  };
}

function problem(p: Placement, what: string): Problem {
  return {
    code: "package_unknown",
    severity: "warning",
    message: `${p.ref} (${p.footprint || "no footprint"}): ${what}`,
    hint: "Name the footprint after its package (for example R_0603 or SOIC-8_3.9x4.9mm).",
    where: { field: p.ref },
  };
}

function familyOf(p: Placement, pads: readonly LocalPad[]): Modelled | undefined {
  const letters = /^[A-Za-z]+/.exec(p.ref)?.[0].toUpperCase() ?? "";
  const byReference = REFERENCES[letters];
  const named = [p.footprint, ...namesOf(p)].map(familyInName).find((f) => f !== undefined);
  // Chips share footprints: a capacitor may well stand on lands that are named after resistors.
  const chip = CHIP_FAMILIES.includes(named ?? "soic") && CHIP_FAMILIES.includes(byReference ?? "soic");
  const family = chip ? byReference : (named ?? byReference);
  const wired = pads.length > 0 && pads.every((q) => q.drill);
  return wired && !SOCKETS.includes(family ?? "soic") ? "through_hole" : family;
}

const CHIP_FAMILIES: readonly Modelled[] = ["resistor", "capacitor", "inductor"];
/** Families whose models have wired pins of their own. */
const SOCKETS: readonly Modelled[] = ["connector", "header", "button", "through_hole"];

function familyInName(name: string): Modelled | undefined {
  return FOOTPRINTS.find(([words]) => words.test(name))?.[1];
}

/** Library and 3D model; descriptions are too talkative. */
function namesOf(p: Placement): readonly string[] {
  return (p.hints ?? []).filter((h) => !/\s/.test(h)).slice(0, 3);
}

/** Models have their pins left and right with pin 1 left; footprints drawn upright are turned. */
function turnOf(pads: readonly LocalPad[], family: Modelled | undefined): number {
  if (pads.length !== 2) return pads.length > 2 ? turnOfRows(pads, family) : 0;
  const one = pads.find((q) => /^(1|K|C|\+)$/.test(q.pin)) ?? pads[0];
  const two = pads.find((q) => q !== one) as LocalPad;
  const [dx, dy] = [two.at[0] - one.at[0], two.at[1] - one.at[1]];
  if (Math.abs(dx) >= Math.abs(dy)) return dx >= 0 ? 0 : 180;
  return dy >= 0 ? 90 : 270;
}

/** Two-row packages drawn with rows above and below are turned so that the rows stand left and right. */
function turnOfRows(pads: readonly LocalPad[], family: Modelled | undefined): number {
  if (family !== "soic" && family !== "sot") return 0;
  const [x0, y0, x1, y1] = padsExtent(pads);
  const at = (k: 0 | 1, low: number, high: number): number =>
    pads.filter((p) => Math.abs(p.at[k]) > 0.25 * (high - low)).length;
  const [sideways, upright] = [at(0, x0, x1), at(1, y0, y1)];
  const inX = pads.every((p) => p.size[0] >= p.size[1]);
  const inY = pads.every((p) => p.size[1] > p.size[0]);
  if (inX) return 0;
  if (inY) return 90;
  return sideways >= upright ? 0 : 90;
}

type Sized = Omit<PackageSpec, "turn">;

/** Sizes that the name fixes by a code: chips, tantalums, outlines. */
function sizeOf(p: Placement, family: Modelled): Sized | undefined {
  const name = p.footprint;
  if (family === "resistor" || family === "capacitor" || family === "inductor" || family === "led") {
    const code =
      chipCode(name) ??
      metricCode(name) ??
      namesOf(p)
        .map(chipCode)
        .find((c) => c !== undefined);
    if (code !== undefined && !/THT|Axial|Radial/i.test(name)) {
      const [l, w] = CHIPS[code];
      const height = heightIn(name) ?? chipHeight(code, family);
      const style = family === "inductor" && p.ref.startsWith("L") ? "white" : "chip";
      return { family, name: code, body: [l, w, height], style };
    }
  }
  if (family === "tantalum")
    for (const [code, body] of Object.entries(TANTALUM))
      if (name.includes(code)) return { family, name: code, body, style: "tantalum" };
  if (family === "diode")
    for (const [code, { style, body }] of Object.entries(TWO_TERMINAL))
      if (plain(name).includes(plain(code)) || plain(name).includes(plain(code.replace("D_", ""))))
        return { family, name: code, body, style };
  if (family === "sot" || family === "diode") {
    const base = Object.keys(OUTLINES)
      .sort((a, b) => b.length - a.length)
      .find((code) => plain(name).includes(plain(code)));
    const alias = base ?? (/SC-?70/i.test(name) ? "SOT-363" : undefined);
    if (alias !== undefined) return { family: "sot", name: alias, body: OUTLINES[alias].body, style: "sot" };
  }
  if (family === "through_hole") return wiredSize(p);
  return undefined;
}

/** Wired parts of a known shape: the name tells length and diameter ("R_Axial_DIN0207_L6.3mm_D2.5mm"). */
function wiredSize(p: Placement): Sized | undefined {
  const name = p.footprint;
  const told = (letter: string): number | undefined => {
    const found = new RegExp(`_${letter}(\\d+(?:\\.\\d+)?)mm`).exec(name)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  const spec = (style: string, x: number, y: number, z: number): Sized => ({
    family: "through_hole",
    name: name.split(/[_\s]/).slice(0, 2).join("_"),
    body: [x, y, z],
    style,
  });
  if (/Axial|_DO-?\d+.*Horizontal/i.test(name) && !/Vertical/i.test(name)) {
    const d =
      told("D") ?? (/DO-?(35|34)/.test(name) ? 1.9 : /DO-?41/.test(name) ? 2.7 : (p.body?.depth ?? 2.5));
    return spec("axial", told("L") ?? Math.max(4, 1.6 * d), d, d);
  }
  if (/^C_(Disc|Rect)|^CAPR/i.test(name))
    return spec("disc", told("D") ?? told("L") ?? 5, told("W") ?? 2.5, 5);
  if (/^LED.*_D\d/i.test(name)) return spec("dome", told("D") ?? 5, told("D") ?? 5, 8);
  if (/^CP_Radial|^C_Radial/i.test(name)) {
    const d = told("D") ?? 6.3;
    return spec("can", d, d, told("L") ?? told("H") ?? 1.4 * d + 2);
  }
  const rows = /DIP-?(\d+)/i.exec(name)?.[1];
  if (rows !== undefined) return spec("dip", 6.35, (Number(rows) / 2) * 2.54, 3.8);
  if (/TO-?92/i.test(name)) return spec("to92", 4.6, 3.7, 4.6);
  if (/^Crystal_HC/i.test(name))
    return spec("hc49", p.body?.width ?? 11, p.body?.depth ?? 4.7, /Vertical/i.test(name) ? 12 : 4);
  return undefined;
}

/** Packages that a table knows by name. */
function namedSize(name: string, family: Modelled | undefined): Sized | undefined {
  for (const row of NAMED) {
    const found = row.family === family ? row.name.exec(name) : null;
    if (!found) continue;
    const [x, y, z] = row.body;
    const more = row.pitch && found[1] ? (Number(found[1]) - 2) * row.pitch : 0;
    return {
      family: row.family,
      name: name.split("_")[0] || row.family,
      body: [x + more, y, z],
      style: row.style,
    };
  }
  return undefined;
}

/** Families whose footprints tell the size in millimetres ("4.9x3.9mm"). */
function sizedByName(name: string, family: Modelled, pads: readonly LocalPad[]): Sized | undefined {
  const found = /(\d+(?:\.\d+)?)\s*[xX]\s*(\d+(?:\.\d+)?)\s*(?:[xX]\s*(\d+(?:\.\d+)?)\s*)?(?:mm)?/.exec(name);
  const short = name.split(/[_\s]/).find((w) => w !== "") ?? family;
  // "1x04" counts pins.
  if (!found || /^\d+x0?\d+$/i.test(found[0].trim())) return undefined;
  const [a, b] = [Number(found[1]), Number(found[2])];
  if (a < 0.2 || b < 0.2 || a > 150 || b > 150) return undefined;
  const third = found[3] === undefined ? undefined : Number(found[3]);
  const height = third ?? heightIn(name) ?? HEIGHTS[family] ?? Math.min(a, b) * 0.5;
  if (family === "electrolytic") return { family, name: short, body: [a, a, b], style: "can" };
  if (family === "soic") {
    // Leads stand on the X sides; names give the narrow side first, except a few.
    const [x0, , x1] = padsExtent(pads);
    const inside = x1 - x0 > 0 ? x1 - x0 : Infinity;
    const [x, y] = a <= inside ? [a, b] : [b, a];
    return { family, name: short, body: [x, y, height], style: "soic" };
  }
  if (["qfp", "qfn", "bga", "crystal", "button", "connector", "inductor", "sot", "led"].includes(family)) {
    const style = family === "inductor" ? "moulded" : connectorStyle(name, family);
    return { family, name: short, body: [a, b, height], style };
  }
  return undefined;
}

/** The body as the source draws it, in the component's frame; headers go by their pins. */
function drawnSize(
  p: Placement,
  family: Modelled | undefined,
  pads: readonly LocalPad[],
  turn: number,
): Sized | undefined {
  if (family === "header" && pads.length > 0) return byPads(family, pads);
  // Cans are named by diameter and height.
  if (family === "electrolytic" && /\d\s*x\s*\d/i.test(p.footprint)) return undefined;
  if (!p.body || p.body.width < 0.2 || p.body.depth < 0.2) return undefined;
  const known: Modelled = family ?? "soic";
  const upright = turn % 180 !== 0;
  const x = upright ? p.body.depth : p.body.width;
  const y = upright ? p.body.width : p.body.depth;
  const name = p.footprint.split(/[_\s]/).find((w) => w !== "") ?? known;
  const height =
    heightIn(p.footprint) ?? HEIGHTS[known] ?? Math.max(0.35, Math.min(0.5 * Math.min(x, y), 1.8));
  const style = { diode: "sod", inductor: "moulded", electrolytic: "can", through_hole: "box" }[
    known as string
  ];
  if (known === "resistor" || known === "capacitor") {
    const h = known === "capacitor" ? Math.min(y, 1.6) : Math.min(0.45 * y + 0.15, 0.6);
    return { family: known, name, body: [x, y, h], style: "chip" };
  }
  return {
    family: known,
    name,
    body: [x, y, height],
    style: style ?? connectorStyle(`${p.footprint} ${namesOf(p).join(" ")}`, known),
  };
}

/** Usual heights, millimetres. */
const HEIGHTS: Partial<Record<Modelled, number>> = {
  soic: 1.55,
  qfp: 1.45,
  qfn: 0.85,
  bga: 1.2,
  crystal: 0.8,
  sot: 1.1,
  button: 3.5,
  connector: 4,
  led: 0.8,
  inductor: 1.8,
  diode: 1.1,
  tantalum: 1.8,
  electrolytic: 5.8,
  header: 8.5,
  through_hole: 5,
};

function connectorStyle(name: string, family: Modelled): string {
  if (family !== "connector") return family;
  return /USB/i.test(name) ? "usb" : "jst";
}

/** A body that covers the middle of the pads: what stands for a package that nothing names. */
function byPads(family: Modelled | undefined, pads: readonly LocalPad[]): Sized {
  const [x0, y0, x1, y1] = padsExtent(pads);
  const [w, d] = [Math.max(x1 - x0, 0.3), Math.max(y1 - y0, 0.3)];
  const known: Modelled = family ?? "soic";
  const height = HEIGHTS[known] ?? Math.max(0.35, Math.min(0.5 * Math.min(w, d), 1.2));
  if (known === "header")
    return { family: known, name: "header", body: [w + 0.6, d + 0.6, 8.5], style: "header" };
  if (known === "through_hole")
    return {
      family: known,
      name: "through_hole",
      body: [w * 0.9, Math.max(d, 0.4 * w), height],
      style: "box",
    };
  if (known === "connector") return { family: known, name: "connector", body: [w, d, height], style: "jst" };
  if (pads.length === 2 || known === "resistor" || known === "capacitor") {
    const inside = w - 0.35 * (pads[0]?.size[0] ?? 0) * 2;
    const b = Math.min(d * 0.9, inside);
    const family2 = known === "soic" ? "diode" : known;
    const h = family2 === "capacitor" ? Math.min(b, 1.6) : Math.min(0.45 * b + 0.15, height);
    return {
      family: family2,
      name: "two_terminal",
      body: [inside, b, h],
      style: family2 === "diode" ? "sod" : "chip",
    };
  }
  if (known === "qfp" || known === "qfn") {
    const s = known === "qfn" ? 0.98 : 0.8;
    return { family: known, name: known, body: [w * s, d * s, height], style: known };
  }
  const inner = Math.max(0.45 * w, w - 2 * Math.max(...pads.map((p) => p.size[0])) - 0.5);
  return { family: known, name: known, body: [inner, d + 0.3, height], style: known };
}

/** The imperial size code in a footprint name; metric codes count when they are marked as such. */
export function chipCode(name: string): string | undefined {
  const metric = /(\d{4})_?Metric/i.exec(name)?.[1];
  if (metric !== undefined && METRIC[metric] !== undefined) return METRIC[metric];
  const found = name.match(/\d{4,5}/g) ?? [];
  return found.find((code) => CHIPS[code] !== undefined);
}

/** A metric size code without the word: "1608_C". Only codes that are no imperial ones. */
function metricCode(name: string): string | undefined {
  const code = (name.match(/\d{4}/g) ?? []).find((c) => METRIC[c] !== undefined && CHIPS[c] === undefined);
  return code && METRIC[code];
}

/** A height written as `H060` (hundredths of a millimetre) in the name. */
function heightIn(name: string): number | undefined {
  const found = /_H(\d{3})\b/.exec(name)?.[1];
  return found === undefined ? undefined : Number(found) / 100;
}

function plain(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, "");
}
