import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { type FrameSpec, type Shape, scratch, tree, writeFrame } from "../crop/fixtures/frames.js";
import { locateFrames } from "../crop/locate.js";
import { readMetadata } from "../crop/metadata.js";
import { readPicture } from "../crop/picture.js";
import { lightingsOf } from "./light.js";
import { buildPairs } from "./pairs.js";
import type { PairRender } from "./place.js";
import { PAIR_DEFAULTS, type PairSettings } from "./settings.js";
import { splitPairs } from "./split.js";
import type { Pair } from "./types.js";

const part = (name: string, family = "_0603") => `/World/pcba/PCBA/board/${family}/${name}/LibRef/surface_0`;
/** A and B of one family side by side, C of it far away, U of another. */
const GOOD: readonly Shape[] = [
  ["capacitor", 20, 20, 16, 10],
  ["capacitor", 48, 20, 16, 10],
  ["capacitor", 85, 60, 16, 10],
  ["ic", 20, 55, 20, 20],
];
const GOOD_PATHS = [part("tn__A_"), part("tn__B_"), part("tn__C_"), part("U1", "_IC")];
const MOVED: readonly Shape[] = [["shift", 24, 22, 16, 10]];

let root: string;
let good: string;
let defect: string;
let output: string;
beforeEach(async () => {
  root = await scratch();
  good = path.join(root, "good/trigger_0000");
  defect = path.join(root, "defect/trigger_0000");
  output = path.join(root, "pairs");
});
const writeGood = (id = "0000", more: Partial<FrameSpec> = {}) =>
  writeFrame(good, id, { shapes: GOOD, paths: GOOD_PATHS, rgb: 1, ...more });
const writeDefect = (id = "0000", more: Partial<FrameSpec> = {}) =>
  writeFrame(defect, id, { shapes: MOVED, paths: [part("tn__A_")], key: "defect", rgb: 2, ...more });
const render = async (dir: string): Promise<PairRender> => {
  const metadata = await readMetadata(dir);
  return { ...(await locateFrames(dir)), ...(metadata && { metadata }) };
};
const build = async (more: Partial<PairSettings> = {}, o: { to?: string; pass?: string } = {}) =>
  buildPairs({
    good: await render(good),
    defect: await render(defect),
    ...(o.pass && { pass: await render(o.pass) }),
    output: o.to ?? output,
    settings: { ...PAIR_DEFAULTS, lights: ["SolderLight"], ...more },
  });
const component = (more: Partial<PairSettings> = {}, o: { to?: string; pass?: string } = {}) =>
  build({ mode: "component", ...more }, o);
const names = async () => Object.keys(await tree(output));

