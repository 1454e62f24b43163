import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import type { ReflowError } from "../../kit/errors.js";
import { FLOW_DEFINITIONS } from "../flows.js";
import { BOARDS, type DefectPairs } from "../knobs/index.js";
import { makeRequest } from "../run/make-request.js";
import { editConfig } from "../steps/edit.js";
import {
  agConfigSchema,
  augmentationSchema,
  bundled,
  day1Schema,
  loadFlowCookbook,
  readConfig,
} from "./index.js";

const COOKBOOKS = fileURLToPath(new URL("../../../cookbooks", import.meta.url));
const roots = [COOKBOOKS];
const folder = await mkdtemp(path.join(tmpdir(), "reflow-cookbooks-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("cookbooks that come with the program", () => {
  test("are found by name and alias, and every file of theirs is valid", async () => {
    expect(await bundled(roots)).toEqual(["dense", "glass", "metal_surface", "mixed"]);
    for (const name of [...(await bundled(roots)), "metal", "pcb/dense"]) {
      const { paths, usecase } = await loadFlowCookbook(name, { roots });
      expect(usecase).toMatch(/^(pcb|glass|metal_surface)$/);
      if (paths.ag) await readConfig(paths.ag, agConfigSchema);
      if (paths.augmentation) await readConfig(paths.augmentation, augmentationSchema);
      if (paths.day1) await readConfig(paths.day1, day1Schema);
    }
  });

  test("their own defaults are knobs of the flow they name", async () => {
    for (const name of ["dense", "mixed"])
      for (const id of ["good", "structural", "texture-day0", "day1-align"] as const) {
        const cookbook = await loadFlowCookbook(name, { roots });
        const { knobs } = makeRequest(FLOW_DEFINITIONS[id], cookbook, { seed: 0, set: [] });
        expect(knobs.board).toBe(name);
        // What is told of a board is what its cookbook can make.
        for (const pair of (knobs.anomaly_types_json ?? []) as DefectPairs)
          if (id === "texture-day0") expect(BOARDS[name]?.pairs).toContainEqual(pair);
      }
    const glass = await loadFlowCookbook("glass", { roots });
    const { knobs } = makeRequest(FLOW_DEFINITIONS["day1-roi"], glass, { seed: 0, set: [] });
    expect(knobs).toMatchObject({
      usecase: "glass",
      checkpoint_step: 9000,
      use_pretrained_checkpoint: false,
    });
  });
});

