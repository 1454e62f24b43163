import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeText } from "../board/decode.js";
import { designators, parseBom } from "./bom.js";
import { parseCentroid } from "./centroid.js";
import { contentKind, roleByFunction, roleByName } from "./identify.js";
import { splitTable } from "./tables.js";

describe("layers", () => {
  test.each([
    ["Copper,L1,Top", "copper_top"],
    ["Copper,L4,Bot", "copper_bottom"],
    ["Copper,L2,Inr", "copper_inner"],
    ["Soldermask,Top", "mask_top"],
    ["Legend,Bot", "silk_bottom"],
    ["Paste,Top", "paste_top"],
    ["Profile,NP", "outline"],
    ["Plated,1,2,PTH,Drill", "drill_plated"],
    ["NonPlated,1,2,NPTH", "drill_unplated"],
    ["AssemblyDrawing,Top", "ignored"],
  ])("function %s", (written, role) => {
    expect(roleByFunction(written)).toBe(role);
  });

  test.each([
    // Protel, Altium, EasyEDA
    ["board.GTL", "copper_top"],
    ["board.gbl", "copper_bottom"],
    ["board.gts", "mask_top"],
    ["board.GTO", "silk_top"],
    ["board.gtp", "paste_top"],
    ["board.GKO", "outline"],
    ["board.gm1", "outline"],
    ["board.G1", "copper_inner"],
    ["board.g2", "copper_inner"],
    ["Gerber_TopSolderMaskLayer.GTS", "mask_top"],
    ["Gerber_BoardOutlineLayer.GKO", "outline"],
    ["Drill_PTH_Through.DRL", "drill_plated"],
    ["Drill_NPTH_Through.DRL", "drill_unplated"],
    ["Drill_PTH_Through_Via.DRL", "drill_plated"],
    ["board-RoundHoles.TXT", undefined],
    // KiCad
    ["b-F_Cu.gbr", "copper_top"],
    ["b-B.Cu.gbr", "copper_bottom"],
    ["b-In1_Cu.gbr", "copper_inner"],
    ["b-F_Mask.gbr", "mask_top"],
    ["b-F_SilkS.gbr", "silk_top"],
    ["b-F_Silkscreen.gbr", "silk_top"],
    ["b-B_Silkscreen.gbr", "silk_bottom"],
    ["b-F_Paste.gbr", "paste_top"],
    ["b-Edge_Cuts.gbr", "outline"],
    ["b-Edge.Cuts.gm1", "outline"],
    ["b-PTH.drl", "drill_plated"],
    ["b-NPTH.drl", "drill_unplated"],
    ["b.drl", "drill"],
    ["b-drl_map.gbr", "ignored"],
    ["b-F_Fab.gbr", "ignored"],
    ["b-F_Courtyard.gbr", "ignored"],
    ["b-Margin.gbr", "ignored"],
    // Eagle, Fusion
    ["copper_top_l1.gbr", "copper_top"],
    ["copper_bottom_l4.gbr", "copper_bottom"],
    ["soldermask_top.gbr", "mask_top"],
    ["silkscreen_top.gbr", "silk_top"],
    ["solderpaste_bottom.gbr", "paste_bottom"],
    ["profile.gbr", "outline"],
    ["drill_1_16.xln", "drill"],
    ["b.cmp", "copper_top"],
    ["b.sol", "copper_bottom"],
    ["b.stc", "mask_top"],
    ["b.plc", "silk_top"],
    // others
    ["x-CuTop.gbr", "copper_top"],
    ["x-MaskBottom.gbr", "mask_bottom"],
    ["x-SilkTop.gbr", "silk_top"],
    ["x-PasteTop.gbr", "paste_top"],
    ["x-EdgeCuts.gbr", "outline"],
    ["x-VScore.gbr", "ignored"],
    ["TOP.art", "copper_top"],
    ["SMASK_TOP.art", "mask_top"],
    ["Top Layer.gbr", "copper_top"],
    ["Bottom Silk.gbr", "silk_bottom"],
    ["BoardOutline.gbr", "outline"],
    ["inner1.gbr", "copper_inner"],
  ])("name %s", (name, role) => {
    expect(roleByName(name)).toBe(role);
  });

  test("content", () => {
    expect(contentKind("G04 x*\n%FSLAX24Y24*%")).toBe("gerber");
    expect(contentKind("M48\nMETRIC\n")).toBe("drill");
    expect(contentKind("T01C0.8\nT01\nX1.0Y2.0\n")).toBe("drill");
    expect(contentKind("Ref,X,Y\nR1,1,2\n")).toBe("table");
    expect(contentKind("\u0000\u0001")).toBe("other");
  });
});