describe("pairs of whole frames", () => {
  test("golden, defect, mask and labels are copied byte by byte", async () => {
    await writeGood("x0_y0");
    await writeDefect("x0_y0");
    const { pairs, labels } = await build();
    expect(labels).toEqual({ shift: 1 });
    expect(pairs[0]).toMatchObject({ object: "x0_y0", component: null, test: "defect" });
    expect(await names()).toEqual([
      "defect/x0_y0_SolderLight.png",
      "golden/x0_y0_SolderLight.png",
      "mask/x0_y0_SolderLight.json",
      "mask/x0_y0_SolderLight.png",
      "pairs.json",
    ]);
    for (const [from, to] of [
      [`${good}/rgb_x0_y0.png`, "golden/x0_y0_SolderLight.png"],
      [`${defect}/rgb_x0_y0.png`, "defect/x0_y0_SolderLight.png"],
      [`${defect}/semantic_segmentation_x0_y0.png`, "mask/x0_y0_SolderLight.png"],
      [`${defect}/semantic_segmentation_labels_x0_y0.json`, "mask/x0_y0_SolderLight.json"],
    ])
      expect((await readFile(path.join(output, to))).equals(await readFile(from))).toBe(true);
  });

  test("frames without visible defects are no pairs, or good ones when asked", async () => {
    for (const id of ["0", "1", "2", "3"]) await writeGood(id);
    await writeDefect("0", { shapes: [] });
    await writeDefect("1", { key: "class" });
    await writeDefect("2");
    await writeDefect("3");
    await rm(path.join(defect, "semantic_segmentation_labels_3.json"));
    const { pairs, refused, problems } = await build();
    expect(pairs.map((p) => p.object)).toEqual(["2"]);
    expect(refused).toMatchObject({ not_visible: 1, no_defect: 1, no_labels: 1 });
    expect(problems.map((p) => p.code)).toEqual(["frame_incomplete"]);
    const more = await build({ pass: 1 }, { to: `${output}2` });
    expect(more.labels).toEqual({ PASS: 2, shift: 1 });
  });

  test("the missing flow takes its masks from the reference", async () => {
    good = path.join(root, "missing/reference");
    defect = path.join(root, "missing/defective");
    await writeFrame(good, "0000", {
      shapes: [["missing", 20, 20, 16, 10]],
      key: "defect",
      paths: [part("tn__A_")],
    });
    await writeFrame(defect, "0000", { shapes: [], rgb: 3 });
    for (const name of ["semantic_segmentation_0000.png", "semantic_segmentation_labels_0000.json"])
      await rm(path.join(defect, name));
    expect((await build()).labels).toEqual({ missing: 1 });
    // Which component pairs can, too.
    const { pairs, withoutGoodBox } = await component({}, { to: `${output}2` });
    expect(pairs.map((p) => [p.object, p.label])).toEqual([["0000_tn__A_", "missing"]]);
    expect(withoutGoodBox).toBe(0);
  });
});

