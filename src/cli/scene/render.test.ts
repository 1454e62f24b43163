import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";

const cli = fileURLToPath(new URL("../../../bin/reflow.mjs", import.meta.url));
const run = (...args: string[]) => {
  const done = spawnSync(process.execPath, [cli, "scene", "render", ...args], {
    encoding: "utf8",
    env: { ...process.env, BOARD_ROOT: "/World/Board/root" },
  });
  return { code: done.status, out: done.stdout, err: done.stderr };
};
const last = (text: string) => JSON.parse(text.trim().split("\n").at(-1) as string);

const box = (name: string, [x, y, z]: readonly number[]) => `def Mesh "${name}" {
  float3[] extent = [(-${x}, -${y}, 0), (${x}, ${y}, ${z})]
  int[] faceVertexCounts = [4, 4, 4, 4, 4, 4]
  int[] faceVertexIndices = [0, 2, 3, 1, 4, 5, 7, 6, 0, 1, 5, 4, 2, 6, 7, 3, 0, 4, 6, 2, 1, 3, 7, 5]
  point3f[] points = [(-${x}, -${y}, 0), (${x}, -${y}, 0), (-${x}, ${y}, 0), (${x}, ${y}, 0), (-${x}, -${y}, ${z}), (${x}, -${y}, ${z}), (-${x}, ${y}, ${z}), (${x}, ${y}, ${z})]
}`;
const chip = (n: number, x: number) => `def Xform "tn__0603_${n}_" {
  double3 xformOp:translate = (${x}, 0, 0.1)
  uniform token[] xformOpOrder = ["xformOp:translate"]
  ${box("body", [0.8, 0.4, 0.5])}
}`;
const SCENE = `#usda 1.0
( defaultPrim = "World"
  metersPerUnit = 0.001
  upAxis = "Z" )
def Xform "World" { def Xform "Board" { def Xform "root" {
  ${box("plate", [6, 4, 0.1])}
  def Scope "_0603" { ${[-4, -1, 2, 5].map((x, i) => chip(i, x - 0.5)).join("\n")} }
} } }
`;
const TARGET = `pcba_root: \${BOARD_ROOT}
camera_path: /World/Camera
camera_xform_path: /World/Camera
ring_light_root: /World/ring
`;
const IMAGE = `rename_to_grid_index: true
resolution: [64, 48]
scan_grid: {x_num: 2, y_num: 1}
vantablack_components: false
semantics:
  - match: "**/_0603/*"
    labels: {class: capacitor}
  - match: "**/plate_of_another_board"
    labels: {class: pad}
reflow: {lightings: [WhiteLight]}
defects:
  shift: {enabled: true, ratio: 0.5}
`;

let root: string;
let scene: string;
let book: string;
beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), "render-cli-"));
  scene = path.join(root, "board.usda");
  book = path.join(root, "book");
  mkdirSync(book);
  writeFileSync(scene, SCENE);
  writeFileSync(path.join(book, "pcba_target.yaml"), TARGET);
  writeFileSync(path.join(book, "day0_image.yaml"), IMAGE);
});

