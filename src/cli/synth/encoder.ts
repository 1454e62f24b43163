import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { embedImages } from "../../changenet/index.js";
import { writeImage } from "../../kit/images.js";
import type { DefectEncoder } from "../../synthesis/index.js";
import { boundsOf, cropPixels } from "../../vision/index.js";

/** A user's ONNX image encoder as judge of defects: one vector for the square around a defect, half as wide again. */
export function onnxEncoder(file: string): DefectEncoder {
  return {
    name: path.basename(file),
    encode: async (image, region) => {
      const box = boundsOf(region);
      if (!box) return { dim: 1, data: new Float32Array(0) };
      const side = Math.ceil(1.5 * Math.max(box.width, box.height, 8));
      const crop = cropPixels(image, {
        x: Math.round(box.x + box.width / 2 - side / 2),
        y: Math.round(box.y + box.height / 2 - side / 2),
        width: side,
        height: side,
      });
      const folder = await mkdtemp(path.join(tmpdir(), "reflow-synth-"));
      try {
        const picture = path.join(folder, "defect.png");
        await writeImage(picture, crop);
        const { dim, data } = await embedImages({ encoder: file, files: [picture], workers: 1 });
        const size = Math.hypot(...data) || 1;
        return { dim, data: data.map((v) => v / size) };
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}
