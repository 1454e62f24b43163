import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mergeConfig } from "./config.js";
import { loadCookbook } from "./load.js";
import { expandVariables } from "./variables.js";
import { parseYaml } from "./yaml-file.js";

const TARGET = `scene: __SCENE__
camera_path: /World/camera_light/Camera
camera_xform_path: /World/camera_light
ring_light_root: /World/camera_light/aoi_ring_light
pcba_root: /World/board
`;
const IMAGE = `pipeline_type: good
max_image_count: __MAX_IMAGE_COUNT__
output: \${ROOT}/out
scan_grid: {x_num: 10, y_num: 10}
semantics:
  - match: "**/_0402_*/**"
    labels: {class: capacitor}
lighting:
  ring_light: false
  white_light:
    intensity: [160, 440]
    color_r: [0.8, 1.0]
    color_g: [0.8, 1.0]
    color_b: [0.8, 1.0]
`;

const merge = (image: string, target = TARGET, variables: Record<string, string> = {}) =>
  mergeConfig(parseYaml(target, "pcba_target.yaml"), parseYaml(image, "day0_image.yaml"), { variables });
const told = (image: string, target?: string) =>
  merge(image, target).problems.map((p) => [p.code, p.where?.file, p.where?.row, p.where?.column, p.hint]);

describe("a sound cookbook", () => {
  test("run-time values are left out, defaults stand in, names stay those of the file", () => {
    const { config, merged, problems } = merge(IMAGE, TARGET, { ROOT: "/data" });
    expect(problems).toEqual([]);
    expect(config).toMatchObject({
      max_image_count: -1,
      output: "/data/out",
      resolution: [1920, 1080],
      vantablack_components: true,
      pathtracing: { total_spp: 32, max_bounces: 4 },
      camera_rotation: { z_fixed: 0 },
      writer: { frame_padding: 4, semantic_types: ["class"] },
      lighting: { exposure_range: [0.01, 1] },
    });
    expect(config?.scene).toBeUndefined();
    expect(merged).toMatchObject({ pcba_root: "/World/board", scan_grid: { x_num: 10 } });
    expect(merged).not.toHaveProperty("max_image_count");
  });

  test("the scene's and the output's variables may stay open: the caller gives both", () => {
    expect(merge(IMAGE, TARGET.replace("__SCENE__", `\${USD}`)).problems).toEqual([]);
  });
});

describe("problems name file, line and column", () => {
  test("an unknown key, with the nearest known name, at every depth", () => {
    expect(told(`${IMAGE}reneme_to_grid_index: true\n`)).toEqual([
      ["unknown_key", "day0_image.yaml", 15, 1, "Did you mean rename_to_grid_index?"],
    ]);
    expect(told(IMAGE.replace("    intensity:", "    intensty:"))).toEqual(
      expect.arrayContaining([["unknown_key", "day0_image.yaml", 11, 5, "Did you mean intensity?"]]),
    );
    expect(told(IMAGE, `${TARGET}camera_pth: /a\n`)).toEqual([
      ["unknown_key", "pcba_target.yaml", 6, 1, "Did you mean camera_path?"],
    ]);
  });

  test("a key in both files is a boundary violation", () => {
    expect(told(`${IMAGE}pcba_root: /World/other\n`)).toEqual([
      ["boundary_violation", "day0_image.yaml", 15, 1, expect.any(String)],
    ]);
  });

  test("all of them at once", () => {
    const bad = IMAGE.replace("[160, 440]", "[440, 160]")
      .replace("x_num: 10", "x_num: ten")
      .replace("pipeline_type: good", "pipeline_type: nice");
    const { problems, config } = merge(bad, TARGET.replace("pcba_root: /World/board", "pcba_root: board"));
    expect(config).toBeUndefined();
    expect(problems.map((p) => [p.code, p.where?.field, p.where?.row])).toEqual(
      expect.arrayContaining([
        ["value_invalid", "pcba_root", 5],
        ["value_invalid", "pipeline_type", 1],
        ["value_invalid", "scan_grid.x_num", 4],
        ["value_invalid", "lighting.white_light.intensity", 11],
      ]),
    );
    const text = problems.map((p) => p.message).join("\n");
    expect(text).toContain('pipeline_type must be "good" or "defect" or "missing", found "nice"');
    expect(text).toContain('scan_grid.x_num must be a number, found "ten"');
    expect(text).toContain("lighting.white_light.intensity must not fall: [low, high], found [440,160]");
  });

  test("a missing key names what it should be; an open variable names itself", () => {
    expect(merge(IMAGE, TARGET.replace(/pcba_root.*\n/, "")).problems[0]).toMatchObject({
      code: "key_missing",
      where: { field: "pcba_root" },
    });
    expect(told(IMAGE.replace("**/_0402_*/**", `\${PATTERN}`))).toEqual([
      ["variable_unknown", "day0_image.yaml", 6, 12, expect.any(String)],
    ]);
  });

  test.each([
    ["ring_light: false", "ring_light: true", "lighting"],
    ["pipeline_type: good", "pipeline_type: defect", "pipeline_type"],
    ["pipeline_type: good", "pipeline_type: missing", "pipeline_type"],
    ["{x_num: 10, y_num: 10}", "{z_min: 3}", "scan_grid"],
    ["pipeline_type: good", "component_types: SMALL", "component_types"],
    ["pipeline_type: good", "component_types: [_0402, 402]", "component_types[1]"],
    ["pipeline_type: good", "resolution: [1920]", "resolution"],
    ["pipeline_type: good", "random_seed: -1", "random_seed"],
    ["pipeline_type: good", "reflow: {lightings: [SolderLicht]}", "reflow.lightings[0]"],
    [
      "pipeline_type: good",
      "solder_fillet: {enabled: true, noise_octaves: 99}",
      "solder_fillet.noise_octaves",
    ],
  ])("%s → %s is refused at %s", (from, to, field) => {
    expect(merge(IMAGE.replace(from, to)).problems.map((p) => p.where?.field)).toEqual([field]);
  });
});

