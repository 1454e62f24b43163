import type { Graph, Value } from "../graph.js";

function sameShape(a: Value, b: Value): void {
  if (a.shape.join() !== b.shape.join()) throw new RangeError(`shapes differ: [${a.shape}] and [${b.shape}]`);
}

export function add(g: Graph, a: Value, b: Value): Value {
  sameShape(a, b);
  return g.result([a, b], g.emit("Add", [a, b]), a.shape, (dy) => {
    g.accumulate(a, () => dy);
    g.accumulate(b, () => dy);
  });
}

export function sub(g: Graph, a: Value, b: Value): Value {
  sameShape(a, b);
  return g.result([a, b], g.emit("Sub", [a, b]), a.shape, (dy) => {
    g.accumulate(a, () => dy);
    g.accumulate(b, () => g.emit("Neg", [dy]));
  });
}

export function mul(g: Graph, a: Value, b: Value): Value {
  sameShape(a, b);
  return g.result([a, b], g.emit("Mul", [a, b]), a.shape, (dy) => {
    g.accumulate(a, () => g.emit("Mul", [dy, b]));
    g.accumulate(b, () => g.emit("Mul", [dy, a]));
  });
}

/** y = factor · x + offset. */
export function affine(g: Graph, x: Value, factor: number, offset = 0): Value {
  const scaled = factor === 1 ? x.ref : g.emit("Mul", [x, g.float(factor)]);
  const y = offset === 0 ? scaled : g.emit("Add", [scaled, g.float(offset)]);
  return g.result([x], y, x.shape, (dy) => {
    g.accumulate(x, () => (factor === 1 ? dy : g.emit("Mul", [dy, g.float(factor)])));
  });
}

/** |x|; the gradient at 0 is 0. */
export function abs(g: Graph, x: Value): Value {
  return g.result([x], g.emit("Abs", [x]), x.shape, (dy) => {
    g.accumulate(x, () => g.emit("Mul", [dy, g.emit("Sign", [x])]));
  });
}
