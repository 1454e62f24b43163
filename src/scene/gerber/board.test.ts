import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { polygonArea, polygonBounds } from "../planar/index.js";
import type { Reach } from "./assign.js";
import {
  BOM,
  COPPER,
  DRILL,
  FOLDER,
  type Folder,
  MASK,
  OUTLINE,
  placements,
  rawFiles,
} from "./fixtures/folder.js";
import { readFabrication } from "./index.js";

const reach: Reach = (p) =>
  /0603/.test(p.footprint) ? [1.4, 0.7] : /SOIC/.test(p.footprint) ? [4, 4] : undefined;

const read = (folder: Folder) => readFabrication(rawFiles(folder), { name: "b", where: "dir", reach });
const codes = (folder: Folder) => read(folder).problems.map((p) => p.code);
const without = (...names: string[]): Folder =>
  Object.fromEntries(Object.entries(FOLDER).filter(([name]) => !names.includes(name)));

describe("a folder", () => {
  const { board, problems } = read(FOLDER);

  test("layers, drills, components", () => {
    expect(problems).toEqual([]);
    expect(polygonArea(board!.outline)).toBeCloseTo(600, 6);
    expect(board!.drills).toEqual([
      { at: [14, 14], diameter: 0.3, land: expect.closeTo(0.6, 2) },
      { at: [24.73, 4], diameter: 1, land: expect.closeTo(1.7, 2) },
      { at: [27.27, 4], diameter: 1, land: expect.closeTo(1.7, 2) },
    ]);
    expect(board!.placements.map((p) => [p.ref, p.value, p.footprint, p.pads.length])).toEqual([
      ["R1", "V", "R_0603_1608Metric", 2],
      ["R2", "V", "R_0603_1608Metric", 2],
      ["C1", "V", "C_0603_1608Metric", 2],
      ["C2", "V", "C_0603_1608Metric", 2],
      ["U1", "V", "SOIC-8_3.9x4.9mm_P1.27mm", 8],
      ["J1", "V", "PinHeader_1x02_P2.54mm_Vertical", 2],
    ]);
  });

  test("lands are copper in openings; pins run left to right, or round from the top left", () => {
    const [r1, , c1, , u1, j1] = board!.placements;
    expect(r1.pads.map((p) => p.pin)).toEqual(["1", "2"]);
    const box = polygonBounds([r1.pads[0].shape])!;
    expect([box.minX, box.maxX, box.minY, box.maxY]).toEqual([
      expect.closeTo(3.8, 3),
      expect.closeTo(4.6, 2),
      expect.closeTo(4.525, 3),
      expect.closeTo(5.475, 3),
    ]);
    // C1 is turned by 90°: its left pin lies below.
    expect(polygonBounds([c1.pads[0].shape])!.maxY).toBeLessThan(12);
    const at = (pin: string) => {
      const b = polygonBounds([u1.pads.find((p) => p.pin === pin)!.shape])!;
      return [(b.minX + b.maxX) / 2, (b.minY + b.maxY) / 2].map((v) => Math.round(v * 1000) / 1000);
    };
    expect([at("1"), at("4"), at("5"), at("8")]).toEqual([
      [17.3, 11.905],
      [17.3, 8.095],
      [22.7, 8.095],
      [22.7, 11.905],
    ]);
    expect(j1.pads[0]).toMatchObject({ side: "both", drill: { diameter: 1 } });
  });
});

describe("placements", () => {
  test("another origin is found by the pads and told", () => {
    const { board, problems } = read({ ...FOLDER, "b-pos.csv": placements({ dx: 100, dy: -50.25 }) });
    expect(problems.map((p) => p.code)).toEqual(["centroid_shifted"]);
    expect(problems[0].message).toContain("100.000, -50.250 mm, found by pads");
    expect(board!.placements[0].at).toEqual([expect.closeTo(5, 3), expect.closeTo(5, 3)]);
    expect(board!.placements.every((p) => p.pads.length >= 2)).toBe(true);
  });

  test("a quarter turn off: two-pin parts follow their pads", () => {
    const { board, problems } = read({ ...FOLDER, "b-pos.csv": placements({ turn: 90 }) });
    expect(problems).toMatchObject([
      { code: "rotation_ambiguous", message: expect.stringContaining("4 two-pin parts") },
    ]);
    expect(board!.placements[0].rotation % 180).toBe(0);
  });

  test("joined with the bill; what is missing in either is told", () => {
    const bom = BOM.replace("C1-C2", "C1 C9").replace("10k,", "22k,");
    const bare = placements().replaceAll(",V,", ",,");
    const { board, problems } = read({ ...FOLDER, "b-bom.csv": bom, "b-pos.csv": bare });
    expect(problems.map((p) => [p.code, p.message.slice(0, 4), p.where?.row])).toEqual([
      ["centroid_without_bom", '"C2"', 5],
      ["bom_without_centroid", '"C9"', 3],
    ]);
    expect(board!.placements[0].value).toBe("22k");
  });

  test("not fitted by the bill", () => {
    const bom = 'Designator,Value,Footprint,DNP\n"R1,R2,C1,C2,J1",x,y,\nU1,NE555,SOIC-8,DNP\n';
    expect(read({ ...FOLDER, "b-bom.csv": bom }).board!.placements[4]).toMatchObject({
      ref: "U1",
      absent: true,
    });
  });

  test("parts without pads, no table at all", () => {
    const off = placements().replace(
      "U1,V,SOIC-8_3.9x4.9mm_P1.27mm,20,10",
      "U1,V,SOIC-8_3.9x4.9mm_P1.27mm,20,18",
    );
    expect(codes({ ...FOLDER, "b-pos.csv": `${off}U9,V,SOIC-8,2,18,0,top\n` })).toContain(
      "component_without_pads",
    );
    expect(codes(without("b-pos.csv"))).toContain("no_components");
  });

  test("pin names of X2 place parts where there is no table", () => {
    const named = COPPER.replace("D10*\n", "%TO.P,R1,1*%\nD10*\n").replace("D12*\n", "%TD*%\nD12*\n");
    const { board, problems } = read({ ...without("b-pos.csv", "b-bom.csv"), "b-F_Cu.gbr": named });
    expect(problems.map((p) => p.code)).toContain("centroid_missing");
    expect(board!.placements[0]).toMatchObject({ ref: "R1" });
  });
});

