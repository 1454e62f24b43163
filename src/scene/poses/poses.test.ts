import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NumpyRandom } from "../../kit/numpy-random.js";
import { boxOf, transformBox } from "../box.js";
import { IDENTITY, multiply, rotation, transformPoint, transformPoints, translation } from "../matrix.js";
import type { Box, Mat4, Scene } from "../model.js";
import { blockScene } from "./fixtures.js";
import { landHeight } from "./land.js";
import { type ComponentPool, componentPool, componentTypes } from "./pool.js";
import { type PosePlan, preparePoses } from "./prepare.js";
import type { DefectRequest, Geometry } from "./types.js";
import { flippedLocal, shiftedLocal, tombstonedLocal } from "./upstream.js";

const near = (a: readonly number[], b: readonly number[], digits = 9): void => {
  expect(a.length).toBe(b.length);
  a.forEach((value, i) => {
    expect(value).toBeCloseTo(b[i]!, digits);
  });
};

type Yaml = { enabled: boolean; ratio: number; component_types?: string[] } & Record<string, number>;
type Vector = {
  seed: number;
  pool: { path: string; box: [number[], number[]]; local: number[] }[];
  defects: Record<string, Yaml>;
  records: Record<string, unknown>[];
  after: number;
};

// Records of the reference implementation, written by scripts/conformance/defect-vectors.py.
const vectors: readonly Vector[] = JSON.parse(
  readFileSync(new URL("./defect-vectors.json", import.meta.url), "utf8"),
);

function requestsOf(defects: Record<string, Yaml>): DefectRequest[] {
  return Object.entries(defects)
    .filter(([, entry]) => entry.enabled)
    .map(([type, entry]) => ({
      type: type as never,
      ratio: entry.ratio,
      ...(entry.component_types ? { componentTypes: entry.component_types } : {}),
      translateRange: entry.translate_range ?? 0,
      rotateZRange: entry.rotate_z_range ?? 0,
      angleMin: entry.angle_min ?? 0,
      angleMax: entry.angle_max ?? 0,
    }));
}

const blockBox = (h: readonly number[]): Box => ({
  min: [-h[0]!, -h[1]!, 0],
  max: [h[0]!, h[1]!, 2 * h[2]!],
});

function plan(scene: Scene, defects: DefectRequest[], seed: number, geometry?: Geometry): PosePlan {
  const types = [...componentTypes(scene.root, "/World/board").keys()];
  const { components }: ComponentPool = componentPool(scene.root, "/World/board", types);
  return preparePoses(scene, {
    components,
    defects,
    random: new NumpyRandom(seed),
    ...(geometry ? { geometry } : {}),
  });
}

describe("selection and parameters of the reference implementation", () => {
  for (const vector of vectors)
    test(`seed ${vector.seed}, ${vector.pool.length} components`, () => {
      const scene = blockScene(
        vector.pool.map(({ path, box, local }) => ({
          path,
          local,
          box: { min: box[0] as never, max: box[1] as never },
        })),
      );
      const prims = vector.pool.map(
        ({ path }) =>
          componentPool(scene.root, "/World/board", "ALL").components.find((p) => p.path === path)!,
      );
      const random = new NumpyRandom(vector.seed);
      const { records, problems } = preparePoses(scene, {
        components: prims,
        defects: requestsOf(vector.defects),
        random,
        geometry: "upstream",
      });
      expect(random.random()).toBe(vector.after);
      expect(records.map((r) => [r.defect, r.path])).toEqual(vector.records.map((r) => [r.defect, r.path]));
      if (vector.records.length < 3) expect(problems.map((p) => p.code)).toContain("no_eligible_components");
      records.forEach((record, i) => {
        const wanted = vector.records[i]!;
        near(record.original_flat, wanted.original_flat as number[]);
        if (record.defect === "shift") {
          expect([record.translate]).toEqual(wanted.translate);
          expect([record.rotate_z]).toEqual(wanted.rotate_z);
        } else if (record.defect === "sideflip") expect([record.rotate_x]).toEqual(wanted.rotate_x);
        else if (record.defect === "reverse_polarity") expect([record.rotate_z]).toEqual(wanted.rotate_z);
        else {
          expect(record.tombstone_params).toEqual(wanted.tombstone_params);
          near(record.tombstone_final_flat!, wanted.tombstone_final_flat as number[], 5);
        }
      });
    });
});

