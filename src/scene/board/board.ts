/** Millimetres, board coordinates: +X right, +Y up seen from the top side. */
export type Point = readonly [x: number, y: number];

/** Outline counter-clockwise, holes clockwise; closed without repeating the first point. */
export type Polygon = Readonly<{ outline: readonly Point[]; holes: readonly (readonly Point[])[] }>;

/**
 * A drilled hole. `land` is the outer diameter of its copper ring; 0: not plated. `to` makes it a slot: the tool moves
 * from `at` to `to`.
 */
export type Drill = Readonly<{ at: Point; to?: Point; diameter: number; land: number }>;

/** A landing of one pin, in board coordinates. */
export type Pad = Readonly<{ pin: string; shape: Polygon; drill?: Drill; side: "top" | "bottom" | "both" }>;

/** Component families that have a model. */
export type Family =
  | "resistor"
  | "capacitor"
  | "inductor"
  | "led"
  | "diode"
  | "tantalum"
  | "electrolytic"
  | "sot"
  | "soic"
  | "qfp"
  | "qfn"
  | "bga"
  | "crystal"
  | "connector"
  | "header"
  | "button"
  | "through_hole"
  | "none";

export type Placement = Readonly<{
  /** Reference designator, "R12". */
  ref: string;
  /** "10k", "STM32F103C8"; "" when unknown. */
  value: string;
  /** As the source names it: "R_0603_1608Metric", "LQFP-48_7x7mm_P0.5mm". */
  footprint: string;
  /** Middle of the body. */
  at: Point;
  /**
   * Degrees counter-clockwise seen from the component's own side. Bottom side: what is at (x, y) in the component's
   * frame, seen from below, lies at `at` + mirrorX(rotate(rotation, (x, y))) on the board.
   */
  rotation: number;
  side: "top" | "bottom";
  pads: readonly Pad[];
  /** Size of the body at rotation 0 where the source draws it (KiCad's Fab layer), millimetres. */
  body?: Readonly<{ width: number; depth: number }>;
  /** Other names for the package, most telling first: library, 3D model, description. */
  hints?: readonly string[];
  /** Where the source says so; otherwise the package recogniser decides from footprint and ref. */
  family?: Family;
  /** Left empty on purpose ("do not populate"). */
  absent?: boolean;
}>;

/** A bare board and what stands on it: what every importer makes and the scene builder reads. */
export type Board = Readonly<{
  name: string;
  outline: Polygon;
  /** Millimetres. */
  thickness: number;
  /** Top copper: traces, areas and lands, not yet united. */
  copper: readonly Polygon[];
  /** Openings of the top solder mask. */
  maskOpenings: readonly Polygon[];
  /** Top legend. */
  silk: readonly Polygon[];
  drills: readonly Drill[];
  placements: readonly Placement[];
}>;
