import type { Vec3 } from "../model.js";

/** Chips by their imperial code: length, width and the height of resistors; millimetres (IEC 60115-8, EIA-198). */
export const CHIPS: Readonly<Record<string, Vec3>> = {
  "01005": [0.4, 0.2, 0.13],
  "0201": [0.6, 0.3, 0.23],
  "0402": [1.0, 0.5, 0.35],
  "0603": [1.6, 0.8, 0.45],
  "0805": [2.0, 1.25, 0.5],
  "1206": [3.2, 1.6, 0.55],
  "1210": [3.2, 2.5, 0.55],
  "1806": [4.5, 1.6, 0.6],
  "1812": [4.5, 3.2, 0.6],
  "2010": [5.0, 2.5, 0.6],
  "2512": [6.3, 3.2, 0.6],
};

/** The same chips by their metric code. */
export const METRIC: Readonly<Record<string, string>> = {
  "0402": "01005",
  "0603": "0201",
  "1005": "0402",
  "1608": "0603",
  "2012": "0805",
  "3216": "1206",
  "3225": "1210",
  "4516": "1806",
  "4532": "1812",
  "5025": "2010",
  "6332": "2512",
};

/** Heights that differ from a resistor's: ceramic capacitors and inductors are about as high as wide. */
export function chipHeight(code: string, family: string): number {
  const [l, w, h] = CHIPS[code];
  if (family === "capacitor" || family === "inductor") return Math.min(w, 0.5 * l + 0.2, 1.6);
  if (family === "led") return Math.min(0.75 * w + 0.1, 0.8);
  return h;
}

/** Moulded bodies with a fixed outline: body x, y (leads on the X sides) and height. */
export const OUTLINES: Readonly<Record<string, { style: string; body: Vec3 }>> = {
  "SOT-23": { style: "sot", body: [1.3, 2.9, 1.0] },
  "SOT-323": { style: "sot", body: [1.25, 2.0, 0.95] },
  "SOT-363": { style: "sot", body: [1.25, 2.0, 0.95] },
  "SOT-523": { style: "sot", body: [0.8, 1.6, 0.75] },
  "SOT-563": { style: "sot", body: [1.2, 1.6, 0.55] },
  "SOT-89": { style: "sot", body: [2.5, 4.5, 1.5] },
  "SOT-223": { style: "sot", body: [3.5, 6.5, 1.6] },
  "SOT-143": { style: "sot", body: [1.3, 2.9, 1.0] },
  "TSOT-23": { style: "sot", body: [1.6, 2.9, 0.85] },
};

/** Two-terminal moulded parts: length and width of the body, height. */
export const TWO_TERMINAL: Readonly<Record<string, { style: string; body: Vec3 }>> = {
  D_SMA: { style: "sma", body: [4.3, 2.6, 2.2] },
  D_SMB: { style: "sma", body: [4.4, 3.6, 2.3] },
  D_SMC: { style: "sma", body: [6.8, 5.9, 2.4] },
  "SOD-123": { style: "sod", body: [2.7, 1.6, 1.1] },
  "SOD-323": { style: "sod", body: [1.7, 1.25, 0.9] },
  "SOD-523": { style: "sod", body: [1.2, 0.8, 0.6] },
  MiniMELF: { style: "melf", body: [3.5, 1.5, 1.5] },
};

/** Tantalum cases by their metric size: EIA 3216-18 is case A. */
export const TANTALUM: Readonly<Record<string, Vec3>> = {
  "3216": [3.2, 1.6, 1.6],
  "3528": [3.5, 2.8, 1.9],
  "6032": [6.0, 3.2, 2.5],
  "7343": [7.3, 4.3, 2.9],
};

/**
 * Parts whose names do not tell millimetres: body and height. `pitch`: the length grows by this with each further
 * pin, from the one in the table.
 */
export const NAMED: readonly Readonly<{
  name: RegExp;
  family: "crystal" | "connector" | "header" | "button" | "through_hole";
  style: string;
  body: Vec3;
  pitch?: number;
}>[] = [
  { name: /(Crystal|Oscillator).*3225/i, family: "crystal", style: "crystal", body: [3.2, 2.5, 0.75] },
  { name: /(Crystal|Oscillator).*5032/i, family: "crystal", style: "crystal", body: [5.0, 3.2, 1.0] },
  { name: /(Crystal|Oscillator).*2520/i, family: "crystal", style: "crystal", body: [2.5, 2.0, 0.6] },
  { name: /(Crystal|Oscillator).*2016/i, family: "crystal", style: "crystal", body: [2.0, 1.6, 0.5] },
  { name: /USB_?(Micro|C|Type)/i, family: "connector", style: "usb", body: [7.6, 5.2, 2.6] },
  { name: /USB_?(A|B|Mini)/i, family: "connector", style: "usb", body: [12, 11, 6] },
  { name: /JST_PH.*?(\d+)/i, family: "connector", style: "jst", body: [5.9, 6.6, 5.5], pitch: 2 },
  { name: /SW_SMD_6x6|SW_PUSH_6mm|6x6mm/i, family: "button", style: "button", body: [6, 6, 4.3] },
];
