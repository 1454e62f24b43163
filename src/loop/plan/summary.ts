import { arch, cpus, totalmem } from "node:os";
import type { EncoderInput } from "../../changenet/index.js";
import { describeTarget } from "../../metric/index.js";
import type { Estimate } from "./estimate.js";
import type { Plan, Sourced, SummaryBlock, SummaryRow } from "./types.js";

/** The Pre-Flight Summary (contract 12.3): every value with its origin. */
export function summarise(
  plan: Omit<Plan, "summary">,
  { estimate, encoder }: Readonly<{ estimate: Estimate | undefined; encoder: EncoderInput | undefined }>,
): SummaryBlock[] {
  const p = plan.parameters;
  const row = (name: string, s: Sourced<unknown>, shown = String(s.value)): SummaryRow => ({
    name,
    value: shown,
    source: s.source,
  });
  const found = (name: string, value: string): SummaryRow => ({ name, value, source: "found" });
  const computed = (name: string, value: string): SummaryRow => ({ name, value, source: "computed" });
  const table = (name: string, role: keyof Plan["data"]["tables"]) => {
    const t = plan.data.tables[role];
    return found(name, t ? `${t.file} (${t.rows} rows, ${t.ng} NG)` : "none");
  };
  return [
    {
      title: "Run configuration",
      rows: [
        row("KPI target", p.kpi),
        computed("Metric contract", describeTarget(plan.metric_contract)),
        row("Claim", p.claim, p.claim.value ?? "none"),
        row("Network mode", p.network_mode, "airgap: nothing is fetched"),
        computed("Interpreter", `node ${process.version}`),
        row("Max iterations", p.max_iterations),
        computed("Stop condition", "the metric is met, or max iterations"),
        row("Training epochs", p.num_epochs),
        row("Batch size", p.batch_size),
        row("Synthetic pairs per iteration", p.num_sdg),
        row("Mining top-K", p.top_k_per_target),
        row("Mining cutoff", p.min_similarity, `cosine >= ${p.min_similarity.value}`),
        row("RCA weak rows per label", p.rca_top_k_per_label),
        row("RCA minimum recall", p.min_recall),
        row("Seed", p.seed),
        row("Toolkit / platform", p.toolkit, `${p.toolkit.value} / ${p.platform.value}`),
        row("Workers", p.workers),
        computed(
          "Compute",
          `${cpus()[0]?.model.trim() ?? arch()}, ${Math.round(totalmem() / 2 ** 30)} GiB, no GPU needed`,
        ),
        computed("Resuming", plan.resuming ?? "no, a new run"),
        computed(
          "Est. runtime",
          estimate ? runtime(estimate, p.max_iterations.value) : "unknown: the spec is faulty",
        ),
        ...(estimate ? [computed("Estimated from", estimate.basis)] : []),
      ],
    },
    {
      title: "Dataset",
      rows: [
        table("Training CSV", "train"),
        table("Validation CSV", "validation"),
        table("KPI CSV", "kpi"),
        table("Release CSV", "release"),
        table("Mining CSV", "pool"),
        found("Images", `${plan.data.imagesDir} (${plan.data.images.files} files in use)`),
        found("Lightings", plan.lights.join(", ") || "none"),
        {
          name: "Training spec",
          value:
            plan.data.specSource === "file" ? "specs/baseline_spec.yaml" : "default for the builtin toolkit",
          source: plan.data.specSource === "file" ? "found" : "default",
        },
      ],
    },
    {
      title: "Augmentation",
      rows: [
        {
          name: "Defect generator",
          value: "builtin",
          source: "default",
        },
        found(
          "Defect spec",
          plan.defect_spec ?? "none: exemplars are learned from the training set's own defects",
        ),
        row("Mining encoder", p.encoder, encoderWords(p.encoder.value, encoder)),
        row(
          "Backbone",
          p.baseline_checkpoint,
          p.baseline_checkpoint.value
            ? `baseline is taken from ${p.baseline_checkpoint.value}`
            : "builtin network, seeded initial weights",
        ),
      ],
    },
    {
      title: "Docker images",
      rows: [computed("Images", "not applicable: the builtin toolkit runs without containers")],
    },
  ];
}

function runtime({ baseline, all }: Estimate, iterations: number): string {
  return `about ${baseline} min to the baseline, ${all} min when all ${iterations} iterations are needed`;
}

function encoderWords(file: string | null, input: EncoderInput | undefined): string {
  if (file === null) return "the current change network";
  if (!input) return file;
  const { mean, spread, source } = input.normalisation;
  return `${file} (${input.width}×${input.height} pixels, mean ${mean.join(" ")}, spread ${spread.join(" ")}: ${source})`;
}