describe("layers", () => {
  test("attributes go before names; the job file names what neither does", () => {
    const odd = {
      "a1.gbr": `%TF.FileFunction,Copper,L1,Top*%\n${COPPER}`,
      "a2.gbr": MASK,
      "a3.gbr": OUTLINE,
    };
    const job = JSON.stringify({
      GeneralSpecs: { BoardThickness: 0.8 },
      FilesAttributes: [
        { Path: "a2.gbr", FileFunction: "SolderMask,Top" },
        { Path: "a3.gbr", FileFunction: "Profile" },
      ],
    });
    const { board } = read({ ...odd, "j.gbrjob": job });
    expect(board!.thickness).toBe(0.8);
    expect(board!.maskOpenings).toHaveLength(18);
    expect(polygonArea(board!.outline)).toBeCloseTo(600, 6);
    expect(codes({ ...odd, "j.gbrjob": "{" })).toContain("layer_unknown");
  });

  test.each([
    ["b-F_Mask.gbr", "layer_missing"],
    ["b-F_SilkS.gbr", "layer_missing"],
    ["b.drl", "layer_missing"],
    ["b-Edge_Cuts.gbr", "outline_missing"],
  ])("without %s: %s", (name, code) => {
    const { board, problems } = read(without(name));
    expect(board).toBeDefined();
    expect(problems.map((p) => p.code)).toContain(code);
  });

  test("pads open the mask where there is no mask layer", () => {
    expect(read(without("b-F_Mask.gbr")).board!.placements[0].pads).toHaveLength(2);
  });

  test.each([
    [{}, "gerber_none"],
    [{ "readme.txt": "hello" }, "gerber_none"],
    [{ "b.kicad_pcb": "(kicad_pcb)" }, "gerber_none"],
    [{ "b-Edge_Cuts.gbr": OUTLINE }, "gerber_no_top"],
    [{ "b-F_Cu.gbr": COPPER.slice(0, -8) }, "gerber_truncated"],
    [{ "b-F_Cu.gbr": "%FSLAX46Y46*%%MOMM*%M02*" }, "board_empty"],
    [{ ...FOLDER, "b.drl": DRILL.slice(0, 20) }, "drill_truncated"],
  ] as const)("case %# is one error", (folder, code) => {
    const { board, problems } = read(folder);
    expect(board).toBeUndefined();
    expect(problems.filter((p) => p.severity === "error").map((p) => p.code)).toEqual([code]);
  });

  test("two files for one layer: the first counts", () => {
    expect(codes({ ...FOLDER, "old-F_Cu.gbr": MASK })).toContain("layer_duplicate");
  });

  test("drills off the board, drills of an unsaid format", () => {
    const off = DRILL.replace(/X(\d)/g, "X9$1");
    expect(codes({ ...FOLDER, "b.drl": off })).toContain("drill_misaligned");
    const bare = "M48\nT1C0.300\nT2C1.000\n%\nT1\nX14000Y14000\nT2\nX24730Y4000\nX27270Y4000\nM30\n";
    const { board, problems } = read({ ...FOLDER, "b.drl": bare });
    expect(problems.map((p) => p.code)).toEqual(["drill_format_guessed"]);
    expect(board!.drills[1].at).toEqual([expect.closeTo(24.73, 6), 4]);
  });

  test("Latin-1 tables are read and told", () => {
    const latin = [...`${placements()}L1,10\u00b5H,L_0603_1608Metric,5,17,0,top\n`].map((c) =>
      c.charCodeAt(0),
    );
    const files = rawFiles(FOLDER).map((f) =>
      f.name === "b-pos.csv" ? { ...f, bytes: Uint8Array.from(latin) } : f,
    );
    const { board, problems } = readFabrication(files, { name: "b", where: "dir", reach });
    expect(problems.map((p) => p.code)).toContain("text_not_utf8");
    expect(board!.placements.at(-1)).toMatchObject({ ref: "L1", value: "10µH" });
  });

  test("changed bytes never give anything but problems", () => {
    const names = Object.keys(FOLDER);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(names.length - 1), fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        (changes) => {
          const files = rawFiles({ ...FOLDER, "b-F_Mask.gbr": MASK });
          for (const [file, at, byte] of changes) files[file].bytes[at % files[file].bytes.length] = byte;
          const { board, problems } = readFabrication(files, { name: "b", where: "dir", reach });
          expect(board !== undefined || problems.some((p) => p.severity === "error")).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });
});
