import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Point } from "../board/board.js";
import { polygonBounds, polygonContains, totalArea, union } from "../planar/index.js";
import { evaluate } from "./expression.js";
import { parseGerber } from "./parse.js";
import { centrelines, hull, plot } from "./plot.js";

const gerber = (body: string, head = "%FSLAX46Y46*%\n%MOMM*%\n%ADD10C,1*%\n%ADD11R,2X1*%\nG75*\n") =>
  `${head}${body}\nM02*\n`;

function read(text: string) {
  const { image, problems } = parseGerber(text, "x.gbr");
  expect(problems).toEqual([]);
  return image!;
}

const drawn = (text: string) => union(plot(read(text).objects));
const area = (text: string) => totalArea(drawn(text));
const covers = (text: string, at: Point) => drawn(text).some((p) => polygonContains(p, at));
const codes = (text: string) => parseGerber(text, "x.gbr").problems.map((p) => p.code);

/** Coordinates with six decimals. */
const xy = (x: number, y: number) => `X${Math.round(x * 1e6)}Y${Math.round(y * 1e6)}`;

describe("drawing", () => {
  test("flashes, lines, modal operations", () => {
    expect(area(gerber(`D10*\n${xy(0, 0)}D03*`))).toBeCloseTo(Math.PI / 4, 1);
    expect(area(gerber(`D11*\n${xy(5, 5)}D03*`))).toBeCloseTo(2, 6);
    const line = gerber(`D10*\n${xy(0, 0)}D02*\n${xy(10, 0)}D01*`);
    expect(area(line)).toBeCloseTo(10 + Math.PI / 4, 1);
    // Old files name the operation once.
    expect(area(gerber(`D10*\n${xy(0, 0)}D02*\nG01${xy(4, 0)}D01*\n${xy(4, 4)}*`))).toBeCloseTo(8.5, 0);
    expect(area(gerber(`G54D11*\n${xy(0, 0)}D03*`))).toBeCloseTo(2, 6);
  });

  test("a square pen sweeps its corners", () => {
    const diagonal = gerber(`D12*\n${xy(0, 0)}D02*\n${xy(3, 3)}D01*`, "%FSLAX46Y46*%%MOMM*%%ADD12R,1X1*%");
    expect(area(diagonal)).toBeCloseTo(7, 6);
    expect(
      hull([
        [0, 0],
        [1, 0],
        [0.5, 0.2],
        [1, 1],
        [0, 1],
      ]),
    ).toHaveLength(4);
  });

  test("arcs: multi-quadrant, full circle, single-quadrant", () => {
    const half = gerber(`D10*\n${xy(0, 0)}D02*\nG02X4000000Y0I2000000J0D01*`);
    expect(covers(half, [2, 2])).toBe(true);
    expect(covers(half, [2, -2])).toBe(false);
    expect(covers(gerber(`D10*\n${xy(0, 0)}D02*\nG03X4000000Y0I2000000J0D01*`), [2, -2])).toBe(true);
    const full = gerber(`D10*\n${xy(0, 0)}D02*\nG03X0Y0I2000000J0D01*`);
    expect(area(full)).toBeCloseTo(2 * Math.PI * 2, 1);
    const quarter = gerber(`G74*\nD10*\n${xy(2, 0)}D02*\nG03X0Y2000000I2000000J0D01*`);
    expect(covers(quarter, [Math.SQRT2, Math.SQRT2])).toBe(true);
    expect(covers(quarter, [-Math.SQRT2, -Math.SQRT2])).toBe(false);
  });

  test("regions, several rings, arcs in them", () => {
    const square = `${xy(0, 0)}D02*\nG01*\n${xy(4, 0)}D01*\n${xy(4, 4)}D01*\n${xy(0, 4)}D01*\n${xy(0, 0)}D01*\n`;
    expect(area(gerber(`G36*\n${square}G37*`))).toBeCloseTo(16, 6);
    const two = `${square}${xy(10, 0)}D02*\n${xy(11, 0)}D01*\n${xy(11, 1)}D01*\n${xy(10, 0)}D01*\n`;
    expect(area(gerber(`G36*\n${two}G37*`))).toBeCloseTo(16.5, 6);
    const disc = `G36*\n${xy(2, 0)}D02*\nG03*\nX2000000Y0I-2000000J0D01*\nG37*`;
    expect(area(gerber(disc))).toBeCloseTo(4 * Math.PI, 1);
  });

  test("erasing cuts what lies below, not what comes after", () => {
    const body = `D11*\n${xy(0, 0)}D03*\n%LPC*%\nD10*\n${xy(0, 0)}D03*\n%LPD*%\n`;
    expect(area(gerber(body))).toBeCloseTo(2 - Math.PI / 4, 1);
    expect(area(gerber(`${body}D11*\n${xy(0, 0)}D03*`))).toBeCloseTo(2, 6);
  });

  test("step and repeat, aperture blocks, mirroring, turning, scaling", () => {
    expect(area(gerber(`%SRX3Y2I5J5*%\nD11*\n${xy(0, 0)}D03*\n%SR*%`))).toBeCloseTo(12, 6);
    const block = `%ABD20*%\nD11*\n${xy(0, 0)}D03*\n${xy(5, 0)}D03*\n%AB*%\nD20*\n${xy(0, 0)}D03*\n${xy(0, 9)}D03*`;
    expect(area(gerber(block))).toBeCloseTo(8, 6);
    const turned = polygonBounds(drawn(gerber(`%LR90*%\nD11*\n${xy(0, 0)}D03*`)))!;
    expect(turned.maxY).toBeCloseTo(1, 6);
    expect(area(gerber(`%LS2*%\nD11*\n${xy(0, 0)}D03*`))).toBeCloseTo(8, 6);
    const corner = "%AMTRI*4,1,3,0,0,1,0,0,1,0,0,0*%\n%ADD30TRI*%\n";
    const mirrored = polygonBounds(drawn(gerber(`${corner}%LMX*%\nD30*\n${xy(0, 0)}D03*`)))!;
    expect([mirrored.minX, mirrored.maxX]).toEqual([-1, 0]);
  });

  test("outline layers are read along the middle of the pen", () => {
    const pieces = centrelines(
      read(gerber(`D10*\n${xy(0, 0)}D02*\n${xy(9, 0)}D01*\n${xy(9, 9)}D01*`)).objects,
    );
    expect(pieces).toEqual([
      {
        closed: false,
        points: [
          [0, 0],
          [9, 0],
          [9, 9],
        ],
      },
    ]);
  });
});

