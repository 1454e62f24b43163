import { stringify } from "yaml";
import type { LabelledType } from "../bank/labelled.js";

/** ag_config.yaml as readers of the contract (7, 6.8) expect it. What only a deep generator has is left out. */
export function configText(
  o: Readonly<{ name: string; dataset: string; seed: number }>,
  types: readonly LabelledType[],
  most: number,
): string {
  const pairs = types.map((t) => [t.texture, t.anomaly]);
  return stringify({
    job: { project: "anomaly_gen", group: o.name, name: o.name },
    generator: "reflow-synthesis",
    checkpoint: { save_iter: 500 },
    trainer: { max_iter: most, validation_iter: 500, run_validation: true },
    dataloader_train: {
      dataset: { dataset_dir: o.dataset, anomaly_types: pairs, seed: o.seed },
    },
    model: { config: { ag_config: { anomaly_embedding: { anomaly_types: pairs } } } },
  });
}
