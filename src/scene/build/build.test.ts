import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Board, Placement } from "../board/board.js";
import { openScene } from "../flatten/index.js";
import type { Prim, Scene } from "../model.js";
import { placed } from "../packages/fixtures.js";
import { STANDOFF } from "../packages/index.js";
import { circle, fromFrame, rectangle } from "../shape/index.js";
import { type BuiltScene, buildScene, COPPER, PCBA_ROOT, writeScene } from "./index.js";

function at(p: Placement, x: number, y: number, rotation: number): Placement {
  const frame = { at: [x, y] as const, rotation };
  const pads = p.pads.map((pad) => ({
    ...pad,
    shape: { outline: pad.shape.outline.map((q) => fromFrame(q, frame)), holes: [] },
    ...(pad.drill ? { drill: { ...pad.drill, at: fromFrame(pad.drill.at, frame) } } : {}),
  }));
  return { ...p, at: [x, y], rotation, pads };
}

const PARTS = [
  at(placed("R1", "10k", "0603_R"), 4, 4, 0),
  at(placed("R2", "10k", "0603_R"), 8, 4, 90),
  at(placed("C1", "100n", "0402_C"), 4, 8, 30),
  at(placed("U1", "W25Q", "SOIC-8_3.9x4.9mm_P1.27mm"), 14, 8, 0),
  at(placed("J1", "SWD", "PinHeader_1x03"), 20, 8, 0),
  { ...at(placed("R9", "1k", "0603_R"), 8, 12, 0), absent: true },
];

const BOARD: Board = {
  name: "test board",
  outline: { outline: rectangle([12, 8], 24, 16), holes: [] },
  thickness: 1.6,
  copper: [{ outline: rectangle([8, 14], 12, 0.3), holes: [] }],
  maskOpenings: [
    ...PARTS.flatMap((p) => p.pads.map((pad) => pad.shape)),
    { outline: circle([2, 2], 1.5, 24), holes: [] },
  ],
  silk: [{ outline: rectangle([4, 6], 2, 0.2), holes: [] }],
  drills: [
    { at: [2, 2], diameter: 2, land: 0 },
    { at: [12, 14], diameter: 0.3, land: 0.6 },
  ],
  placements: PARTS,
};

let folder = "";
let built: BuiltScene;
let scene: Scene;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "reflow-build-"));
  built = buildScene(BOARD, { seed: 5, scatter: 0 });
  await writeScene(built, path.join(folder, "a.usda"));
  const opened = await openScene(path.join(folder, "a.usda"));
  expect(opened.problems).toEqual([]);
  scene = opened.scene as Scene;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function prim(target: string): Prim {
  let found = scene.root;
  for (const name of target.split("/").slice(1)) found = found.children.find((c) => c.name === name) as Prim;
  return found;
}

describe("stage", () => {
  test("units, camera and rig where cookbooks look for them", () => {
    expect(scene.metersPerUnit).toBe(0.001);
    expect(scene.cameras.map((c) => c.path)).toEqual(["/World/camera_light/Camera"]);
    expect(scene.cameras[0].projection).toBe("orthographic");
    expect(scene.cameras[0].horizontalAperture).toBeCloseTo(9.7, 5);
    expect(prim("/World/camera_light/aoi_ring_light").type).toBe("Xform");
    expect(scene.lights.some((l) => l.path.startsWith("/World/camera_light/aoi_ring_light/Inner_Red/"))).toBe(
      true,
    );
    const dark = buildScene(BOARD, { seed: 5, lights: false }).usda;
    expect(dark).not.toContain("DiskLight");
    expect(dark).toContain('"aoi_ring_light"');
  });

  test("a component is the first seven elements of its meshes' paths", () => {
    const keys = new Set(scene.parts.map((p) => p.path.split("/").slice(0, 7)).map((k) => k.join("/")));
    const components = [...keys].filter((k) => k.includes("/tn__"));
    expect(components.sort()).toEqual(
      [
        "_0402_C/tn__0402_C_1_",
        "_0603_R/tn__0603_R_1_",
        "_0603_R/tn__0603_R_2_",
        "_PinHeader_1x03/tn__PinHeader_1x03_1_",
        "_SOIC_8_3_9x4_9mm_P1_27mm/tn__SOIC_8_3_9x4_9mm_P1_27mm_1_",
      ].map((k) => `${PCBA_ROOT}/${k}`),
    );
    for (const key of components) {
      expect(prim(path.posix.dirname(key)).type).toBe("Scope");
      expect(prim(key).type).toBe("Xform");
    }
    expect(scene.parts.every((p) => /\/surface_\d+$/.test(p.path) || p.path.includes("/Bare_Board/"))).toBe(
      true,
    );
    expect(built.components).toBe(5);
  });

  test("labels: solder and pads by mesh, components from their prim, nothing else", () => {
    const classes = (part: string) =>
      [...new Set(scene.parts.filter((p) => p.path.includes(part)).map((p) => p.labels.class))].sort();
    expect(classes("/tn__0603_R_1_/")).toEqual(["resistor", "solder"]);
    expect(classes("/tn__0402_C_1_/")).toEqual(["capacitor", "solder"]);
    expect(classes("/_SOIC")).toEqual(["ic", "solder"]);
    expect(classes("/PASTEMASK_TOP")).toEqual(["pad"]);
    expect(classes("/MASK_TOP")).toEqual([undefined]);
    expect(buildScene(BOARD, { seed: 5, labels: false }).usda).not.toContain("semantics:labels");
  });

  test("materials fall into the buckets of contract 1.8", () => {
    const bucket = (name: string) =>
      name.includes("tin_plating") ? "tin" : /solder_pad|^(pad|Solder_Paste)$/.test(name) ? "pad" : "body";
    const of = (what: string) =>
      [
        ...new Set(
          scene.parts
            .filter((p) => p.path.includes(what))
            .map((p) => bucket(scene.materials[p.material].name)),
        ),
      ].sort();
    expect(of("/tn__0603_R_1_/")).toEqual(["body", "tin"]);
    expect(of("/PASTEMASK_TOP")).toEqual(["pad"]);
    expect(scene.materials.map((m) => m.name)).toEqual(
      expect.arrayContaining(["SolderMask", "Silkscreen", "Dielectric"]),
    );
  });
});

