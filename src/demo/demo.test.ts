import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { diagnose, discoverWorkspace, readTable, TABLE_PATHS, toPairRows } from "../dataset/index.js";
import { decodeImage, type Pixels } from "../kit/images.js";
import { DEMO_PLAN, type DemoPlan } from "./plan.js";
import { makeDemoWorkspace } from "./workspace.js";

/** The demo's plan in little: one unit a session, coarse pixels. */
const TINY: DemoPlan = {
  resolution: [240, 180],
  samples: 2,
  sessions: DEMO_PLAN.sessions.map((session) => ({ ...session, units: 1 })),
};
const SCANS = 5;

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "demo-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("makeDemoWorkspace", () => {
  test("never touches a folder that holds something else, nor a file", async () => {
    const root = path.join(folder, "used");
    const table = path.join(root, "train", "training_set.csv");
    await mkdir(path.dirname(table), { recursive: true });
    await writeFile(table, "mine");
    const make = (to: string) => makeDemoWorkspace({ root: to, seed: 1, plan: TINY });
    await expect(make(root)).rejects.toMatchObject({ code: "demo_folder_in_use", exitCode: 2 });
    await writeFile(path.join(root, "demo.json"), "{}");
    await expect(make(root)).rejects.toMatchObject({ code: "demo_folder_in_use" });
    for (const file of [table, path.join(table, "below")])
      await expect(make(file)).rejects.toMatchObject({ code: "not_a_folder", exitCode: 2 });
    expect(await readFile(table, "utf8")).toBe("mine");
    expect((await readdir(root)).sort()).toEqual(["demo.json", "train"]);
  });

  describe("a whole workspace", () => {
    const at = (...names: string[]) => path.join(folder, "whole", ...names);
    beforeAll(async () => {
      const made = await makeDemoWorkspace({ root: at(), seed: 7, plan: TINY, workers: 2 });
      expect(made.reused).toBe(false);
    });

    test("is one that the doctor finds sound", async () => {
      const workspace = await discoverWorkspace(at());
      expect(workspace.traits.lights).toEqual(["WhiteLight"]);
      expect(workspace.specSource).toBe("file");
      const d = await diagnose({ ...workspace, batchSize: 4 }, { workers: 1 });
      expect(d.findings.filter((f) => f.severity !== "info").map((f) => [f.code, f.examples])).toEqual([]);
    });

    test("has the labels of the scene: two types for training, more for the rest", async () => {
      const labels = async (role: keyof typeof TABLE_PATHS) =>
        new Set((await rowsOf(role)).map((r) => r.label));
      const all = ["PASS", "missing", "reverse_polarity", "shift", "sideflip", "tombstone"];
      expect([...(await labels("train"))].sort()).toEqual(["PASS", "missing", "shift"]);
      for (const role of ["pool", "kpi"] as const) {
        const found = await labels(role);
        expect([...found].filter((label) => !all.includes(label))).toEqual([]);
        expect(found.size).toBeGreaterThan(4);
      }
      // No component of the generator's units is in both of its tables.
      const components = async (role: "train" | "validation") =>
        (await rowsOf(role)).map((r) => r.objectName.replace(/^x\d+_y\d+_/, ""));
      const [train, validation] = [await components("train"), await components("validation")];
      expect(validation.length).toBeGreaterThan(5);
      expect(validation.filter((name) => train.includes(name))).toEqual([]);
    });

    test("shows every defect: its crop differs from the golden one more than most good crops do", async () => {
      for (const role of ["train", "kpi"] as const) {
        const rows = await rowsOf(role);
        const changes = await Promise.all(
          rows.map(async (r) => ({
            ng: r.ng === 1,
            name: `${r.label} ${r.objectName}`,
            by: change(await decodeImage(r.golden[0] as string), await decodeImage(r.test[0] as string)),
          })),
        );
        const good = changes.filter((c) => !c.ng).map((c) => c.by);
        const usual = good.sort((a, b) => a - b)[Math.floor(good.length * 0.75)] as number;
        expect(changes.filter((c) => c.ng && c.by < usual).map((c) => c.name)).toEqual([]);
      }
    });

    test("has the same bytes after an interruption, on another number of workers; is made once", async () => {
      const root = path.join(folder, "again");
      const abort = new AbortController();
      const stopped = makeDemoWorkspace({
        ...{ root, seed: 7, plan: TINY, workers: 1, signal: abort.signal },
        emit: (event) => {
          if (event.type !== "progress") return;
          expect(event.total).toBe(SCANS * 4);
          if (event.done === 6) abort.abort();
        },
      });
      await expect(stopped).rejects.toMatchObject({ code: "interrupted" });
      const done: number[] = [];
      const made = await makeDemoWorkspace({
        ...{ root, seed: 7, plan: TINY, workers: 1 },
        emit: (event) => void (event.type === "progress" && done.push(event.done)),
      });
      expect(made.reused).toBe(false);
      expect(done.at(-1)).toBe(SCANS * 4);
      const files = (await readdir(at(), { recursive: true, withFileTypes: true })).filter((f) => f.isFile());
      expect(files.length).toBeGreaterThan(500);
      for (const f of files) {
        const file = path.join(f.parentPath, f.name);
        const other = path.join(root, path.relative(at(), file));
        expect((await readFile(other)).equals(await readFile(file)), file).toBe(true);
      }
      expect((await makeDemoWorkspace({ root, seed: 7, plan: TINY })).reused).toBe(true);
    });

    async function rowsOf(role: keyof typeof TABLE_PATHS) {
      const workspace = await discoverWorkspace(at());
      const { table } = await readTable(at(TABLE_PATHS[role]));
      if (!table) throw new Error(`no table for ${role}`);
      const { rows, problems } = toPairRows(table, { imagesDir: workspace.imagesDir, ...workspace.traits });
      expect(problems).toEqual([]);
      return rows;
    }
  });
});

/** Largest change of brightness of a 6 × 6 block, the pictures as bright as each other. */
function change(a: Pixels, b: Pixels): number {
  const mean = (p: Pixels) => p.data.reduce((sum, v) => sum + v, 0) / p.data.length;
  const gain = mean(a) / mean(b);
  const { width, height, channels } = a;
  let worst = 0;
  for (let by = 0; by + 6 <= height; by += 3)
    for (let bx = 0; bx + 6 <= width; bx += 3) {
      let sum = 0;
      for (let y = by; y < by + 6; y++)
        for (let x = bx * channels; x < (bx + 6) * channels; x++) {
          const i = y * width * channels + x;
          sum += (a.data[i] as number) - gain * (b.data[i] as number);
        }
      worst = Math.max(worst, Math.abs(sum) / (36 * channels));
    }
  return worst;
}
