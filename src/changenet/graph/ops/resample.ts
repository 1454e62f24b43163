import type { Graph, Value } from "../graph.js";

/** Enlarges NCHW planes to height × width, bilinear with half-pixel centres. No gradient (for heat maps). */
export function upsample(g: Graph, x: Value, height: number, width: number): Value {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const scales = g.float([1, 1, height / h, width / w]);
  const y = g.emit("Resize", [x, "", scales], {
    mode: "linear",
    coordinate_transformation_mode: "half_pixel",
  });
  return { ref: y, shape: [n, c, height, width], tracked: false };
}
