import { BOARD_MATERIALS } from "../cookbook/index.js";
import { below } from "../lights/index.js";
import type { Scene } from "../model.js";

export type Bucket = "tin" | "pad" | "body" | "board";

export type BoardLayer = (typeof BOARD_MATERIALS)[number];

/**
 * Bucket of a material by its name (contract 1.8). The layers of the bare board are a bucket of their own: they have
 * their own overrides and are no component bodies.
 */
export function bucketOf(name: string): Bucket {
  if (name.includes("tin_plating")) return "tin";
  if (name.includes("solder_pad") || name === "pad" || name === "Solder_Paste") return "pad";
  return boardLayerOf(name) ? "board" : "body";
}

/** `SolderMask` for `SolderMask` and for variants like `SolderMask_Copper`. */
export function boardLayerOf(name: string): BoardLayer | undefined {
  return BOARD_MATERIALS.find((layer) => name === layer || name.startsWith(`${layer}_`));
}

/** Materials that anything below the board's root wears, by bucket. */
export function materialBuckets(scene: Scene, pcbaRoot: string): Readonly<Record<Bucket, readonly number[]>> {
  const worn = new Set(scene.parts.filter((part) => below(part.path, pcbaRoot)).map((part) => part.material));
  const out: Record<Bucket, number[]> = { tin: [], pad: [], body: [], board: [] };
  for (const index of [...worn].sort((a, b) => a - b)) {
    const material = scene.materials[index];
    if (material) out[bucketOf(material.name)].push(index);
  }
  return out;
}