describe("apertures", () => {
  const flash = (definition: string) =>
    area(gerber(`D50*\n${xy(0, 0)}D03*`, `%FSLAX46Y46*%%MOMM*%${definition}`));

  test("templates with and without holes", () => {
    expect(flash("%ADD50O,3X1*%")).toBeCloseTo(2 + Math.PI / 4, 1);
    expect(flash("%ADD50P,2X6*%")).toBeCloseTo((3 * Math.sqrt(3)) / 2, 3);
    expect(flash("%ADD50C,2X1*%")).toBeCloseTo((Math.PI * 3) / 4, 1);
    expect(flash("%ADD50R,2X2X1*%")).toBeCloseTo(4 - Math.PI / 4, 1);
    expect(flash("%ADD50R,2X2X1X1*%")).toBeCloseTo(3, 6);
    expect(flash("%ADD50C,0*%")).toBe(0);
  });

  test("macro primitives", () => {
    expect(flash("%AMA*1,1,2,0,0*%%ADD50A*%")).toBeCloseTo(Math.PI, 1);
    expect(flash("%AMA*20,1,1,0,0,3,0,0*%%ADD50A*%")).toBeCloseTo(3, 6);
    expect(flash("%AMA*2,1,1,0,0,0,3,45*%%ADD50A*%")).toBeCloseTo(3, 3);
    expect(flash("%AMA*21,1,3,2,0,0,30*%%ADD50A*%")).toBeCloseTo(6, 3);
    expect(flash("%AMA*22,1,3,2,1,1,0*%%ADD50A*%")).toBeCloseTo(6, 3);
    expect(flash("%AMA*4,1,3,0,0,2,0,0,2,0,0,0*%%ADD50A*%")).toBeCloseTo(2, 5);
    expect(flash("%AMA*5,1,8,0,0,2,0*%%ADD50A*%")).toBeCloseTo(2 * Math.SQRT2, 3);
    expect(flash("%AMA*7,0,0,4,2,1,0*%%ADD50A*%")).toBeLessThan(3 * Math.PI - 3);
    const moire = flash("%AMA*6,0,0,5,0.5,0.5,2,0.2,6,0*%%ADD50A*%");
    expect(moire).toBeGreaterThan(Math.PI * (2.5 ** 2 - 2 ** 2 + 1.5 ** 2 - 1));
  });

  test("variables, arithmetic, exposure off, comments", () => {
    expect(flash("%AMD*0 a donut*\n$3=$1-$2x2*1,1,$1,0,0*1,0,$3,0,0*%%ADD50D,4X1*%")).toBeCloseTo(
      Math.PI * 3,
      1,
    );
    expect(evaluate("1+2x3", [])).toBe(7);
    expect(evaluate("-(1+$2)X2/4", [0, 0, 3])).toBe(-2);
    expect(evaluate("$9", [])).toBe(0);
    for (const bad of ["", "1+", "(1", "1 2 x", "a", "1/0", `${"(".repeat(99)}1`])
      expect(evaluate(bad, [])).toBeUndefined();
  });
});

