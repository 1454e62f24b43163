import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { diagnose, discoverWorkspace, readTable, toPairRows } from "../dataset/index.js";
import type { Pixels } from "../kit/images.js";
import { seeded } from "../kit/random.js";
import { CROP, makeDesign, type Site } from "./design.js";
import { drawFlaw, FLAWS, POSSIBLE } from "./flaws.js";
import { noiseTable } from "./light.js";
import { DEMO_TABLES, type DemoTable, makeDesigns, planTable } from "./plan.js";
import { GOLDEN, renderSite, type Unit } from "./scene.js";
import { makeDemoWorkspace } from "./workspace.js";

const TINY: readonly DemoTable[] = [
  { role: "train", designs: [1], sites: 6, units: 2, flaws: { missing: 2 } },
  { role: "validation", designs: [2], sites: 6, units: 2, flaws: { missing: 2, bridge: 1 } },
  { role: "kpi", designs: [3], sites: 6, units: 2, flaws: { missing: 2 } },
  { role: "pool", designs: [4], sites: 6, units: 2, flaws: { missing: 2, shift: 1 } },
];

const noise = noiseTable(seeded("noise"));
const UNIT: Unit = { shift: 2, turn: 0.01, drift: 1, dirt: 0, spread: 1 };

/** Largest change of brightness of an 8 × 8 block, the two pictures taken from the same place. */
function change(a: Pixels, b: Pixels): number {
  let worst = 0;
  for (let by = 0; by < CROP; by += 8)
    for (let bx = 0; bx < CROP; bx += 8) {
      let sum = 0;
      for (let y = by; y < by + 8; y++)
        for (let x = bx; x < bx + 8; x++)
          for (let c = 0; c < 3; c++) {
            const i = (y * CROP + x) * 3 + c;
            sum += Math.abs((a.data[i] as number) - (b.data[i] as number));
          }
      worst = Math.max(worst, sum / 192);
    }
  return worst;
}

describe("the plan", () => {
  test("gives the planned defects, on parts that can have them, and no design to two tables", () => {
    const random = seeded(3);
    const designs = makeDesigns(DEMO_TABLES, random);
    const seen = new Set<number>();
    for (const table of DEMO_TABLES) {
      for (const d of table.designs) {
        expect(seen.has(d)).toBe(false);
        seen.add(d);
      }
      const shots = planTable(table, designs, random.fork("table", table.role));
      expect(shots.length).toBe(table.designs.length * table.sites * table.units);
      for (const kind of FLAWS)
        expect(shots.filter((s) => s.flaw?.kind === kind).length).toBe(table.flaws[kind] ?? 0);
      for (const s of shots) {
        const part = designs.get(s.design)?.sites[s.site]?.part ?? "traces";
        if (s.flaw) expect(POSSIBLE[part]).toContain(s.flaw.kind);
      }
      expect(new Set(shots.map((s) => `${s.design}/${s.serial}/${s.site}`)).size).toBe(shots.length);
    }
  });

  test("another seed draws other boards", () => {
    const names = (seed: number) =>
      JSON.stringify(makeDesign(seeded(seed), 101, 20).sites.map((s) => s.tracks));
    expect(names(1)).toBe(names(1));
    expect(names(1)).not.toBe(names(2));
  });
});

describe("the pictures", () => {
  const sites = makeDesign(seeded(5), 101, 18).sites;
  const parts = [...new Map(sites.map((s) => [s.part, s])).values()];

  test("are the same for the same arguments", () => {
    const site = sites[0] as Site;
    const draw = () =>
      renderSite(site, UNIT, drawFlaw("missing", seeded(1)), seeded("x"), noise).map((p) => p.data);
    expect(draw()).toEqual(draw());
  });

  test.each(parts.map((s) => [s.part, s] as const))("every defect of a %s can be seen", (_, site) => {
    const good = renderSite(site, UNIT, undefined, seeded("unit"), noise);
    for (const kind of POSSIBLE[site.part]) {
      // The weakest that the demo draws, on both sides.
      for (const side of [1, -1] as const) {
        const flaw = { kind, strength: 0, side, where: 2, angle: 0.3 };
        const bad = renderSite(site, UNIT, flaw, seeded("unit"), noise);
        const seen = Math.max(...good.map((g, i) => change(g, bad[i] as Pixels)));
        expect(seen, `${kind} on ${site.part}`).toBeGreaterThan(8);
      }
    }
  });

  test("two lightings differ, and a unit differs from its golden without being bad", () => {
    const [solder, uniform] = renderSite(sites[0] as Site, GOLDEN, undefined, seeded("g"), noise) as [
      Pixels,
      Pixels,
    ];
    expect(change(solder, uniform)).toBeGreaterThan(20);
    const [test] = renderSite(sites[0] as Site, UNIT, undefined, seeded("u"), noise) as [Pixels, Pixels];
    expect(change(solder, test)).toBeGreaterThan(5);
  });
});

