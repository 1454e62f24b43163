import { ANY_BATCH, Graph, type Ref, type Value } from "../graph/graph.js";
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
  const { height, width } = config;
  const { test, aligned } = registered(g, config);
  const views = config.mirrors ? MIRRORS : [NO_MIRROR];
  const stack = (x: Value) => ({
    ...x,
    ref: g.emit(
      "Concat",
      views.map((view) => mirror(g, x, view)),
      { axis: 0 },
    ),
  });
  const features = pairFeatures(
    g,
    stack(affine(g, test, 1 / 255)),
    { golden: stack(affine(g, aligned.golden, 1 / 255)), valid: stack(aligned.valid) },
    config,
  );
  const outputs = inferenceNetwork(g, features, config, weights);
  g.output("score", sigmoid(g, meanOfViews(g, outputs.logit, views)), ["N"]);
  const heat = upsample(g, sigmoid(g, meanOfViews(g, outputs.map, views, mirror)), height, width);
  g.output("heat", g.reshape(heat, [ANY_BATCH, height, width]), ["N", height, width]);
  g.output("embedding", meanOfViews(g, embedding(g, outputs), views), ["N", embeddingSize(config)]);
  return g.model(metadata);
}

type Mirror = Readonly<{ x: boolean; y: boolean }>;

const NO_MIRROR: Mirror = { x: false, y: false };
const MIRRORS: readonly Mirror[] = [
  NO_MIRROR,
  { x: true, y: false },
  { x: false, y: true },
  { x: true, y: true },
];

/** Mirrors NCHW planes; doing it twice gives the planes back. */
function mirror(g: Graph, x: Value, view: Mirror): Ref {
  const axes = [...(view.y ? [2] : []), ...(view.x ? [3] : [])];
  if (axes.length === 0) return x.ref;
  const all = (value: number) => g.ints(axes.map(() => value));
  return g.emit("Slice", [x, all(-1), all(-FAR), g.ints(axes), all(-1)]);
}

/** Beyond the start of any axis. */
const FAR = 1 << 20;

/** The mean of the results of all views of a pair; `restore` turns each result back first. */
function meanOfViews(
  g: Graph,
  stacked: Value,
  views: readonly Mirror[],
  restore: (g: Graph, x: Value, view: Mirror) => Ref = (_, x) => x.ref,
): Value {
  if (views.length === 1) return stacked;
  const parts = g.emitMany("Split", [stacked], views.length, { axis: 0 });
  const total = parts
    .map((ref, i) => restore(g, { ...stacked, ref }, views[i]!))
    .reduce((sum, part) => g.emit("Add", [sum, part]));
  return { ...stacked, ref: g.emit("Mul", [total, g.float(1 / views.length)]), tracked: false };
}

/** Registration alone, to prepare training pairs: `test`, `golden` → `shift` [N,2] = (dy, dx). */
export function registrationModel(config: NetworkConfig): OnnxModel {
  const g = new Graph();
  const { aligned } = registered(g, config);
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

/** The inputs `test` and `golden`, and the golden moved onto the test image. */
function registered(g: Graph, { channels, height, width, registration }: NetworkConfig) {
  const shape = [ANY_BATCH, channels, height, width];
  const port = ["N", channels, height, width];
  const test = g.input("test", shape, "float", port);
  const golden = g.input("golden", shape, "float", port);
  return { test, golden, aligned: register(g, test, golden, registration) };
}