describe("pairs of components", () => {
  test("cut at the union of both boxes", async () => {
    await writeGood();
    await writeDefect();
    const { pairs } = await component({ lights: ["WhiteLight"] });
    expect(pairs[0]).toMatchObject({
      object: "0000_tn__A_",
      label: "shift",
      component: "/World/pcba/PCBA/board/_0603/tn__A_",
      crop: { x: 10, y: 10, width: 39, height: 31 },
    });
    expect(await names()).toEqual([
      "defect/0000_tn__A__WhiteLight.png",
      "golden/0000_tn__A__WhiteLight.png",
      "mask/0000_tn__A__WhiteLight.json",
      "mask/0000_tn__A__WhiteLight.png",
      "pairs.json",
    ]);
    const golden = await readPicture(path.join(output, "golden/0000_tn__A__WhiteLight.png"));
    const whole = await readPicture(path.join(good, "rgb_0000.png"));
    const at = (10 * whole.width + 10) * 4;
    expect([...golden.data.subarray(0, 156)]).toEqual([...whole.data.subarray(at, at + 156)]);
  });

  test("without a good box the defect's alone counts; borders, filters and empty crops are refused", async () => {
    await writeGood();
    await writeDefect("0000", {
      shapes: [...MOVED, ["tombstone", 50, 40, 10, 10], ["shift", 100, 30, 20, 10], ["shift", 70, 30, 1, 4]],
      paths: [part("tn__A_"), part("new"), part("edge"), part("thin")],
    });
    const { pairs, refused, withoutGoodBox } = await component({ offset: 0 });
    expect(pairs.map((p) => p.object)).toEqual(["0000_tn__A_", "0000_new"]);
    expect([withoutGoodBox, refused.edge, refused.empty]).toEqual([3, 1, 1]);
    await writeGood("0000", { paths: undefined });
    await rm(path.join(good, "bounding_box_2d_tight_0000.npy"));
    const none = await component({}, { to: `${output}3` });
    expect([none.pairs.length, none.problems.map((p) => p.code)]).toEqual([3, ["good_boxes_missing"]]);
    await writeGood();
    const filtered = await component({ classFilter: ["tomb"] }, { to: `${output}2` });
    expect([filtered.pairs.length, filtered.refused.filter]).toEqual([1, 3]);
  });

  test("every lighting of a component is one pair", async () => {
    await writeGood("0000", { lights: ["LowAngleLight"] });
    await writeDefect("0000", { lights: ["LowAngleLight"] });
    const { pairs } = await component({ lights: ["SolderLight", "LowAngleLight"], pass: 1 });
    expect(pairs.map((p) => [p.object, p.lights.length])).toEqual([
      ["0000_tn__A_", 2],
      ["0000_tn__C_", 2],
    ]);
    const files = await tree(output);
    expect(files["golden/0000_tn__A__LowAngleLight.png"]).toBeDefined();
    expect(files["golden/0000_tn__A__LowAngleLight.png"]).not.toBe(
      files["golden/0000_tn__A__SolderLight.png"],
    );
    await rm(path.join(good, "rgb_0000_LowAngleLight.png"));
    const lost = await component({ lights: ["SolderLight", "LowAngleLight"] }, { to: `${output}2` });
    expect([lost.pairs.length, lost.problems[0].code]).toEqual([0, "frame_incomplete"]);
  });

  test("good pairs: same family, no trace of a defect, not equal", async () => {
    await writeGood();
    await writeDefect();
    // B's crop would show the moved A, U is of another family: C is left.
    const { pairs } = await component({ pass: 3 });
    expect(pairs.map((p) => [p.object, p.label, p.test])).toEqual([
      ["0000_tn__A_", "shift", "defect"],
      ["0000_tn__C_", "PASS", "pass"],
    ]);
    // The render without noise: nothing to learn from.
    await writeDefect("0000", { rgb: 1 });
    const same = await component({ pass: 3 }, { to: `${output}2` });
    expect([same.labels.PASS, same.refused.identical]).toEqual([undefined, 1]);
    // Another good render shows neighbours as they should be.
    const second = path.join(root, "good2/trigger_0000");
    await writeFrame(second, "0000", { shapes: GOOD, paths: GOOD_PATHS, rgb: 9 });
    const two = await component({ pass: 3 }, { to: `${output}3`, pass: second });
    expect(two.pairs.map((p) => p.object)).toEqual(["0000_tn__A_", "0000_tn__B_", "0000_tn__C_"]);
  });

  test("without alpha when asked, and the same bytes again", async () => {
    await writeGood();
    await writeDefect();
    await component({ flatten: true });
    expect((await readPicture(path.join(output, "golden/0000_tn__A__SolderLight.png"))).channels).toBe(3);
    expect((await readPicture(path.join(output, "mask/0000_tn__A__SolderLight.png"))).channels).toBe(4);
    const before = await tree(output);
    await component({ flatten: true });
    expect(await tree(output)).toEqual(before);
    await component({ flatten: true }, { to: `${output}2` });
    expect(await tree(`${output}2`)).toEqual(before);
  });
});

