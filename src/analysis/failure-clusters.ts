import { agglomerate, medoid } from "./cluster.js";
import { HEAT_FEATURES, heatFeatures } from "./heat.js";
import type { FailureCluster, HeatMap, Tiles, WeakSample } from "./types.js";

/** Agglomeration is cubic; the weakest rows of a side are enough to see how it fails. */
const MOST_PER_SIDE = 200;

/**
 * Groups weak samples that fail alike, false alarms and defects apart, by embedding and heat map; names each group
 * by its dominant label, board, lighting and place of the heat.
 *
 * @param weak by falling weakness; `heats` and `embedding` (row-major) in the same order
 */
export function failureClusters(o: {
  weak: readonly WeakSample[];
  heats?: readonly HeatMap[];
  embedding?: Readonly<{ dim: number; data: Float32Array }>;
  tiles: Tiles;
  lights: readonly string[];
}): FailureCluster[] {
  if (!o.heats && !o.embedding) return [];
  const manyBoards = new Set(o.weak.map((w) => w.boardname)).size > 1;
  const found = (["defect", "false alarm"] as const).flatMap((side) => {
    const members = o.weak
      .map((sample, i) => ({ sample, i }))
      .filter(({ sample }) => (side === "defect" ? sample.ng === 1 : sample.ng === 0))
      .slice(0, MOST_PER_SIDE);
    if (members.length === 0) return [];
    const { features, dim } = featuresOf(
      members.map((m) => m.i),
      o,
    );
    const groups = agglomerate(features, dim);
    return Array.from({ length: Math.max(...groups) + 1 }, (_, g) => {
      const own = groups.flatMap((group, k) => (group === g ? [k] : []));
      const typical = medoid(features, dim, own);
      const ordered = [typical, ...own.filter((k) => k !== typical)];
      return describe(
        `${side === "defect" ? "D" : "F"}${g + 1}`,
        side,
        ordered.map((k) => members[k].sample),
        o.lights,
        manyBoards,
      );
    });
  });
  return uniqueNames(found);
}

/** A second group with the same name becomes `name (2)`. */
function uniqueNames(clusters: readonly FailureCluster[]): FailureCluster[] {
  const seen = new Map<string, number>();
  return clusters.map((c) => {
    const n = (seen.get(c.name) ?? 0) + 1;
    seen.set(c.name, n);
    return n === 1 ? c : { ...c, name: `${c.name} (${n})` };
  });
}

function featuresOf(
  indices: readonly number[],
  o: Parameters<typeof failureClusters>[0],
): { features: Float32Array; dim: number } {
  const embedded = o.embedding?.dim ?? 0;
  const heated = o.heats ? HEAT_FEATURES : 0;
  const dim = embedded + heated;
  const features = new Float32Array(indices.length * dim);
  indices.forEach((index, k) => {
    const at = k * dim;
    if (o.embedding) {
      const vector = o.embedding.data.subarray(index * embedded, (index + 1) * embedded);
      const length = Math.hypot(...vector) || 1;
      for (let j = 0; j < embedded; j++) features[at + j] = vector[j] / length;
    }
    // Embedding distances reach 2 at most; heat features a little more: the same weight for both views.
    if (o.heats) features.set(heatFeatures(o.heats[index], o.tiles), at + embedded);
  });
  return { features, dim };
}

function describe(
  id: string,
  side: FailureCluster["side"],
  members: readonly WeakSample[],
  lights: readonly string[],
  manyBoards: boolean,
): FailureCluster {
  const labels = counts(members.map((m) => m.label));
  const board = dominant(members.map((m) => m.boardname).filter((b) => b !== ""));
  const heats = members.flatMap((m) => (m.heat ? [m.heat] : []));
  const lighting =
    lights.length > 1 ? dominant(heats.map((h) => lights[h.light] ?? `light ${h.light + 1}`)) : undefined;
  const place = dominant(heats.map((h) => h.place));
  const name = [
    labelName(labels, members.length),
    manyBoards && board && board.share >= 0.6 ? `board ${board.name}` : "",
    lighting && lighting.share >= 0.6 ? lighting.name : "",
    place && place.share >= 0.5 ? place.name : "",
  ]
    .filter((part) => part !== "")
    .join(" · ");
  return {
    id,
    name,
    side,
    size: members.length,
    misclassified: members.filter((m) => m.misclassified).length,
    meanWeakness: members.reduce((sum, m) => sum + m.weakness, 0) / members.length,
    labels: Object.fromEntries(labels),
    ...(board ? { board } : {}),
    ...(lighting ? { lighting } : {}),
    ...(place && place.share >= 0.5 ? { place: place.name } : {}),
    members: members.map((m) => m.index),
  };
}

/** The label when it makes up half of the group, else the two most frequent. */
function labelName(labels: readonly [string, number][], size: number): string {
  const [first, second] = labels;
  return first[1] * 2 >= size || !second ? first[0] : `mixed: ${first[0]}, ${second[0]}`;
}

function counts(values: readonly string[]): [string, number][] {
  const map = new Map<string, number>();
  for (const v of values) map.set(v, (map.get(v) ?? 0) + 1);
  return [...map].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

function dominant(values: readonly string[]): { name: string; share: number } | undefined {
  const [first] = counts(values);
  return first && { name: first[0], share: first[1] / values.length };
}
