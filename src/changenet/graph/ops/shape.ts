import { type Graph, type Shape, sizeOf, type Value } from "../graph.js";

/** Joins along an axis. */
export function concat(g: Graph, parts: readonly Value[], axis: number): Value {
  const [first] = parts;
  if (!first) throw new RangeError("concat of nothing");
  if (parts.length === 1) return first;
  const sizes = parts.map((p) => p.shape[axis]);
  const shape = first.shape.with(
    axis,
    sizes.reduce((a, b) => a + b, 0),
  );
  return g.result(parts, g.emit("Concat", parts, { axis }), shape, (dy) => {
    const pieces = g.emitMany("Split", [dy, g.ints(sizes)], parts.length, { axis });
    for (const [i, part] of parts.entries()) g.accumulate(part, () => pieces[i] as string);
  });
}

/** Cuts along an axis into parts of the given sizes. */
export function split(g: Graph, x: Value, axis: number, sizes: readonly number[]): Value[] {
  const refs = g.emitMany("Split", [x, g.ints(sizes)], sizes.length, { axis });
  const outputs = refs.map((ref, i) => ({ ref, shape: x.shape.with(axis, sizes[i]) }));
  return g.record([x], outputs, (gradients) => {
    g.accumulate(x, () => {
      const whole = gradients.map(
        (dy, i) => dy ?? g.float(new Float32Array(sizeOf(outputs[i]?.shape as Shape)), outputs[i]?.shape),
      );
      return g.emit("Concat", whole, { axis });
    });
  });
}

/** The same elements in another shape. A leading 0 keeps the batch size (see {@link ANY_BATCH}). */
export function reshape(g: Graph, x: Value, shape: Shape): Value {
  return g.result([x], g.reshape(x, shape), shape, (dy) => {
    g.accumulate(x, () => g.reshape(dy, x.shape));
  });
}

/** Elements `start[i] … end[i]` along `axes[i]`. */
export function slice(
  g: Graph,
  x: Value,
  axes: readonly number[],
  start: readonly number[],
  end: readonly number[],
): Value {
  const shape = x.shape.map((size, axis) => {
    const i = axes.indexOf(axis);
    return i < 0 ? size : end[i] - start[i];
  });
  const y = g.emit("Slice", [x, g.ints(start), g.ints(end), g.ints(axes)]);
  return g.result([x], y, shape, (dy) => {
    g.accumulate(x, () => {
      const before = x.shape.map((_, axis) => (axes.includes(axis) ? start[axes.indexOf(axis)] : 0));
      const after = x.shape.map((size, axis) => (axes.includes(axis) ? size - end[axes.indexOf(axis)] : 0));
      return g.emit("Pad", [dy, g.ints([...before, ...after])]);
    });
  });
}

/** Zeros around the two last axes of an NCHW tensor. */
export function padZero(
  g: Graph,
  x: Value,
  [top, left, bottom, right]: readonly [number, number, number, number],
): Value {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const pads = g.ints([0, 0, top, left, 0, 0, bottom, right]);
  return g.result([x], g.emit("Pad", [x, pads]), [n, c, h + top + bottom, w + left + right], (dy) => {
    g.accumulate(x, () =>
      g.emit("Slice", [dy, g.ints([top, left]), g.ints([top + h, left + w]), g.ints([2, 3])]),
    );
  });
}
