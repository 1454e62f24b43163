import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Board, Point } from "../board/board.js";
import { polygonArea, polygonBounds, polygonContains, totalArea, union } from "../planar/index.js";
import { DIALECTS, dialectBoard } from "./fixtures/dialects.js";
import { PAD_SHAPES } from "./fixtures/shapes.js";
import { readKicadBoard } from "./index.js";

function read(text: string): Board {
  const { board, problems } = readKicadBoard(text, "dir/b.kicad_pcb");
  expect(problems.filter((p) => p.severity === "error")).toEqual([]);
  if (!board) throw new Error("no board");
  return board;
}

const codes = (text: string) => readKicadBoard(text, "b.kicad_pcb").problems.map((p) => p.code);
const covers = (list: Board["copper"], at: Point) => list.some((p) => polygonContains(p, at));

/** A board of version 6 with a square edge and what is given. */
const board = (items: string, head = "(version 20211014) (generator pcbnew)") =>
  `(kicad_pcb ${head} (general (thickness 1.6)) (layers (0 "F.Cu" signal) (31 "B.Cu" signal))
   (gr_rect (start 0 0) (end 40 20) (layer "Edge.Cuts") (width 0.1) (fill none))\n${items}\n)`;

const part = (items: string, at = "10 10", layer = "F.Cu") =>
  `(footprint "Lib:X" (layer "${layer}") (at ${at}) (property "Reference" "U1") (property "Value" "V") ${items})`;

describe("dialects", () => {
  const five = read(dialectBoard(5));

  test("the board, worked by hand", () => {
    expect(five.name).toBe("b");
    expect(five.thickness).toBe(1.2);
    expect(polygonBounds([five.outline])).toEqual({ minX: 100, minY: -120, maxX: 130, maxY: -100 });
    // 30 × 20 less a corner of radius 3 and a hole of radius 2.
    expect(polygonArea(five.outline)).toBeCloseTo(600 - (9 - (Math.PI * 9) / 4) - Math.PI * 4, 1);
    expect(five.placements.map((p) => [p.ref, p.value, p.footprint, p.side])).toEqual([
      ["R1", "10k", "R_0603_1608Metric", "top"],
      ["J1", "POWER", "Jack", "top"],
      ["D1", "1N4148", "D_SOD-323", "bottom"],
    ]);
    const [r1, j1, d1] = five.placements;
    expect(r1).toMatchObject({ at: [110, -110], rotation: 30, body: { width: 1.6, depth: 0.8 } });
    const one = r1.pads[0].shape.outline;
    const middle = one.reduce((s, p) => [s[0] + p[0] / one.length, s[1] + p[1] / one.length], [0, 0]);
    expect(middle[0]).toBeCloseTo(110 - 0.8 * Math.cos(Math.PI / 6), 3);
    expect(middle[1]).toBeCloseTo(-110 - 0.8 * Math.sin(Math.PI / 6), 3);
    // Turned a quarter: the second pin, 4 mm to the right in its own frame, stands above; its slot lies across.
    expect(j1.pads.map((p) => [p.pin, p.side])).toEqual([
      ["1", "both"],
      ["2", "both"],
    ]);
    expect(j1.pads[1].drill).toMatchObject({ diameter: 1, land: 2 });
    const slot = j1.pads[1].drill!;
    expect(slot.at[1]).toBeCloseTo(-104, 6);
    expect(Math.abs(slot.to![0] - slot.at[0])).toBeCloseTo(1, 6);
    expect(five.drills.map((h) => [h.diameter, h.land]).sort()).toEqual([
      [0.4, 0.8],
      [1, 2],
      [1, 2],
      [1.5, 0],
    ]);
    // 180° on the bottom is 0° seen from below (the board turned over about its vertical axis).
    expect(d1.rotation).toBe(0);
    expect(d1.pads.every((p) => p.side === "bottom")).toBe(true);
    expect(covers(five.copper, [105, -115])).toBe(true);
    expect(covers(five.copper, [112.5, -112])).toBe(true);
    expect(covers(five.copper, [113.1, -115])).toBe(false);
    expect(five.silk.length).toBeGreaterThan(3);
    // Lands of R1 and J1 with a margin of 0.05, and the bare hole; vias are covered.
    expect(covers(five.maskOpenings, [115, -112])).toBe(false);
    expect(covers(five.maskOpenings, [121.02, -108])).toBe(true);
    expect(covers(five.maskOpenings, [121.06, -108])).toBe(false);
  });

  test.each(DIALECTS.slice(1))("version %d reads as version 5", (d) => {
    const other = read(dialectBoard(d));
    expect(other.placements.map(({ hints: _, ...p }) => p)).toEqual(
      five.placements.map(({ hints: _, ...p }) => p),
    );
    expect(other.drills).toEqual(five.drills);
    expect(polygonArea(other.outline)).toBeCloseTo(polygonArea(five.outline), 3);
    for (const layer of ["copper", "maskOpenings", "silk"] as const)
      expect(totalArea(union(other[layer]))).toBeCloseTo(totalArea(union(five[layer])), 6);
  });

  test("CRLF and a byte-order mark change nothing", () => {
    const odd = read(`\ufeff${dialectBoard(8).replaceAll("\n", "\r\n")}`);
    expect(odd).toEqual(read(dialectBoard(8)));
  });
});

