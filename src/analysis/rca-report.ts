import { fixed, type PointRule, rateOf, rateText, upperBound } from "../metric/index.js";
import { percent, section, table } from "./markdown.js";
import { findings } from "./rca-findings.js";
import type { RcaResult } from "./rca-types.js";
import type { WeakSample } from "./types.js";

/** Rows of the Top-K table over all labels: the report stays within its length, the rest is in the Parquet file. */
const MOST_TOP_ROWS = 24;

/** RCA_Report.md: seven sections, 1000–1800 words (contract 5.2). `lights` = files per sample, at least 1. */
export function rcaReport(
  r: RcaResult,
  o: {
    candidates: number;
    feasible: number;
    breakdown: string;
    pinned: boolean;
    rule: PointRule;
    lights: number;
    target?: string;
  },
): string {
  return [
    `# Gap analysis of the KPI set${o.target ? `: ${o.target}` : ""}\n`,
    verdict(r, o.lights),
    thresholdSection(r, o),
    distribution(r),
    topSamples(r),
    spots(r),
    perLabel(r, o.breakdown),
    actions(r, o.lights),
  ].join("\n");
}

function verdict(r: RcaResult, lights: number): string {
  const p = r.point!;
  const wrong = p.fp + p.fn;
  const share = [...r.labels]
    .filter((l) => l.misclassified > 0)
    .sort((a, b) => b.misclassified - a.misclassified)
    .slice(0, 3)
    .map((l) => `${l.label} (${l.misclassified} of ${l.total})`);
  return section(1, "Verdict", [
    [
      `- Chosen threshold: ${fixed(p.threshold, 6)}. On the NO_PASS class it gives precision ${fixed(p.precision, 4)}, recall ${fixed(p.recall, 4)} and F1 ${fixed(p.f1, 4)}, with the KPI asking for a recall of at least ${percent(r.minRecall)}.`,
      `- KPI reachability: the recall target ${p.recall >= r.minRecall - 1e-12 ? "is reached" : "is not reached"}; the false-alarm rate there is ${rateText(rateOf(p.fp, p.fp + p.tn))}.`,
      `- Escapes: ${p.fn} of ${p.tp + p.fn} defects. Even so, the true escape rate can be as high as ${percent(p.tp + p.fn > 0 ? upperBound(p.fn, p.tp + p.fn) : 1, 2)} at 95 % confidence, because only that many defects were seen.`,
      `- Total samples: ${r.total}. Weak samples kept: ${r.weak.length} (at most ${r.topK} per label). Misclassified: ${wrong}.`,
      `- Labels with the most misclassified samples: ${share.length > 0 ? share.join(", ") : "none, every sample lies on its right side"}.`,
    ],
    `In one line: ${r.weak.length} weak samples, as ${r.gapRows} image rows with ${lights} lighting(s) each, are written to kpi_gaps.parquet for the next round of data.`,
  ]);
}

function thresholdSection(
  r: RcaResult,
  o: { candidates: number; feasible: number; pinned: boolean; rule: PointRule },
): string {
  const p = r.point!;
  const chosen = o.pinned
    ? "It was pinned by the caller and not searched."
    : o.rule === "best-f1"
      ? "Among the candidates that reach the recall target the one with the best F1 wins, then the best precision, then the largest value."
      : "Among the candidates that reach the recall target the largest wins, which gives the fewest false alarms and, at full recall, also the best F1.";
  return section(2, "Threshold Selection", [
    [
      `The threshold ${fixed(p.threshold, 6)} is used. ${chosen} A sample is called NO_PASS only when its score is strictly above it, so a good part that ties with the weakest caught defect counts as a false alarm.`,
      `There are ${o.candidates} candidates (every distinct score and one value just below the smallest); ${o.feasible} of them reach a recall of ${percent(r.minRecall)}. The confusion matrix, with the same precision, recall and f1 as in metrics.json, is:`,
    ].join(" "),
    table(
      ["", "Predicted NO_PASS", "Predicted PASS"],
      [
        ["Actual NO_PASS", `TP=${p.tp}`, `FN=${p.fn}`],
        ["Actual PASS", `FP=${p.fp}`, `TN=${p.tn}`],
      ],
    ),
    "A demand for full recall puts the whole weight on the lowest-scoring defects. The next table shows what would be left of the false alarms if the worst few defects were not there; a steep fall says that a handful of samples decides the result, and that they are the first to look at. A flat one says that the model separates the classes badly in general.",
    table(
      ["Defects left out", "FAR at full recall", "False alarms"],
      r.dropN.map((d) => [d.dropped, percent(d.point.far, 2), d.point.fp]),
    ),
  ]);
}

function distribution(r: RcaResult): string {
  return section(3, "Weakness Distribution", [
    "Weakness is the signed distance to the decision limit in the wrong direction: score minus limit for PASS, limit minus score for every other label. Positive values are errors, values near zero are right by a small margin, and strongly negative values are safe. The table covers the whole KPI set, not only the samples kept. Compare the mean with the maximum: a label whose mean weakness is clearly negative but whose maximum is near zero has a few outliers, while one whose mean itself is near zero is not learned yet and needs data rather than a better limit.",
    table(
      ["Label", "Total Samples", "Mean Weakness", "Median Weakness", "Max Weakness", "# Misclassified"],
      r.labels.map((l) => [
        l.label,
        l.total,
        fixed(l.meanWeakness, 4),
        fixed(l.medianWeakness, 4),
        fixed(l.maxWeakness, 4),
        l.misclassified,
      ]),
    ),
  ]);
}

