import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { hashText, writeJsonAtomic } from "../../kit/index.js";
import { BUNDLE, openBundle } from "./files.js";
import { pickGoldenRows } from "./golden.js";
import { copyBundle } from "./make.js";
import { deployThresholds } from "./threshold.js";

describe("the deployed threshold", () => {
  test("lies half-way between the evaluated one and the next score", () => {
    expect(deployThresholds([0.1, 0.2, 0.4, 0.9], 0.2)).toEqual({
      threshold: 0.2,
      decision_threshold: 0.30000000000000004,
      next_score_above: 0.4,
    });
    expect(deployThresholds([0.1], 0.2).decision_threshold).toBe(0.2);
    expect(deployThresholds([0.1], null).decision_threshold).toBeNull();
  });

  test("gives the verdicts of the evaluated one on every row, whatever the scores", () => {
    const scores = fc.array(fc.float({ noNaN: true, min: 0, max: 1 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(scores, fc.nat(), (all, n) => {
        const threshold = all[n % all.length] as number;
        const cut = deployThresholds(all, threshold).decision_threshold as number;
        for (const s of all) expect(s > cut).toBe(s > threshold);
      }),
    );
  });
});

describe("golden vectors", () => {
  test("hold the rows nearest the threshold and both classes over their whole range", () => {
    const scores = Array.from({ length: 200 }, (_, i) => i / 200);
    const ng = scores.map((s) => (s > 0.5 ? 1 : 0));
    const rows = pickGoldenRows(scores, ng, 0.5);
    expect(rows.length).toBeGreaterThan(24);
    expect(rows.length).toBeLessThanOrEqual(36);
    expect(rows).toEqual([...new Set(rows)].sort((a, b) => a - b));
    for (const i of [0, 99, 100, 101, 199]) expect(rows).toContain(i);
  });

  test("of a small set are all rows", () => {
    expect(pickGoldenRows([0.1, 0.9], [0, 1], 0.5)).toEqual([0, 1]);
  });
});

describe("a bundle on disk", () => {
  let dir: string;
  const made: string[] = [];
  afterAll(async () => {
    for (const d of made) await rm(d, { recursive: true, force: true });
  });
  beforeEach(async () => {
    dir = await mkdtemp(path.join(tmpdir(), "reflow-bundle-"));
    made.push(dir);
    await mkdir(path.join(dir, "golden"));
    const texts: Record<string, string> = {
      [BUNDLE.model]: "onnx",
      [BUNDLE.preprocessing]: JSON.stringify({ lights: ["L"], imageExt: ".jpg" }),
      [BUNDLE.thresholds]: JSON.stringify({ threshold: 0.5, decision_threshold: 0.6, next_score_above: 0.7 }),
      [BUNDLE.contract]: "{}",
      [BUNDLE.result]: "{}",
      [BUNDLE.golden]: JSON.stringify({ pairs: [] }),
      [BUNDLE.card]: "# card",
    };
    const files = [];
    for (const [name, text] of Object.entries(texts)) {
      await writeFile(path.join(dir, name), text);
      files.push({ path: name, sha256: hashText(text), bytes: text.length });
    }
    await writeJsonAtomic(path.join(dir, BUNDLE.manifest), { format: "reflow-bundle", version: 1, files });
  });

  test("opens when every file is the one that was evaluated", async () => {
    expect(await openBundle(dir)).toMatchObject({
      lights: ["L"],
      imageExt: ".jpg",
      thresholds: { threshold: 0.5 },
    });
  });

  test.each([
    ["a changed model", (d: string) => appendFile(path.join(d, BUNDLE.model), "x"), "bundle_tampered"],
    [
      "a model of equal size",
      (d: string) => writeFile(path.join(d, BUNDLE.model), "onny"),
      "bundle_tampered",
    ],
    [
      "a changed threshold",
      (d: string) => appendFile(path.join(d, BUNDLE.thresholds), " "),
      "bundle_tampered",
    ],
    ["a missing file", (d: string) => rm(path.join(d, BUNDLE.card)), "bundle_file_missing"],
    ["no manifest", (d: string) => rm(path.join(d, BUNDLE.manifest)), "bundle_missing"],
    ["a broken manifest", (d: string) => writeFile(path.join(d, BUNDLE.manifest), "{"), "json_invalid"],
    ["another format", (d: string) => writeFile(path.join(d, BUNDLE.manifest), "{}"), "bundle_invalid"],
  ])("with %s is refused", async (_, spoil, code) => {
    await spoil(dir);
    await expect(openBundle(dir)).rejects.toMatchObject({ code, exitCode: 3 });
  });

  test("a manifest that points outside, or forgets the model, is refused", async () => {
    const file = path.join(dir, BUNDLE.manifest);
    const manifest = JSON.parse(await readFile(file, "utf8"));
    await writeJsonAtomic(file, {
      ...manifest,
      files: [...manifest.files, { path: "../x", sha256: "", bytes: 0 }],
    });
    await expect(openBundle(dir)).rejects.toMatchObject({ code: "path_escapes" });
    await writeJsonAtomic(file, { ...manifest, files: manifest.files.slice(1) });
    await expect(openBundle(dir)).rejects.toMatchObject({ code: "bundle_invalid" });
  });

  test("is copied whole, over an older bundle, but never over something else", async () => {
    const to = `${dir}-copy`;
    made.push(to);
    await copyBundle(dir, to);
    await copyBundle(dir, to);
    expect((await openBundle(to)).dir).toBe(to);
    await rm(path.join(to, BUNDLE.manifest));
    await expect(copyBundle(dir, to)).rejects.toMatchObject({ code: "output_exists" });
  });
});
