import type { Graph, Ref, Value } from "../graph.js";

/** The greatest value of each plane: [N,C,H,W] → [N,C]. Equal maxima each get the full gradient. */
export function globalMax(g: Graph, x: Value): Value {
  const [n, c] = x.shape as [number, number];
  const top = g.emit("ReduceMax", [x], { axes: [2, 3], keepdims: 1 });
  return g.result([x], g.reshape(top, [n, c]), [n, c], (dy) => {
    g.accumulate(x, () => {
      const isTop = g.emit("Cast", [g.emit("Equal", [x, top])], { to: 1 });
      return g.emit("Mul", [isTop, perPlane(g, dy, n, c)]);
    });
  });
}

/** The mean of each plane: [N,C,H,W] → [N,C]. */
export function globalAverage(g: Graph, x: Value): Value {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const y = g.emit("ReduceMean", [x], { axes: [2, 3], keepdims: 0 });
  return g.result([x], y, [n, c], (dy) => {
    g.accumulate(x, () => {
      const share = g.emit("Mul", [perPlane(g, dy, n, c), g.float(1 / (h * w))]);
      return g.emit("Expand", [share, g.ints([n, c, h, w])]);
    });
  });
}

/** log Σ exp over each plane, a smooth maximum: [N,C,H,W] → [N,C]. The greatest value is taken out first. */
export function globalLogSumExp(g: Graph, x: Value): Value {
  const [n, c] = x.shape as [number, number];
  const top = g.emit("ReduceMax", [x], { axes: [2, 3], keepdims: 1 });
  const powers = g.emit("Exp", [g.emit("Sub", [x, top])]);
  const total = g.emit("ReduceSum", [powers, g.ints([2, 3])], { keepdims: 1 });
  const y = g.emit("Add", [g.emit("Log", [total]), top]);
  return g.result([x], g.reshape(y, [n, c]), [n, c], (dy) => {
    g.accumulate(x, () => g.emit("Mul", [powers, g.emit("Div", [perPlane(g, dy, n, c), total])]));
  });
}

function perPlane(g: Graph, dy: Ref, n: number, c: number): Ref {
  return g.reshape(dy, [n, c, 1, 1]);
}