describe("pairs: bad input", () => {
  test("no common frame: every cause has its explanation", async () => {
    await writeGood("0000", { rgb: null });
    await writeDefect("0000");
    await expect(build()).rejects.toMatchObject({
      code: "no_matching_frames",
      hint: expect.stringContaining("writer.reference.rgb"),
    });
    await writeGood("x0_y0");
    await expect(build()).rejects.toMatchObject({ hint: expect.stringContaining("rename_to_grid_index") });
    await rm(path.join(good, "rgb_x0_y0.png"));
    await writeGood("0004");
    await expect(build()).rejects.toMatchObject({ message: expect.stringContaining("0004 to 0004") });
  });

  test("no boxes in component mode", async () => {
    await writeGood("0000", { paths: undefined });
    await writeDefect("0000", { paths: undefined });
    await expect(component()).rejects.toMatchObject({ code: "no_boxes" });
  });

  test("frames of other sizes and masks without alpha", async () => {
    for (const id of ["0", "1", "2"]) await writeGood(id);
    await writeDefect("0", { width: 121 });
    await writeDefect("1");
    await writeDefect("2");
    const file = path.join(defect, "semantic_segmentation_1.png");
    await writeFile(file, await readFile(path.join(defect, "rgb_1.png")));
    await writeFrame(root, "1", { shapes: [], channels: 3 });
    await writeFile(file, await readFile(path.join(root, "rgb_1.png")));
    const { problems, pairs } = await build();
    expect(pairs).toHaveLength(1);
    expect(problems.map((p) => p.code)).toEqual(["size_mismatch", "mask_not_rgba"]);
  });

  test("renders of other settings are told, frames of other cells refused", async () => {
    await writeGood("0000");
    await writeGood("0001");
    await writeDefect("0000");
    await writeDefect("0001");
    const meta = (seed: number, cell: number) =>
      JSON.stringify({
        config: { random_seed: seed, resolution: [120, 90] },
        frame_to_grid: [
          { frame: 0, x_idx: 0, y_idx: 0 },
          { frame: 1, x_idx: cell, y_idx: 0 },
        ],
      });
    await writeFile(path.join(good, "metadata.json"), meta(1, 1));
    await writeFile(path.join(defect, "metadata.json"), meta(2, 0));
    const { problems, pairs } = await build();
    expect(problems.map((p) => p.code)).toEqual(["renders_differ", "cells_differ"]);
    expect(problems[0].message).toContain("random_seed (1 and 2)");
    expect(pairs.map((p) => p.object)).toEqual(["0000"]);
  });
});

describe("lightings of a render", () => {
  const of = (config: Record<string, unknown>) =>
    lightingsOf({ file: "", config, cells: new Map(), defective: [] });
  const layer = (r: number, g: number, b: number) => ({ color_r: [r, 1], color_g: [g, 1], color_b: [b, 1] });

  test("named, switched, coloured, or assumed", () => {
    expect(lightingsOf(undefined)).toEqual(["SolderLight"]);
    expect(of({ lighting: { ring_light: true } })).toEqual(["SolderLight"]);
    expect(of({ lighting: { ring_light: false } })).toEqual(["WhiteLight"]);
    expect(of({})).toEqual(["WhiteLight"]);
    const red = layer(0.95, 0, 0);
    const white = layer(0.8, 0.8, 0.8);
    expect(of({ lighting: { layers: { a: red, b: red, c: white } } })).toEqual(["SolderLight"]);
    expect(of({ lighting: { layers: { a: red, b: white, c: white } } })).toEqual(["WhiteLight"]);
    expect(of({ reflow: { lightings: ["WhiteLight", "LowAngleLight"] } })).toEqual([
      "WhiteLight",
      "LowAngleLight",
    ]);
  });
});

describe("tables of a workspace", () => {
  const made = (component: string, label: string, frame = "0"): Pair => ({
    object: `${frame}_${component}`,
    frame,
    component,
    label,
    test: label === "PASS" ? "pass" : "defect",
    lights: [],
    crop: null,
  });

  test("a component is in one table only, labels in all, nothing is lost", () => {
    const pairs = Array.from({ length: 60 }, (_, i) => i).flatMap((i) => {
      const label = ["PASS", "shift", "tombstone"][i % 3];
      return [made(`c${i}`, label), ...(i % 4 === 0 ? [made(`c${i}`, label, "1")] : [])];
    });
    const split = splitPairs(pairs, 3);
    const tables = Object.values(split);
    expect(tables.reduce((n, t) => n + t.length, 0)).toBe(pairs.length);
    for (const table of tables) {
      expect(new Set(table.map((p) => p.label)).size).toBe(3);
      for (const other of tables)
        if (other !== table)
          expect(table.some((p) => other.some((q) => q.component === p.component))).toBe(false);
    }
    expect(split.train.length).toBeGreaterThan(split.kpi.length * 2);
    expect(
      splitPairs([...pairs].reverse(), 3)
        .kpi.map((p) => p.object)
        .sort(),
    ).toEqual(split.kpi.map((p) => p.object).sort());
  });
});
