import type { Problem } from "../../kit/errors.js";
import type { Box } from "../../vision/index.js";
import type { FrameRecord } from "../crop/journal.js";

/** A golden and a test picture of the same thing, in every lighting. */
export type Pair = Readonly<{
  /** File name without lighting and extension: `0000`, or `0000_tn__0603_H100_0_` for a component. */
  object: string;
  frame: string;
  /** Prim path of the component; null for a whole frame. */
  component: string | null;
  /** The defect, several of one frame joined by `+`, or `PASS`. */
  label: string;
  /** Folder of the test picture; the golden one is in `golden`. */
  test: "defect" | "pass";
  /** Lightings with both pictures, in order; files are `<folder>/<object>_<lighting>.png`. */
  lights: readonly string[];
  /** What was cut out; null for a whole frame. */
  crop: Box | null;
}>;

/**
 * Why there is no pair. `no_labels`: segmentation or labels are missing; `no_defect`: no label is a defect;
 * `not_visible`: no pixel has a defect's colour; `identical`: a good pair without any difference; `frame`: unusable files.
 */
export type PairRefusal =
  | "no_labels"
  | "no_defect"
  | "not_visible"
  | "filter"
  | "edge"
  | "coverage"
  | "empty"
  | "identical"
  | "frame";

export type PairFrame = FrameRecord &
  Readonly<{
    pairs: readonly Pair[];
    refused: Readonly<Record<PairRefusal, number>>;
    /** Components that the good render has no box for: cut by the defect's box alone. */
    withoutGoodBox: number;
    problems: readonly Problem[];
  }>;

export type Pairs = Readonly<{
  frames: readonly PairFrame[];
  pairs: readonly Pair[];
  lights: readonly string[];
  /** Pairs of each label. */
  labels: Readonly<Record<string, number>>;
  refused: Readonly<Record<PairRefusal, number>>;
  withoutGoodBox: number;
  problems: readonly Problem[];
}>;

export function noPairRefusal(): Record<PairRefusal, number> {
  return {
    no_labels: 0,
    no_defect: 0,
    not_visible: 0,
    filter: 0,
    edge: 0,
    coverage: 0,
    empty: 0,
    identical: 0,
    frame: 0,
  };
}
