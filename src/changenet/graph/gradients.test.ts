import { expect, test } from "vitest";
import { gradientError, type Operator } from "./fixtures/check.js";
import { Graph, type Shape, type Value } from "./graph.js";
import { relu, sigmoid } from "./ops/activation.js";
import { abs, add, affine, mul, sub } from "./ops/arithmetic.js";
import { conv } from "./ops/convolution.js";
import { globalAverage, globalLogSumExp, globalMax } from "./ops/global-pooling.js";
import { linear } from "./ops/linear.js";
import { sigmoidCrossEntropy, softmaxCrossEntropy } from "./ops/losses.js";
import { batchNorm } from "./ops/normalisation.js";
import { averagePool, maxPool } from "./ops/pooling.js";
import { concat, padZero, reshape, slice, split } from "./ops/shape.js";

/** Float32 against float64: an operator is wrong when it is off by more than rounding. */
const TOLERANCE = 2e-5;

const map: Shape = [2, 3, 4, 6];
const [first, second, third] = [0, 1, 2].map((i) => (p: readonly Value[]) => p[i] as Value) as [
  (p: readonly Value[]) => Value,
  (p: readonly Value[]) => Value,
  (p: readonly Value[]) => Value,
];
const constant = (g: Graph, values: readonly number[], shape: Shape): Value => ({
  ref: g.float(values, shape),
  shape,
  tracked: false,
});

const operators: Record<string, [Shape[], Operator]> = {
  add: [[map, map], (g, p) => add(g, first(p), second(p))],
  "add of a value to itself": [[map], (g, p) => add(g, first(p), first(p))],
  sub: [[map, map], (g, p) => sub(g, first(p), second(p))],
  mul: [[map, map], (g, p) => mul(g, first(p), second(p))],
  affine: [[map], (g, p) => affine(g, first(p), 1.5, -0.5)],
  abs: [[map], (g, p) => abs(g, first(p))],
  relu: [[map], (g, p) => relu(g, first(p))],
  sigmoid: [[map], (g, p) => sigmoid(g, first(p))],
  concat: [[map, [2, 2, 4, 6]], (g, p) => concat(g, [first(p), second(p)], 1)],
  split: [
    [map],
    (g, p) => {
      const [a, b] = split(g, first(p), 3, [3, 3]) as [Value, Value];
      return mul(g, a, b);
    },
  ],
  "split with an unused part": [[map], (g, p) => split(g, first(p), 1, [1, 2])[1] as Value],
  reshape: [[map], (g, p) => reshape(g, first(p), [6, 24])],
  slice: [[map], (g, p) => slice(g, first(p), [1, 3], [1, 2], [3, 5])],
  padZero: [[map], (g, p) => padZero(g, first(p), [1, 2, 0, 3])],
  averagePool: [[map], (g, p) => averagePool(g, first(p), 2)],
  maxPool: [[map], (g, p) => maxPool(g, first(p), 2)],
  globalMax: [[map], (g, p) => globalMax(g, first(p))],
  globalAverage: [[map], (g, p) => globalAverage(g, first(p))],
  globalLogSumExp: [[map], (g, p) => globalLogSumExp(g, first(p))],
  linear: [[[4, 5], [3, 5], [3]], (g, p) => linear(g, first(p), second(p), third(p))],
  "conv 3×3": [[map, [5, 3, 3, 3]], (g, p) => conv(g, first(p), second(p))],
  "conv 3×3 stride 2": [[map, [5, 3, 3, 3]], (g, p) => conv(g, first(p), second(p), { stride: 2 })],
  "conv 3×3 bias": [[map, [5, 3, 3, 3], [5]], (g, p) => conv(g, first(p), second(p), { bias: third(p) })],
  "conv 1×1": [[map, [5, 3, 1, 1], [5]], (g, p) => conv(g, first(p), second(p), { bias: third(p) })],
  "conv 1×1 stride 2": [[map, [5, 3, 1, 1]], (g, p) => conv(g, first(p), second(p), { stride: 2 })],
  batchNorm: [[map, [3], [3]], (g, p) => batchNorm(g, first(p), second(p), third(p)).y],
  softmaxCrossEntropy: [
    [[3, 2]],
    (g, p) => softmaxCrossEntropy(g, first(p), constant(g, [1, 0, 0, 10, 0, 10], [3, 2])),
  ],
  "sigmoidCrossEntropy of samples": [
    [[4]],
    (g, p) =>
      sigmoidCrossEntropy(g, first(p), constant(g, [1, 0, 0, 1], [4]), constant(g, [1, 2, 0.5, 1], [4])),
  ],
  "sigmoidCrossEntropy of positions": [
    [[1, 1, 2, 2]],
    (g, p) =>
      sigmoidCrossEntropy(
        g,
        first(p),
        constant(g, [1, 0, 0, 1], [1, 1, 2, 2]),
        constant(g, [1, 2, 0.5, 1], [1, 1, 2, 2]),
      ),
  ],
};

test.each(Object.entries(operators))("the gradient of %s is right", async (_, [shapes, operator]) => {
  const error = await gradientError(shapes, operator);
  expect(error.forward).toBeLessThan(TOLERANCE);
  expect(error.gradient).toBeLessThan(TOLERANCE);
});

test("a stack of operators is differentiated through, on the web build too", async () => {
  const stack: Operator = (g, [x, w, gamma, beta, head]) => {
    const y = conv(g, x as Value, w as Value, { stride: 2 });
    const z = relu(g, batchNorm(g, y, gamma as Value, beta as Value).y);
    return globalLogSumExp(g, conv(g, z, head as Value));
  };
  const shapes: Shape[] = [[2, 2, 4, 4], [3, 2, 3, 3], [3], [3], [1, 3, 1, 1]];
  expect((await gradientError(shapes, stack, "native")).gradient).toBeLessThan(1e-4);
  expect((await gradientError(shapes, stack, "web")).gradient).toBeLessThan(1e-4);
});

test("a parameter that the loss does not depend on gets a zero gradient", () => {
  const g = new Graph();
  const [used, unused] = [g.parameter("used", []), g.parameter("unused", [2])];
  g.backward(affine(g, used, 2));
  const zeros = g.model().constants.get(g.gradientOf(unused));
  expect(zeros?.shape).toEqual([2]);
  expect(Array.from(zeros!.data)).toEqual([0, 0]);
});

test("shapes that do not fit are refused when the graph is built", async () => {
  await expect(gradientError([map, [2, 3, 4, 5]], (g, p) => add(g, first(p), second(p)))).rejects.toThrow(
    RangeError,
  );
  await expect(gradientError([map, [5, 4, 3, 3]], (g, p) => conv(g, first(p), second(p)))).rejects.toThrow(
    RangeError,
  );
  await expect(
    gradientError(
      [
        [1, 1, 5, 5],
        [1, 1, 3, 3],
      ],
      (g, p) => conv(g, first(p), second(p), { stride: 2 }),
    ),
  ).rejects.toThrow(RangeError);
});
