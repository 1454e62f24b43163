import type { Graph, Value } from "../graph/graph.js";
import { relu } from "../graph/ops/activation.js";
import { conv } from "../graph/ops/convolution.js";
import { globalAverage, globalLogSumExp, globalMax } from "../graph/ops/global-pooling.js";
import { type BatchStatistics, batchNorm, storedNorm } from "../graph/ops/normalisation.js";
import { concat, reshape } from "../graph/ops/shape.js";
import type { NetworkConfig } from "./config.js";
import { layoutOf, type Slot, slotNamed, viewOf, type Weights } from "./parameters.js";

/** What the trunk of the network gives, before any loss. */
export type Outputs = Readonly<{
  /** Defect logit of each pair, [N]. */
  logit: Value;
  /** Defect logit of each position, [N,1,h,w]. */
  map: Value;
  /** The last feature maps, [N,D/2,h,w]. */
  maps: Value;
}>;

/** The network with weights as inputs and batch statistics, for the training step. */
export function trainingNetwork(
  g: Graph,
  features: Value,
  config: NetworkConfig,
): { outputs: Outputs; parameters: Value[]; statistics: BatchStatistics[] } {
  const layout = layoutOf(config);
  const parameters = layout.parameters.map((slot) => g.parameter(slot.name, slot.shape));
  const named = (name: string) => parameters[layout.parameters.findIndex((s) => s.name === name)] as Value;
  const statistics: BatchStatistics[] = [];
  let x = features;
  config.blocks.forEach((block, i) => {
    const y = conv(g, x, named(`block${i}.weight`), { stride: block.stride });
    const normal = batchNorm(g, y, named(`block${i}.gamma`), named(`block${i}.beta`));
    statistics.push(normal.statistics);
    x = relu(g, normal.y);
  });
  const outputs = head(g, x, named("head.weight"), named("head.bias"), config);
  return { outputs, parameters, statistics };
}

/** The network with its weights stored inside, for scoring. */
export function inferenceNetwork(
  g: Graph,
  features: Value,
  config: NetworkConfig,
  weights: Weights,
): Outputs {
  const layout = layoutOf(config);
  const stored = (slots: readonly Slot[], flat: Float32Array, name: string) => {
    const slot = slotNamed(slots, name);
    return g.weight(name, slot.shape, viewOf(flat, slot));
  };
  const parameter = (name: string) => stored(layout.parameters, weights.parameters, name);
  const statistic = (name: string) => stored(layout.statistics, weights.statistics, name);
  let x = features;
  config.blocks.forEach((block, i) => {
    const y = conv(g, x, parameter(`block${i}.weight`), { stride: block.stride });
    const normal = storedNorm(g, y, {
      gamma: parameter(`block${i}.gamma`),
      beta: parameter(`block${i}.beta`),
      mean: statistic(`block${i}.mean`),
      variance: statistic(`block${i}.variance`),
    });
    x = relu(g, normal);
  });
  return head(g, x, parameter("head.weight"), parameter("head.bias"), config);
}

/** Greatest and mean activation of each last map: [N,D]. */
export function embedding(g: Graph, outputs: Outputs): Value {
  return concat(g, [globalMax(g, outputs.maps), globalAverage(g, outputs.maps)], 1);
}

/** Length of the embedding. */
export function embeddingSize(config: NetworkConfig): number {
  return 2 * (config.blocks.at(-1)?.out ?? 0);
}

function head(g: Graph, maps: Value, weight: Value, bias: Value, config: NetworkConfig): Outputs {
  const map = conv(g, maps, weight, { bias });
  const pooled = config.pooling === "max" ? globalMax(g, map) : globalLogSumExp(g, map);
  return { logit: reshape(g, pooled, [-1]), map, maps };
}
