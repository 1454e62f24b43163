import { describe, expect, test } from "vitest";
import { NumpyRandom } from "../../kit/numpy-random.js";
import { boxOf } from "../box.js";
import { multiply, rotation, transformPoints, translation } from "../matrix.js";
import type { Mat4, Material, Part, Scene } from "../model.js";
import { blockScene, boxMesh } from "../poses/fixtures.js";
import { componentPool, type DefectRequest, preparePoses } from "../poses/index.js";
import { restore, withDefectFillets } from "./defects.js";
import { coverOf, latticeOf, solderSurface } from "./field.js";
import { soupOf } from "./joint.js";
import { sheetOf } from "./sheet.js";

const material = (name: string, metallic: number): Material => ({
  ...{ path: `/Looks/${name}`, name, color: [0.5, 0.5, 0.5], metallic, roughness: 0.3, specular: 0.5 },
  ...{ clearcoat: 0, opacity: 1, emissive: [0, 0, 0] },
});

/** A chip of 1.6 × 0.8 × 0.5 mm on pads of 0.9 × 0.95 mm, 0.75 mm from its middle, turned and moved. */
function chipScene(placed: Mat4): Scene {
  const base = blockScene([
    {
      path: "/World/board/_0603/c",
      local: placed,
      box: { min: [-0.5, -0.4, 0.015], max: [0.5, 0.4, 0.515] },
    },
  ]);
  const ends = [-1, 1].map((side) =>
    boxMesh({
      min: [side < 0 ? -0.8 : 0.5, -0.4, 0.015],
      max: [side < 0 ? -0.5 : 0.8, 0.4, 0.515],
    }),
  );
  const joints = [-1, 1].map((side) => {
    const [x, w, h] = [side * 0.85, 0.45, 0.475];
    const outline = [
      [x - w, -h],
      [x + w, -h],
      [x + w, h],
      [x - w, h],
    ] as const;
    const lattice = latticeOf(outline, 24);
    const cover = coverOf(
      lattice,
      ends.flatMap((end) => [...soupOf(end, end.points)]),
    );
    const { height } = solderSurface({
      ...{ lattice, cover, volume: 0.05, climb: 0.36, reach: 0.09, film: 0.012 },
    });
    return sheetOf(lattice, height, 0);
  });
  const part = (name: string, mesh: number, of: number): Part => ({
    ...{ path: `/World/board/_0603/c/${name}`, mesh, material: of, world: placed, labels: {}, visible: true },
  });
  return {
    ...base,
    materials: [material("ceramic", 0), material("tin_plating", 1), material("tin_plating_solder", 1)],
    meshes: [...base.meshes, ...ends, ...joints],
    parts: [
      ...base.parts,
      part("end_1", 1, 1),
      part("end_2", 2, 1),
      part("solder_1", 3, 2),
      part("solder_2", 4, 2),
    ],
  };
}

const placed = multiply(rotation(2, 35), translation([10, -4, 1.6]));
const prepare = (scene: Scene, request: DefectRequest, seed = 1) =>
  preparePoses(scene, {
    components: componentPool(scene.root, "/World/board", "ALL").components,
    defects: [request],
    random: new NumpyRandom(seed),
  });
const tilt = { ratio: 1, angleMin: 80, angleMax: 90 };

