import { Graph, type Value } from "../graph/graph.js";
import { add, affine } from "../graph/ops/arithmetic.js";
import { dilate } from "../graph/ops/filters.js";
import { globalLogSumExp } from "../graph/ops/global-pooling.js";
import { sigmoidCrossEntropy } from "../graph/ops/losses.js";
import { reshape } from "../graph/ops/shape.js";
import type { OnnxModel } from "../onnx/model.js";
import { type NetworkConfig, totalStride } from "./config.js";
import { pairFeatures } from "./features.js";
import { trainingNetwork } from "./network.js";
import { layoutOf } from "./parameters.js";

/**
 * One training step without the optimiser, for `batch` pairs:
 * inputs `test`, `golden` [B,C,H,W] in 0…255 (golden already aligned), `valid` [B,1,H,W] 0/1, `target` [B] 0/1,
 * `weight` [B], `mask` [B,1,H,W] of painted defects (only with a `mapLoss`), and every weight by name; outputs `loss`, `gradient.<weight>`, `statistic.<name>`.
 */
export function stepModel(config: NetworkConfig, batch: number, mapLoss = 0): OnnxModel {
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
  const pairLoss = sigmoidCrossEntropy(g, logit, target, weight);
  const loss = mapLoss > 0 ? add(g, pairLoss, placeLoss(g, outputs.map, batch, config, mapLoss)) : pairLoss;
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

/** Subtracted from a logit to take its position out of a smooth maximum. */
const OUT = 1e4;

/**
 * For pairs with a painted defect: the smooth maximum over the positions of its mask should say NG, that over all
 * others PASS. Cross entropy of both, summed over the pairs and divided by the batch size.
 */
function placeLoss(g: Graph, map: Value, batch: number, config: NetworkConfig, factor: number): Value {
  const { height, width } = config;
  const stride = totalStride(config);
  const mask = g.input("mask", [batch, 1, height, width]);
  const cells = g.emit("MaxPool", [mask], { kernel_shape: [stride, stride], strides: [stride, stride] });
  const near = dilate(g, { ref: cells, shape: map.shape, tracked: false }, 1);
  const present = g.emit("ReduceMax", [mask], { axes: [1, 2, 3], keepdims: 0 });
  const weight: Value = { ref: g.emit("Mul", [present, g.float(factor)]), shape: [batch], tracked: false };
  const only = (inside: boolean) => {
    const hidden = inside ? affine(g, near, OUT, -OUT) : affine(g, near, -OUT);
    const pooled = globalLogSumExp(g, add(g, { ...map, shape: near.shape }, hidden));
    const target: Value = {
      ref: g.float(new Float32Array(batch).fill(inside ? 1 : 0)),
      shape: [batch],
      tracked: false,
    };
    return sigmoidCrossEntropy(g, reshape(g, pooled, [batch]), target, weight);
  };
  return add(g, only(true), only(false));
}
