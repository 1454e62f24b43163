import type { Problem } from "../../kit/index.js";
import type { MetricContract } from "../../metric/index.js";
import type { SpecTree } from "../spec.js";

export type Source = "user" | "spec" | "default";
export type Sourced<T> = Readonly<{ value: T; source: Source }>;

/** What a person chose on the command line; everything else gets its default (contract 12.2). */
export type RunOptions = Readonly<{
  workspace: string;
  kpi: string;
  maxIterations: number;
  claim?: string;
  seed?: number;
  epochs?: number;
  numSdg?: number;
  topK?: number;
  minSimilarity?: number;
  workers?: number;
  encoder?: string;
  baselineCheckpoint?: string;
}>;

export type Parameters = Readonly<{
  kpi: Sourced<string>;
  max_iterations: Sourced<number>;
  claim: Sourced<string | null>;
  seed: Sourced<number>;
  num_epochs: Sourced<number>;
  batch_size: Sourced<number>;
  num_sdg: Sourced<number>;
  top_k_per_target: Sourced<number>;
  min_similarity: Sourced<number>;
  rca_top_k_per_label: Sourced<number>;
  min_recall: Sourced<number>;
  workers: Sourced<number>;
  encoder: Sourced<string | null>;
  toolkit: Sourced<string>;
  platform: Sourced<string>;
  network_mode: Sourced<"airgap">;
  baseline_checkpoint: Sourced<string | null>;
}>;

export type TableFacts = Readonly<{ file: string; sha256: string; rows: number; ng: number }>;

/** What the data were when the plan was made. */
export type DataFacts = Readonly<{
  tables: Readonly<
    Record<"train" | "validation" | "kpi", TableFacts> & Partial<Record<"pool" | "release", TableFacts>>
  >;
  imagesDir: string;
  images: Readonly<{ files: number; sha256: string }>;
  specSource: "file" | "default";
  specSha256: string;
  /** Further files that decide the result: encoder, defect spec, seed checkpoint. */
  extra: Readonly<Record<string, string>>;
}>;

export type Check = Readonly<{
  id: string;
  title: string;
  status: "ok" | "warning" | "error" | "not applicable";
  detail: string;
}>;

export type SummaryRow = Readonly<{ name: string; value: string; source: Source | "found" | "computed" }>;
export type SummaryBlock = Readonly<{ title: string; rows: readonly SummaryRow[] }>;

/** The result of Pre-Flight. `plan_hash` covers parameters, data and budget: approving it approves exactly this. */
export type Plan = Readonly<{
  version: 1;
  plan_hash: string;
  workspace: string;
  kpi_target: string;
  metric_contract: MetricContract;
  parameters: Parameters;
  budget: Readonly<{ max_iterations: number; num_epochs: number; num_sdg: number; workers: number }>;
  data: DataFacts;
  spec: SpecTree;
  lights: readonly string[];
  image_ext: string;
  defect_spec: string | null;
  defect_dataset: string | null;
  checks: readonly Check[];
  problems: readonly Problem[];
  summary: readonly SummaryBlock[];
  resuming: string | null;
}>;

/** A plan with errors can be read but not approved. */
export function blocking(plan: Pick<Plan, "problems">): readonly Problem[] {
  return plan.problems.filter((p) => p.severity === "error");
}