describe("upstream geometry, worked numbers", () => {
  const h = [0.4, 0.8, 0.25];
  test("a part long in Y lifts its free end, one long in X goes through the board", () => {
    const y = tombstonedLocal(IDENTITY, blockBox(h), 80, 1);
    expect(transformPoint([0, 0.8, 0.25], y)[2]).toBeCloseTo(1.83, 2);
    const x = tombstonedLocal(IDENTITY, blockBox([0.8, 0.4, 0.25]), 80, 1);
    expect(transformPoint([0.8, 0, 0.25], x)[2]).toBeCloseTo(-1.33, 2);
  });

  test("shift and flip keep the middle of the bottom", () => {
    const local = multiply(rotation(2, 30), translation([5, 6, 7]));
    const box = blockBox(h);
    const before = transformPoint([0, 0, 0], local);
    near(transformPoint([0, 0, 0], flippedLocal(local, box, 75)), before);
    const moved = transformPoint([0, 0, 0], shiftedLocal(local, box, [0.1, -0.2, 0], 15));
    near(moved, [before[0] + 0.1, before[1] - 0.2, before[2]]);
  });
});

describe("physical geometry", () => {
  const tilt = { ratio: 1, angleMin: 70, angleMax: 90 };
  const requests: readonly DefectRequest[] = [
    { type: "shift", ratio: 1, translateRange: 0.3, rotateZRange: 20 },
    { type: "tombstone", ...tilt },
    { type: "sideflip", ...tilt },
    { type: "tombstone", ratio: 1, angleMin: 0, angleMax: 180 },
    { type: "sideflip", ratio: 1, angleMin: 0, angleMax: 180 },
    { type: "reverse_polarity", ratio: 1 },
  ];
  const size = fc.double({ min: 0.1, max: 5, noNaN: true });
  const place = fc.tuple(
    ...[0, 1, 2].map(() => fc.double({ min: -40, max: 40, noNaN: true })),
  ) as fc.Arbitrary<[number, number, number]>;
  const angle = fc.double({ min: -180, max: 180, noNaN: true });

  const scenario = fc.record({
    h: fc.tuple(size, size, size),
    at: place,
    yaw: angle,
    // Some CAD models stand on their local X or Y, or upside down.
    mount: fc.constantFrom<Mat4>(
      IDENTITY,
      rotation(0, 90),
      rotation(0, 180),
      rotation(1, -90),
      rotation(1, 90),
    ),
    root: fc.tuple(place, angle).map(([t, a]) => multiply(rotation(2, a), translation(t))),
    unit: fc.constantFrom(0.001, 0.01, 0.0254),
    request: fc.constantFrom(...requests),
    seed: fc.nat(1e6),
  });

  const build = (s: typeof scenario extends fc.Arbitrary<infer T> ? T : never) => {
    const local = multiply(s.mount, rotation(2, s.yaw), translation(s.at));
    const box = blockBox(s.h);
    const scene = blockScene([{ path: "/World/board/_T/c", local, box }], {
      metersPerUnit: s.unit,
      root: s.root,
    });
    const before = transformPoints(scene.meshes[0]!.points, scene.parts[0]!.world);
    const made = plan(scene, [s.request], s.seed);
    const after = transformPoints(scene.meshes[0]!.points, made.changes.get(0)!.world!);
    return { scene, made, before, after };
  };

  test("nothing passes through the board: the lowest point stays at the bottom's height", () => {
    fc.assert(
      fc.property(scenario, (s) => {
        const { before, after } = build(s);
        expect(boxOf(after).min[2]).toBeCloseTo(boxOf(before).min[2], 5);
      }),
      { numRuns: 300 },
    );
  });

  test("poses are rigid, and the record's matrix is the pose", () => {
    fc.assert(
      fc.property(scenario, (s) => {
        const { scene, made, before, after } = build(s);
        for (const [i, j] of [
          [0, 21],
          [3, 18],
          [6, 9],
        ] as const) {
          const length = (p: Float64Array): number =>
            Math.hypot(p[i]! - p[j]!, p[i + 1]! - p[j + 1]!, p[i + 2]! - p[j + 2]!);
          expect(length(after)).toBeCloseTo(length(before), 6);
        }
        const local = made.records[0]!.final_flat;
        near([...transformPoints(scene.meshes[0]!.points, multiply(local, s.root))], [...after], 5);
      }),
    );
  });

  test("a tombstone stands on the end that stays, its free end is up", () => {
    fc.assert(
      fc.property(scenario, (s) => {
        fc.pre(s.mount === IDENTITY && Math.abs(s.h[0] - s.h[1]) > 1e-3);
        const { made, before, after } = build({ ...s, request: requests[1]! });
        const along = s.h[0] >= s.h[1] ? 0 : 1;
        const { sign, angle_deg } = made.records[0]!.tombstone_params!;
        const rise = (k: number): number => after[k * 3 + 2]! - before[k * 3 + 2]!;
        const free = [0, 1, 2, 3].filter((k) => ((k >> along) & 1) === (sign > 0 ? 1 : 0));
        const held = [0, 1, 2, 3].filter((k) => !free.includes(k));
        const length = 2 * s.h[along]!;
        for (const k of free)
          expect(rise(k)).toBeCloseTo(length * Math.sin((Math.abs(angle_deg) * Math.PI) / 180), 5);
        for (const k of held) expect(rise(k)).toBeCloseTo(0, 5);
      }),
    );
  });

  test("a shift slides in millimetres, a flip stays centred, polarity is half a turn", () => {
    fc.assert(
      fc.property(scenario, (s) => {
        const { made, before, after } = build(s);
        const [a, b] = [boxOf(before), boxOf(after)];
        const record = made.records[0]!;
        const middle = (box: Box, axis: 0 | 1): number => (box.min[axis] + box.max[axis]) / 2;
        if (record.defect === "tombstone") return;
        const millimetre = 0.001 / s.unit;
        for (const axis of [0, 1] as const) {
          const moved = record.defect === "shift" ? record.translate![axis] * millimetre : 0;
          expect(middle(b, axis) - middle(a, axis)).toBeCloseTo(moved, 4);
        }
        if (record.defect === "shift") expect(Math.abs(record.translate![0])).toBeLessThanOrEqual(0.3);
        if (record.defect === "reverse_polarity") near([...b.min, ...b.max], [...a.min, ...a.max], 4);
      }),
    );
  });

  test("upstream parity holds for the same draws: only the matrix differs", () => {
    const blocks = Array.from({ length: 20 }, (_, i) => ({
      path: `/World/board/_T/c${i}`,
      local: translation([i * 5, 0, 0]),
      box: blockBox([0.4, 0.8, 0.25]),
    }));
    const scene = blockScene(blocks);
    const all: DefectRequest[] = [
      { type: "shift", ratio: 0.2, translateRange: 0.2, rotateZRange: 15 },
      { type: "tombstone", ratio: 0.2, angleMin: 70, angleMax: 90 },
      { type: "sideflip", ratio: 0.2, angleMin: 70, angleMax: 90 },
      { type: "missing", ratio: 0.1 },
    ];
    const [a, b] = [plan(scene, all, 5, "physical"), plan(scene, all, 5, "upstream")];
    const plain = (p: PosePlan) =>
      p.records.map(({ final_flat: _, tombstone_final_flat: __, ...rest }) => rest);
    expect(plain(a)).toEqual(plain(b));
    expect(a.records).toHaveLength(14);
    expect(new Set(a.records.map((r) => r.path)).size).toBe(14);
    const hidden = [...a.changes.values()].filter((change) => change.visible === false);
    expect(hidden).toHaveLength(2);
    for (const r of a.records) {
      expect(a.labels.get(r.path)).toBe(r.defect);
      if (r.defect === "missing") expect(a.motions.has(r.path)).toBe(false);
      else {
        const index = scene.parts.findIndex((part) => part.path.startsWith(`${r.path}/`));
        const world = a.changes.get(index)!.world!;
        near(multiply(scene.parts[index]!.world, a.motions.get(r.path)!), world);
        expect(transformBox(boxOf(scene.meshes[index]!.points), world).min[2]).toBeCloseTo(0, 5);
      }
    }
  });
});

