import { clopperPearson, type Interval, upperBound } from "../../metric/interval.js";
import { operatingPoint } from "../../metric/operating-point.js";
import { pointAt, pointAtThreshold, type Sweep, sweep } from "../../metric/sweep.js";
import type { RatePoint } from "../charts/curve.js";
import type { Scores } from "../read/scores.js";

/** One operating point with exact 95 % intervals. */
export type Point = Readonly<{
  threshold: number;
  far: number;
  recall: number;
  falseAlarms: number;
  escapes: number;
  pass: number;
  defects: number;
  farRange: Interval;
  escapeRange: Interval;
  /** One-sided 95 % upper bound of the escape rate: what this set of defects can prove. */
  escapeBound: number;
}>;

/** What one label's scores say; undefined parts could not be measured (no defects, no good parts). */
export type KpiFacts = Readonly<{
  scores: Scores;
  sweep: Sweep | undefined;
  curve: readonly RatePoint[];
  full: Point | undefined;
  relaxed: Point | undefined;
  /** At the recorded threshold of the label, which is the one that will be used. */
  used: Point | undefined;
}>;

/** The second recall that the report shows beside the required one. */
export const RELAXED_RECALL = 0.99;

/** @param threshold the recorded threshold of this label; without one, the point at `recall` is used */
export function kpiFacts(scores: Scores, threshold: number | undefined, recall = 1): KpiFacts {
  if (scores.rows.length === 0) return { ...EMPTY, scores };
  const s = sweep(scores.scores, scores.ng);
  const curve = Array.from({ length: s.thresholds.length }, (_, i) => pointAt(s, i));
  const point = (target: number) => (s.ng > 0 && s.pass > 0 ? dress(operatingPoint(s, target)) : undefined);
  const full = point(recall);
  const used = threshold === undefined ? full : dress(pointAtThreshold(scores.scores, scores.ng, threshold));
  return { scores, sweep: s, curve, full, relaxed: point(RELAXED_RECALL), used };
}

const EMPTY = { sweep: undefined, curve: [], full: undefined, relaxed: undefined, used: undefined };

function dress(p: ReturnType<typeof pointAt>): Point {
  const pass = p.fp + p.tn;
  const defects = p.tp + p.fn;
  return {
    threshold: p.threshold,
    far: p.far,
    recall: p.recall,
    falseAlarms: p.fp,
    escapes: p.fn,
    pass,
    defects,
    farRange: clopperPearson(p.fp, pass),
    escapeRange: clopperPearson(p.fn, defects),
    escapeBound: defects === 0 ? 1 : upperBound(p.fn, defects),
  };
}
