import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { zipSync } from "fflate";
import { beforeAll, describe, expect, test } from "vitest";
import { FOLDER, type Folder } from "../gerber/fixtures/folder.js";
import { dialectBoard } from "../kicad/fixtures/dialects.js";
import { polygonArea } from "../planar/index.js";
import { importBoard, summarise } from "./index.js";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), "reflow-import-"));
});

const file = async (name: string, data: string | Uint8Array) => {
  const full = path.join(root, name);
  await mkdir(path.dirname(full), { recursive: true });
  await writeFile(full, data);
  return full;
};

const folder = async (name: string, files: Folder) => {
  for (const [inner, text] of Object.entries(files)) await file(path.join(name, inner), text);
  return path.join(root, name);
};

const bytes = (files: Folder) =>
  Object.fromEntries(Object.entries(files).map(([n, t]) => [n, new TextEncoder().encode(t)]));

const codes = async (target: string) => (await importBoard(target)).problems.map((p) => p.code);

describe("sources", () => {
  test("a KiCad file", async () => {
    const { board, problems } = await importBoard(await file("k/b.kicad_pcb", dialectBoard(8)));
    expect(problems).toEqual([]);
    expect(summarise(board!)).toMatchObject({
      name: "b",
      width: 30,
      height: 20,
      thickness: 1.2,
      cutouts: 1,
      drills: 4,
      slots: 1,
      components: 3,
      top: 2,
      bottom: 1,
      pads: 6,
      families: { connector: 1, diode: 1, resistor: 1 },
      absent: 0,
    });
  });

  test("a folder, the same in deeper folders, as an archive, and an archive beside the tables", async () => {
    const plain = await importBoard(await folder("g1", FOLDER));
    expect(plain.problems).toEqual([]);
    expect(summarise(plain.board!)).toMatchObject({
      name: "g1",
      components: 6,
      pads: 18,
      width: 30,
      height: 20,
    });
    const { "b-pos.csv": pos, "b-bom.csv": bom, ...layers } = FOLDER;
    await folder("g2/gerbers", layers);
    const deeper = await importBoard(
      await folder("g2/assembly", { "pos.csv": pos, "bom.csv": bom }).then(path.dirname),
    );
    expect({ ...deeper.board, name: "g1" }).toEqual(plain.board);
    const packed = await importBoard(await file("g1.zip", zipSync(bytes(FOLDER))));
    expect(packed.board).toEqual(plain.board);
    await file("g3/out.zip", zipSync(bytes(layers)));
    const beside = await importBoard(await folder("g3", { "pos.csv": pos, "bom.csv": bom }));
    expect({ ...beside.board, name: "g1" }).toEqual(plain.board);
  });

  test("the board of Gerbers is the board of KiCad", async () => {
    const { board } = await importBoard(path.join(root, "g1"));
    expect(polygonArea(board!.outline)).toBeCloseTo(600, 6);
  });

  test("Latin-1 in a KiCad file is read and told", async () => {
    const latin = Uint8Array.from(
      [...dialectBoard(6).replace("10k", "10\u00b5")].map((c) => c.charCodeAt(0)),
    );
    const { board, problems } = await importBoard(await file("latin.kicad_pcb", latin));
    expect(problems.map((p) => p.code)).toEqual(["text_not_utf8"]);
    expect(board!.placements[0].value).toBe("10µ");
  });
});

describe("bad sources", () => {
  test("each is one clear error", async () => {
    expect(await codes(path.join(root, "nothing"))).toEqual(["file_missing"]);
    await mkdir(path.join(root, "empty"));
    expect(await codes(path.join(root, "empty"))).toEqual(["gerber_none"]);
    expect(await codes(await file("b.gtl", FOLDER["b-F_Cu.gbr"]))).toEqual(["single_layer"]);
    expect(await codes(await file("bad.zip", "PK\u0003\u0004 no"))).toEqual(["zip_invalid"]);
    await file("two/a.zip", zipSync(bytes(FOLDER)));
    await file("two/b.zip", zipSync(bytes(FOLDER)));
    expect(await codes(path.join(root, "two"))).toEqual(["archives_ambiguous"]);
    expect(await codes(await file("x.kicad_pcb", "\u0000\u0001\u0002"))).toEqual(["kicad_not_a_board"]);
    execFileSync("mkfifo", [path.join(root, "pipe.kicad_pcb")]);
    expect(await codes(path.join(root, "pipe.kicad_pcb"))).toEqual(["not_a_file"]);
  });

  test("a placement file with unknown columns is told, with the file to open", async () => {
    const dir = await folder("columns", { ...FOLDER, "b-pos.csv": "Foo,Bar,Baz\n1,2,3\n" });
    const { board, problems } = await importBoard(dir);
    expect(board!.placements).toEqual([]);
    const told = problems.find((p) => p.code === "centroid_columns");
    expect(told).toMatchObject({
      message: expect.stringContaining("Foo, Bar, Baz"),
      where: { file: path.join(dir, "b-pos.csv"), row: 1 },
    });
    expect(problems.find((p) => p.code === "no_components")?.message).toContain("b-pos.csv");
  });

  test("sizes that are no board's", async () => {
    const edge = (size: number) =>
      `(kicad_pcb (version 20211014) (layers (0 "F.Cu" signal)) (gr_rect (start 0 0) (end ${size} ${size}) (layer "Edge.Cuts") (width 0.1)))`;
    expect(await codes(await file("small.kicad_pcb", edge(0.5)))).toContain("board_size");
    expect(await codes(await file("large.kicad_pcb", edge(1500)))).toContain("board_size");
  });

  test("parts beside the board are left out and told", async () => {
    const parked = dialectBoard(6).replace("(at 110 110 30)", "(at 210 110 30)");
    const { board, problems } = await importBoard(await file("parked.kicad_pcb", parked));
    expect(problems).toMatchObject([{ code: "component_off_board", message: expect.stringContaining("R1") }]);
    expect(board!.placements.map((p) => p.ref)).toEqual(["J1", "D1"]);
  });
});