test("the land of a joint: its border, and for pins through the board the upper one", () => {
  const ring = (radius: number, z: number): number[] =>
    Array.from({ length: 12 }, (_, k) => [
      radius * Math.cos(k / 1.91),
      radius * Math.sin(k / 1.91),
      z,
    ]).flat();
  const fillet = [...ring(1, 0.5), ...ring(0.5, 0.8), 0, 0, 1.2];
  expect(landHeight(Float64Array.from(fillet), 0.5)).toBe(0.5);
  const cone = [...ring(0.2, -2.4), ...ring(1, -1.6), ...ring(0.98, 0.04), ...ring(0.4, 0.3)];
  expect(landHeight(Float64Array.from(cone), 0.5)).toBe(0.04);
});

describe("what is refused or reported", () => {
  const scene = blockScene([
    { path: "/World/board/_0603_H100/a", local: IDENTITY, box: blockBox([1, 2, 1]) },
    { path: "/World/board/_0402_H060/b", local: IDENTITY, box: blockBox([1, 2, 1]) },
  ]);
  const shift: DefectRequest = { type: "shift", ratio: 0.5, translateRange: 0.2, rotateZRange: 5 };

  test("an unknown type names the nearest one; none at all is an error", () => {
    const { components, problems } = componentPool(scene.root, "/World/board", ["_0603_H10", "_0402_H060"]);
    expect(components.map((prim) => prim.name)).toEqual(["b"]);
    expect(problems).toMatchObject([{ code: "unknown_component_type", hint: "Did you mean _0603_H100?" }]);
    expect(() => componentPool(scene.root, "/World/board", ["_QFN"])).toThrow(
      expect.objectContaining({ code: "no_components", hint: expect.stringContaining("_0603_H100") }),
    );
    expect(() => componentPool(scene.root, "/World/bord", "ALL")).toThrow(
      expect.objectContaining({ code: "pcba_root_missing", hint: "Did you mean pcba_root: /World/board?" }),
    );
  });

  test("a filter without a match is a problem; nothing left is an error", () => {
    const both = plan(scene, [{ ...shift, componentTypes: ["_QFN"] }, shift], 0);
    expect(both.records).toHaveLength(1);
    expect(both.problems.map((p) => p.code)).toEqual(["no_eligible_components"]);
    const late = plan(
      scene,
      [
        { ...shift, ratio: 1 },
        { type: "missing", ratio: 1 },
      ],
      0,
    );
    expect(late.problems[0]).toMatchObject({ hint: expect.stringContaining("Write missing before") });
    expect(() => plan(scene, [{ ...shift, componentTypes: ["_QFN"] }], 0)).toThrow(
      expect.objectContaining({ code: "no_defects_left" }),
    );
    expect(() => plan(scene, [], 0)).toThrow(expect.objectContaining({ code: "no_defects_left" }));
  });

  test("impossible numbers are refused by name", () => {
    for (const [bad, field] of [
      [{ ...shift, ratio: 1.5 }, "defects.shift.ratio"],
      [{ ...shift, ratio: Number.NaN }, "defects.shift.ratio"],
      [{ ...shift, translateRange: -1 }, "defects.shift.translate_range"],
      [{ type: "tombstone", ratio: 1, angleMin: 90, angleMax: 70 }, "defects.tombstone.angle_min"],
    ] as const)
      expect(() => plan(scene, [bad], 0)).toThrow(
        expect.objectContaining({ code: "bad_defect_parameter", message: expect.stringContaining(field) }),
      );
  });
});
