/**
 * File names of a render (contract 1.5). A trigger's folder holds for every frame id (`0007` or `x3_y0`):
 * `rgb_<id>.png` under the first lighting, `rgb_<id>_<Lighting>.png` under each further one (same pose, same pixels),
 * and one set of labels, which all lightings share.
 */
export function triggerFolder(trigger: number, flat: boolean): string {
  return flat ? "" : `trigger_${String(trigger).padStart(4, "0")}`;
}

/** `metadata.json` of a trigger; several triggers in one flat folder have one each. */
export function metadataName(trigger: number, flat: boolean): string {
  return flat ? `metadata_${String(trigger).padStart(4, "0")}.json` : "metadata.json";
}

export const FRAME_FILES = {
  /** Without a lighting: the first one. */
  rgb: (id: string, lighting?: string) => `rgb_${id}${lighting === undefined ? "" : `_${lighting}`}.png`,
  segmentation: (id: string) => `semantic_segmentation_${id}.png`,
  segmentationLabels: (id: string) => `semantic_segmentation_labels_${id}.json`,
  boxes: (id: string) => `bounding_box_2d_tight_${id}.npy`,
  boxLabels: (id: string) => `bounding_box_2d_tight_labels_${id}.json`,
  boxPaths: (id: string) => `bounding_box_2d_tight_prim_paths_${id}.json`,
} as const;

/** The two passes of the missing flow. */
export const MISSING_FOLDERS = { reference: "reference", defective: "defective" } as const;
