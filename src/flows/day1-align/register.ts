import { copyFile } from "node:fs/promises";
import sharp from "sharp";
import { ReflowError } from "../../kit/errors.js";
import { readBytes, writeFileAtomic, writeJsonAtomic } from "../../kit/files.js";
import { cropBoxes } from "../../scene/crop/index.js";
import {
  fixedPicture,
  movingPicture,
  readMovingPixels,
  readPhotoPixels,
  register,
  writeRegistration,
} from "../../vision/registration/index.js";
import type { Day1Config } from "../cookbook/index.js";
import type { FlowRequest, Step } from "../run/types.js";
import { DAY1 } from "./folders.js";

/** Elements of a prim path that name a component (contract 4.5). */
const COMPONENT_DEPTH = 7;

export type Registered = {
  scaleX: number;
  scaleY: number;
  rotation_deg: number;
  tx: number;
  ty: number;
  mi_before: number;
  mi_after: number;
  patches: number;
  agreeing: number;
  box: number[];
};

/**
 * Registers the photo to the render and cuts both, and the segmentation, to what they have in common: `aligned/` (dig 1.8).
 * Throws `photo_not_registered` where they do not show the same place, for example for the photo of another board.
 */
export function registerStep(request: FlowRequest, config: Day1Config, photo: string): Step<Registered> {
  const { registration: r } = config;
  return {
    id: "register",
    title: "Registration",
    makes: [DAY1.aligned],
    after: "clean",
    parameters: JSON.parse(JSON.stringify(r)) as never,
    files: [photo],
    run: async ({ at }) => {
      const moving = await readMovingPixels(at(DAY1.sdg, "rgb_0000.png"));
      const fixed = await readPhotoPixels(photo);
      const found = register(movingPicture(moving), fixedPicture(fixed), {
        model: "two-scale",
        minMi: r.min_mi,
        bins: r.bins,
        seed: request.seed,
        search: {
          shift: r.shift_range,
          rotation: [Math.min(-1, r.rot_range_deg[0]), Math.max(1, r.rot_range_deg[1])],
          scaleX: [r.sx_range[0], r.sx_range[1]],
          scaleY: [r.sy_range[0], r.sy_range[1]],
        },
      });
      if (!found.accepted)
        throw new ReflowError(
          "data",
          "photo_not_registered",
          `the photo does not show this part of the board: ${found.reason}`,
          "Check that it is of this board and side; widen registration.*_range, correct camera.translate and camera.horizontal_aperture in usd2roi_day1.yaml, or lower min_mi.",
          { where: { file: photo } },
        );
      const box = await writeRegistration(at(DAY1.aligned, "params.json"), found, moving, fixed);
      if (!box)
        throw new ReflowError(
          "data",
          "photo_not_registered",
          "the photo covers nothing of the render",
          "Check camera.translate.",
          { where: { file: photo } },
        );
      const { x: left, y: top, width, height } = box;
      const seg = "semantic_segmentation_0000.png";
      const cut = await sharp(await readBytes(at(DAY1.sdg, seg)), { ignoreIcc: true })
        .extract({ left, top, width, height })
        .png()
        .toBuffer();
      await writeFileAtomic(at(DAY1.aligned, seg), cut);
      const labels = "semantic_segmentation_labels_0000.json";
      await copyFile(at(DAY1.sdg, labels), at(DAY1.aligned, labels));
      const boxes = await cropBoxes(at(DAY1.sdg), "0000", COMPONENT_DEPTH, box, at(DAY1.aligned));
      await writeJsonAtomic(at(DAY1.aligned, "sdg_crop_stats.json"), {
        bbox: [left, top, left + width, top + height],
        crop_size: [width, height],
        frame_idx: "0000",
        xform_depth: COMPONENT_DEPTH,
        outputs: ["ref_crop.png", "aligned_crop.png", seg, labels, ...(boxes?.files ?? [])],
        per_class: boxes?.perClass ?? {},
        totals: boxes?.totals ?? { total: 0, kept: 0, dropped: 0 },
      });
      const { params, consistency } = found;
      return {
        ...params,
        mi_before: finite(found.miBefore),
        mi_after: finite(found.miAfter),
        patches: consistency.patches,
        agreeing: consistency.agreeing,
        box: [left, top, width, height],
      };
    },
    told: (v) =>
      `shift ${v.tx.toFixed(1)}, ${v.ty.toFixed(1)} px, turn ${v.rotation_deg.toFixed(2)}°, information ${v.mi_after.toFixed(2)} nats, ${v.agreeing} of ${v.patches} patches agree`,
  };
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}