describe("reflow scene render", () => {
  test("a dry run tells what each rule matches and how many pictures there would be", () => {
    const { code, out, err } = run(scene, "--cookbook", book, "--dry-run");
    expect(code).toBe(0);
    expect(out).toMatch(/^ +4 {2}\*\*\/_0603\/\* {2}\{"class":"capacitor"\}$/m);
    expect(out).toMatch(/^ +0 {2}\*\*\/plate_of_another_board/m);
    expect(out).toContain("Frames: 2, each 64 × 48 px");
    expect(err).toContain("matches no prim");
    expect(readdirSync(root).toSorted()).toEqual(["board.usda", "book"]);
    const json = run(
      scene,
      "--cookbook",
      book,
      "--dry-run",
      "--json",
      "--lightings",
      "SolderLight,LowAngleLight",
    );
    expect(last(json.out).value).toMatchObject({ frames: 2, pictures: 4, labels: { capacitor: 4 } });
  });

  test("renders, says where, and a second call keeps what is there", () => {
    const output = path.join(root, "good");
    const args = [scene, "--cookbook", book, "--output", output, "--quality", "preview", "--workers", "1"];
    const first = run(...args);
    expect(first.code, first.err).toBe(0);
    expect(first.out).toContain(`2 frames, 2 pictures in ${output}`);
    expect(first.err).toContain("Next: reflow scene crop");
    expect(existsSync(path.join(output, "trigger_0000", "rgb_x1_y0.png"))).toBe(true);
    const again = last(run(...args, "--json").out);
    expect(again).toMatchObject({ type: "result", value: { frames: 2, kept: 2, lightings: ["WhiteLight"] } });
    const other = run(...args, "--seed", "9");
    expect(other).toMatchObject({ code: 3 });
    expect(other.err).toContain("output_exists");
  });

  test("defects come from the same cookbook when it lists them", () => {
    writeFileSync(
      path.join(book, "defect_image.yaml"),
      `pipeline_type: defect\ncomponent_types: ALL\nwriter: {semantic_types: [defect]}\n${IMAGE}`,
    );
    const output = path.join(root, "bad");
    const { code, err } = run(
      scene,
      "--cookbook",
      book,
      "--pipeline",
      "defect",
      "--patches",
      "1",
      "--output",
      output,
      "--quality",
      "preview",
    );
    expect(code, err).toBe(0);
    const metadata = JSON.parse(readFileSync(path.join(output, "trigger_0000", "metadata.json"), "utf8"));
    expect(metadata.defects).toHaveLength(2);
    expect(metadata.config.component_types).toEqual(["_0603"]);
    const missing = run(scene, "--cookbook", book, "--pipeline", "missing", "--dry-run");
    expect(missing.code, missing.err).toBe(0);
  });

  test("every fault of a cookbook is told with its line", () => {
    const bad = path.join(root, "bad-book");
    mkdirSync(bad);
    writeFileSync(path.join(bad, "pcba_target.yaml"), TARGET);
    writeFileSync(
      path.join(bad, "day0_image.yaml"),
      IMAGE.replace("x_num: 2", "x_nun: two").replace("[64, 48]", "[64]"),
    );
    const { code, err } = run(scene, "--cookbook", bad, "--dry-run");
    expect(code).toBe(3);
    expect(err).toContain("day0_image.yaml:2:13");
    expect(err).toContain("day0_image.yaml:3:13");
    expect(err).toContain("did you mean x_num?");
    expect(err).not.toMatch(/\n\s+at .*\.js:\d+/);
  });

  test.each([
    [["--cookbook", "dense"], 2, "--output is missing"],
    [["--output", "x"], 2, "--cookbook"],
    [["--cookbook", "dense", "--dry-run", "--lightings", "Sunlight"], 2, "Choose from SolderLight"],
    [["--cookbook", "dense", "--dry-run", "--quality", "best"], 2, "preview or final"],
    [["--cookbook", "dense", "--dry-run", "--patches", "0"], 2, "--patches"],
    [["--cookbook", "nowhere", "--dry-run"], 3, 'no cookbook "nowhere"'],
    [["--cookbook", "dense", "--dry-run"], 3, "pcb/dense/pcba_target.yaml:7:12 (pcba_root)"],
    [
      ["--cookbook", "dense", "--dry-run", "--workers", "1000"],
      2,
      "--workers must be a whole number from 1 to 256",
    ],
  ])("%j is refused", (args, code, text) => {
    const done = run(scene, ...args);
    expect(done.code).toBe(code);
    expect(done.err).toContain(text);
  });

  test("a scene that lacks a file is rendered without it, and that is no success", () => {
    const lacking = path.join(root, "lacking.usda");
    const chips = 'def Scope "_0603" {';
    writeFileSync(
      lacking,
      SCENE.replace(chips, `${chips} def Xform "gone" (prepend references = @gone.usda@) { }`),
    );
    const output = path.join(root, "lacking");
    const args = ["--cookbook", book, "--output", output, "--quality", "preview", "--patches", "1"];
    const { code, out, err } = run(lacking, ...args);
    expect(code).toBe(3);
    expect(out).toContain("1 frame, 1 picture in");
    expect(err).toContain("usd_reference_missing");
    expect(err).not.toContain("Next:");
  });

  test("what is no size of a board is refused", () => {
    const huge = path.join(root, "huge.usda");
    writeFileSync(huge, SCENE.replace("metersPerUnit = 0.001", "metersPerUnit = 1000"));
    const { code, err } = run(huge, "--cookbook", book, "--dry-run");
    expect([code, err]).toEqual([3, expect.stringContaining("board_absurd")]);
    expect(err).toContain("12000000 mm long");
  });

  test("a file in the way of the output is named", () => {
    const file = path.join(root, "afile");
    writeFileSync(file, "");
    const { code, err } = run(scene, "--cookbook", book, "--output", path.join(file, "sub"));
    expect([code, err]).toEqual([4, expect.stringContaining(`${file} is a file`)]);
  });

  test("a scene that is not there, and one that is no scene", () => {
    expect(run(path.join(root, "none.usda"), "--cookbook", book, "--dry-run").code).toBe(3);
    const junk = path.join(root, "junk.usda");
    writeFileSync(junk, "hello");
    const { code, err } = run(junk, "--cookbook", book, "--dry-run");
    expect(code).toBe(3);
    expect(err).not.toContain("internal_error");
  });
});
