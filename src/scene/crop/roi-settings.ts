import type { BridgeRules } from "./bridge.js";
import type { RoiRefusal, RoiRules } from "./roi.js";

/** Everything that decides which files a set of ROI crops consists of (contract 4.6, dig 6.3). */
export type RoiSettings = RoiRules &
  Readonly<{
    /** `render`: the picture is `rgb_<id>.png` (Day 0). `aligned`: `aligned_crop.png` beside it (Day 1). */
    layout: "render" | "aligned";
    /** Shell pattern of the frame ids. */
    pattern: string;
    /** Most crops of each material in each cell, or of the whole set in frame order; null: no limit. */
    maxEmit: number | null;
    maxEmitScope: "cell" | "global";
    /** Class → material folder; other classes go to `component`. Null: one folder `component`. */
    classDirs: Readonly<Record<string, string>> | null;
    bridge: BridgeRules | null;
  }>;

/** Why a region gives no crop; `frame`: a whole frame could not be used. */
export type RoiRefusals = RoiRefusal | "max_emit" | "frame";

/** What holds where a cookbook says nothing (dig 6.3); the anchor classes must be given. */
export const ROI_DEFAULTS: Omit<RoiSettings, "classes"> = {
  layout: "render",
  pattern: "*",
  morphKernel: 2,
  minArea: 50,
  maxArea: null,
  offset: 10,
  edgeSkip: true,
  minCoverage: 0.2,
  maxEmit: null,
  maxEmitScope: "cell",
  classDirs: null,
  bridge: null,
};