describe("wrong cookbooks and requests", () => {
  test("a fault in the defaults of any flow is told with its line, not as one of --set", async () => {
    const dir = path.join(folder, "defaults");
    await mkdir(dir);
    await writeFile(
      path.join(dir, "flows.yaml"),
      "usecase: glass\ndefaults:\n  day1-roi:\n    num_sdg: many\n    nmu_sdg: 3\n  finetune: {num_sdg: 3}\n",
    );
    const error = await loadFlowCookbook(dir, { roots }).catch((e: ReflowError) => e);
    expect(error).toMatchObject({ kind: "data", code: "cookbook_invalid" });
    const told = (error as ReflowError).problems.map((p) => `${p.where?.row} ${p.message}`);
    expect(told).toHaveLength(3);
    expect(told[0]).toBe(
      '4 defaults.day1-roi.num_sdg cannot be used: expected a whole number from 1 to 100000, found "many"',
    );
    expect(told[1]).toMatch(/^5 defaults.day1-roi.nmu_sdg is no knob \(Did you mean num_sdg\?\)/);
    expect(told[2]).toMatch(/^6 .* belongs to other flows/);
  });

  test("a folder whose name turns into a number is refused, and so is no name at all", async () => {
    for (const name of ["0402", "1e5", "115_2819_000", "a b"]) {
      const dir = path.join(folder, "pcb", name);
      await cp(path.join(COOKBOOKS, "pcb", "dense"), dir, { recursive: true });
      const cookbook = await loadFlowCookbook(dir, { roots });
      expect(() => makeRequest(FLOW_DEFINITIONS.structural, cookbook, { seed: 0, set: [] })).toThrow(
        expect.objectContaining({ code: "name_unsafe" }),
      );
    }
    await writeFile(path.join(folder, "defaults", "flows.yaml"), "usecase: glass\nnosuch: 1\n");
    await expect(loadFlowCookbook(path.join(folder, "defaults"), { roots })).rejects.toMatchObject({
      hint: expect.stringContaining("docs/flows.md"),
    });
    await expect(loadFlowCookbook("", { roots })).rejects.toMatchObject({ kind: "usage" });
  });

  test("a scene is not named for a board that is built on the spot", async () => {
    const cookbook = await loadFlowCookbook("dense", { roots });
    const set = ["scene_filename=other.usd"];
    expect(() => makeRequest(FLOW_DEFINITIONS.good, cookbook, { seed: 0, set })).toThrow(
      expect.objectContaining({ code: "cookbook_differs" }),
    );
  });

  test("exemplars that are not there are told before anything is rendered", async () => {
    const dir = path.join(folder, "pcb", "looks");
    await cp(path.join(COOKBOOKS, "pcb", "dense"), dir, { recursive: true });
    const text = await readFile(path.join(dir, "flows.yaml"), "utf8");
    await writeFile(path.join(dir, "flows.yaml"), text.replace(/^look:.*$/m, "look: {exemplars: nosuch}"));
    await cp(
      path.join(COOKBOOKS, "pcb", "augmentation_config_ovsl2sl.yaml"),
      path.join(folder, "pcb", "augmentation_config_ovsl2sl.yaml"),
    );
    await expect(editConfig(await loadFlowCookbook(dir, { roots }))).rejects.toMatchObject({
      code: "folder_missing",
      where: { field: "look.exemplars" },
    });
  });

  test("a wrong type is told with its line, an unknown key with the nearest", async () => {
    await cp(path.join(COOKBOOKS, "glass"), path.join(folder, "glass"), { recursive: true });
    const file = path.join(folder, "glass", "flows.yaml");
    const text = await readFile(file, "utf8");
    await writeFile(file, `${text}render:\n  quality: best\nlok: {}\n`);
    const line = text.split("\n").length;
    await expect(loadFlowCookbook(path.join(folder, "glass"), { roots })).rejects.toMatchObject({
      code: "cookbook_invalid",
      problems: [
        { code: "value_invalid", where: { row: line + 1 } },
        { code: "unknown_key", hint: "Did you mean look?", where: { row: line + 2 } },
      ],
    });
  });

  test("an unknown name names the nearest", async () => {
    await expect(loadFlowCookbook("dence", { roots })).rejects.toMatchObject({
      code: "cookbook_missing",
      hint: "Did you mean dense?",
    });
  });

  test.each([
    ["structural", "crop_max_emit=50", "knob_other_flow"],
    ["structural", "render_patches=0", "knob_value"],
    ["good", "render_patch=2", "knob_unknown"],
    ["good", "board=115_2819_000", "name_unsafe"],
    ["good", "board=0402", "name_unsafe"],
    ["good", "board=mixed", "cookbook_differs"],
    ["good", "image_edit_model=other", "knob_constant"],
  ] as const)("%s --set %s: %s", async (id, set, code) => {
    const cookbook = await loadFlowCookbook("dense", { roots });
    expect(() => makeRequest(FLOW_DEFINITIONS[id], cookbook, { seed: 0, set: [set] })).toThrow(
      expect.objectContaining({ code }),
    );
  });

  test("a flow of boards refuses a material, and the stamp follows the request", async () => {
    const metal = await loadFlowCookbook("metal", { roots });
    expect(() => makeRequest(FLOW_DEFINITIONS.good, metal, { seed: 0, set: [] })).toThrow(
      expect.objectContaining({ code: "usecase_wrong" }),
    );
    const dense = await loadFlowCookbook("dense", { roots });
    const name = (seed: number, ...set: string[]) =>
      makeRequest(FLOW_DEFINITIONS.good, dense, { seed, set }).name;
    expect(name(0)).toMatch(/^good_image_gen-[0-9a-f]{8}$/);
    expect(name(0)).toBe(name(0));
    expect(new Set([name(0), name(1), name(0, "render_patches=3")]).size).toBe(3);
    expect(name(0, "dig_url_root=/a")).toBe(name(0, "dig_url_root=/b"));
    expect(name(0, "name=mine")).toBe("mine");
  });
});
