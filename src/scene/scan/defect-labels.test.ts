import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { decodeNpyRecords } from "../../kit/npy.js";
import { NumpyRandom } from "../../kit/numpy-random.js";
import { buildScene, PCBA_ROOT } from "../build/index.js";
import { withDefectFillets } from "../fillet/index.js";
import { openScene } from "../flatten/index.js";
import { downwardView } from "../grid/index.js";
import { invert, multiply, transformPoints } from "../matrix.js";
import type { Part, Scene } from "../model.js";
import { componentPool, type DefectRequest, isJoint, preparePoses } from "../poses/index.js";
import { findPrim } from "../prims.js";
import { rasterise } from "../render/peer/raster.js";
import { packageBoard } from "./fixtures/package-board.js";
import { tinyCookbook } from "./fixtures/tiny-board.js";
import { renderScan } from "./render-scan.js";

const FOOTPRINTS = [
  ...["0402_C", "0603_R", "0805_C", "1206_R", "0603_C", "SOT-23", "SOT-23-5", "SOIC-8_3.9x4.9mm_P1.27mm"],
  ...["CP_Elec_6.3x7.7", "0402_R", "0805_R", "PinHeader_1x03"],
];
const SQUARE = 10;
const WIDTH = 960;
const HEIGHT = 96;
const TIE = 1e-6;

const tilt = { enabled: true, ratio: 0.17, angle_min: 70, angle_max: 90 };
const DEFECTS = {
  shift: { enabled: true, ratio: 0.25, translate_range: 0.4, rotate_z_range: 20 },
  tombstone: tilt,
  sideflip: tilt,
  reverse_polarity: { enabled: true, ratio: 0.1, component_types: ["SOT"] },
  missing: { enabled: true, ratio: 0.1 },
};
const REQUESTS: readonly DefectRequest[] = [
  { type: "shift", ratio: 0.25, translateRange: 0.4, rotateZRange: 20 },
  { type: "tombstone", ratio: 0.17, angleMin: 70, angleMax: 90 },
  { type: "sideflip", ratio: 0.17, angleMin: 70, angleMax: 90 },
  { type: "reverse_polarity", ratio: 0.1, componentTypes: ["SOT"] },
  { type: "missing", ratio: 0.1 },
];

let scene: Scene;
beforeAll(async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "packages-"));
  const file = path.join(folder, "packages.usda");
  await writeFile(file, buildScene(packageBoard(FOOTPRINTS, SQUARE), { seed: 4 }).usda);
  scene = (await openScene(file)).scene!;
});

async function defectRun(more: Readonly<Record<string, unknown>> = {}) {
  const output = path.join(await mkdtemp(path.join(tmpdir(), "defects-")), "out");
  const cookbook = tinyCookbook({
    ...{ pipeline_type: "defect", pcba_root: PCBA_ROOT, component_types: "ALL", semantics: undefined },
    ...{ resolution: [WIDTH, HEIGHT], scan_grid: { x_num: 1, y_num: 1 }, defects: DEFECTS, random_seed: 9 },
    writer: { rgb: false, semantic_types: ["defect"] },
    ...more,
  });
  await renderScan({ scene, cookbook, output, quality: "preview", workers: 1 });
  const at = (name: string): string => path.join(output, "trigger_0000", name);
  const json = async (name: string) => JSON.parse(await readFile(at(name), "utf8"));
  const metadata = await json("metadata.json");
  const seg = await sharp(at("semantic_segmentation_0000.png")).raw().toBuffer();
  const map = await json("semantic_segmentation_labels_0000.json");
  const colour = new Map(
    Object.entries(map as Record<string, Record<string, string>>).map(([key, labels]) => {
      const [r, g, b, a] = JSON.parse(`[${key.slice(1, -1)}]`);
      return [((r << 24) | (g << 16) | (b << 8) | a) >>> 0, labels.defect ?? "none"];
    }),
  );
  const boxes = decodeNpyRecords(await readFile(at("bounding_box_2d_tight_0000.npy")), "boxes").rows;
  const labels = await json("bounding_box_2d_tight_labels_0000.json");
  const paths: string[] = await json("bounding_box_2d_tight_prim_paths_0000.json");
  const shown = Array.from({ length: WIDTH * HEIGHT }, (_, i) => colour.get(seg.readUInt32BE(i * 4))!);
  return { metadata, shown, boxes, labels, paths };
}

/**
 * The scene as the records say it stands: each component by its own new matrix, joints as their pads have them. Nothing of
 * the run but the seed goes into it.
 */
