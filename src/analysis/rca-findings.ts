import { percent, table } from "./markdown.js";
import type { RcaResult } from "./rca-types.js";

/** What goes beyond the per-label counts: groups that fail alike, worse boards, suspects. Short tables only. */
export function findings(r: RcaResult): (string | string[])[] {
  return [...clusterLines(r), ...groupLines(r), ...lightingLines(r), ...suspectLines(r)];
}

function clusterLines(r: RcaResult): (string | string[])[] {
  if (r.clusters.length === 0)
    return [
      "No groups were formed, because neither heat maps nor embeddings were available for this analysis.",
    ];
  return [
    "Samples that fail alike, grouped by embedding and heat map, false alarms (F) and defects (D) apart. The name gives the dominant label, board, lighting and the place where the network reacts:",
    table(
      ["Group", "What", "Samples", "Wrong"],
      r.clusters.slice(0, 8).map((c) => [c.id, c.name, c.size, c.misclassified]),
    ),
  ];
}

function groupLines(r: RcaResult): (string | string[])[] {
  if (r.groups.length === 0)
    return ["The table has no board or component column that divides it into comparable parts."];
  const worse = r.groups
    .filter((g) => (g.p * r.groups.length < 0.05 && g.far.k >= 3) || g.escape.k > 0)
    .slice(0, 6);
  if (worse.length === 0)
    return [
      `No board or component is worse than chance explains among the ${r.groups.length} compared; see group_tables.csv for rates and intervals.`,
    ];
  return [
    `Boards and components that are worse than chance explains, or let defects escape (of ${r.groups.length} compared; all are in group_tables.csv with exact 95 % intervals):`,
    table(
      ["Column", "Value", "FAR", "95 % interval", "Escapes"],
      worse.map((g) => [
        g.dimension,
        g.group,
        percent(g.far.rate),
        `${percent(g.far.low)} to ${percent(g.far.high)}`,
        `${g.escape.k} of ${g.escape.n}`,
      ]),
    ),
  ];
}

function lightingLines(r: RcaResult): (string | string[])[] {
  if (r.lightings.length < 2) return [];
  return [
    "Kept samples by the lighting in which the heat map is strongest:",
    table(
      ["Lighting", "Samples", "False alarms", "Escapes"],
      r.lightings.map((l) => [l.lighting, l.weak, l.falseAlarms, l.escapes]),
    ),
  ];
}

function suspectLines(r: RcaResult): string[] {
  const labels = r.suspectLabels
    .slice(0, 3)
    .map((s) => `row ${s.index + 1} labelled ${s.label} looks like ${s.looksLike} (${s.evidence})`);
  const goldens = r.suspectGoldens.slice(0, 3).map((g) => `${tail(g.golden)}: ${g.reasons.join(", ")}`);
  return [
    labels.length > 0
      ? `Suspected wrong labels: ${r.suspectLabels.length}. The strongest: ${labels.join("; ")}.`
      : "No label contradicts both its score and its neighbours.",
    goldens.length > 0
      ? `Suspected golden images: ${r.suspectGoldens.length}. The first: ${goldens.join("; ")}.`
      : "No golden image stands behind unusually many false alarms or looks unlike its tests.",
  ];
}

function tail(file: string): string {
  return file.split(/[\\/]/).slice(-3).join("/");
}
