import { parseDocument, stringify } from "yaml";
import { dataError, readText } from "../kit/index.js";

/** A YAML tree as read, or made by default. Keys that we do not know are kept. */
export type SpecTree = Record<string, unknown>;

/** Reads a YAML mapping. Throws `spec_unreadable` with line and column. */
export async function readSpecTree(file: string): Promise<SpecTree> {
  const doc = parseDocument(await readText(file));
  const fault = doc.errors[0];
  let tree: unknown;
  try {
    if (!fault) tree = doc.toJS({ maxAliasCount: 100 });
  } catch (error) {
    // Aliases without an anchor, and aliases that multiply without bound.
    throw dataError(
      "spec_unreadable",
      `not usable YAML: ${(error as Error).message.split("\n")[0]}`,
      "Write the values out instead of using aliases.",
      { file },
    );
  }
  if (fault || typeof tree !== "object" || tree === null || Array.isArray(tree)) {
    const at = fault?.linePos?.[0];
    throw dataError(
      "spec_unreadable",
      fault ? `not valid YAML: ${fault.message.split("\n")[0]}` : "the spec is not a mapping",
      "Correct the spec; docs/files.md shows a sample spec.",
      { file, ...(at ? { row: at.line, column: at.col } : {}) },
    );
  }
  return tree as SpecTree;
}

/** A copy with `value` at the dotted path; missing levels are made. */
export function withValue(tree: SpecTree, dotted: string, value: unknown): SpecTree {
  const [head, ...rest] = dotted.split(".") as [string, ...string[]];
  if (rest.length === 0) return { ...tree, [head]: value };
  const below = tree[head];
  const inner = typeof below === "object" && below !== null && !Array.isArray(below) ? below : {};
  return { ...tree, [head]: withValue(inner as SpecTree, rest.join("."), value) };
}

export function valueAt(tree: unknown, dotted: string): unknown {
  return dotted
    .split(".")
    .reduce<unknown>(
      (node, key) => (typeof node === "object" && node !== null ? (node as SpecTree)[key] : undefined),
      tree,
    );
}

/** The customer's spec as this run uses it: epochs and intervals within bounds. What changed is listed. */
export function effectiveSpec(
  tree: SpecTree,
  epochs: number | undefined,
): { tree: SpecTree; notes: string[] } {
  let out = tree;
  const notes: string[] = [];
  if (epochs !== undefined) {
    out = withValue(out, "train.num_epochs", epochs);
    // Epochs that a person asked for are neither stretched nor cut, unless the spec bounds the steps itself.
    const unbounded = { "model.builtin.min_steps": 1, "model.builtin.max_steps": 1e9 };
    for (const [key, value] of Object.entries(unbounded))
      if (valueAt(tree, key) === undefined) out = withValue(out, key, value);
  }
  const total = Number(valueAt(out, "train.num_epochs") ?? 10);
  // 10.3: an interval beyond the last epoch yields no checkpoint or no validation at all.
  for (const key of ["train.checkpoint_interval", "train.validation_interval"]) {
    const value = valueAt(out, key);
    if (typeof value === "number" && value > total) {
      out = withValue(out, key, total);
      notes.push(`${key} ${value} -> ${total} (not more than num_epochs)`);
    }
  }
  return { tree: out, notes };
}

export type Split = Readonly<{ csv: string; imagesDir: string }>;

/**
 * The training spec of one label (contract 10.2): always derived from the customer's spec, never from an earlier
 * derived one. Only data, results folder, initial weights and warm start change.
 */
export function deriveSpec(
  tree: SpecTree,
  o: Readonly<{
    resultsDir: string;
    train: Split;
    validation: Split;
    kpi: Split;
    backbone: string;
    pretrained?: string;
  }>,
): SpecTree {
  const data = (split: Split) => ({ csv_path: split.csv, images_dir: split.imagesDir });
  let out = tree;
  out = withValue(out, "results_dir", o.resultsDir);
  out = withValue(out, "model.backbone.pretrained_backbone_path", o.backbone);
  out = withValue(out, "dataset.classify.train_dataset", data(o.train));
  out = withValue(out, "dataset.classify.validation_dataset", data(o.validation));
  out = withValue(out, "dataset.classify.test_dataset", data(o.validation));
  out = withValue(out, "dataset.classify.infer_dataset", data(o.kpi));
  if (o.pretrained !== undefined) out = withValue(out, "train.pretrained_model_path", o.pretrained);
  return out;
}

/** The handoff spec (contract 11.2): the training spec without training, the consumer fills the empty paths. */
export function inferenceSpec(training: SpecTree, threshold: number | null): SpecTree {
  const classify = { ...(valueAt(training, "dataset.classify") as SpecTree) };
  for (const key of ["train_dataset", "validation_dataset", "test_dataset"]) delete classify[key];
  const augmentation = classify.augmentation_config;
  const spec: SpecTree = {
    encryption_key: training.encryption_key ?? "tlt_encode",
    task: training.task ?? "classify",
    results_dir: "",
    train: { classify: { loss: valueAt(training, "train.classify.loss") ?? "ce" } },
    model: training.model,
    dataset: {
      classify: {
        ...classify,
        infer_dataset: { csv_path: "", images_dir: "" },
        batch_size: 1,
        workers: 1,
        ...(typeof augmentation === "object" && augmentation !== null
          ? { augmentation_config: { ...augmentation, augment: false } }
          : {}),
      },
    },
    inference: { checkpoint: "/model/best.pth", batch_size: 1, results_dir: "" },
  };
  return threshold === null ? spec : withValue(spec, "model.classify.eval_margin", threshold);
}

export function specText(tree: SpecTree): string {
  return stringify(tree, { lineWidth: 0, aliasDuplicateObjects: false });
}
