import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import sharp from "sharp";
import { afterAll, describe, expect, test } from "vitest";
import { writeFileAtomic } from "../../kit/files.js";
import { validateTree } from "./validate.js";

const folder = await mkdtemp(path.join(tmpdir(), "reflow-tree-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

const png = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 4, background: "#446" } })
    .png()
    .toBuffer();

async function goodTree(name: string): Promise<(...names: string[]) => string> {
  const at = (...names: string[]) => path.join(folder, name, ...names);
  const render = (n: string) => at("usd2roi-components", n);
  for (const file of ["pcba_target.yaml", "day0_image.yaml", "day0_crop.yaml"])
    await writeFileAtomic(render(file), "a: 1\n");
  for (const file of ["rgb_x0_y0.png", "semantic_segmentation_x0_y0.png"])
    await writeFileAtomic(render(`trigger_0000/${file}`), await png(64, 64));
  await writeFileAtomic(render("trigger_0000/semantic_segmentation_labels_x0_y0.json"), "{}");
  await writeFileAtomic(render("trigger_0000/metadata.json"), "{}");
  await writeFileAtomic(
    render("crop/semantic_segmentation_labels.json"),
    '{"(1, 2, 3, 255)": {"class": "ic"}}',
  );
  for (const n of ["0001", "0002"]) {
    await writeFileAtomic(render(`crop/IC/x0_y0/normal_img/${n}.png`), await png(20, 12));
    await writeFileAtomic(render(`crop/IC/x0_y0/cad_mask/${n}_cad_mask.png`), await png(20, 12));
    await writeFileAtomic(at("augment", "crop", "IC", "x0_y0", `${n}.png`), await png(20, 12));
  }
  return at;
}

const codes = (problems: readonly { code: string }[]) => problems.map((p) => p.code);

describe("validateTree", () => {
  test("a whole tree from elsewhere is known by its folders", async () => {
    await goodTree("whole");
    const [check] = await validateTree(path.join(folder, "whole"));
    expect(check).toMatchObject({
      flow: "good",
      from: "folders",
      problems: [],
      counts: { "usd2roi-components": { frames: 1, crops: 2, restyled: 2 } },
    });
  });

  test("what is missing, of another size, foreign or misnumbered is told", async () => {
    const at = await goodTree("faulty");
    await rm(at("augment", "crop", "IC", "x0_y0", "0002.png"));
    await writeFile(at("augment", "crop", "IC", "x0_y0", "0001.png"), await png(21, 12));
    await writeFile(at("augment", "crop", "IC", "x0_y0", "0009.png"), await png(20, 12));
    await rm(at("usd2roi-components", "day0_crop.yaml"));
    await rm(at("usd2roi-components", "trigger_0000", "semantic_segmentation_x0_y0.png"));
    const [check] = await validateTree(path.join(folder, "faulty"));
    expect(codes(check?.problems ?? []).sort()).toEqual([
      "tree_file_foreign",
      "tree_file_missing",
      "tree_file_missing",
      "tree_file_missing",
      "tree_size_differs",
    ]);
    await rm(at("usd2roi-components", "crop", "IC", "x0_y0", "normal_img", "0001.png"));
    expect(codes((await validateTree(path.join(folder, "faulty")))[0]?.problems ?? [])).toContain(
      "tree_numbers",
    );
  });

  test("a picture that cannot be read is told once; a file is no folder", async () => {
    const at = await goodTree("unreadable");
    const broken = at("usd2roi-components", "crop", "IC", "x0_y0", "normal_img", "0001.png");
    await writeFile(broken, "");
    const [check] = await validateTree(path.join(folder, "unreadable"));
    expect(codes(check?.problems ?? [])).toEqual(["image_unreadable"]);
    await expect(validateTree(broken)).rejects.toMatchObject({
      message: expect.stringContaining("is no folder"),
    });
  });

  test("an unfinished run, a stage that is not there, other folders", async () => {
    const at = await goodTree("begun");
    await writeFile(at("flow.json"), JSON.stringify({ flow: "texture-day0" }));
    const [check] = await validateTree(path.join(folder, "begun"));
    expect(check?.from).toBe("flow.json");
    expect(codes(check?.problems ?? []).sort()).toEqual(["tree_stage_missing", "tree_unfinished"]);
    await mkdir(path.join(folder, "else", "photos"), { recursive: true });
    await expect(validateTree(path.join(folder, "else"))).rejects.toMatchObject({ code: "tree_unknown" });
    await expect(validateTree(path.join(folder, "nowhere"))).rejects.toMatchObject({ code: "tree_missing" });
  });
});
