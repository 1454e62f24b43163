import { ANY_BATCH, Graph } from "../graph/graph.js";
import { sigmoid } from "../graph/ops/activation.js";
import { affine } from "../graph/ops/arithmetic.js";
import { register } from "../graph/ops/registration.js";
import { upsample } from "../graph/ops/resample.js";
import type { OnnxModel } from "../onnx/model.js";
import type { NetworkConfig } from "./config.js";
import { pairFeatures } from "./features.js";
import { embedding, embeddingSize, inferenceNetwork } from "./network.js";
import type { Weights } from "./parameters.js";

/**
 * The deployable network: inputs `test`, `golden` float [N,C,H,W] in 0…255; outputs `score` [N] (defect
 * probability), `heat` [N,H,W] (0…1) and `embedding` [N,D]. Registration and normalisation are inside.
 */
export function checkpointModel(
  config: NetworkConfig,
  weights: Weights,
  metadata: Readonly<Record<string, string>>,
): OnnxModel {
  const g = new Graph();
  const { channels, height, width } = config;
  const shape = [ANY_BATCH, channels, height, width];
  const port = ["N", channels, height, width];
  const test = g.input("test", shape, "float", port);
  const golden = g.input("golden", shape, "float", port);
  const aligned = register(g, test, golden, config.registration);
  const features = pairFeatures(
    g,
    affine(g, test, 1 / 255),
    { golden: affine(g, aligned.golden, 1 / 255), valid: aligned.valid },
    config,
  );
  const outputs = inferenceNetwork(g, features, config, weights);
  g.output("score", sigmoid(g, outputs.logit), ["N"]);
  const heat = upsample(g, sigmoid(g, outputs.map), height, width);
  g.output("heat", g.reshape(heat, [ANY_BATCH, height, width]), ["N", height, width]);
  g.output("embedding", embedding(g, outputs), ["N", embeddingSize(config)]);
  return g.model(metadata);
}

/** Registration alone, to prepare training pairs: `test`, `golden` → `shift` [N,2] = (dy, dx). */
export function registrationModel(config: NetworkConfig): OnnxModel {
  const g = new Graph();
  const { channels, height, width } = config;
  const shape = [ANY_BATCH, channels, height, width];
  const port = ["N", channels, height, width];
  const test = g.input("test", shape, "float", port);
  const golden = g.input("golden", shape, "float", port);
  const aligned = register(g, test, golden, config.registration);
  g.output("shift", aligned.shift, ["N", 2]);

  return g.model();
}

/** Scoring of pairs that are aligned already, for validation: `test`, `golden`, `valid` as in training → `logit` [N]. */
export function evaluationModel(config: NetworkConfig, weights: Weights): OnnxModel {
  const g = new Graph();
  const { channels, height, width } = config;
  const shape = [ANY_BATCH, channels, height, width];
  const port = ["N", channels, height, width];
  const test = affine(g, g.input("test", shape, "float", port), 1 / 255);
  const golden = affine(g, g.input("golden", shape, "float", port), 1 / 255);
  const valid = g.input("valid", [ANY_BATCH, 1, height, width], "float", ["N", 1, height, width]);
  const features = pairFeatures(g, test, { golden, valid }, config);
  g.output("logit", inferenceNetwork(g, features, config, weights).logit, ["N"]);
  return g.model();
}