describe("pads", () => {
  const shapes = read(PAD_SHAPES).placements[0].pads;
  const area = (pin: string) =>
    shapes.filter((p) => p.pin === pin).reduce((s, p) => s + polygonArea(p.shape), 0);
  const pad = (pin: string) => shapes.find((p) => p.pin === pin)!.shape;

  test("areas of every shape", () => {
    expect(area("1")).toBeCloseTo(2, 6);
    expect(area("2")).toBeCloseTo(Math.PI, 1);
    expect(area("3")).toBeCloseTo(2 + Math.PI / 4, 1);
    expect(area("4")).toBeCloseTo(Math.PI, 1);
    expect(area("5")).toBeCloseTo(4 - 0.125, 6);
    expect(area("6")).toBeCloseTo(6, 6);
    expect(area("7")).toBeCloseTo(4.75 + Math.PI / 4, 1);
    expect(area("8")).toBeCloseTo(4, 6);
  });

  test("turned, cut and shifted as KiCad draws them", () => {
    // 45° counter-clockwise: the far end points up and right.
    expect(polygonContains(pad("3"), [13.4, -4.1])).toBe(true);
    expect(polygonContains(pad("3"), [13.4, -5.9])).toBe(false);
    expect(polygonContains(pad("5"), [21.55, -4.05])).toBe(false);
    expect(polygonContains(pad("5"), [23.45, -4.05])).toBe(true);
    expect(polygonContains(pad("7"), [34, -3.5])).toBe(true);
    const eight = shapes.find((p) => p.pin === "8")!;
    expect(eight.drill).toMatchObject({ at: [38, -5], diameter: 1 });
    expect(polygonBounds([eight.shape])).toEqual({ minX: 37.5, minY: -6, maxX: 39.5, maxY: -4 });
    // Trapezoids: KiCad 6 plots the first narrow on its right, the second narrow below.
    expect(polygonContains(pad("6"), [26.1, -3.6])).toBe(!polygonContains(pad("6"), [28.9, -3.6]));
    expect(polygonContains(pad("9"), [41.6, -4.1])).toBe(!polygonContains(pad("9"), [41.6, -5.9]));
  });

  test("margins: of the pad, else of the footprint, else of the board", () => {
    const width = (items: string, setup = "(setup (pad_to_mask_clearance 0.2))") => {
      const b = polygonBounds(read(board(setup + part(items))).maskOpenings)!;
      return b.maxX - b.minX;
    };
    const pad1 = '(pad "1" smd rect (at 0 0) (size 1 1) (layers "F.Cu" "F.Mask")';
    expect(width(`${pad1})`)).toBeCloseTo(1.4, 4);
    expect(width(`(solder_mask_margin 0.1) ${pad1})`)).toBeCloseTo(1.2, 4);
    expect(width(`(solder_mask_margin 0.1) ${pad1} (solder_mask_margin 0.3))`)).toBeCloseTo(1.6, 4);
  });

  test("a web narrower than the rule disappears", () => {
    const two = part(
      '(pad "1" smd rect (at 0 0) (size 1 1) (layers "F.Cu" "F.Mask")) (pad "2" smd rect (at 1.1 0) (size 1 1) (layers "F.Cu" "F.Mask"))',
    );
    expect(union(read(board(two)).maskOpenings)).toHaveLength(2);
    const ganged = read(board(`(setup (solder_mask_min_width 0.2)) ${two}`)).maskOpenings;
    expect(ganged).toHaveLength(1);
    expect(totalArea(ganged)).toBeCloseTo(2.1, 2);
  });

  test("an aperture without copper is no pad", () => {
    const b = read(board(part('(pad "" smd rect (at 0 0) (size 1 1) (layers "F.Paste"))')));
    expect(b.placements[0].pads).toEqual([]);
    expect(b.maskOpenings).toEqual([]);
  });
});