describe("placement", () => {
  const bounds = (what: string) => {
    const box = [Infinity, Infinity, Infinity, -Infinity, -Infinity, -Infinity];
    for (const p of scene.parts.filter((q) => q.path.includes(what))) {
      const m = p.world;
      const { points } = scene.meshes[p.mesh];
      for (let i = 0; i < points.length; i += 3)
        for (let k = 0; k < 3; k++) {
          const v = points[i] * m[k] + points[i + 1] * m[4 + k] + points[i + 2] * m[8 + k] + m[12 + k];
          box[k] = Math.min(box[k], v);
          box[3 + k] = Math.max(box[3 + k], v);
        }
    }
    return box;
  };

  test("joints stand on their pads and parts on the joints", () => {
    const [, , low] = bounds("/tn__0603_R_1_/");
    expect(low).toBeCloseTo(COPPER, 4);
    expect(bounds("/PASTEMASK_TOP")[5]).toBeCloseTo(COPPER, 4);
    expect(prim(`${PCBA_ROOT}/_0603_R/tn__0603_R_1_`).world.slice(12, 15)).toEqual([4, 4, COPPER + STANDOFF]);
    const upright = bounds("/tn__0603_R_2_/");
    expect(upright[4] - upright[1]).toBeGreaterThan(upright[3] - upright[0]);
    expect((upright[0] + upright[3]) / 2).toBeCloseTo(8, 3);
  });

  test("wired pins go through the board; the bare board has its outline and thickness", () => {
    expect(bounds("/_PinHeader")[2]).toBeLessThan(-1.6 - 0.5);
    const board = bounds("/Bare_Board/");
    expect(board.slice(0, 2)).toEqual([0, 0]);
    expect(board.slice(3, 5)).toEqual([24, 16]);
    expect(board[2]).toBeCloseTo(-1.6, 6);
  });

  test("scatter is small, of the seed, and zero on request", () => {
    const where = (text: string) => /tn__0402_C_1_"[\s\S]*?matrix4d xformOp:transform = (.*)/.exec(text)?.[1];
    const one = buildScene(BOARD, { seed: 1 }).usda;
    const two = buildScene(BOARD, { seed: 2 }).usda;
    expect(where(one)).not.toBe(where(two));
    const exact = where(built.usda) as string;
    expect(exact).toContain(`4, 8, ${COPPER + STANDOFF}`);
    const shift = (where(one) as string).match(/-?[\d.e-]+/g)?.map(Number) as number[];
    expect(Math.hypot(shift[12] - 4, shift[13] - 8)).toBeLessThan(0.04);
  });

  test("a part on the bottom is turned over", () => {
    const flipped: Board = {
      ...BOARD,
      placements: [{ ...PARTS[0], side: "bottom" }],
    };
    const m = (
      /tn__0603_R_1_"[\s\S]*?matrix4d xformOp:transform = (.*)/
        .exec(buildScene(flipped, { seed: 5, scatter: 0 }).usda)?.[1]
        .match(/-?[\d.e-]+/g) ?? []
    ).map(Number);
    expect(m.slice(8, 11)).toEqual([0, 0, -1]);
    expect(m[14]).toBeCloseTo(-1.6 - COPPER - STANDOFF, 6);
  });
});

describe("files", () => {
  test("the same board and seed give the same bytes, as text and as package", async () => {
    expect(buildScene(BOARD, { seed: 5, scatter: 0 }).usda).toBe(built.usda);
    const [a, b] = [path.join(folder, "a.usdz"), path.join(folder, "b", "a.usdz")];
    await writeScene(built, a);
    await writeScene(built, b);
    expect(await readFile(a)).toEqual(await readFile(b));
    const opened = await openScene(a);
    expect(opened.problems).toEqual([]);
    expect(opened.scene?.parts.length).toBe(scene.parts.length);
  });

  test("an empty board has a laminate and nothing on it", async () => {
    const bare: Board = { ...BOARD, copper: [], maskOpenings: [], silk: [], drills: [], placements: [] };
    const file = path.join(folder, "bare.usda");
    await writeScene(buildScene(bare, { seed: 1 }), file);
    const opened = await openScene(file);
    expect(opened.problems).toEqual([]);
    expect(opened.scene?.parts.map((p) => p.path.split("/").pop()).sort()).toEqual([
      "LAMINATE",
      "MASK_BOTTOM",
      "MASK_TOP",
    ]);
  });
});
