import path from "node:path";
import sharp from "sharp";
import { writeFileAtomic } from "../../kit/files.js";
import { encodeNpyRecords } from "../../kit/npy.js";
import { BOX_FIELDS } from "../box-table.js";
import type { Scene } from "../model.js";
import { colorMap } from "../semantics/index.js";
import type { Pose, View } from "../view.js";
import { tightBoxes } from "./boxes.js";
import { entriesOf, paintLabels } from "./labels-image.js";
import { FRAME_FILES } from "./layout.js";
import type { PassPlan } from "./types.js";

/** A picture of a frame, RGBA. `lighting` undefined: the first one. */
export type Picture = Readonly<{ lighting: string | undefined; rgba: Uint8Array }>;

export type FrameContent = Readonly<{
  id: string;
  scene: Scene;
  pass: Pick<PassPlan, "outputs" | "labels" | "palette">;
  /** Part index + 1 per pixel. */
  ids: Uint32Array;
  pictures: readonly Picture[];
  /** How parts stand in this frame that do not stand as the scene says. */
  poses: ReadonlyMap<number, Pose>;
  view: View;
  width: number;
  height: number;
}>;

/**
 * Writes the files of a frame (contract 1.5), each whole or not at all, and returns their names. Pictures are lossless;
 * labels come from the ids alone.
 */
export async function writeFrame(folder: string, frame: FrameContent): Promise<readonly string[]> {
  const { id, width, height } = frame;
  const { outputs, palette, labels } = frame.pass;
  const files = new Map<string, Uint8Array | string>();
  for (const { lighting, rgba } of frame.pictures)
    files.set(FRAME_FILES.rgb(id, lighting), await png(rgba, width, height));
  const entries = entriesOf(labels, palette);
  if (outputs.semantic_segmentation) {
    const { rgba, shown } = paintLabels(frame.ids, entries);
    files.set(FRAME_FILES.segmentation(id), await png(rgba, width, height));
    files.set(FRAME_FILES.segmentationLabels(id), json(colorMap(shown)));
  }
  if (outputs.bounding_box_2d_tight) {
    const { rows, paths } = tightBoxes({ ...frame, entries });
    const used = new Set(rows.map((row) => row.semanticId));
    const named = palette.entries.filter((entry) => used.has(entry.id));
    files.set(FRAME_FILES.boxes(id), encodeNpyRecords({ fields: BOX_FIELDS, rows }));
    files.set(
      FRAME_FILES.boxLabels(id),
      json(Object.fromEntries(named.map((e) => [String(e.id), e.labels]))),
    );
    files.set(FRAME_FILES.boxPaths(id), json(paths));
  }
  for (const [name, data] of files) await writeFileAtomic(path.join(folder, name), data);
  return [...files.keys()];
}

function png(rgba: Uint8Array, width: number, height: number): Promise<Buffer> {
  return sharp(rgba, { raw: { width, height, channels: 4 } })
    .png({ compressionLevel: 6 })
    .toBuffer();
}

/** One line: label files are many and small. */
function json(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
