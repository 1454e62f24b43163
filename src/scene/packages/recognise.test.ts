import { describe, expect, test } from "vitest";
import { placed } from "./fixtures.js";
import { recognise } from "./index.js";
import { valueCode } from "./mark.js";
import { chipCode } from "./recognise.js";

const pads = (rotation: number, n = 2) =>
  placed("X1", "", n === 2 ? "0603_R" : "SOIC-8_3.9x4.9mm", { at: [3, 4], rotation }).pads;

describe("recogniser", () => {
  test.each([
    ["R1", "R_0402_1005Metric", "resistor", "0402"],
    ["R1", "Resistor_SMD:R_0603_1608Metric_Pad0.98x0.95mm_HandSolder", "resistor", "0603"],
    ["C9", "C_1210_3225Metric", "capacitor", "1210"],
    ["L3", "IND_SMD_0805_H110", "inductor", "0805"],
    ["C9", "_0402_H060", "capacitor", "0402"],
    ["D4", "LED_0805_2012Metric", "led", "0805"],
    ["D1", "D_SOD-323", "diode", "SOD-323"],
    ["Q2", "SOT-323_SC-70", "sot", "SOT-323"],
    ["C2", "CP_EIA-7343-31_Kemet-D", "tantalum", "7343"],
  ])("%s %s", (ref, footprint, family, name) => {
    const spec = recognise(placed(ref, "", footprint, { pads: pads(0) })).spec;
    expect([spec?.family, spec?.name]).toEqual([family, name]);
  });

  test.each([
    ["U1", "SOIC-8_3.9x4.9mm_P1.27mm", "soic"],
    ["U1", "Package_SO:TSSOP-16_4.4x5mm_P0.65mm", "soic"],
    ["U1", "LQFP-48_7x7mm_P0.5mm", "qfp"],
    ["U1", "QFN-32-1EP_5x5mm_P0.5mm", "qfn"],
    ["U1", "DFN-8-1EP_3x3mm_P0.5mm", "qfn"],
    ["U1", "BGA-256_17.0x17.0mm_P1.0mm", "bga"],
    ["C1", "CP_Elec_8x10.2", "electrolytic"],
    ["Y1", "Crystal_SMD_3225-4Pin_3.2x2.5mm", "crystal"],
    ["J1", "USB_C_Receptacle_7x9mm", "connector"],
    ["J1", "PinHeader_1x04_P2.54mm_Vertical", "header"],
    ["SW1", "SW_SPST_6x6mm", "button"],
  ])("%s %s", (ref, footprint, family) => {
    expect(recognise(placed(ref, "", footprint, { pads: pads(0, 8) })).spec?.family).toBe(family);
  });

  test("an unknown package takes the extent of its pads, and says so", () => {
    const { spec, problems } = recognise(placed("U7", "", "XYZ", { pads: pads(0, 8) }));
    expect(problems.map((p) => p.code)).toEqual(["package_unknown"]);
    expect(spec?.body[1]).toBeGreaterThan(3.8);
    expect(recognise(placed("Z1", "", "XYZ", { pads: [] })).spec).toBeUndefined();
    expect(recognise(placed("R1", "", "0603_R", { family: "none" }))).toEqual({ problems: [] });
  });

  test("footprints drawn upright or backwards are turned so that pin 1 lies at −X", () => {
    const base = placed("R1", "", "0603_R");
    const turned = (degrees: number) => {
      const drawn = placed("R1", "", "0603_R", { pads: [] });
      const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
      const moved = base.pads.map((pad) => ({
        ...pad,
        shape: {
          outline: pad.shape.outline.map(([x, y]) => [x * c - y * s, x * s + y * c] as const),
          holes: [],
        },
      }));
      return recognise({ ...drawn, pads: moved }).spec?.turn;
    };
    expect([0, 90, 180, 270].map(turned)).toEqual([0, 90, 180, 270]);
  });

  test("size codes", () => {
    expect(chipCode("R_0201_0603Metric")).toBe("0201");
    expect(chipCode("C0603")).toBe("0603");
    expect(chipCode("SOT-23")).toBeUndefined();
  });

  test("printed codes", () => {
    const cases: Record<string, string> = {
      "10k": "103",
      "4k7": "472",
      "1R0": "1R0",
      "4.7": "4R7",
      "330": "331",
      "22": "220",
      "1M": "105",
      "0": "000",
      "0.1": "R10",
      "99.9k": "104",
      abc: "",
    };
    for (const [value, code] of Object.entries(cases)) expect(valueCode(value), value).toBe(code);
  });
});