function topSamples(r: RcaResult): string {
  const labels = [...new Set(r.weak.map((w) => w.label.toUpperCase()))];
  const each = Math.max(1, Math.floor(MOST_TOP_ROWS / Math.max(1, labels.length)));
  const rows = labels.flatMap((label) =>
    r.weak.filter((w) => w.label.toUpperCase() === label).slice(0, each),
  );
  return section(4, "Top-K Weakest Samples", [
    `The ${each} weakest sample(s) of each label, one line per sample and not per lighting, by falling weakness inside a label. All ${r.weak.length} kept samples, with siamese_score and weakness for every lighting file, are in kpi_gaps.parquet, and rca.json holds the same list with heat-map positions and groups. A label that fills its quota with negative weakness has no real errors: its rows are kept as the most useful neighbours for mining, not as faults.`,
    table(
      ["Label", "object_name", "input_path", "siamese_score", "weakness", "misclassified?"],
      rows.map((w) => [
        w.label,
        w.objectName,
        w.inputPath,
        fixed(w.score, 6),
        fixed(w.weakness, 6),
        w.misclassified ? "yes" : "no",
      ]),
    ),
  ]);
}

function spots(r: RcaResult): string {
  return section(5, "Visual Spot Check", [
    "The weakest PASS and the weakest defect samples, first lighting. The verdict is automatic and meant to be checked by eye: mislabeled when score and nearest neighbours contradict the label, data quality when the golden image is suspect, systematic when the sample belongs to a group that fails alike, edge case otherwise. Beside each thumbnail there is a picture of golden, test and heat map side by side with the prefix overlay_; look at those first, since they show whether the network reacts to the defect, to a shift of the part, or to the light.",
    table(
      ["Label", "object_name", "siamese_score", "weakness", "Test Image", "Verdict"],
      r.spotChecks.map(({ sample: w, verdict: v, reason }) => [
        w.label,
        w.objectName,
        fixed(w.score, 6),
        fixed(w.weakness, 6),
        w.thumbnail ? `![](rca_images/${w.thumbnail})` : "(no image)",
        `${v} (${reason})`,
      ]),
    ),
  ]);
}

function perLabel(r: RcaResult, breakdown: string): string {
  return section(6, "Per-Label Breakdown", [
    "Kept samples per label, as in weak_samples_breakdown.txt. Misclassified samples have a positive weakness, marginal ones are right or lie exactly on the limit.",
    ["```", breakdown, "```"],
    ...findings(r),
  ]);
}

function actions(r: RcaResult, lights: number): string {
  const p = r.point!;
  const relabel = r.spotChecks.filter((c) => c.verdict === "mislabeled").map((c) => name(c.sample));
  const systematic = r.clusters.filter((c) => c.misclassified >= 3).slice(0, 4);
  const met = p.fn === 0 && p.fp === 0;
  return section(7, "Recommended Actions", [
    [
      `1. **Relabel.** ${relabel.length > 0 ? `Look again at ${relabel.join(", ")}` : "No sample of the spot check looks mislabeled"}; ${r.suspectLabels.length} suspected labels in all are listed in rca.json with their evidence. Correct the KPI table only after a person has agreed, and rerun the analysis: one wrong label among the defects can decide the false-alarm rate alone.`,
      `2. **Augment.** kpi_gaps.parquet (also as gaps.parquet, its older name) is the queue: ${r.weak.length} samples x ${lights} lighting(s) = ${r.gapRows} file rows. Pass it to routing next, which sends each label to mining of real images, to synthesis, or to both. ${r.targetDefects.length > 0 ? `Target first: ${r.targetDefects.slice(0, 6).join(", ")}.` : "No label stands out."}`,
      `3. **Threshold.** ${met ? "Both classes are separated; ship at this limit if the number of defects supports the claim." : p.fn === 0 ? "No defect escapes, so the open question is false alarms: retrain with the added data and analyse again rather than moving the limit." : `${p.fn} defects escape at this limit: retrain with the added data, or lower the limit and accept more false alarms.`} Lowering the recall target is only right when the spot check shows that the missed samples are truly ambiguous.`,
      `4. **Systematic failures.** ${systematic.length > 0 ? systematic.map((c) => `group ${c.id} (${c.name}; ${c.misclassified} of ${c.size} wrong)`).join(", ") : "No group of samples fails alike"}. ${r.suspectGoldens.length > 0 ? `Check ${r.suspectGoldens.length} golden image(s) before adding data: a bad golden makes every good part fail.` : "No golden image is suspect."}`,
    ],
    "Order of work: labels and goldens first, because they cost minutes and change the measured result at once; then data, because it needs a training run; the limit last, because it only trades one error against the other.",
  ]);
}

function name(w: WeakSample): string {
  return `${w.inputPath}/${w.objectName}`;
}

/** The abridged report when no threshold can reach the KPI (contract 5.2). */
export function unreachableReport(why: string, total: number): string {
  return [
    "# Gap analysis of the KPI set\n",
    section(1, "Verdict", [
      `The KPI cannot be met at any threshold on these ${total} samples. ${why} Nothing is routed or mined from this analysis, and no file of weak samples is written, because without a reachable threshold the weakness of a sample is not defined.`,
    ]),
    section(2, "Recommended Actions", [
      "Retrain or relabel. Check first that the KPI table really holds defect rows: any label other than PASS counts as a defect, and a table of good parts alone has no recall. If the defects are there but carry the label PASS, correct the labels and score the table again. If the recall target is above 100 %, correct the target.",
    ]),
  ].join("\n");
}
