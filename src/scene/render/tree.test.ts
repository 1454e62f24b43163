import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { multiply, rotationAbout, translation } from "../matrix.js";
import type { Mat4, TriangleMesh, Vec3 } from "../model.js";
import { loadTracer } from "./crew.js";
import { castRays } from "./fixtures/cast.js";
import { placement, random, soup } from "./fixtures/random.js";
import { ball, box, material, part, scene } from "./fixtures/scenes.js";

const tracer = await loadTracer();

describe("the tree finds what testing every triangle finds", () => {
  test("random triangles, placements and rays", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 2 ** 31 }),
        fc.integer({ min: 1, max: 300 }),
        async (seed, n) => {
          const next = random(seed);
          const meshes = [soup(n, 4, next), soup(3, 8, next)];
          const parts = Array.from({ length: 6 }, (_, i) => part(i % 2, 0, placement(next)));
          const s = scene(meshes, [material()], parts);
          const rays = Float32Array.from({ length: 200 * 7 }, (_, i) => {
            const k = i % 7;
            if (k < 3) return (next() - 0.5) * 40;
            // Some rays run along an axis exactly.
            if (k < 6) return Math.floor(i / 7) % 5 === k - 3 ? 0 : next() - 0.5;
            return 1e30;
          });
          const found = await castRays(s, rays, tracer);
          for (let r = 0; r < 200; r++) {
            const ray = rays.subarray(r * 7, r * 7 + 7);
            const all = s.parts
              .flatMap((p) => hitsOf(s.meshes[p.mesh]!, p.world, ray))
              .sort((a, b) => a.t - b.t);
            const t = found[r]!;
            // Rays through an edge may go either way: only clear cases bind.
            const sure = all.find((hit) => hit.margin > 1e-4);
            if (t < 0) expect(sure).toBeUndefined();
            else {
              expect(all.some((hit) => Math.abs(hit.t - t) < 1e-4 * (1 + t))).toBe(true);
              if (sure) expect(t).toBeLessThan(sure.t + 1e-4 * (1 + sure.t));
            }
          }
        },
      ),
      { numRuns: 10, seed: 3 },
    );
  });

  test("no ray leaves a closed mesh, not through edges and not through corners", async () => {
    for (const mesh of [ball(3, 12, false), box([-3, -3, -3], [3, 3, 3])]) {
      const s = scene(
        [mesh],
        [material()],
        [part(0, 0, multiply(rotationAbout([1, 2, 3], 40), translation([7, 1, 0])))],
      );
      const next = random(5);
      const targets: Vec3[] = [];
      const corner = (i: number): Vec3 => [
        mesh.points[i * 3]!,
        mesh.points[i * 3 + 1]!,
        mesh.points[i * 3 + 2]!,
      ];
      for (let t = 0; t < mesh.triangles.length; t += 3)
        for (let c = 0; c < 3; c++) {
          const a = corner(mesh.triangles[t + c]!);
          const b = corner(mesh.triangles[t + ((c + 1) % 3)]!);
          for (let k = 0; k < 20; k++) {
            const f = k === 0 ? 0 : next();
            targets.push([0, 1, 2].map((i) => a[i]! + f * (b[i]! - a[i]!)) as unknown as Vec3);
          }
        }
      const m = s.parts[0]!.world;
      const rays = new Float32Array(targets.length * 7);
      targets.forEach((p, i) => {
        const from = [0.3, -0.2, 0.1];
        const world = (q: readonly number[]) =>
          [0, 1, 2].map((a) => q[0]! * m[a]! + q[1]! * m[4 + a]! + q[2]! * m[8 + a]! + m[12 + a]!);
        const [o, e] = [world(from), world(p)];
        rays.set([...o, ...e.map((v, a) => v - o[a]!), 1e30], i * 7);
      });
      const found = await castRays(s, rays, tracer);
      expect([...found].filter((t) => !(t > 0.5 && t < 1.5)).length).toBe(0);
    }
  });
});

/** Every hit of a ray with a mesh, in double precision; `margin`: smallest corner weight. */
function hitsOf(mesh: TriangleMesh, m: Mat4, ray: Float32Array): { t: number; margin: number }[] {
  const out: { t: number; margin: number }[] = [];
  const [ox, oy, oz, dx, dy, dz] = ray as unknown as [number, number, number, number, number, number];
  const world = (i: number) =>
    [0, 1, 2].map(
      (a) =>
        mesh.points[i * 3]! * m[a]! +
        mesh.points[i * 3 + 1]! * m[4 + a]! +
        mesh.points[i * 3 + 2]! * m[8 + a]! +
        m[12 + a]!,
    ) as [number, number, number];
  for (let t = 0; t < mesh.triangles.length; t += 3) {
    const [a, b, c] = [0, 1, 2].map((k) => world(mesh.triangles[t + k]!)) as unknown as [
      number[],
      number[],
      number[],
    ];
    const e = b.map((v, i) => v - a[i]!);
    const f = c.map((v, i) => v - a[i]!);
    const p = [dy * f[2]! - dz * f[1]!, dz * f[0]! - dx * f[2]!, dx * f[1]! - dy * f[0]!];
    const det = e[0]! * p[0]! + e[1]! * p[1]! + e[2]! * p[2]!;
    if (det === 0) continue;
    const s = [ox - a[0]!, oy - a[1]!, oz - a[2]!];
    const u = (s[0]! * p[0]! + s[1]! * p[1]! + s[2]! * p[2]!) / det;
    const q = [s[1]! * e[2]! - s[2]! * e[1]!, s[2]! * e[0]! - s[0]! * e[2]!, s[0]! * e[1]! - s[1]! * e[0]!];
    const v = (dx * q[0]! + dy * q[1]! + dz * q[2]!) / det;
    const at = (f[0]! * q[0]! + f[1]! * q[1]! + f[2]! * q[2]!) / det;
    const margin = Math.min(u, v, 1 - u - v);
    if (margin > -1e-4 && at > 1e-5) out.push({ t: at, margin });
  }
  return out;
}
