import { mkdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { componentKey } from "./boxes.js";
import { cropComponents } from "./component-crops.js";
import { COMPONENT_DEFAULTS, type ComponentSettings } from "./component-settings.js";
import { png, type Shape, scratch, tree, writeFrame } from "./fixtures/frames.js";
import { locateFrames } from "./locate.js";
import { componentDepth } from "./metadata.js";
import { readPicture } from "./picture.js";

const part = (name: string, mesh = 0) => `/World/pcba/PCBA/board/_0603/${name}/LibRef/surface_${mesh}`;
const SHAPES: readonly Shape[] = [
  ["shift", 30, 20, 10, 12],
  ["shift", 44, 22, 8, 10],
  ["tombstone", 70, 50, 20, 20],
];
const PATHS = [part("tn__A_", 0), part("tn__A_", 1), part("tn__B_")];

let root: string;
let source: string;
let output: string;
beforeEach(async () => {
  root = await scratch();
  source = path.join(root, "trigger_0000");
  output = path.join(root, "cropped");
});
const cut = (more: Partial<ComponentSettings> = {}, o: { reference?: string; to?: string } = {}) =>
  cropComponents({
    source,
    output: o.to ?? output,
    settings: { ...COMPONENT_DEFAULTS, ...more },
    ...(o.reference && { reference: o.reference }),
  });
const defects = (shapes = SHAPES, paths = PATHS) =>
  writeFrame(source, "0007", { shapes, paths, key: "defect" });

describe("crops of components", () => {
  test("one bucket a defect; meshes of a component are united; the empty folder is there", async () => {
    await defects();
    const { emitted, buckets, frames } = await cut();
    expect([emitted, buckets]).toEqual([2, { shift: 1, tombstone: 1 }]);
    expect(Object.keys(await tree(output))).toEqual([
      "crops.json",
      "shift/rgb/frame0007_tn__A_.png",
      "shift/semantic_segmentation/frame0007_tn__A_.png",
      "tombstone/rgb/frame0007_tn__B_.png",
      "tombstone/semantic_segmentation/frame0007_tn__B_.png",
    ]);
    expect((await locateFrames(root)).pictures).toBe(source);
    expect(frames[0].crops[0]).toMatchObject({
      key: "/World/pcba/PCBA/board/_0603/tn__A_",
      extent: { xMin: 30, yMin: 20, xMax: 51, yMax: 31 },
      // Ten pixels to the left and above, nine to the right and below the inclusive box.
      crop: { x: 20, y: 10, width: 41, height: 31 },
    });
    await expect(mkdir(path.join(output, "shift", "component_instance"))).rejects.toMatchObject({
      code: "EEXIST",
    });
  });

  test("pictures keep their channels", async () => {
    await writeFrame(source, "0", { shapes: SHAPES, paths: PATHS, key: "defect", channels: 3 });
    await cut({ offset: 0 });
    const crop = await readPicture(path.join(output, "tombstone/rgb/frame0_tn__B_.png"));
    expect([crop.width, crop.height, crop.channels]).toEqual([19, 19, 3]);
  });

  test("class labels with commas and blanks become folder names", async () => {
    await writeFrame(source, "0", { shapes: [["ic,whole", 30, 30, 20, 20]], paths: [part("U1")] });
    expect((await cut()).buckets).toEqual({ ic_whole: 1 });
  });

  test("filters: class, border, coverage, no pixels, no label", async () => {
    const shapes: readonly Shape[] = [
      ["shift", 0, 30, 20, 20],
      ["shift", 99, 30, 20, 20],
      ["tombstone", 60, 30, 20, 20],
      ["shift", 40, 70, 1, 5],
    ];
    const paths = ["A", "B", "C", "D"].map((n) => part(n));
    await defects(shapes, paths);
    expect((await cut({ offset: 0, classFilter: ["shi"] })).refused).toMatchObject({
      filter: 1,
      edge: 1,
      empty: 1,
    });
    const all = await cut({}, { to: `${output}2` });
    expect([all.emitted, all.refused.edge]).toEqual([3, 1]);

    const empty = new Uint8Array(120 * 90 * 4);
    await writeFile(path.join(source, "semantic_segmentation_0007.png"), await png(empty, 120, 90, 4));
    await writeFile(path.join(source, "bounding_box_2d_tight_labels_0007.json"), "{}");
    expect((await cut({}, { to: `${output}3` })).refused).toMatchObject({ edge: 1, coverage: 3 });
    await defects(shapes, paths);
    await writeFile(path.join(source, "bounding_box_2d_tight_labels_0007.json"), "{}");
    expect((await cut({}, { to: `${output}4` })).refused).toMatchObject({ edge: 1, unlabelled: 3 });
  });

  test("unlabelled but opaque pixels count as covered", async () => {
    await defects([["shift", 30, 30, 2, 2]], [part("A")]);
    expect((await cut()).emitted).toBe(1);
  });

  test("missing parts: both pictures at the reference's boxes", async () => {
    const reference = path.join(root, "reference");
    await writeFrame(reference, "0000", {
      shapes: [["missing", 30, 30, 20, 20]],
      paths: [part("A")],
      key: "defect",
      rgb: 1,
    });
    await writeFrame(source, "0000", { shapes: [], rgb: 2 });
    await rm(path.join(source, "semantic_segmentation_0000.png"));
    expect((await cut({}, { reference })).buckets).toEqual({ missing: 1, ok: 1 });
    const files = await tree(output);
    expect(files["missing/rgb/frame0000_A.png"]).not.toBe(files["ok/rgb/frame0000_A.png"]);
    expect(files["missing/semantic_segmentation/frame0000_A.png"]).toBe(
      files["ok/semantic_segmentation/frame0000_A.png"],
    );
    await rm(path.join(reference, "rgb_0000.png"));
    expect((await cut({}, { reference, to: `${output}2` })).buckets).toEqual({ missing: 1 });
  });

  test("the depth of component paths", () => {
    expect(componentKey(part("tn__A_"), 7)).toBe("/World/pcba/PCBA/board/_0603/tn__A_");
    expect(componentKey("/World/R1", 7)).toBe("/World/R1");
    const metadata = {
      file: "",
      config: {},
      cells: new Map(),
      defective: ["/World/b/_0603/R1", "/World/b/_0603/R2"],
    };
    expect(componentDepth(metadata)).toBe(5);
    expect(componentDepth({ ...metadata, defective: ["/a/b", "/a/b/c"] })).toBe(7);
    expect(componentDepth(undefined)).toBe(7);
  });
});

describe("crops of components: bad input", () => {
  test("no boxes, no segmentation among the types", async () => {
    await writeFrame(source, "0", { shapes: SHAPES });
    await expect(cut()).rejects.toMatchObject({ code: "no_boxes" });
    await expect(cut({ types: ["rgb"] })).rejects.toMatchObject({ code: "no_semantic_type" });
  });

  test("cut off, unfitting and unreadable box files are told and left out", async () => {
    for (const id of ["0", "1", "2", "3", "4", "5"])
      await writeFrame(source, id, { shapes: SHAPES, paths: PATHS, key: "defect" });
    const at = (name: string) => path.join(source, `bounding_box_2d_tight_${name}`);
    await truncate(at("0.npy"), (await readFile(at("0.npy"))).length - 5);
    await writeFile(at("prim_paths_1.json"), JSON.stringify(PATHS.slice(1)));
    await writeFile(at("prim_paths_2.json"), JSON.stringify({ a: 1 }));
    await writeFile(at("labels_3.json"), "[]");
    await rm(path.join(source, "rgb_4.png"));
    const { problems, emitted, refused } = await cut();
    expect([emitted, refused.frame]).toEqual([2, 5]);
    expect(problems.map((p) => p.code)).toEqual([
      "npy_invalid",
      "boxes_differ",
      "boxes_invalid",
      "boxes_invalid",
      "frame_incomplete",
    ]);
  });

  test("labels that lead out of the folder are refused", async () => {
    await defects();
    const labels = path.join(source, "bounding_box_2d_tight_labels_0007.json");
    const evil = (await readFile(labels, "utf8")).replaceAll('"shift"', '"../../outside"');
    await writeFile(labels, evil);
    await expect(cut()).rejects.toMatchObject({ code: "path_escapes" });
  });

  test("two components of one name in one bucket: the last is kept and it is told", async () => {
    await defects(SHAPES.slice(0, 2), [part("A"), part("A").replace("_0603", "_0402")]);
    const { problems, emitted } = await cut();
    expect(emitted).toBe(1);
    expect(problems).toMatchObject([{ code: "component_name_twice" }]);
  });
});
