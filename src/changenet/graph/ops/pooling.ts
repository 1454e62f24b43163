import type { Graph, Value } from "../graph.js";

/** Means of k×k tiles with stride k; the sides must be divisible by k. */
export function averagePool(g: Graph, x: Value, k: number): Value {
  const [n, c, h, w] = tiles(x, k);
  const y = g.emit("AveragePool", [x], { kernel_shape: [k, k], strides: [k, k] });
  return g.result([x], y, [n, c, h, w], (dy) => {
    g.accumulate(x, () => spread(g, g.emit("Mul", [dy, g.float(1 / (k * k))]), x, k));
  });
}

/** Maxima of k×k tiles with stride k; the sides must be divisible by k. Equal maxima each get the gradient. */
export function maxPool(g: Graph, x: Value, k: number): Value {
  const [n, c, h, w] = tiles(x, k);
  const y = g.emit("MaxPool", [x], { kernel_shape: [k, k], strides: [k, k] });
  return g.result([x], y, [n, c, h, w], (dy) => {
    g.accumulate(x, () => {
      const isTop = g.emit("Cast", [g.emit("Equal", [x, spread(g, y, x, k)])], { to: 1 });
      return g.emit("Mul", [isTop, spread(g, dy, x, k)]);
    });
  });
}

function tiles(x: Value, k: number): [number, number, number, number] {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  if (h % k || w % k) throw new RangeError(`pooling by ${k} needs divisible sides, got ${h}×${w}`);
  return [n, c, h / k, w / k];
}

/** Repeats every element k×k times, back to the shape of `x`. */
function spread(g: Graph, small: string, x: Value, k: number): string {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const cells = g.reshape(small, [n, c, h / k, 1, w / k, 1]);
  return g.reshape(g.emit("Expand", [cells, g.ints([n, c, h / k, k, w / k, k])]), [n, c, h, w]);
}
