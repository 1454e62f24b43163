import { operatingPoint } from "./operating-point.js";
import { type OperatingPoint, pointAtThreshold, pointFromCounts, sweep } from "./sweep.js";

/** The threshold of one part group, and why it is its own or the pooled one. */
export type PartThreshold = Readonly<{
  group: string;
  threshold: number;
  source: "own" | "pooled";
  reason: "own threshold lowers FAR" | "too few rows" | "no gain" | "would lose recall";
  /** The group's rows at the pooled threshold, and at the threshold given. */
  pooled: OperatingPoint;
  point: OperatingPoint;
}>;

export type PartThresholds = Readonly<{
  pooled: OperatingPoint;
  groups: readonly PartThreshold[];
  /** All rows together, each judged by its group's threshold; `threshold` is the pooled one. */
  combined: OperatingPoint;
}>;

/**
 * One threshold per part where the part has enough rows to place one, the pooled threshold elsewhere. A group's own
 * threshold must meet the recall target on the group, lose no recall against the pooled threshold, and save false
 * alarms; otherwise the group keeps the pooled one. A new part, unseen here, takes `pooled.threshold`.
 *
 * @param groups one name per row, e.g. part_type or board (see {@link partNames})
 * @param minNg,minPass smallest group that may have its own threshold (default 20 and 50)
 */
export function partThresholds(o: {
  scores: ArrayLike<number>;
  ng: ArrayLike<number>;
  groups: readonly string[];
  recallTarget?: number;
  minNg?: number;
  minPass?: number;
}): PartThresholds {
  const target = o.recallTarget ?? 1;
  const pooled = operatingPoint(sweep(o.scores, o.ng), target);
  const members = new Map<string, { scores: number[]; ng: number[] }>();
  o.groups.forEach((name, i) => {
    const m = members.get(name) ?? { scores: [], ng: [] };
    m.scores.push(o.scores[i] as number);
    m.ng.push(o.ng[i] as number);
    members.set(name, m);
  });
  const groups = [...members]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([group, m]) => choose(group, m, pooled.threshold, target, o.minNg ?? 20, o.minPass ?? 50));
  const sum = (key: "tp" | "fp" | "tn" | "fn") => groups.reduce((total, g) => total + g.point[key], 0);
  const counts = { tp: sum("tp"), fp: sum("fp"), tn: sum("tn"), fn: sum("fn") };
  return { pooled, groups, combined: pointFromCounts(pooled.threshold, counts) };
}

function choose(
  group: string,
  m: { scores: number[]; ng: number[] },
  pooledThreshold: number,
  target: number,
  minNg: number,
  minPass: number,
): PartThreshold {
  const pooled = pointAtThreshold(m.scores, m.ng, pooledThreshold);
  const keep = (reason: PartThreshold["reason"]): PartThreshold => ({
    group,
    threshold: pooledThreshold,
    source: "pooled",
    reason,
    pooled,
    point: pooled,
  });
  const defects = pooled.tp + pooled.fn;
  if (defects < Math.max(1, minNg) || m.ng.length - defects < minPass) return keep("too few rows");
  const own = operatingPoint(sweep(m.scores, m.ng), Math.max(target, pooled.recall));
  if (own.recall < pooled.recall) return keep("would lose recall");
  if (own.fp >= pooled.fp) return keep("no gain");
  return {
    group,
    threshold: own.threshold,
    source: "own",
    reason: "own threshold lowers FAR",
    pooled,
    point: own,
  };
}

/** The part name of each row: the first of `part_type`, `comp_type_2`, `object_name` that the table has and fills. */
export function partNames(
  header: readonly string[],
  rows: Iterable<readonly string[]>,
  columns: readonly string[] = ["part_type", "comp_type_2", "object_name"],
): string[] {
  const at = columns.map((c) => header.indexOf(c)).filter((i) => i >= 0);
  const names: string[] = [];
  for (const cells of rows) {
    const found = at.map((i) => cells[i]?.trim()).find((text) => text);
    names.push(found ?? "(none)");
  }
  return names;
}