describe("YAML itself", () => {
  test("syntax, duplicate keys, bombs, lists and nonsense never throw", () => {
    const code = (text: string) => parseYaml(text, "x.yaml").problems.map((p) => [p.code, p.where?.row]);
    expect(code("a: 1\nb: [1, 2\nc: 3")[0]).toEqual(["yaml_invalid", 3]);
    expect(code("a: 1\na: 2")).toEqual([["yaml_invalid", 2]]);
    expect(code("- 1")).toEqual([["yaml_not_a_map", undefined]]);
    const bomb = Array.from(
      { length: 9 },
      (_, i) => `k${i}: &k${i} [${"*k".concat(String(i - 1), ",").repeat(9)}]`,
    );
    bomb[0] = "k0: &k0 [x]";
    expect(code(bomb.join("\n"))[0]?.[0]).toBe("yaml_invalid");
    for (const deep of ["[", "{a: ", "- ", "? ", "a:\n  - ["])
      expect(code(`x: 1\n${deep.repeat(100_000)}`)[0]?.[0], deep).toBe("yaml_invalid");
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void parseYaml(text, "x.yaml")));
  });

  test("merge keys and a byte-order mark are read", () => {
    const { value } = parseYaml("\uFEFFbase: &b {x: 1}\nc: {<<: *b, y: 2}", "x.yaml");
    expect(value).toEqual({ base: { x: 1 }, c: { x: 1, y: 2 } });
  });
});

test("variables are replaced only by what was given", () => {
  process.env.SECRET_OF_THE_SHELL = "leaked";
  const { value, unresolved } = expandVariables(
    { a: `$A/\${B}/\${SECRET_OF_THE_SHELL}`, list: [`\${A}`], late: "__LATE__", n: 5 },
    { A: "1", B: "2" },
  );
  expect(value).toEqual({ a: `1/2/\${SECRET_OF_THE_SHELL}`, list: ["1"], n: 5 });
  expect(unresolved).toEqual([{ path: ["a"], name: "SECRET_OF_THE_SHELL" }]);
});

describe("folders", () => {
  async function folder(files: Readonly<Record<string, string>>): Promise<string> {
    const root = await mkdtemp(path.join(tmpdir(), "cookbook-"));
    await mkdir(path.join(root, "pcb", "mine"), { recursive: true });
    for (const [name, text] of Object.entries(files)) await writeFile(path.join(root, "pcb", name), text);
    return root;
  }
  const sound = { "mine/pcba_target.yaml": TARGET, "mine/day0_image.yaml": IMAGE };

  test("a cookbook is found by name and its registry is used", async () => {
    const root = await folder({
      ...sound,
      "mine/day0_image.yaml": `${IMAGE}component_types: caps\n`,
      "components.yaml": "all: [_0402, _0603]\nsubsets: {caps: [_0402]}\n",
      "mine/day0_crop.yaml": "crop: {classes: [capacitor]}\n",
    });
    const book = await loadCookbook("mine", { roots: [root], variables: { ROOT: "/x" } });
    expect(book.recipes.good?.config.component_types).toEqual(["_0402"]);
    expect(book.crop?.crop).toMatchObject({ classes: ["capacitor"], source: "aligned", offset: 10 });
    expect(book.recipes.defect).toBeUndefined();
  });

  test("every fault of every file comes with one error", async () => {
    const root = await folder({
      "mine/pcba_target.yaml": `${TARGET}nonsense: 1\n`,
      "mine/day0_image.yaml": IMAGE,
      "mine/defect_image.yaml": "pipeline_type: defect\nlighting: {ring_light: maybe}\n",
      "mine/day0_crop.yaml": "crop: {classes: []}\n",
    });
    const error = await loadCookbook(path.join(root, "pcb", "mine")).then(
      () => undefined,
      (e) => e,
    );
    expect(error).toMatchObject({ code: "cookbook_invalid", exitCode: 3 });
    const files = (error.problems as { where: { file: string } }[]).map((p) => path.basename(p.where.file));
    expect(files.toSorted()).toEqual(["day0_crop.yaml", "defect_image.yaml", "pcba_target.yaml"]);
  });

  test("a name that does not exist is an error with a hint", async () => {
    const root = await folder(sound);
    await expect(loadCookbook("yours", { roots: [root] })).rejects.toMatchObject({
      code: "cookbook_missing",
    });
    await expect(loadCookbook(root)).rejects.toThrow(/no pcba_target\.yaml/);
  });
});