describe("components", () => {
  test("attributes: not fitted, not a part", () => {
    const one = (items: string) => read(board(part(items))).placements[0];
    const pad1 = '(pad "1" smd rect (at 0 0) (size 1 1) (layers "F.Cu"))';
    expect(one(`(attr smd dnp) ${pad1}`).absent).toBe(true);
    expect(one(`(attr smd) ${pad1}`).absent).toBeUndefined();
    expect(one(`(attr exclude_from_pos_files exclude_from_bom) ${pad1}`).family).toBe("none");
    expect(one("").family).toBe("none");
    const dnp = board(part(pad1).replace('"V"', '"100n DNP"'));
    expect(read(dnp).placements[0].absent).toBe(true);
  });

  test("hints: library, 3D model, description", () => {
    const model =
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of KiCad
      '(descr "a chip") (model "${KICAD6_3DMODEL_DIR}/Resistor_SMD.3dshapes/R_0402_1005Metric.wrl")';
    expect(read(board(part(model))).placements[0].hints).toEqual(["Lib", "R_0402_1005Metric", "a chip"]);
  });

  test("the middle: of the drawn body, of wired pads, or the anchor", () => {
    const at = (items: string) => read(board(part(items, "10 10 90"))).placements[0].at;
    const through =
      '(pad "1" thru_hole circle (at 0 0) (size 2 2) (drill 1) (layers "*.Cu")) (pad "2" thru_hole circle (at 5 0) (size 2 2) (drill 1) (layers "*.Cu"))';
    const [x, y] = at(through);
    expect([x, y]).toEqual([10, expect.closeTo(-7.5, 6)]);
    expect(at('(fp_rect (start 1 -1) (end 5 1) (layer "F.Fab") (width 0.1))')).toEqual([
      10,
      expect.closeTo(-7, 6),
    ]);
    expect(at('(pad "1" smd rect (at 3 0) (size 1 1) (layers "F.Cu"))')).toEqual([10, -10]);
  });
});

