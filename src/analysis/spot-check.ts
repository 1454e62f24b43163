import type { FailureCluster, SuspectGolden, SuspectLabel, WeakSample } from "./types.js";

/** One weak sample of the spot check with an automatic verdict (contract 5.2): a person decides. */
export type SpotCheck = Readonly<{
  sample: WeakSample;
  verdict: "mislabeled" | "edge case" | "data quality" | "systematic";
  reason: string;
}>;

/** The five weakest PASS and five weakest NG samples; one side fills up for the other. By falling weakness per side. */
export function spotCheckSamples(weak: readonly WeakSample[], perSide = 5): WeakSample[] {
  const pass = weak.filter((w) => !w.ng);
  const ng = weak.filter((w) => w.ng);
  const fromPass = Math.max(perSide, 2 * perSide - ng.length);
  const fromNg = Math.max(perSide, 2 * perSide - pass.length);
  return [...pass.slice(0, fromPass), ...ng.slice(0, fromNg)];
}

/**
 * Gives each sample the first verdict that its evidence supports: a suspected label, a suspected golden, a cluster
 * of at least three misclassified samples, else an edge case.
 *
 * @param goldenOf the golden file of a row
 */
export function judgeSpots(
  samples: readonly WeakSample[],
  o: {
    labels: readonly SuspectLabel[];
    goldens: readonly SuspectGolden[];
    clusters: readonly FailureCluster[];
    goldenOf: (index: number) => string;
  },
): SpotCheck[] {
  return samples.map((sample) => {
    const label = o.labels.find((s) => s.index === sample.index);
    if (label) return { sample, verdict: "mislabeled", reason: `looks like ${label.looksLike}` };
    const golden = o.goldens.find((g) => g.golden === o.goldenOf(sample.index));
    if (golden) return { sample, verdict: "data quality", reason: "its golden is suspect" };
    const cluster = o.clusters.find((c) => c.id === sample.cluster);
    if (cluster && cluster.misclassified >= 3)
      return { sample, verdict: "systematic", reason: `group ${cluster.id} of ${cluster.size} alike` };
    return {
      sample,
      verdict: "edge case",
      reason: sample.misclassified ? "wrong, close to the limit" : "right, but by a small margin",
    };
  });
}
