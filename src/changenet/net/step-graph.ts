import { Graph } from "../graph/graph.js";
import { affine } from "../graph/ops/arithmetic.js";
import { sigmoidCrossEntropy } from "../graph/ops/losses.js";
import type { OnnxModel } from "../onnx/model.js";
import type { NetworkConfig } from "./config.js";
import { pairFeatures } from "./features.js";
import { trainingNetwork } from "./network.js";
import { layoutOf } from "./parameters.js";

/**
 * One training step without the optimiser, for `batch` pairs:
 * inputs `test`, `golden` [B,C,H,W] in 0…255 (golden already aligned), `valid` [B,1,H,W] 0/1, `target` [B] 0/1,
 * `weight` [B], and every weight by name; outputs `loss`, `gradient.<weight>`, `statistic.<name>`.
 */
export function stepModel(config: NetworkConfig, batch: number): OnnxModel {
  const g = new Graph();
  const { channels, height, width } = config;
  const test = affine(g, g.input("test", [batch, channels, height, width]), 1 / 255);
  const golden = affine(g, g.input("golden", [batch, channels, height, width]), 1 / 255);
  const valid = g.input("valid", [batch, 1, height, width]);
  const target = g.input("target", [batch]);
  const weight = g.input("weight", [batch]);
  const features = pairFeatures(g, test, { golden, valid }, config);
  const { outputs, parameters, statistics } = trainingNetwork(g, features, config);
  const logit = { ...outputs.logit, shape: [batch] };
  const loss = sigmoidCrossEntropy(g, logit, target, weight);
  g.backward(loss);
  g.output("loss", loss);
  const layout = layoutOf(config);
  layout.parameters.forEach((slot, i) => {
    const parameter = parameters[i];
    if (parameter) g.output(`gradient.${slot.name}`, g.gradientOf(parameter), slot.shape);
  });
  statistics.forEach(({ mean, variance }, i) => {
    const shape = [config.blocks[i]?.out ?? 0];
    g.output(`statistic.block${i}.mean`, mean, shape);
    g.output(`statistic.block${i}.variance`, variance, shape);
  });
  return g.model();
}