describe("graphics", () => {
  test("copper layers go by number where their owner renamed them", () => {
    const renamed = `(kicad_pcb (version 20171130) (layers (0 Oben signal) (31 Unten signal))
      (gr_line (start 0 0) (end 9 0) (layer Edge.Cuts) (width 0.1)) (gr_line (start 9 0) (end 9 9) (layer Edge.Cuts) (width 0.1))
      (gr_line (start 9 9) (end 0 0) (layer Edge.Cuts) (width 0.1))
      (segment (start 1 1) (end 2 1) (width 0.2) (layer Oben)) (segment (start 1 5) (end 2 5) (width 0.2) (layer Unten)))`;
    expect(read(renamed).copper).toHaveLength(1);
  });

  test("vias are covered unless plotted free (to 8) or the rule says so (from 9)", () => {
    const via = '(via (at 5 5) (size 1) (drill 0.5) (layers "F.Cu" "B.Cu"))';
    const open = (text: string) => read(text).maskOpenings.length;
    expect(open(board(via))).toBe(0);
    expect(open(board(`(setup (pcbplotparams (viasonmask true))) ${via}`))).toBe(1);
    const nine = '(version 20241229) (generator "pcbnew")';
    expect(open(board(`(setup (tenting front back)) ${via}`, nine))).toBe(0);
    expect(open(board(`(setup (tenting none)) ${via}`, nine))).toBe(1);
    expect(open(board(`(setup (tenting none)) ${via.replace(/\)$/, "(tenting front))")}`, nine))).toBe(0);
  });

  test("a via between inner layers leaves the top alone", () => {
    const b = read(board('(via blind (at 5 5) (size 1) (drill 0.5) (layers "In1.Cu" "B.Cu"))'));
    expect([b.copper.length, b.drills.length]).toEqual([0, 0]);
  });

  test("zones: unfilled ones are taken whole and reported; keep-outs hold nothing", () => {
    const zone = (rest: string) =>
      board(
        `(zone (net 1) (layer "F.Cu") (min_thickness 0.2) (polygon (pts (xy 1 1) (xy 5 1) (xy 5 5) (xy 1 5))) ${rest})`,
      );
    expect(totalArea(read(zone("")).copper)).toBeCloseTo(16, 6);
    expect(codes(zone(""))).toContain("zones_unfilled");
    expect(read(zone("(keepout (tracks not_allowed))")).copper).toEqual([]);
    const fill = '(filled_polygon (layer "F.Cu") (pts (xy 2 2) (xy 4 2) (xy 4 4) (xy 2 4)))';
    expect(totalArea(read(zone(`(filled_areas_thickness no) ${fill}`)).copper)).toBeCloseTo(4, 6);
    // Without the word the pen of min_thickness goes around the fill.
    expect(totalArea(read(zone(fill)).copper)).toBeCloseTo(4 + 0.8 + Math.PI * 0.01, 2);
    expect(codes(zone(fill))).not.toContain("zones_unfilled");
  });

  test("arcs of tracks, filled and open shapes", () => {
    const arc = read(board('(arc (start 5 5) (mid 7 3) (end 9 5) (width 0.2) (layer "F.Cu"))'));
    expect(covers(arc.copper, [7, -3])).toBe(true);
    expect(totalArea(arc.copper)).toBeCloseTo(Math.PI * 2 * 0.2 + Math.PI * 0.01, 2);
    const circle = (fill: string) =>
      totalArea(
        read(board(`(gr_circle (center 5 5) (end 7 5) (layer "F.SilkS") (width 0.2) (fill ${fill}))`)).silk,
      );
    expect(circle("solid")).toBeCloseTo(Math.PI * 2.1 ** 2, 1);
    expect(circle("none")).toBeCloseTo(Math.PI * 4 * 0.2, 1);
    const curve = board('(gr_curve (pts (xy 1 1) (xy 1 5) (xy 5 5) (xy 5 1)) (layer "F.SilkS") (width 0.1))');
    expect(covers(read(curve).silk, [3, -4])).toBe(true);
  });
});

