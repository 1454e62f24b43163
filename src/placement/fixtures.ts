import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { type Pixels, writeImage } from "../kit/images.js";
import type { Box } from "../vision/index.js";

/** Class colours of the test boards. */
export const BOARD_CLASSES = {
  pad: [255, 255, 0],
  solder: [0, 255, 255],
  ic: [255, 0, 0],
  capacitor: [0, 0, 255],
} as const;

/** A picture of boxes, later ones painted over earlier ones. */
export function boxes(
  width: number,
  height: number,
  list: readonly (readonly [colour: readonly [number, number, number], box: Box])[],
  ground: readonly [number, number, number] = [0, 0, 0],
): Pixels {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i += 3) data.set(ground, i);
  for (const [colour, { x, y, width: w, height: h }] of list)
    for (let v = y; v < y + h; v++) for (let u = x; u < x + w; u++) data.set(colour, 3 * (v * width + u));
  return { width, height, channels: 3, data };
}

/** A chip between two pads, as a CAD mask of 100 × 70 pixels. */
export function chip(): Pixels {
  const { pad, solder, capacitor } = BOARD_CLASSES;
  return boxes(100, 70, [
    [pad, { x: 10, y: 15, width: 22, height: 40 }],
    [pad, { x: 68, y: 15, width: 22, height: 40 }],
    [solder, { x: 24, y: 22, width: 8, height: 26 }],
    [solder, { x: 66, y: 22, width: 8, height: 26 }],
    [capacitor, { x: 30, y: 20, width: 40, height: 30 }],
  ]);
}

/** A mask with a white box. */
export function spot(width: number, height: number, box: Box): Pixels {
  const data = new Uint8Array(width * height);
  for (let y = box.y; y < box.y + box.height; y++)
    data.fill(255, y * width + box.x, y * width + box.x + box.width);
  return { width, height, channels: 1, data };
}

/** Writes a dataset folder: a chip material with two boards and three defects, by CAD, freely and by prompt. */
export async function writeDataset(root: string): Promise<void> {
  const labels: Record<string, { class: string }> = { "(0, 0, 0, 0)": { class: "BACKGROUND" } };
  for (const [name, rgb] of Object.entries(BOARD_CLASSES))
    labels[`(${rgb.join(", ")}, 255)`] = { class: name };
  await mkdir(root, { recursive: true });
  await writeFile(path.join(root, "semantic_segmentation_labels.json"), JSON.stringify(labels));
  for (const name of ["a", "b"]) {
    await writeImage(path.join(root, "Chip", "cad_mask", `${name}.png`), chip());
    const clean = boxes(100, 70, [[[90, 90, 90], { x: 30, y: 20, width: 40, height: 30 }]], [30, 60, 20]);
    await writeImage(path.join(root, "Chip", "clean_image", `${name}.png`), clean);
  }
  const box = { x: 30, y: 20, width: 14, height: 9 };
  for (const [defect, count] of [
    ["less_solder", 3],
    ["missing", 1],
    ["scratch", 2],
    ["smear", 1],
  ] as const)
    for (let m = 0; m < count; m++)
      await writeImage(
        path.join(root, "Chip", "mask", defect, `${m}_mask.png`),
        spot(100, 70, { ...box, x: 30 + m }),
      );
  await writeSpec(root, [
    ["less_solder", "cad"],
    ["missing", "cad"],
    ["scratch", "free"],
    ["smear", "text"],
  ]);
}

export async function writeSpec(root: string, types: readonly (readonly [string, string])[]): Promise<void> {
  const lines = types.map(([anomaly, dependency]) =>
    JSON.stringify({
      defect_type: `Chip+${anomaly}`,
      spatial_dependency: dependency,
      roi_prompt_defect_location: dependency === "text" ? "the dark body" : "",
    }),
  );
  await writeFile(path.join(root, "defect_spec.jsonl"), `${lines.join("\n")}\n`);
}