describe("makeDemoWorkspace", () => {
  test("never touches a folder that holds something else, nor a file", async () => {
    const root = await mkdtemp(path.join(tmpdir(), "demo-"));
    try {
      const table = path.join(root, "train", "training_set.csv");
      await mkdir(path.dirname(table));
      await writeFile(table, "mine");
      const make = (to: string) => makeDemoWorkspace({ root: to, seed: 1, tables: TINY });
      await expect(make(root)).rejects.toMatchObject({ code: "demo_folder_in_use", exitCode: 2 });
      await writeFile(path.join(root, "demo.json"), "{}");
      await expect(make(root)).rejects.toMatchObject({ code: "demo_folder_in_use" });
      for (const file of [table, path.join(table, "below")])
        await expect(make(file)).rejects.toMatchObject({ code: "not_a_folder", exitCode: 2 });
      expect(await readFile(table, "utf8")).toBe("mine");
      expect((await readdir(root)).sort()).toEqual(["demo.json", "train"]);
    } finally {
      await rm(root, { recursive: true });
    }
  });

  test("an interrupted demo can be started again", async () => {
    const root = await mkdtemp(path.join(tmpdir(), "demo-"));
    try {
      const abort = new AbortController();
      abort.abort();
      const o = { root, seed: 1, tables: TINY, workers: 1 };
      await expect(makeDemoWorkspace({ ...o, signal: abort.signal })).rejects.toThrow();
      expect((await makeDemoWorkspace(o)).reused).toBe(false);
    } finally {
      await rm(root, { recursive: true });
    }
  });

  test("writes a workspace that the doctor finds sound, the same bytes for the same seed, and only once", async () => {
    const roots = await Promise.all([1, 2].map(() => mkdtemp(path.join(tmpdir(), "demo-"))));
    const [root, again] = roots as [string, string];
    const made = await makeDemoWorkspace({
      root,
      seed: 7,
      tables: TINY,
      workers: 1,
      spec: { task: "classify" },
    });
    expect(made).toMatchObject({
      rows: { train: 12, validation: 12, kpi: 12, pool: 12 },
      images: 144,
      reused: false,
    });
    const workspace = await discoverWorkspace(root);
    expect(workspace.traits.lights).toEqual(["SolderLight", "UniformLight"]);
    expect([workspace.traits.imageWidth, workspace.traits.gray, workspace.specSource]).toEqual([
      CROP,
      false,
      "file",
    ]);
    const d = await diagnose({ ...workspace, batchSize: 4 }, { workers: 1 });
    expect(d.findings.filter((f) => f.severity !== "info").map((f) => [f.code, f.examples])).toEqual([]);

    const kpi = await readTable(workspace.tables.kpi as string);
    if (!kpi.table) throw new Error("no table");
    const naming = { imagesDir: workspace.imagesDir, ...workspace.traits };
    const { rows, problems } = toPairRows(kpi.table, naming);
    expect(problems).toEqual([]);
    expect(rows.filter((r) => r.ng === 1).map((r) => r.label)).toEqual(["missing", "missing"]);

    await makeDemoWorkspace({ root: again, seed: 7, tables: TINY, workers: 1 });
    for (const file of [
      workspace.tables.kpi as string,
      rows[0]?.test[1] as string,
      rows[3]?.golden[0] as string,
    ])
      expect(await readFile(path.join(again, path.relative(workspace.root, file)))).toEqual(
        await readFile(file),
      );
    expect((await makeDemoWorkspace({ root, seed: 7, tables: TINY })).reused).toBe(true);
    await Promise.all(roots.map((r) => rm(r, { recursive: true })));
  });
});
