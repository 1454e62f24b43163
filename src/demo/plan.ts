import type { Defects } from "../scene/cookbook/index.js";
import type { CameraName } from "./cameras.js";
import type { Scatter } from "./scatter.js";

/** Units of the board, each with its own defects and light, captured by one camera. */
export type Session = Readonly<{
  /** Folder of its frames and of its crops. */
  name: "day0" | "pool" | "kpi";
  camera: CameraName;
  units: number;
  defects: Defects;
  /** How far off good parts stand. */
  scatter: Scatter;
}>;

/** What the demo renders. */
export type DemoPlan = Readonly<{
  /** Pixels of a frame; four frames show the board. */
  resolution: readonly [width: number, height: number];
  /** Samples a pixel. */
  samples: number;
  sessions: readonly Session[];
}>;

const CHIPS = ["_0402", "_0603", "_0805", "_1206"];
/** A capacitor looks alike from all sides. */
const RESISTORS = CHIPS.map((size) => `${size}_R`);

const SHIFT = { enabled: true, translate_range: 0.35, rotate_z_range: 25 };
const TILT = { enabled: true, angle_min: 65, angle_max: 90 };

/** All that can go wrong with a part. Ratios are of all parts of the board. */
const ALL: Defects = {
  reverse_polarity: { enabled: true, ratio: 0.02, component_types: ["_SOT_23"] },
  sideflip: { ...TILT, ratio: 0.055, component_types: RESISTORS },
  tombstone: { ...TILT, ratio: 0.055, component_types: CHIPS },
  missing: { enabled: true, ratio: 0.05 },
  shift: { ...SHIFT, ratio: 0.06 },
};

/** What the generator was asked for: two types of five. */
const FEW: Defects = {
  missing: { enabled: true, ratio: 0.12 },
  shift: { ...SHIFT, ratio: 0.12 },
};

/** A CAD file places every part perfectly; a machine places within its tolerance. */
const PERFECT: Scatter = { millimetres: 0, degrees: 0 };
const PLACED: Scatter = { millimetres: 0.06, degrees: 4 };

/**
 * The seed table is weak on purpose: perfect boards under a generator's camera, two types of defects. Pool and KPI are
 * captures of other units by the camera of a line, with all types.
 */
export const DEMO_PLAN: DemoPlan = {
  resolution: [640, 480],
  samples: 4,
  sessions: [
    { name: "day0", camera: "generator", units: 2, defects: FEW, scatter: PERFECT },
    { name: "pool", camera: "line", units: 3, defects: ALL, scatter: PLACED },
    { name: "kpi", camera: "line", units: 3, defects: ALL, scatter: PLACED },
  ],
};