function fromRecords(): { scene: Scene; labelOf: (part: Part) => string } {
  const { components } = componentPool(scene.root, PCBA_ROOT, "ALL");
  const plan = preparePoses(scene, { components, defects: REQUESTS, random: new NumpyRandom(9) });
  const { scene: soldered, changes } = withDefectFillets(scene, [plan]);
  const record = (part: Part) => plan.records.find((r) => part.path.startsWith(`${r.path}/`));
  const parts = soldered.parts.map((part, index): Part => {
    const own = record(part);
    if (!own) return part;
    if (isJoint(scene, part)) return { ...part, visible: changes[0]!.get(index)?.visible ?? part.visible };
    const prim = findPrim(scene.root, own.path)!;
    const parent = multiply(invert(prim.local)!, prim.world);
    const toComponent = multiply(part.world, invert(prim.world)!);
    const world = multiply(toComponent, own.final_flat, parent);
    return { ...part, world, visible: own.defect !== "missing" };
  });
  return { scene: { ...soldered, parts }, labelOf: (part) => record(part)?.defect ?? "none" };
}

describe("labels, poses and masks of structural defects agree", () => {
  test("every pixel of the segmentation is what the re-derived geometry shows there", async () => {
    const run = await defectRun();
    const derived = fromRecords();
    const grid = run.metadata.config.scan_grid;
    const view = downwardView({
      position: [grid.x_centers[0], grid.y_centers[0], grid.z],
      yawDeg: 0,
      width: grid.footprint_x,
      height: grid.footprint_y,
    });
    const { ids } = rasterise(derived.scene, view, WIDTH, HEIGHT, TIE);
    const expected = Array.from(ids, (id) =>
      id === 0 ? "none" : derived.labelOf(derived.scene.parts[id - 1]!),
    );
    const wrong = expected.filter((label, i) => label !== run.shown[i]).length;
    expect(wrong).toBe(0);
    // All five kinds are there to be seen, the missing one as the solder that it left.
    expect(new Set(expected)).toEqual(new Set(["none", ...Object.keys(DEFECTS)]));
    expect(run.metadata.defects).toHaveLength(3 + 2 + 2 + 1 + 1);

    // Boxes are those of the re-derived ids, mesh by mesh, and name the defect of their component.
    const tight = new Map<string, [number, number, number, number]>();
    ids.forEach((id, i) => {
      const part = id === 0 ? undefined : derived.scene.parts[id - 1]!;
      if (!part || derived.labelOf(part) === "none") return;
      const [x, y] = [i % WIDTH, Math.floor(i / WIDTH)];
      const box = tight.get(part.path) ?? [x, y, x, y];
      tight.set(part.path, [
        ...[Math.min(box[0], x), Math.min(box[1], y)],
        ...[Math.max(box[2], x), Math.max(box[3], y)],
      ] as [number, number, number, number]);
    });
    expect([...run.paths].sort()).toEqual([...tight.keys()].sort());
    run.boxes.forEach((row, i) => {
      expect([row.x_min, row.y_min, row.x_max, row.y_max]).toEqual(tight.get(run.paths[i]!));
      const defect = run.metadata.defects.find((d: { path: string }) =>
        run.paths[i]!.startsWith(`${d.path}/`),
      );
      expect(run.labels[String(row.semanticId)]).toEqual({ defect: defect.defect });
    });
  });

  test("no tilted part of a real package reaches below its lands, pins through the board included", () => {
    const { components } = componentPool(scene.root, PCBA_ROOT, "ALL");
    for (const type of ["tombstone", "sideflip"] as const)
      for (const [angleMin, angleMax] of [
        [70, 90],
        [0, 180],
      ] as const) {
        const defects = [{ type, ratio: 1, angleMin, angleMax }];
        const plan = preparePoses(scene, { components, defects, random: new NumpyRandom(angleMax) });
        expect(plan.records).toHaveLength(FOOTPRINTS.length);
        for (const [index, pose] of plan.changes) {
          const part = scene.parts[index]!;
          const points = transformPoints(scene.meshes[part.mesh]!.points, pose.world!);
          const lowest = points.reduce((low, z, i) => (i % 3 === 2 ? Math.min(low, z) : low), Infinity);
          // Lands are 0.035 mm above the laminate at z = 0.
          expect(lowest, part.path).toBeGreaterThan(0.03);
        }
      }
  });

  test("compatible geometry sends parts that are long in X down through the board", async () => {
    const run = await defectRun({
      reflow: { defect_geometry: "compatible" },
      defects: { tombstone: { ...tilt, ratio: 1, component_types: ["1206", "0805", "0603"] } },
    });
    const { components } = componentPool(scene.root, PCBA_ROOT, "ALL");
    const plan = preparePoses(scene, {
      components,
      defects: [
        { type: "tombstone", ratio: 1, angleMin: 70, angleMax: 90, componentTypes: ["1206", "0805", "0603"] },
      ],
      random: new NumpyRandom(9),
      geometry: "upstream",
    });
    const lows = [...plan.changes].map(([index, pose]) => {
      const points = transformPoints(scene.meshes[scene.parts[index]!.mesh]!.points, pose.world!);
      return Math.min(...Array.from({ length: points.length / 3 }, (_, k) => points[k * 3 + 2]!));
    });
    expect(Math.min(...lows)).toBeLessThan(-0.5);
    expect(run.metadata.defects.map((d: { path: string }) => d.path)).toEqual(
      plan.records.map((r) => r.path),
    );
  });
});