describe("formats", () => {
  const box = (text: string) => polygonBounds(drawn(text))!;

  test("inches, trailing zeros left out, incremental, decimal points", () => {
    const head = (fs: string, unit: string) => `%${fs}*%%MO${unit}*%%ADD10R,0.1X0.1*%`;
    expect(box(gerber("D10*X010000Y0D03*", head("FSLAX24Y24", "IN"))).maxX).toBeCloseTo(25.4 + 1.27, 5);
    expect(box(gerber("D10*X01Y0D03*", head("FSTAX24Y24", "IN"))).maxX).toBeCloseTo(25.4 + 1.27, 5);
    expect(box(gerber("D10*X1.5Y0D03*", head("FSLAX24Y24", "MM"))).maxX).toBeCloseTo(1.55, 5);
    expect(box(gerber("D10*X10000Y0D03*X10000Y0D03*", head("FSLIX24Y24", "MM"))).maxX).toBeCloseTo(2.05, 5);
  });

  test("several parameters in one block; CRLF; attributes in comments", () => {
    const text =
      "%FSLAX24Y24*MOMM*ADD10C,1*%\r\nG04 #@! TF.FileFunction,Copper,L1,Top*\r\nD10*X0\r\nY0D03*\r\nM02*\r\n";
    const image = read(text);
    expect(image.objects).toHaveLength(1);
    expect(image.attributes.get("FileFunction")).toBe("Copper,L1,Top");
  });

  test("pins and functions are taken from X2 attributes", () => {
    const text = gerber(
      `%TA.AperFunction,SMDPad,CuDef*%\n%ADD20R,1X1*%\n%TD*%\nD20*\n%TO.P,R1,2*%\n${xy(0, 0)}D03*\n%TD*%\n${xy(5, 0)}D03*`,
    );
    const [a, b] = read(text).objects;
    expect(a).toMatchObject({ component: "R1", pin: "2", function: "SMDPad,CuDef" });
    expect(b.component).toBeUndefined();
  });
});

describe("bad input", () => {
  test.each([
    ["", "gerber_not_gerber"],
    ["hello*world*", "gerber_syntax"],
    ["%FSLAX46Y46*%%MOMM*%%ADD10C,1", "gerber_truncated"],
    ["%FSLAX46Y46*%%MOMM*%X0Y0D0", "gerber_truncated"],
    ["%FSLAX46Y46*%%MOMM*%G36*X0Y0D02*X1Y1D01*", "gerber_truncated"],
    ["%FSLAX46Y46*%%MOMM*%", "gerber_no_end"],
    [gerber("D99*"), "gerber_undefined_aperture"],
    [gerber("D10*X9999999999Y0D03*"), "coordinate_absurd"],
    [gerber("X0Y0D01*", "%MOMM*%"), "gerber_no_format"],
    [gerber("%ADD40FOO*%"), "gerber_aperture"],
    [gerber("%ADD40C,-1*%"), "gerber_aperture"],
    [gerber("%ADD40P,1X2*%"), "gerber_macro"],
    [gerber("%AMX*4,1,9999999,0,0*%%ADD40X*%"), "gerber_macro"],
    [gerber("%AMX*99,1*%%ADD40X*%"), "gerber_macro"],
    [gerber("%XY1*%"), "gerber_unknown_code"],
    [gerber("G99*"), "gerber_unknown_code"],
    [gerber("%IPNEG*%"), "gerber_unsupported"],
    [gerber("D07*"), "gerber_syntax"],
    [gerber("%SRX99999Y99999I1J1*%"), "gerber_syntax"],
  ] as const)("case %#", (text, code) => {
    expect(codes(text)).toContain(code);
  });

  test("problems name line and column", () => {
    const { problems } = parseGerber("%FSLAX46Y46*%\n%MOMM*%\n D99*\nM02*", "x.gbr");
    expect(problems[0].where).toEqual({ file: "x.gbr", row: 3, column: 2 });
  });

  test("blocks in blocks in blocks are refused before they are drawn", () => {
    const level = (n: number) =>
      `%ABD${n + 1}*%\nD${n}*\n${Array.from({ length: 300 }, (_, i) => `${xy(i, n)}D03*`).join("\n")}\n%AB*%\n`;
    expect(codes(gerber(level(10) + level(11) + level(12) + level(13)))).toContain("gerber_too_large");
  });

  test("changed bytes never give anything but problems", () => {
    const whole = gerber(
      `%AMT*4,1,3,0,0,1,0,0,1,0,0,$1*%\n%ADD30T,15*%\nD10*\n${xy(0, 0)}D02*\nG03X4000000Y0I2000000J0D01*\nD30*\n%LR45*%\n${xy(1, 2)}D03*\nG36*\n${xy(0, 0)}D02*\nG01*\n${xy(4, 0)}D01*\n${xy(4, 4)}D01*\nG37*\n%SRX2Y2I9J9*%\n%LPC*%\nD11*\n${xy(1, 1)}D03*\n%SR*%`,
    );
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.nat(whole.length - 1),
            fc.constantFrom("*", "%", "-", "9", "X", "D", "$", " ", "\0", ""),
          ),
          {
            minLength: 1,
            maxLength: 5,
          },
        ),
        (changes) => {
          let text = whole;
          for (const [at, c] of changes) text = text.slice(0, at) + c + text.slice(at + 1);
          const { image, problems } = parseGerber(text, "x");
          expect(image !== undefined || problems.some((p) => p.severity === "error")).toBe(true);
          if (image) plot(image.objects);
        },
      ),
      { numRuns: 200 },
    );
  });
});
