import type { Placement } from "../board/board.js";
import { landPattern } from "./lands.js";

/** A placement on the usual lands of its footprint, at the origin. */
export function placed(
  ref: string,
  value: string,
  footprint: string,
  more: Partial<Placement> = {},
): Placement {
  return {
    ref,
    value,
    footprint,
    at: [0, 0],
    rotation: 0,
    side: "top",
    pads: (landPattern(footprint) ?? []).map((l) => ({
      pin: l.pin,
      shape: { outline: l.outline, holes: [] },
      side: l.drill ? ("both" as const) : ("top" as const),
      ...(l.drill ? { drill: { at: l.at, ...l.drill } } : {}),
    })),
    ...more,
  };
}

/** One of each kind: reference, value, footprint, body along X, along Y and height (millimetres). */
export const KINDS: readonly (readonly [
  ref: string,
  value: string,
  footprint: string,
  x: number,
  y: number,
  z: number,
])[] = [
  ["R1", "10k", "0201_R", 0.6, 0.3, 0.23],
  ["R2", "4k7", "0402_R", 1, 0.5, 0.35],
  ["R3", "4k7", "0603_R", 1.6, 0.8, 0.45],
  ["R4", "1R0", "R_0805_2012Metric", 2, 1.25, 0.5],
  ["R5", "0", "1206_R", 3.2, 1.6, 0.55],
  ["C1", "100n", "C_0402_1005Metric", 1, 0.5, 0.5],
  ["C2", "1u", "0603_C", 1.6, 0.8, 0.8],
  ["C3", "10u", "1206_C", 3.2, 1.6, 1.6],
  ["L1", "2u2", "0805_L", 2, 1.25, 1.2],
  ["FB1", "600R", "0603_L", 1.6, 0.8, 0.8],
  ["D1", "GREEN", "0603_LED", 1.6, 0.8, 0.7],
  ["D2", "SS34", "D_SMA", 4.3, 2.6, 2.2],
  ["D3", "1N4148", "D_SOD-123", 2.7, 1.6, 1.1],
  ["C4", "22u", "CP_EIA-3216", 3.2, 1.6, 1.6],
  ["L2", "4R7", "L_Power_6.0x6.0x3.0", 6, 6, 3],
  ["Q1", "2N7002", "SOT-23", 1.3, 2.9, 1],
  ["U1", "LP2985", "SOT-23-5", 1.3, 2.9, 1],
  ["U2", "FDC6301", "SOT-23-6", 1.3, 2.9, 1],
  ["U3", "AMS1117", "SOT-223", 3.5, 6.5, 1.6],
  ["U4", "W25Q128", "SOIC-8_3.9x4.9mm_P1.27mm", 3.9, 4.9, 1.55],
  ["U5", "MAX3232", "SOIC-16_3.9x9.9mm_P1.27mm", 3.9, 9.9, 1.55],
  ["U6", "SN74", "TSSOP-20_4.4x6.5mm_P0.65mm", 4.4, 6.5, 1.55],
  ["U7", "STM32F4", "LQFP-64_10x10mm_P0.5mm", 10, 10, 1.45],
  ["U8", "FPGA", "LQFP-144_20x20mm_P0.5mm", 20, 20, 1.45],
  ["U9", "RP2350", "QFN-48_7x7mm_P0.5mm", 7, 7, 0.85],
  ["U10", "DDR", "BGA-100_9x9mm_P0.8mm", 9, 9, 1.2],
  ["C5", "100 25V", "CP_Elec_6.3x7.7", 6.6, 6.6, 7.7],
  ["Y1", "25.000", "Crystal_SMD_3225", 3.2, 2.5, 0.75],
  ["J1", "PWR", "JST_PH_S4", 9.9, 6.6, 5.5],
  ["J2", "USB", "USB_Micro", 7.6, 5.4, 2.6],
  ["J3", "SWD", "PinHeader_1x05", 2.5, 12.7, 2.54],
  ["SW1", "RESET", "SW_SMD_6x6", 6, 6, 4.3],
  ["U11", "LM358", "DIP-8", 6.3, 9.8, 3.8],
  ["C6", "470u", "CP_Radial_D8.0mm_P3.50", 8, 8, 13.2],
];