describe("tables", () => {
  test("delimiters, quotes, line ends, line numbers", () => {
    expect(splitTable('a;"b;""c""";d\r\n1;2;3\r\n')).toEqual([
      { cells: ["a", 'b;"c"', "d"], line: 1 },
      { cells: ["1", "2", "3"], line: 2 },
    ]);
    expect(splitTable("a\tb\tc\n\n1\t2\t3")[1]).toEqual({ cells: ["1", "2", "3"], line: 3 });
    expect(splitTable('x   y  "a b"\n1 2 3\n')[0].cells).toEqual(["x", "y", "a b"]);
    expect(splitTable('a,"x\ny",b\n1,2,3')[1]).toEqual({ cells: ["1", "2", "3"], line: 3 });
  });

  test("encodings", () => {
    const bytes = (...b: number[]) => decodeText(Uint8Array.from(b));
    expect(bytes(0xef, 0xbb, 0xbf, 0x41)).toEqual({ text: "A", lossy: false });
    expect(bytes(0xff, 0xfe, 0x41, 0, 0xb5, 0)).toEqual({ text: "Aµ", lossy: false });
    expect(bytes(0xfe, 0xff, 0, 0x41)).toEqual({ text: "A", lossy: false });
    expect(bytes(0x41, 0xb5)).toEqual({ text: "Aµ", lossy: true });
  });
});

describe("centroid", () => {
  const read = (text: string, file = "pos.csv") => parseCentroid(text, file).rows;
  const r1 = { ref: "R1", x: 10, y: -5, rotation: 90, side: "top", value: "10k", footprint: "R_0603" };

  test.each([
    [
      "KiCad .pos",
      "### Module positions - created on now ###\n## Unit = mm, Angle = deg.\n## Side : top\n# Ref     Val    Package  PosX    PosY    Rot  Side\nR1  10k  R_0603  10.0000  -5.0000  90.0000  top\n## End\n",
    ],
    [
      "KiCad CSV",
      'Ref,Val,Package,PosX,PosY,Rot,Side\n"R1","10k","R_0603",10.000000,-5.000000,90.000000,top\n',
    ],
    [
      "Altium",
      'Altium Designer Pick and Place Locations\r\nUnits used: mil\r\n\r\n"Designator","Comment","Layer","Footprint","Center-X(mil)","Center-Y(mil)","Rotation","Description"\r\n"R1","10k","TopLayer","R_0603","393.70079","-196.85039","90","res"\r\n',
    ],
    [
      "Altium mm, semicolons, decimal commas",
      "Designator;Comment;Layer;Footprint;Center-X(mm);Center-Y(mm);Rotation\nR1;10k;TopLayer;R_0603;10,0;-5,0;90,00\n",
    ],
    ["JLCPCB", "Designator,Val,Package,Mid X,Mid Y,Rotation,Layer\nR1,10k,R_0603,10.0mm,-5.0mm,90,T\n"],
    [
      "JLCPCB mil",
      "Designator,Val,Package,Mid X,Mid Y,Rotation,Layer\nR1,10k,R_0603,393.70079mil,-196.85039mil,90,Top\n",
    ],
    [
      "EasyEDA",
      'Designator\tFootprint\tMid X\tMid Y\tRef X\tRef Y\tLayer\tRotation\tComment\n"R1"\t"R_0603"\t"10mm"\t"-5mm"\t"9mm"\t"-5mm"\t"T"\t"90"\t"10k"\n',
    ],
    ["Eagle/Fusion", "Name;X;Y;Angle;Value;Package;Side\nR1;10;-5;90;10k;R_0603;top\n"],
  ])("%s", (_, text) => {
    const rows = read(text)!;
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ ...r1, x: expect.closeTo(10, 4), y: expect.closeTo(-5, 4) });
  });

  test("Eagle's mount files have no header; the ending tells the side", () => {
    const text = "R1 10.00 -5.00 90 10k R_0603\nC1 1.00 2.00 0 100n C_0603\n";
    expect(read(text, "board.mnt")?.[0]).toMatchObject(r1);
    expect(read(text, "board.mnb")?.map((r) => r.side)).toEqual(["bottom", "bottom"]);
  });

  test("sides", () => {
    const side = (cell: string, file = "p.csv") =>
      read(`Ref,X,Y,Rot,Side\nR1,1,2,0,${cell}\n`, file)?.[0].side;
    for (const b of ["bottom", "B", "BottomLayer", "B.Cu", "Back"]) expect(side(b)).toBe("bottom");
    for (const t of ["top", "T", "TopLayer", "F.Cu", "Front"]) expect(side(t)).toBe("top");
    expect(read("Ref,X,Y,Rot\nR1,1,2,0\n", "x-bottom-pos.csv")?.[0].side).toBe("bottom");
  });

  test("rows that cannot be read, duplicates, an unsaid unit", () => {
    const { rows, problems } = parseCentroid(
      "Ref,X,Y,Rot\nR1,1,2,0\nR2,abc,2,0\n,1,2,0\nR1,9,9,0\nR3,1,2,left\n",
      "p.csv",
    );
    expect(rows?.map((r) => r.ref)).toEqual(["R1"]);
    expect(problems.map((p) => [p.code, p.where?.row])).toEqual([
      ["centroid_row", 3],
      ["centroid_row", 4],
      ["centroid_row", 6],
      ["centroid_unit", undefined],
      ["centroid_duplicate", 5],
    ]);
  });

  test("other tables are none", () => {
    expect(parseCentroid("Comment,Designator,Footprint\n10k,R1,R_0603\n", "bom.csv").rows).toBeUndefined();
    expect(parseCentroid("hello", "x.txt").rows).toBeUndefined();
  });

  test("anything is read or not, but never throws", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 80 }), (text) => {
        parseCentroid(`Ref,X,Y,Rot\n${text}`, "p.csv");
        parseBom(`Designator,Value\n${text}`, "b.csv");
        splitTable(text);
      }),
    );
  });
});

