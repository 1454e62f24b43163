import { describe, expect, test } from "vitest";
import type { Mat4, Vec3 } from "../model.js";
import { through } from "../shape/index.js";
import { openEdges, volumeOf } from "../shape/measure.js";
import { KINDS, placed } from "./fixtures.js";
import { buildModel, localPads, type ModelPart, recognise, STANDOFF, turnPads, variantsOf } from "./index.js";

const THICKNESS = 1.6;

const built = new Map<string, ReturnType<typeof build>>();

function model(ref: string, value: string, footprint: string) {
  const known = built.get(footprint) ?? build(ref, value, footprint, 0);
  built.set(footprint, known);
  return known;
}

function build(ref: string, value: string, footprint: string, variant: number) {
  const p = placed(ref, value, footprint);
  const { spec, problems } = recognise(p);
  expect(problems).toEqual([]);
  if (!spec) throw new Error(`no model for ${footprint}`);
  const pads = turnPads(localPads(p), spec.turn);
  const { parts } = buildModel({ spec, pads, ref, value, variant, thickness: THICKNESS });
  return { parts, pads, spec };
}

/** Corners in the component's frame. */
function corners(part: ModelPart): Vec3[] {
  const a = ((part.rotation ?? 0) * Math.PI) / 180;
  const [c, s] = [Math.cos(a), Math.sin(a)];
  const m: Mat4 = [c, s, 0, 0, -s, c, 0, 0, 0, 0, 1, 0, ...(part.at ?? [0, 0, 0]), 1];
  const out: Vec3[] = [];
  for (let i = 0; i < part.mesh.points.length; i += 3)
    out.push(through([part.mesh.points[i], part.mesh.points[i + 1], part.mesh.points[i + 2]], m));
  return out;
}

function box(parts: readonly ModelPart[]) {
  const all = parts.flatMap(corners);
  const range = (k: 0 | 1 | 2) =>
    [Math.min(...all.map((p) => p[k])), Math.max(...all.map((p) => p[k]))] as const;
  return { x: range(0), y: range(1), z: range(2) };
}

describe.each(KINDS)("%s %s %s", (ref, value, footprint, x, y, z) => {
  test("meshes are closed and face outwards, marks excepted", () => {
    for (const part of model(ref, value, footprint).parts) {
      if (part.role === "mark") continue;
      expect(openEdges(part.mesh), `${part.material} ${part.role}`).toBe(0);
      expect(volumeOf(part.mesh)).toBeGreaterThan(0);
    }
  });

  test("the body has the package's size", () => {
    const { parts } = model(ref, value, footprint);
    const chip = /^[01]\d|^[RCL]_\d/.test(footprint);
    const solid = box(parts.filter((p) => p.role === "body" || (chip && p.role === "lead")));
    expect(solid.x[1] - solid.x[0]).toBeCloseTo(x, 1);
    expect(solid.y[1] - solid.y[0]).toBeCloseTo(y, 1);
    expect(solid.z[1]).toBeCloseTo(z, 1);
    expect(solid.z[0]).toBeGreaterThanOrEqual(-1e-6);
  });

  test("every pad has solder of its own, and metal of the part over or in it", () => {
    const { parts, pads, spec } = model(ref, value, footprint);
    if (spec.family === "bga") return;
    const solder = parts.filter((p) => p.role === "solder");
    expect(solder.map((p) => p.pin).sort()).toEqual(pads.map((p) => p.pin).sort());
    const metal = parts.filter((p) => p.role === "lead").flatMap(corners);
    for (const pad of pads) {
      const own = solder.filter((p) => p.pin === pad.pin);
      const b = box(own);
      expect(b.x[1] - b.x[0]).toBeLessThanOrEqual(pad.size[0] + 1e-3);
      expect((b.x[0] + b.x[1]) / 2).toBeCloseTo(pad.at[0], 2);
      expect((b.y[0] + b.y[1]) / 2).toBeCloseTo(pad.at[1], 2);
      if (spec.family === "qfn" && Math.abs(pad.at[0]) + Math.abs(pad.at[1]) < 0.01) continue;
      const near = metal.some(
        (p) =>
          Math.abs(p[0] - pad.at[0]) <= pad.size[0] / 2 + 1e-6 &&
          Math.abs(p[1] - pad.at[1]) <= pad.size[1] / 2 + 1e-6 &&
          p[2] < 0.2,
      );
      expect(near, `metal on pad ${pad.pin}`).toBe(true);
    }
  });

  test("surface joints stand on the pad, not through it, and below the part's top", () => {
    const { parts } = model(ref, value, footprint);
    for (const part of parts.filter((p) => p.role === "solder" && !p.key?.startsWith("cone"))) {
      const b = box([part]);
      expect(b.z[0]).toBeGreaterThanOrEqual(-STANDOFF - 1e-6);
      expect(b.z[1]).toBeLessThan(z);
    }
  });
});

test("triangle budgets", () => {
  const count = (parts: readonly ModelPart[], role?: string) =>
    parts
      .filter((p) => (role ? p.role === role : p.role !== "solder" && p.role !== "mark"))
      .reduce((n, p) => n + p.mesh.triangles.length / 3, 0);
  for (const [ref, value, footprint] of KINDS) {
    const { parts, spec } = model(ref, value, footprint);
    const chip = ["resistor", "capacitor"].includes(spec.family);
    expect(count(parts), footprint).toBeLessThan(chip ? 800 : footprint.includes("144") ? 9000 : 6500);
    for (const joint of parts.filter((p) => p.role === "solder" && p.key))
      expect(joint.mesh.triangles.length / 3).toBeLessThan(620);
  }
});

test("variants differ, equal input is equal", () => {
  const { spec } = model("C2", "1u", "0603_C");
  expect(variantsOf(spec)).toBeGreaterThan(2);
  expect(build("C2", "1u", "0603_C", 1).parts).toEqual(build("C2", "1u", "0603_C", 1).parts);
  expect(build("C2", "1u", "0603_C", 1).parts).not.toEqual(build("C2", "1u", "0603_C", 2).parts);
});

test("pins alike share a joint's mesh", () => {
  const { parts } = model("U7", "STM32F4", "LQFP-64_10x10mm_P0.5mm");
  const joints = parts.filter((p) => p.role === "solder");
  expect(joints).toHaveLength(64);
  expect(new Set(joints.map((p) => p.key)).size).toBeLessThanOrEqual(6);
});
