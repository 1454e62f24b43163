import { type Graph, sizeOf, type Value } from "../graph.js";

/**
 * Weighted softmax cross entropy: −(1/N) Σ weights·log softmax(logits).
 * `targets` [N,K] holds the class weight at the true class and 0 elsewhere.
 */
export function softmaxCrossEntropy(g: Graph, logits: Value, targets: Value): Value {
  const [n] = logits.shape as [number];
  const logs = g.emit("LogSoftmax", [logits], { axis: 1 });
  const total = g.sum(g.emit("Mul", [logs, targets]), [0, 1]);
  const loss = g.emit("Mul", [total, g.float(-1 / n)]);
  return g.result([logits], loss, [], (dy) => {
    g.accumulate(logits, () => {
      const weight = g.emit("ReduceSum", [targets, g.ints([1])], { keepdims: 1 });
      const error = g.emit("Sub", [g.emit("Mul", [g.emit("Exp", [logs]), weight]), targets]);
      return g.emit("Mul", [error, g.emit("Mul", [dy, g.float(1 / n)])]);
    });
  });
}

/**
 * Weighted sigmoid cross entropy over elements of any shape (per sample or per position):
 * (1/n) Σ weights · (softplus(x) − targets · x), n = number of elements.
 */
export function sigmoidCrossEntropy(g: Graph, logits: Value, targets: Value, weights: Value): Value {
  const n = sizeOf(logits.shape);
  // softplus(x) = max(x, 0) + log(1 + exp(−|x|)): exact also for large x.
  const tail = g.emit("Log", [
    g.emit("Add", [g.emit("Exp", [g.emit("Neg", [g.emit("Abs", [logits])])]), g.float(1)]),
  ]);
  const softplus = g.emit("Add", [g.emit("Relu", [logits]), tail]);
  const each = g.emit("Mul", [weights, g.emit("Sub", [softplus, g.emit("Mul", [targets, logits])])]);
  const axes = logits.shape.map((_, axis) => axis);
  const loss = g.emit("Mul", [g.sum(each, axes), g.float(1 / n)]);
  return g.result([logits], loss, [], (dy) => {
    g.accumulate(logits, () => {
      const error = g.emit("Sub", [g.emit("Sigmoid", [logits]), targets]);
      return g.emit("Mul", [g.emit("Mul", [weights, error]), g.emit("Mul", [dy, g.float(1 / n)])]);
    });
  });
}
