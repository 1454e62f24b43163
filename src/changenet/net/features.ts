import type { Graph, Value } from "../graph/graph.js";
import { affine } from "../graph/ops/arithmetic.js";
import { dilate, erode, grey, highPass } from "../graph/ops/filters.js";
import type { Aligned } from "../graph/ops/registration.js";
import type { FeatureConfig, NetworkConfig } from "./config.js";

/** Number of input images of the first convolution. */
export function featureChannels({ channels, features }: NetworkConfig): number {
  const raw = { both: 2, test: 1, none: 0 }[features.raw] * channels;
  const compared = features.compared ? 2 : 0;
  return (
    raw + compared + Number(features.absolute) + Number(features.signed) + 4 * features.envelopeRadii.length
  );
}

/**
 * The input features of an aligned pair with values in 0…1: [N,F,H,W]. Differences are zero where the golden image
 * has no content.
 */
export function pairFeatures(g: Graph, test: Value, aligned: Aligned, config: NetworkConfig): Value {
  const { features } = config;
  const parts: (Value | string)[] = [];
  const centre = (x: Value) => g.emit("Sub", [x, g.float(0.5)]);
  if (features.raw !== "none") parts.push(centre(test));
  if (features.raw === "both") parts.push(centre(aligned.golden));
  const [t, r] = [comparable(g, test, features), comparable(g, aligned.golden, features)];
  if (features.compared) parts.push(t, r);
  const masked = (x: string) => g.emit("Mul", [x, aligned.valid]);
  const difference = g.emit("Sub", [t, r]);
  if (features.absolute) parts.push(masked(g.emit("Abs", [difference])));
  if (features.signed) parts.push(masked(difference));
  const above = (x: Value, bound: Value) => masked(g.emit("Relu", [g.emit("Sub", [x, bound])]));
  for (const distance of features.envelopeRadii) {
    parts.push(above(t, dilate(g, r, distance)), above(erode(g, r, distance), t));
    parts.push(above(r, dilate(g, t, distance)), above(erode(g, t, distance), r));
  }
  const [n, , h, w] = test.shape as [number, number, number, number];
  return {
    ref: g.emit("Concat", parts, { axis: 1 }),
    shape: [n, featureChannels(config), h, w],
    tracked: false,
  };
}

function comparable(g: Graph, image: Value, { highPassRadius, gain }: FeatureConfig): Value {
  const single = grey(g, image);
  const filtered = highPassRadius > 0 ? highPass(g, single, highPassRadius) : single;
  return gain === 1 ? filtered : affine(g, filtered, gain);
}
