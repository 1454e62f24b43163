import { stringify } from "yaml";
import { writeFileAtomic } from "../../kit/index.js";
import type { Encoder } from "../embed/encoder.js";
import type { MiningFiles } from "./files.js";

/** The two specs of contract 8.2. `filter_by_label` is a quoted text there. */
export async function writeSpecs(
  files: MiningFiles,
  encoder: Encoder,
  o: { topK: number; partRows: number },
): Promise<void> {
  const embedding = { model: encoder.model, model_path: encoder.modelPath, batch_size: o.partRows };
  await writeFileAtomic(files.embeddingSpec, stringify(embedding));
  const text = stringify(
    { topn: o.topK, knn_metric: "cosine", filter_by_label: "false" },
    { defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN" },
  );
  await writeFileAtomic(files.miningSpec, text);
}
