import type { Graph, Ref, Value } from "../graph.js";

/**
 * Image filters without gradient, for the input features of the network. All keep NCHW shapes and treat the
 * border by leaving outside pixels out.
 */

/** Greatest value within `radius` (a square window): grey dilation. */
export function dilate(g: Graph, x: Value, radius: number): Value {
  if (radius === 0) return x;
  const side = 2 * radius + 1;
  const y = g.emit("MaxPool", [x], {
    kernel_shape: [side, side],
    strides: [1, 1],
    pads: [radius, radius, radius, radius],
  });
  return constantOf(y, x);
}

/** Least value within `radius`: grey erosion. */
export function erode(g: Graph, x: Value, radius: number): Value {
  if (radius === 0) return x;
  const upside = dilate(g, constantOf(g.emit("Neg", [x]), x), radius);
  return constantOf(g.emit("Neg", [upside]), x);
}

/** Mean within `radius`, of the pixels inside the image. Two products with band matrices: cheap for any radius. */
export function boxMean(g: Graph, x: Value, radius: number): Value {
  const [, , h, w] = x.shape as [number, number, number, number];
  const rows = g.emit("MatMul", [g.float(band(h, radius), [h, h]), x]);
  return constantOf(g.emit("MatMul", [rows, g.float(transposed(band(w, radius), w), [w, w])]), x);
}

/** x minus its local mean: takes out slow brightness differences. */
export function highPass(g: Graph, x: Value, radius: number): Value {
  return constantOf(g.emit("Sub", [x, boxMean(g, x, radius)]), x);
}

/** Mean over channels, keeping the axis: [N,C,H,W] → [N,1,H,W]. */
export function grey(g: Graph, x: Value): Value {
  if (x.shape[1] === 1) return x;
  return {
    ref: g.emit("ReduceMean", [x], { axes: [1], keepdims: 1 }),
    shape: x.shape.with(1, 1),
    tracked: false,
  };
}

function constantOf(ref: Ref, like: Value): Value {
  return { ref, shape: like.shape, tracked: false };
}

function band(size: number, radius: number): Float32Array {
  const out = new Float32Array(size * size);
  for (let i = 0; i < size; i++) {
    const [low, high] = [Math.max(0, i - radius), Math.min(size - 1, i + radius)];
    out.fill(1 / (high - low + 1), i * size + low, i * size + high + 1);
  }
  return out;
}

function transposed(matrix: Float32Array, size: number): Float32Array {
  return matrix.map((_, i) => matrix[(i % size) * size + Math.floor(i / size)]);
}
