import type { Preprocessing } from "../../changenet/index.js";
import { fixed, operatingPoint, rateOf, rateText, renderTarget, sweep } from "../../metric/index.js";
import type { Thresholds } from "./files.js";
import type { BundleContents } from "./make.js";

/** MODEL_CARD.md: what the model is, what it was measured to do, and what that does not prove. */
export function modelCard(
  o: BundleContents & { preprocessing: Preprocessing; thresholds: Thresholds; goldenPairs: number },
): string {
  const ng = o.rows.map((r) => r.ng);
  const point = operatingPoint(sweep(o.scores, ng), 1);
  const counts = new Map<string, number>();
  for (const row of o.rows) counts.set(row.label, (counts.get(row.label) ?? 0) + 1);
  const labels = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  const p = o.preprocessing;
  const shown = o.contract.unit === "%" ? "%" : ` ${o.contract.unit}`;
  return `# Change-detection model

A siamese network that compares the crop of an inspected component (test) with the crop of a good one (golden) and
gives a score from 0 (same) to 1 (different). It is a plain ONNX file; normalisation and registration are inside.

## Measured on the KPI set

| | |
|---|---|
| Target | ${renderTarget(o.contract)} |
| ${o.contract.display_name} | ${fixed(o.result.value, 3)}${shown} (${o.result.passed ? "met" : "not met"}) |
| Rows | ${o.rows.length} (${point.tp + point.fn} NG, ${point.tn + point.fp} PASS) |
| Escapes at 100 % recall | ${rateText(rateOf(point.fn, point.tp + point.fn))} |
| False alarms at 100 % recall | ${rateText(rateOf(point.fp, point.tn + point.fp))} |

The threshold was chosen on these same rows. Zero escapes among ${point.tp + point.fn} defects do not prove that no
defect escapes: the interval above is what the numbers allow.

## Input

- channels: ${p.channels === 1 ? "grey" : "RGB"}, values 0 to 255
- tile: ${p.tileWidth} x ${p.tileHeight} pixels, bilinear; lightings: ${p.lights.join(", ") || "one, no suffix"} laid out ${p.columns} x ${p.rows}
- files: \`<images>/<input_path>/<object_name>${p.lights.length > 0 ? "_<lighting>" : ""}${p.imageExt}\` and the same under \`golden_path\`

## Threshold

NG when score > ${o.thresholds.decision_threshold ?? "(none was evaluated)"}. Evaluated threshold:
${o.thresholds.threshold ?? "none"}; the decision threshold lies half-way to the next KPI score, so that rounding on
other hardware changes no verdict.

## Check an installation

\`golden/\` holds ${o.goldenPairs} decoded pairs with their scores. A correct installation reproduces them to 1e-5.

## Labels in the KPI set

${labels.map(([label, n]) => `- ${label}: ${n}`).join("\n")}

## Made by

${Object.entries(o.facts)
  .map(([k, v]) => `- ${k}: ${v}`)
  .join("\n")}
`;
}
