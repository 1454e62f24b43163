import type { Graph, Value } from "../graph.js";

/** y = x · wᵀ + b with x [N,I], w [O,I], b [O]. */
export function linear(g: Graph, x: Value, w: Value, b: Value): Value {
  const [n] = x.shape as [number];
  const [o] = w.shape as [number];
  const y = g.emit("Gemm", [x, w, b], { transB: 1 });
  return g.result([x, w, b], y, [n, o], (dy) => {
    g.accumulate(w, () => g.emit("Gemm", [dy, x], { transA: 1 }));
    g.accumulate(b, () => g.sum(dy, [0]));
    g.accumulate(x, () => g.emit("MatMul", [dy, w]));
  });
}
