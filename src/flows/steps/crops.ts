import { COMPONENT_DEFAULTS, cropComponents, cropRois, type RoiSettings } from "../../scene/crop/index.js";
import type { Json, Step } from "../run/types.js";

type Counts = { [name: string]: number };

/** One crop: its path without extension and kind, its material or bucket, and its frame. */
export type Crop = { name: string; group: string; frame: string };

export type Cropped = {
  frames: number;
  emitted: number;
  /** Crops of each material or bucket. */
  groups: Counts;
  refused: Counts;
  crops: Crop[];
  warnings: { code: string; message: string }[];
};

/** Cuts regions of interest: `<folder>/<MAT>/<cell>/normal_img/NNNN.png` and its CAD mask (dig 1.3). */
export function roiStep(
  o: Readonly<{ id: string; source: string; folder: string; settings: RoiSettings }>,
): Step<Cropped> {
  return {
    id: o.id,
    title: "Regions of interest",
    makes: [o.folder],
    after: "continue",
    parameters: JSON.parse(JSON.stringify(o.settings)) as Json,
    run: async ({ at, emit, signal }) => {
      const r = await cropRois({
        source: at(o.source),
        output: at(o.folder),
        settings: o.settings,
        emit,
        ...(signal && { signal }),
      });
      return {
        frames: r.frames.length,
        emitted: r.emitted,
        groups: ordered(r.materials),
        refused: ordered(r.refused),
        crops: r.frames.flatMap((f) =>
          f.rois.map(({ name }) => ({ name, group: name.split("/")[0] as string, frame: f.frame })),
        ),
        warnings: r.problems.map(({ code, message }) => ({ code, message })),
      };
    },
    told: toldCrops,
  };
}

/** Cuts every defective component into `<folder>/<mode>/<type>/frame<FFFF>_<prim>.png` (dig 1.7). */
export function componentStep(
  o: Readonly<{ id: string; source: string; folder: string; offset: number }>,
): Step<Cropped> {
  return {
    id: o.id,
    title: "Components",
    makes: [o.folder],
    after: "continue",
    parameters: { offset: o.offset },
    run: async ({ at, emit, signal }) => {
      const r = await cropComponents({
        source: at(o.source),
        output: at(o.folder),
        settings: { ...COMPONENT_DEFAULTS, offset: o.offset },
        emit,
        ...(signal && { signal }),
      });
      return {
        frames: r.frames.length,
        emitted: r.emitted,
        groups: ordered(r.buckets),
        refused: ordered(r.refused),
        crops: r.frames.flatMap((f) =>
          f.crops.flatMap((crop) =>
            crop.buckets.map((bucket) => ({ name: crop.name, group: bucket, frame: f.frame })),
          ),
        ),
        warnings: r.problems.map(({ code, message }) => ({ code, message })),
      };
    },
    told: toldCrops,
  };
}

function toldCrops(r: Cropped): string {
  const parts = Object.entries(r.groups).map(([group, n]) => `${group} ${n}`);
  return `${r.emitted} crops of ${r.frames} frames${parts.length > 0 ? ` (${parts.join(", ")})` : ""}`;
}

export function ordered(counts: Readonly<Record<string, number>>): Counts {
  return Object.fromEntries(
    Object.entries(counts)
      .filter(([, n]) => n > 0)
      .sort(),
  );
}
