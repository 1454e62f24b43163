import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { type Shape, scratch, tree, writeFrame } from "../../scene/crop/fixtures/frames.js";

const cli = fileURLToPath(new URL("../../../bin/reflow.mjs", import.meta.url));
const run = (...args: string[]) => {
  const done = spawnSync(process.execPath, [cli, ...args], { encoding: "utf8" });
  return { code: done.status, out: done.stdout, err: done.stderr };
};
const json = (text: string) => JSON.parse(text.trim().split("\n").at(-1) as string);

let root: string;
let good: string;
let defect: string;
beforeAll(async () => {
  root = await scratch();
  good = path.join(root, "good");
  defect = path.join(root, "defect");
  const grid = Array.from(
    { length: 12 },
    (_, i) => [30 + (i % 4) * 60, 30 + Math.floor(i / 4) * 55] as const,
  );
  const paths = grid.map((_, i) => `/World/board/_0603/R${i}/body`);
  for (const id of ["x0_y0", "x1_y0", "x2_y0"]) {
    const size = { width: 270, height: 190 };
    const named = paths.map((p) => p.replace("/body", `_${id}_/body`));
    const shapes = grid.map(([x, y]): Shape => ["capacitor", x, y, 22, 14]);
    const moved = grid
      .slice(0, 6)
      .map(([x, y], i): Shape => [i % 2 ? "shift" : "tombstone", x + 3, y + 1, 22, 14]);
    await writeFrame(path.join(good, "trigger_0000"), id, { ...size, shapes, paths: named });
    const spec = { ...size, shapes: moved, paths: named.slice(0, 6), key: "defect" as const, rgb: 2 };
    await writeFrame(path.join(defect, "trigger_0000"), id, spec);
  }
  const parts = ["x0_y0", "x1_y0", "x2_y0"].flatMap((id) =>
    paths.slice(0, 6).map((p) => p.replace("/body", `_${id}_`)),
  );
  const metadata = {
    config: { scene: "boards/dense.usda", lighting: { ring_light: true } },
    defects: parts.map((p) => ({ path: p, defect: "shift" })),
  };
  writeFileSync(path.join(defect, "trigger_0000", "metadata.json"), JSON.stringify(metadata));
});

describe("reflow scene", () => {
  test("lists its commands; each explains itself", () => {
    const { code, out } = run("scene", "--help");
    expect(code).toBe(0);
    for (const name of ["crop", "pair"]) {
      expect(out).toMatch(new RegExp(`^ {2}${name} `, "m"));
      expect(run("help", "scene", name).out).toContain(`Usage: reflow scene ${name}`);
    }
  });

  test.each([
    [["scene"]],
    [["scene", "frobnicate"]],
    [["scene", "crop"]],
    [["scene", "crop", "x"]],
    [["scene", "crop", "x", "--output", "y", "--mode", "both"]],
    [["scene", "crop", "x", "--output", "y", "--max-emit", "0"]],
    [["scene", "crop", "x", "--output", "y", "--classes", "a,,b"]],
    [["scene", "pair", "x", "--output", "y"]],
    [["scene", "pair", "x", "y", "--output", "z", "--light", "a b"]],
  ])("%j is a usage error", (args) => {
    const { code, err } = run(...args);
    expect(code).toBe(2);
    expect(err).not.toBe("");
    expect(err).not.toMatch(/\n\s+at .*\.js:\d+/);
  });
});

