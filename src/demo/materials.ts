import type { Rgb } from "./canvas.js";

/** Colours as linear reflectance. */
export const TIN: Rgb = [0.82, 0.83, 0.86];
export const DULL_TIN: Rgb = [0.6, 0.59, 0.58];
export const COPPER: Rgb = [0.78, 0.42, 0.2];
export const SILK: Rgb = [0.78, 0.79, 0.76];
export const EPOXY: Rgb = [0.035, 0.035, 0.04];
export const RESISTOR: Rgb = [0.03, 0.03, 0.035];
export const CERAMIC: Rgb = [0.72, 0.71, 0.68];
export const CAPACITORS: readonly Rgb[] = [
  [0.36, 0.23, 0.13],
  [0.42, 0.3, 0.19],
  [0.3, 0.2, 0.14],
];
export const TANTALUM: Rgb = [0.62, 0.33, 0.04];
export const LED_BODY: Rgb = [0.66, 0.65, 0.56];
export const PRINT: Rgb = [0.6, 0.6, 0.58];
export const HOLE: Rgb = [0.012, 0.012, 0.012];

/** Solder masks: what lies bare, and where copper shines through. */
export type Mask = Readonly<{ bare: Rgb; over: Rgb }>;
export const MASKS: readonly Mask[] = [
  { bare: [0.016, 0.1, 0.042], over: [0.08, 0.33, 0.12] },
  { bare: [0.02, 0.115, 0.05], over: [0.095, 0.36, 0.13] },
  { bare: [0.012, 0.085, 0.05], over: [0.07, 0.3, 0.16] },
];
