import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import sharp from "sharp";
import { afterAll, expect, test } from "vitest";
import { writeFileAtomic } from "../../kit/files.js";
import { validateTree } from "./validate.js";

const folder = await mkdtemp(path.join(tmpdir(), "reflow-anomaly-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

const HEADER =
  "output_filename,image_filename,mask_filename,anomaly_type,guidance,num_steps,seed,num_generated_images,crop_and_paste,crop_grid_X,crop_grid_Y,crop_ratio,poisson_blend,shift_values,rotation_angle,morph_operation,PSNR,index,guardrail_pass";

/** A tree of painted pictures with these numbers, and what its result says was allocated. */
async function painted(name: string, numbers: readonly number[], allocated?: number) {
  const at = (...names: string[]) => path.join(folder, name, "anomaly", "inference", ...names);
  const picture = await sharp({ create: { width: 8, height: 8, channels: 3, background: "#446" } })
    .png()
    .toBuffer();
  const stems = numbers.map((n) => `IC+bridge_${String(n).padStart(5, "0")}`);
  for (const stem of stems) {
    for (const kind of ["reconstructed_image", "original_image", "original_mask"])
      await writeFileAtomic(at(kind, `${stem}.png`), picture);
    for (const kind of ["annotated_image", "cropped_image", "cropped_mask"])
      await writeFileAtomic(at(kind, `${stem}_0.png`), picture);
  }
  const rows = stems.map(
    (s, i) => `${s}.png,a.png,m.png,IC+bridge,7,35,0,1,True,none,none,2,False,"0,0",0,none,20,${i + 1},1`,
  );
  await writeFileAtomic(at("SDG_result.csv"), `${[HEADER, ...rows].join("\n")}\n`);
  if (allocated !== undefined)
    await writeFileAtomic(
      path.join(folder, name, "result.json"),
      JSON.stringify({ accounts: [{ of: "defects", allocated, generated: numbers.length }] }),
    );
  const checks = await validateTree(path.join(folder, name));
  return checks.flatMap((c) => c.problems.filter((p) => p.severity === "error").map((p) => p.code));
}

test.each([
  ["whole", [0, 1, 2], undefined, []],
  ["a lost picture", [0, 2], undefined, ["tree_numbers"]],
  ["a refused picture", [0, 2], 3, []],
  ["more lost than refused", [0, 3], 3, ["tree_numbers"]],
] as const)("numbers of painted pictures: %s", async (name, numbers, allocated, expected) => {
  expect(await painted(name, numbers, allocated)).toEqual(expected);
});
