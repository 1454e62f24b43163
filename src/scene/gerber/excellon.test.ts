import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseExcellon } from "./excellon.js";

function read(text: string) {
  const { drill, problems } = parseExcellon(text, "x.drl");
  expect(problems).toEqual([]);
  return drill!;
}

const metric = (body: string, unit = "METRIC") => `M48\n${unit}\nT1C0.8\nT2C1.2\n%\nG90\nG05\n${body}\nM30\n`;

describe("Excellon", () => {
  test("decimal points, tools, units", () => {
    const { holes } = read(metric("T1\nX1.5Y-2.25\nT2\nX3.0\n"));
    expect(holes).toEqual([
      { at: [1.5, -2.25], diameter: 0.8 },
      { at: [3, -2.25], diameter: 1.2 },
    ]);
    const inch = read("M48\nINCH\nT1C0.0394\n%\nT1\nX1.0Y0.5\nM30\n").holes[0];
    expect(inch.at).toEqual([25.4, 12.7]);
    expect(inch.diameter).toBeCloseTo(1, 2);
  });

  test.each([
    ["METRIC,TZ,000.000", "X43688Y2540", [43.688, 2.54]],
    ["METRIC,TZ", "X43688Y2540", [43.688, 2.54]],
    ["METRIC,LZ,000.000", "X043688Y00254", [43.688, 2.54]],
    ["INCH,TZ", "X10000Y5000", [25.4, 12.7]],
    ["INCH,LZ", "X01Y005", [25.4, 12.7]],
    [";FILE_FORMAT=4:4\nMETRIC,LZ", "X0012Y0001", [12, 1]],
    ["; FORMAT={3:3/ absolute / metric / suppress leading zeros}\nMETRIC,TZ", "X1500Y0", [1.5, 0]],
  ] as const)("%s", (unit, place, at) => {
    const { holes } = read(metric(`T1\n${place}`, unit));
    expect(holes[0].at[0]).toBeCloseTo(at[0], 6);
    expect(holes[0].at[1]).toBeCloseTo(at[1], 6);
  });

  test("slots: G85 and routed", () => {
    expect(read(metric("T1\nX1.0Y1.0G85X3.0Y1.0")).holes).toEqual([
      { at: [1, 1], to: [3, 1], diameter: 0.8 },
    ]);
    const routed = read(metric("T2\nG00X1.0Y1.0\nM15\nG01X3.0Y1.0\nG01X3.0Y4.0\nM16\nG05\nT1\nX9.0Y9.0"));
    expect(routed.holes).toEqual([
      { at: [1, 1], to: [3, 1], diameter: 1.2 },
      { at: [3, 1], to: [3, 4], diameter: 1.2 },
      { at: [9, 9], diameter: 0.8 },
    ]);
  });

  test("repeats and incremental moves", () => {
    expect(read(metric("T1\nX1.0Y1.0\nR3X2.0")).holes.map((h) => h.at[0])).toEqual([1, 3, 5, 7]);
    expect(read(metric("G91\nT1\nX1.0Y1.0\nX1.0")).holes[1].at).toEqual([2, 1]);
  });

  test("plating by comments", () => {
    expect(read(`;TYPE=PLATED\n${metric("T1\nX1.0Y1.0")}`).plated).toBe(true);
    expect(read(`; #@! TF.FileFunction,NonPlated,1,2,NPTH\n${metric("T1\nX1.0Y1.0")}`).plated).toBe(false);
    expect(read(metric("T1\nX1.0Y1.0")).plated).toBeUndefined();
  });

  test("numbers without a format are marked as guessed", () => {
    expect(read("M48\nINCH\nT1C0.03\n%\nT1\nX10000Y5000\nM30\n").guessed).toBe(true);
    expect(read(metric("T1\nX1.0Y1.0")).guessed).toBe(false);
    const guess = { unit: 1, format: { skip: "leading", integers: 3, decimals: 3 } } as const;
    expect(parseExcellon("T1C0.8\nT1\nX1500Y0\nM30", "x", guess).drill?.holes[0].at).toEqual([1.5, 0]);
  });

  test.each([
    ["", "drill_not_excellon"],
    ["hello", "drill_not_excellon"],
    ["M48\nMETRIC\nT1C0.8\n", "drill_truncated"],
    ["M48\nMETRIC\nT1C0.8\n%\nT1\nX1.0Y1.0\n", "drill_no_end"],
    [metric("T9\nX1.0Y1.0"), "drill_tool"],
    [metric("T1\nX1.0Y1.0", "METRIC\nT5C900"), "drill_tool"],
    [metric("T1\nX99999999.0Y1.0"), "coordinate_absurd"],
    [metric("T1\nwhat"), "drill_syntax"],
  ] as const)("case %#", (text, code) => {
    expect(parseExcellon(text, "x").problems.map((p) => p.code)).toContain(code);
  });

  test("changed bytes never give anything but problems", () => {
    const whole = metric("T1\nX1.0Y1.0G85X3.0Y1.0\nR3X2.0\nT2\nG00X1.0Y1.0\nM15\nG02X3.0Y1.0A1.5\nM16");
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.string({ maxLength: 3 }), (at, s) => {
        const { drill, problems } = parseExcellon(whole.slice(0, at) + s + whole.slice(at + 1), "x");
        expect(drill !== undefined || problems.some((p) => p.severity === "error")).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