describe("text", () => {
  const text = (effects: string, at = "20 10", words = "AB", more = "") =>
    polygonBounds(
      read(
        board(
          `(gr_text "${words}" (at ${at}) (layer "F.SilkS"${more}) (effects (font (size 2 2) (thickness 0.2)) ${effects}))`,
        ),
      ).silk,
    )!;

  test("justification, mirroring, rotation", () => {
    const centre = text("");
    expect((centre.minX + centre.maxX) / 2).toBeCloseTo(20, 1);
    expect((centre.minY + centre.maxY) / 2).toBeCloseTo(-10, 1);
    expect(centre.maxY - centre.minY).toBeCloseTo(2.2, 1);
    const left = text("(justify left)");
    expect(left.minX).toBeCloseTo(19.9, 1);
    expect(text("(justify right)").maxX).toBeCloseTo(20.1, 1);
    expect(text("(justify left mirror)").maxX).toBeCloseTo(20.1, 1);
    expect(text("(justify bottom)").minY).toBeCloseTo(-10.1, 1);
    expect(text("(justify top)").maxY).toBeCloseTo(-9.9, 1);
    const upright = text("(justify left)", "20 10 90");
    expect(upright.minY).toBeCloseTo(-10.1, 1);
    expect(upright.maxY - upright.minY).toBeCloseTo(left.maxX - left.minX, 5);
  });

  test("lines follow each other downwards; a knockout fills around the letters", () => {
    const two = text("(justify top)", "20 5", "A\\nB");
    expect(two.maxY - two.minY).toBeCloseTo(2 * 1.62 + 2.2, 1);
    const box = text("", "20 10", "AB", " knockout");
    const plain = text("");
    expect(box.minX).toBeLessThan(plain.minX);
    expect(box.maxY).toBeGreaterThan(plain.maxY);
  });

  test("boxes: text at the edge it is justified to, and the frame", () => {
    const box = (rest: string) =>
      polygonBounds(
        read(
          board(
            `(gr_text_box "AB" (start 10 5) (end 30 15) (layer "F.SilkS") ${rest} (effects (font (size 1 1) (thickness 0.1)) (justify left top)))`,
          ),
        ).silk,
      )!;
    const plain = box("(border no)");
    expect(plain.minX).toBeCloseTo(10.25, 1);
    expect(plain.maxY).toBeCloseTo(-5.25, 1);
    expect(plain.maxX).toBeLessThan(13);
    const framed = box("(border yes) (stroke (width 0.2) (type solid))");
    expect(framed.maxX).toBeCloseTo(30.1, 3);
    expect(framed.minY).toBeCloseTo(-15.1, 3);
  });

  test("outline fonts bring their own polygons", () => {
    const text =
      '(gr_text "o" (at 5 5) (layer "F.SilkS") (effects (font (face "X") (size 1 1))) (render_cache "o" 0 (polygon (pts (xy 4 4) (xy 8 4) (xy 8 8) (xy 4 8)) (pts (xy 5 5) (xy 7 5) (xy 7 7) (xy 5 7)))))';
    expect(totalArea(read(board(text)).silk)).toBeCloseTo(12, 6);
  });

  test("variables, hidden texts, texts kept readable", () => {
    const own = (words: string, rest = "", at = "0 0") =>
      totalArea(
        read(
          board(
            part(
              `(fp_text user "${words}" (at ${at}) (layer "F.SilkS") ${rest} (effects (font (size 1 1) (thickness 0.1))))`,
            ),
          ),
        ).silk,
      );
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of KiCad
    expect(own("${REFERENCE}")).toBeCloseTo(own("U1"), 6);
    expect(own("%V")).toBeCloseTo(own("V"), 6);
    expect(own("U1", "hide")).toBe(0);
    expect(own("U1", "(hide yes)")).toBe(0);
    // The foot of an L lies below its stem: kept readable, it does so at 180° as well.
    const f = (at: string) => {
      const text = `(fp_text user "L" (at ${at}) (layer "F.SilkS") (effects (font (size 2 2) (thickness 0.1))))`;
      return covers(read(board(part(text))).silk, [10.3, -11]);
    };
    expect([f("0 0"), f("0 0 180"), f("0 0 180 unlocked")]).toEqual([true, true, false]);
  });
});

describe("outlines", () => {
  const bare = (items: string) => `(kicad_pcb (version 20211014) (layers (0 "F.Cu" signal)) ${items})`;
  const edge = (a: string, b: string) => `(gr_line (start ${a}) (end ${b}) (layer "Edge.Cuts") (width 0.1))`;
  const track = '(segment (start 1 1) (end 9 9) (width 1) (layer "F.Cu"))';

  test("none: a rectangle around everything, said", () => {
    const b = read(bare(track));
    expect(codes(bare(track))).toContain("outline_missing");
    expect(polygonBounds([b.outline])!.minX).toBeCloseTo(-0.5, 3);
  });

  test("nothing at all is an error", () => {
    const { board: none, problems } = readKicadBoard(bare(""), "b.kicad_pcb");
    expect(none).toBeUndefined();
    expect(problems[0]).toMatchObject({ code: "board_empty", severity: "error" });
  });

  test("gaps, stray lines, separate boards", () => {
    const square = (x: number) =>
      edge(`${x} 0`, `${x + 10} 0`) + edge(`${x + 10} 0`, `${x + 10} 10`) + edge(`${x + 10} 10`, `${x} 10`);
    const closed = square(0) + edge("0 10", "0 0");
    expect(codes(bare(track + closed))).not.toContain("outline_gap");
    expect(codes(bare(track + square(0) + edge("0 9.95", "0 0")))).toContain("outline_gap");
    expect(codes(bare(track + square(0) + edge("0 9.2", "0 0")))).toContain("outline_gap");
    expect(codes(bare(track + square(0) + edge("0 7", "0 0")))).toContain("outline_missing");
    expect(codes(bare(track + closed + edge("3 3", "5 5")))).toContain("outline_open");
    expect(codes(bare(track + closed + square(50) + edge("50 10", "50 0")))).toContain("outline_islands");
  });
});

