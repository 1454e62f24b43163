import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { planScan } from "../scene/scan/index.js";
import { DEMO_PLAN } from "./plan.js";
import { planScans, slightShifts } from "./scans.js";

let root = "";
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), "scans-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

test("units differ, good parts stand within tolerance, and slight shifts are among those that were drawn", async () => {
  const { goldens, units } = await planScans(root, 3, DEMO_PLAN);
  expect(goldens.length).toBe(2);
  expect(units.length).toBe(DEMO_PLAN.sessions.reduce((sum, s) => sum + s.units, 0));
  expect(new Set([...goldens, ...units].map((s) => s.output)).size).toBe(goldens.length + units.length);
  expect(new Set([...goldens, ...units].map((s) => s.seed)).size).toBe(goldens.length + units.length);

  const perfect = goldens[0]?.scene.parts ?? [];
  for (const { session, scene } of units) {
    const moved = scene.parts.filter((part, i) => part.world !== perfect[i]?.world);
    if (session.scatter.millimetres === 0) expect(moved).toEqual([]);
    else expect(moved.length).toBeGreaterThan(100);
    for (const part of moved) {
      const before = perfect.find((p) => p.path === part.path)?.world ?? [];
      // Along with its turn a part that is off the component's middle moves a little further.
      const far = Math.hypot(part.world[12] - (before[12] ?? 0), part.world[13] - (before[13] ?? 0));
      expect(far).toBeLessThan(session.scatter.millimetres * Math.SQRT2 + 0.15);
      expect(part.world[14]).toBeCloseTo(before[14] ?? 0, 6);
    }
  }
  const unit = units.at(-1);
  const recipe = unit?.cookbook.recipes.defect;
  if (!unit || !recipe) throw new Error("no unit");
  const plan = await planScan(unit.scene, { ...recipe.config, random_seed: unit.seed }, recipe.merged);
  const [trigger] = plan.triggers;
  const { defects } = (trigger?.metadata ?? {}) as { defects: { path: string; defect: string }[] };
  const shifts = defects.filter((d) => d.defect === "shift").map((d) => d.path);
  expect(shifts.length).toBeGreaterThan(3);
  const slight = units.map((u) => slightShifts(u));
  expect([...(slight.at(-1) ?? [])].every((p) => shifts.includes(p))).toBe(true);
  expect(slight.reduce((n, s) => n + s.size, 0)).toBeLessThan(12);
});