describe("reflow scene crop", () => {
  test("regions, with settings of the render's own cookbook", async () => {
    const output = path.join(root, "crop");
    const yaml =
      "output:\n  dir: __OUTPUT__\ncrop:\n  source: trigger_0000\n  pattern: 'x*_y*'\n  classes: [capacitor]\n" +
      "  morph_kernel: 1\n  max_emit: 5\n  class_dirs: {capacitor: passive_component}\n";
    writeFileSync(path.join(good, "day0_crop.yaml"), yaml);
    const { code, out } = run("scene", "crop", good, "--output", output, "--plain");
    expect(code).toBe(0);
    expect(out).toContain("15 crops of 3 frames");
    expect(out).toContain("21 over --max-emit");
    expect(Object.keys(await tree(output))).toContain("passive_component/x2_y0/normal_img/0005.png");
    const two = run("scene", "crop", good, "--output", `${output}2`, "--max-emit", "2", "--json");
    expect(json(two.out).value).toMatchObject({ emitted: 6, materials: { passive_component: 6 } });
  });

  test("a wrong cookbook is told with its line", () => {
    const file = path.join(root, "wrong.yaml");
    writeFileSync(file, "crop:\n  classes: [ic]\n  min_aera: 4\n  offset: -1\n");
    const { code, err } = run("scene", "crop", good, "--output", path.join(root, "no"), "--config", file);
    expect(code).toBe(3);
    expect(err).toContain("wrong.yaml:3:3");
    expect(err).toContain("crop.min_aera");
    expect(err).toContain("2 errors");
    expect(err).toContain("wrong.yaml:4");
  });

  test("components, with the depth of the metadata", async () => {
    const output = path.join(root, "cropped");
    const { code, out } = run("scene", "crop", defect, "--mode", "component", "--output", output);
    expect(code).toBe(0);
    expect(out).toContain("Buckets: shift 9, tombstone 9");
    expect(Object.keys(await tree(output))).toContain("shift/rgb/framex0_y0_R1_x0_y0_.png");
  });

  test("nothing to cut is an error that says why", () => {
    const args = ["--classes", "inductor", "--output", path.join(root, "none"), "--json"];
    const { code, out } = run("scene", "crop", good, ...args);
    expect(code).toBe(3);
    const told = json(out);
    expect(told).toMatchObject({ type: "error", code: "nothing_made" });
    expect(told.problems[0].code).toBe("class_unknown");
  });

  test("no render, no frames", () => {
    const output = ["--output", path.join(root, "none2")];
    expect(run("scene", "crop", path.join(root, "absent"), ...output).err).toMatch(/^render_missing/);
    expect(run("scene", "crop", root, ...output).code).toBe(3);
  });
});

describe("reflow scene pair", () => {
  test("component pairs become a workspace that doctor accepts", () => {
    const output = path.join(root, "boards");
    const { code, out } = run(
      "scene",
      "pair",
      good,
      defect,
      "--output",
      output,
      "--mode",
      "component",
      "--workspace",
    );
    expect(code).toBe(0);
    expect(out).toContain("Labels: PASS 18, shift 9, tombstone 9");
    const doctor = run("doctor", output, "--json");
    const diagnosis = JSON.parse(doctor.out);
    expect([doctor.code, diagnosis.counts.error]).toEqual([0, 0]);
    const rows = diagnosis.tables.map((t: { rows: number }) => t.rows);
    expect(rows.reduce((a: number, b: number) => a + b, 0)).toBe(36);
  });

  test("tables that doctor would refuse are told with their counts", () => {
    const args = ["--mode", "component", "--workspace", "--pass", "0"];
    const { code, out, err } = run(
      "scene",
      "pair",
      good,
      defect,
      "--output",
      path.join(root, "one"),
      ...args,
    );
    expect(code).toBe(3);
    expect(out).toContain("18 pairs of 3 frames");
    expect(err).toMatch(/table_one_sided: kpi\/testing_set\.csv has 0 PASS rows and \d+ defect rows/);
    expect(err).not.toContain("Next:");
  });

  test("whole frames, in the lighting of the metadata", async () => {
    const output = path.join(root, "frames");
    const { out } = run("scene", "pair", good, defect, "--output", output, "--json");
    expect(json(out).value).toMatchObject({
      pairs: 3,
      lights: ["SolderLight"],
      labels: { "shift+tombstone": 3 },
    });
    expect(Object.keys(await tree(output))).toContain("mask/x1_y0_SolderLight.json");
    expect(Object.keys(await tree(output))).toContain("pairs.csv");
  });

  test("no common frames", () => {
    const { code, err } = run(
      "scene",
      "pair",
      good,
      path.join(root, "boards/images"),
      "--output",
      path.join(root, "n"),
    );
    expect(code).toBe(3);
    expect(err).toMatch(/^render_missing/);
  });
});