describe("bad input", () => {
  test.each([
    ["", "kicad_empty"],
    ["PCBNEW-BOARD Version 2", "kicad_not_a_board"],
    ["<?xml version='1.0'?><eagle/>", "kicad_not_a_board"],
    ["(kicad_sch (version 20211123))", "kicad_not_a_board"],
    ["(footprint X (layer F.Cu))", "kicad_not_a_board"],
    [dialectBoard(6).slice(0, 900), "kicad_truncated"],
    [dialectBoard(9).slice(0, -3), "kicad_truncated"],
  ] as const)("case %#", (text, code) => {
    const { board: none, problems } = readKicadBoard(text, "b.kicad_pcb");
    expect(none).toBeUndefined();
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ code, severity: "error" });
    expect(problems[0].hint).not.toBe("");
  });

  test("every cut is one clear error", () => {
    const whole = dialectBoard(7);
    for (let at = 1; at < whole.trimEnd().length; at += 37) {
      const { board: none, problems } = readKicadBoard(whole.slice(0, at), "b");
      expect(none).toBeUndefined();
      expect(problems.map((p) => p.code)).toEqual(["kicad_truncated"]);
    }
  });

  test("versions: newer ones are read with a warning, a missing one too", () => {
    expect(codes(board("", "(version 20991231)"))).toContain("kicad_version_newer");
    expect(codes(board("", "(generator x)"))).toContain("kicad_version_missing");
    expect(codes(board(""))).not.toContain("kicad_version_newer");
  });

  test("one bad item costs that item alone", () => {
    const bad = board(
      part(
        '(pad "1" smd blob (at 0 0) (size 1 1) (layers "F.Cu")) (pad "2" smd rect (at 0 0) (size 1 1) (layers "F.Cu"))',
      ) +
        '(segment (start a 1) (end 2 1) (width 1) (layer "F.Cu")) (via (at 1e9 0) (size 1) (layers "F.Cu"))' +
        '(segment (start 1 1) (width 1) (layer "F.Cu"))',
    );
    const { problems } = readKicadBoard(bad, "b.kicad_pcb");
    expect(problems.map((p) => p.code).sort()).toEqual([
      "coordinate_absurd",
      "kicad_incomplete",
      "kicad_number",
      "pad_shape_unknown",
    ]);
    expect(problems.every((p) => p.where?.row !== undefined)).toBe(true);
    expect(read(bad).placements[0].pads).toHaveLength(1);
  });

  test("many of one kind are counted", () => {
    const bad = board('(segment (start a 1) (end 2 1) (width 1) (layer "F.Cu"))\n'.repeat(30));
    const { problems } = readKicadBoard(bad, "b");
    const same = problems.filter((p) => p.code === "kicad_number");
    expect(same).toHaveLength(11);
    expect(same[10].message).toBe("20 more of this kind");
  });

  test("no components is a warning", () => {
    expect(codes(board(""))).toEqual(["no_components"]);
  });

  test("changed bytes never give anything but problems", () => {
    const whole = dialectBoard(6);
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.nat(whole.length - 1),
            fc.constantFrom("(", ")", '"', "-", "e", "9", " ", ".", "\\", "\0"),
          ),
          {
            minLength: 1,
            maxLength: 6,
          },
        ),
        (changes) => {
          let text = whole;
          for (const [at, c] of changes) text = text.slice(0, at) + c + text.slice(at + 1);
          const { board: made, problems } = readKicadBoard(text, "b");
          expect(made !== undefined || problems.some((p) => p.severity === "error")).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });
});
