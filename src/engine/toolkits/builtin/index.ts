import { workerUrl } from "../../../kit/index.js";
import type { StageName } from "../../stages.js";
import type { StageFunction, Toolkit } from "../../toolkit.js";

/** The toolkit that needs nothing but this program: its command is reflow itself. */
export function builtinToolkit(): Toolkit {
  return { name: "builtin", program: [process.execPath, workerUrl(import.meta.url, "../../../cli/main.js")] };
}

type Registry = { readonly [S in StageName]: () => Promise<StageFunction<S>> };

/** Stages load one at a time: a scoring job never pays for the code of the generator. */
export const builtinStages: Registry = {
  backbone: async () => (await import("./backbone.js")).backbone,
  train: async () => (await import("./train.js")).trainStage,
  inference: async () => (await import("./inference.js")).inference,
  evaluate: async () => (await import("./evaluate.js")).evaluate,
  rca: async () => (await import("./rca.js")).rcaStage,
  routing: async () => (await import("./routing.js")).routing,
  anomalygen: async () => (await import("./anomalygen.js")).anomalygen,
  data_mining: async () => (await import("./data-mining.js")).dataMining,
  data_merge: async () => (await import("./data-merge.js")).dataMerge,
  finalize: async () => (await import("./finalize.js")).finalize,
};