describe("bill of materials", () => {
  test("designator lists and ranges", () => {
    expect(designators("R1, R2 R5-R7;C1")).toEqual(["R1", "R2", "R5", "R6", "R7", "C1"]);
    expect(designators("R1 - R3")).toEqual(["R1", "R2", "R3"]);
    expect(designators("R1..R3, U1")).toEqual(["R1", "R2", "R3", "U1"]);
    expect(designators("D1-3")).toEqual(["D1", "D2", "D3"]);
    expect(designators("R1-C5, R9-R2, R1-R999999")).toEqual(["R1-C5", "R9-R2", "R1-R999999"]);
  });

  test.each([
    ["JLCPCB", 'Comment,Designator,Footprint,LCSC\n10k,"R1,R2",R_0603,C1\n'],
    ["KiCad", '"Id";"Designator";"Footprint";"Quantity";"Designation"\n1;"R1,R2";"R_0603";2;"10k"\n'],
    ["Altium", 'Description,Designator,Footprint,Comment,Quantity\nres,"R1, R2",R_0603,10k,2\n'],
    ["Eagle", "Qty;Value;Device;Package;Parts\n2;10k;R-EU;R_0603;R1, R2\n"],
    [
      "tabs, more lines above",
      "My board\t\t\nId\tDesignator\tPackage\tDesignation\n1\tR1-R2\tLib:R_0603\t10k\n",
    ],
  ])("%s", (_, text) => {
    const { entries } = parseBom(text, "bom.csv");
    expect([...entries!.keys()]).toEqual(["R1", "R2"]);
    expect(entries!.get("R2")).toMatchObject({ value: "10k", footprint: "R_0603", absent: false });
  });

  test("not fitted, both ways of saying", () => {
    const absent = (head: string, cell: string) =>
      parseBom(`Designator,Value,${head}\nR1,10k,${cell}\n`, "b.csv").entries?.get("R1")?.absent;
    expect(absent("DNP", "DNP")).toBe(true);
    expect(absent("DNP", "1")).toBe(true);
    expect(absent("DNP", "")).toBe(false);
    expect(absent("Fitted", "no")).toBe(true);
    expect(absent("Fitted", "yes")).toBe(false);
  });

  test("a designator listed twice with another value", () => {
    const { problems } = parseBom("Designator,Value\nR1,10k\nR1,22k\n", "b.csv");
    expect(problems).toMatchObject([{ code: "bom_duplicate", where: { row: 3 } }]);
  });
});
