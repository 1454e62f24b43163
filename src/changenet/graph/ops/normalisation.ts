import type { Graph, Ref, Value } from "../graph.js";

/** Batch mean and unbiased batch variance of each channel, for the running averages: [C] each. */
export type BatchStatistics = Readonly<{ mean: Ref; variance: Ref }>;

export const EPSILON = 1e-5;

/**
 * Batch normalisation with the statistics of this batch. Its gradient is folded into A·dy + B·x + C per channel,
 * so the backward pass reads dy and x once each.
 */
export function batchNorm(
  g: Graph,
  x: Value,
  gamma: Value,
  beta: Value,
): { y: Value; statistics: BatchStatistics } {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const count = n * h * w;
  const perChannel = (ref: Ref) => g.reshape(ref, [1, c, 1, 1]);
  const share = g.float(1 / count);
  const mean = g.emit("Mul", [g.sum(x, [0, 2, 3]), share]);
  const square = g.emit("Mul", [channelDot(g, x.ref, x.ref), share]);
  const variance = g.emit("Relu", [g.emit("Sub", [square, g.emit("Mul", [mean, mean])])]);
  const inverse = g.emit("Reciprocal", [g.emit("Sqrt", [g.emit("Add", [variance, g.float(EPSILON)])])]);
  const y = g.emit("BatchNormalization", [x, gamma, beta, mean, variance], { epsilon: { float: EPSILON } });
  const unbiased = g.emit("Mul", [variance, g.float(count / Math.max(1, count - 1))]);
  const value = g.result([x, gamma, beta], y, x.shape, (dy) => {
    const sumDy = g.sum(dy, [0, 2, 3]);
    const sumDyX = channelDot(g, dy, x.ref);
    const dGamma = g.emit("Mul", [inverse, g.emit("Sub", [sumDyX, g.emit("Mul", [mean, sumDy])])]);
    g.accumulate(gamma, () => dGamma);
    g.accumulate(beta, () => sumDy);
    g.accumulate(x, () => {
      const a = g.emit("Mul", [gamma, inverse]);
      const b = g.emit("Neg", [g.emit("Mul", [g.emit("Mul", [a, inverse]), g.emit("Mul", [dGamma, share])])]);
      const shift = g.emit("Add", [
        g.emit("Mul", [a, g.emit("Mul", [sumDy, share])]),
        g.emit("Mul", [b, mean]),
      ]);
      const zero = g.float(new Float32Array(c));
      const one = g.float(new Float32Array(c).fill(1));
      const fromDy = g.emit("BatchNormalization", [dy, a, g.emit("Neg", [shift]), zero, one], {
        epsilon: { float: 0 },
      });
      return g.emit("Add", [fromDy, g.emit("Mul", [x, perChannel(b)])]);
    });
  });
  return { y: value, statistics: { mean, variance: unbiased } };
}

/** Σ a·b over batch and positions for each channel: [C]. Faster than a batched dot product by `MatMul`. */
function channelDot(g: Graph, a: Ref, b: Ref): Ref {
  return g.sum(g.emit("Mul", [a, b]), [0, 2, 3]);
}

/** Normalisation with stored statistics. ONNX Runtime folds it into the convolution before it when it loads the file. */
export function storedNorm(
  g: Graph,
  x: Value,
  norm: Readonly<{ gamma: Value; beta: Value; mean: Value; variance: Value }>,
): Value {
  const inputs = [x, norm.gamma, norm.beta, norm.mean, norm.variance];
  const y = g.emit("BatchNormalization", inputs, { epsilon: { float: EPSILON } });
  return { ref: y, shape: x.shape, tracked: false };
}