describe("joints of defective parts", () => {
  const scene = chipScene(placed);

  test("the part moves, its joints do not; new ones are hidden at first and take their place", () => {
    const plan = prepare(scene, { type: "shift", ratio: 1, translateRange: 0.2, rotateZRange: 15 });
    expect([...plan.changes.keys()]).toEqual([0, 1, 2]);
    const made = withDefectFillets(scene, [plan]);
    expect(made.scene.parts.slice(0, 5)).toEqual(scene.parts);
    expect(made.scene.parts.slice(5).map((part) => [part.path, part.visible])).toEqual([
      ["/World/board/_0603/c/solder_1", false],
      ["/World/board/_0603/c/solder_2", false],
    ]);
    const [changes] = made.changes;
    for (const golden of [3, 4]) expect(changes!.get(golden)).toEqual({ visible: false });
    for (const own of [5, 6]) expect(changes!.get(own)).toEqual({ visible: true });
    for (const [index, pose] of restore(made.scene, changes!))
      expect(pose).toEqual({
        world: made.scene.parts[index]!.world,
        visible: made.scene.parts[index]!.visible,
      });
  });

  /** Vertices of the new joints in the chip's frame: [x, y, height above the pad]. */
  const heights = (request: DefectRequest, seed = 1) => {
    const plan = prepare(scene, request, seed);
    const made = withDefectFillets(scene, [plan]);
    const back = multiply(translation([-10, 4, -1.6]), rotation(2, -35));
    const joints = made.scene.parts.slice(5).map((part) => {
      const points = transformPoints(made.scene.meshes[part.mesh]!.points, multiply(part.world, back));
      return Array.from({ length: points.length / 3 }, (_, k) => [...points.subarray(k * 3, k * 3 + 3)]);
    });
    return { plan, joints };
  };

  test("joints keep their pads' outline", () => {
    for (const request of [
      { type: "shift", ratio: 1, translateRange: 0.3, rotateZRange: 20 },
      { type: "missing", ratio: 1 },
      { type: "tombstone", ...tilt },
      { type: "sideflip", ...tilt },
    ] as const) {
      const { joints } = heights(request);
      expect(joints).toHaveLength(2);
      joints.forEach((joint, side) => {
        const box = boxOf(joint.flat());
        const x = side === 0 ? -0.85 : 0.85;
        const close = [x - 0.45, -0.475, 0].map((v, k) => Math.abs(v - box.min[k as 0 | 1 | 2]));
        expect(Math.max(...close)).toBeLessThan(1e-5);
        expect(box.max[0]).toBeCloseTo(x + 0.45, 5);
        expect(box.max[1]).toBeCloseTo(0.475, 5);
      });
    }
  });

  test("a missing part leaves uneven solder with the joint's volume, another on each pad", () => {
    const { joints } = heights({ type: "missing", ratio: 1 });
    const lumps = joints.map((joint) => {
      const high = joint.map((p) => p[2]!);
      const mean = high.reduce((sum, z) => sum + z, 0) / high.length;
      // Vertices lie evenly over the pad; the golden joint holds 0.05 mm³.
      expect((mean * 0.9 * 0.95) / 0.05).toBeGreaterThan(0.85);
      expect((mean * 0.9 * 0.95) / 0.05).toBeLessThan(1.15);
      expect(Math.max(...high)).toBeLessThan(3 * mean);
      const inner = joint.filter(([x, y]) => Math.abs(Math.abs(x!) - 0.85) < 0.2 && Math.abs(y!) < 0.2);
      const spread = inner.map((p) => p[2]! / mean);
      expect(Math.max(...spread) - Math.min(...spread)).toBeGreaterThan(0.3);
      return high;
    });
    expect(lumps[0]).not.toEqual(lumps[1]);
    expect(heights({ type: "missing", ratio: 1 }).joints).toEqual(joints);
  });

  test("a tombstone keeps its solder on the standing end and leaves it low on the other pad", () => {
    for (const seed of [1, 2, 3, 4]) {
      const { plan, joints } = heights({ type: "tombstone", ...tilt }, seed);
      const { sign } = plan.records[0]!.tombstone_params!;
      const [held, free] = sign > 0 ? [joints[0]!, joints[1]!] : [joints[1]!, joints[0]!];
      const top = (joint: number[][]): number[] => joint.reduce((a, b) => (b[2]! > a[2]! ? b : a));
      expect(top(held)[2]!).toBeGreaterThan(1.8 * top(free)[2]!);
      expect(Math.abs(top(free)[1]!)).toBeLessThan(0.475);
    }
  });

  test("after a shift the solder is highest where the termination now is", () => {
    const { plan, joints } = heights({ type: "shift", ratio: 1, translateRange: 0.25, rotateZRange: 0 }, 6);
    const motion = plan.motions.get("/World/board/_0603/c")!;
    const moved = transformPoints(
      [0, 0, 0],
      multiply(placed, motion, translation([-10, 4, -1.6]), rotation(2, -35)),
    );
    expect(Math.hypot(moved[0]!, moved[1]!)).toBeGreaterThan(0.05);
    for (const joint of joints)
      for (const [, y, z] of joint) {
        // Nowhere above the wetted height, and low outside the termination's reach.
        expect(z!).toBeLessThan(0.5);
        const beside = Math.abs(y! - moved[1]!) > 0.4 + 0.06;
        if (beside) expect(z!).toBeLessThan(0.3);
      }
  });

  test("the foot of a tombstone stands on its pad", () => {
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const plan = prepare(scene, { type: "tombstone", ...tilt }, seed);
      const { sign } = plan.records[0]!.tombstone_params!;
      const back = multiply(translation([-10, 4, -1.6]), rotation(2, -35));
      const held = sign > 0 ? 1 : 2;
      const foot = boxOf(
        transformPoints(scene.meshes[held]!.points, multiply(plan.changes.get(held)!.world!, back)),
      );
      expect(
        Math.min(...[foot.min[0], foot.max[0]].map((x) => 0.45 - Math.abs(x + sign * 0.85))),
      ).toBeGreaterThan(-1e-5);
    }
  });

  test("a chip turned half round keeps its joints", () => {
    const plan = prepare(scene, { type: "reverse_polarity", ratio: 1 });
    const made = withDefectFillets(scene, [plan]);
    expect(made.scene.parts).toHaveLength(5);
    expect([...made.changes[0]!.keys()]).toEqual([0, 1, 2]);
  });

  test("below the board a part hangs, and pins that went through it lie on it", () => {
    const over = chipScene(multiply(rotation(0, 180), translation([0, 0, -1.6])));
    const flipped = prepare(over, { type: "tombstone", ...tilt });
    const highest = (s: Scene, plan: typeof flipped): [number, number] => {
      const boxes = [0, 1, 2].map((k) =>
        boxOf(transformPoints(s.meshes[k]!.points, plan.changes.get(k)!.world!)),
      );
      return [Math.min(...boxes.map((b) => b.min[2])), Math.max(...boxes.map((b) => b.max[2]))];
    };
    expect(highest(over, flipped)[1]).toBeCloseTo(-1.6 - 0.015, 5);
    expect(highest(over, flipped)[0]).toBeLessThan(-3);
    const pins = chipScene(translation([0, 0, 0]));
    const long = boxMesh({ min: [-0.8, -0.1, -2.5], max: [-0.6, 0.1, 0.4] });
    const pinned = { ...pins, meshes: pins.meshes.map((mesh, k) => (k === 1 ? long : mesh)) };
    const tilted = prepare(pinned, { type: "sideflip", ...tilt });
    expect(highest(pinned, tilted)[0]).toBeCloseTo(0, 5);
  });

  test("nothing moves under upstream geometry but the component with all below it", () => {
    const plan = preparePoses(scene, {
      components: componentPool(scene.root, "/World/board", "ALL").components,
      defects: [{ type: "tombstone", ...tilt }],
      random: new NumpyRandom(0),
      geometry: "upstream",
    });
    const made = withDefectFillets(scene, [plan]);
    expect(made.scene.parts).toHaveLength(5);
    expect([...made.changes[0]!.keys()]).toEqual([0, 1, 2, 3, 4]);
  });
});
