import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NumpyRandom } from "./numpy-random.js";
import { PythonRandom } from "./python-random.js";

type Vector = Readonly<{
  library: "numpy" | "python";
  seed: number | number[] | string;
  text?: boolean;
  skip: number;
  calls: readonly [name: string, args: unknown[], result: unknown][];
}>;

// Draws of NumPy 2.4.6 and CPython 3.11.7, written by scripts/conformance/random-vectors.py.
const vectors: readonly Vector[] = JSON.parse(
  readFileSync(new URL("./random-vectors.json", import.meta.url), "utf8"),
);

function replay(vector: Vector): unknown[] {
  const source =
    vector.library === "numpy"
      ? new NumpyRandom(vector.seed as number | number[])
      : new PythonRandom(vector.text ? (vector.seed as string) : BigInt(vector.seed as string));
  const methods = source as unknown as Record<string, (...all: unknown[]) => unknown>;
  const items = (n: unknown): number[] => Array.from({ length: n as number }, (_, k) => k);
  return vector.calls.map(([name, args], i) => {
    if (i === vector.calls.length - 1) for (let k = 0; k < vector.skip; k++) source.random();
    if (name === "shuffle") {
      const order = items(args[0]);
      source.shuffle(order);
      return order;
    }
    if (source instanceof NumpyRandom && name === "choice") {
      const [n, size, replace, p] = args as [number, number, boolean, number[]?];
      return source.choice(n, size, p ? { replace, p } : { replace });
    }
    if (["choice", "sample", "choices"].includes(name))
      return methods[name]!.call(source, items(args[0]), ...args.slice(1));
    return methods[name]!.call(source, ...args);
  });
}

describe("draws of the real libraries", () => {
  for (const vector of vectors)
    test(`${vector.library} ${JSON.stringify(vector.seed).slice(0, 40)}`, () => {
      const drawn = replay(vector);
      vector.calls.forEach(([name, args, result], i) => {
        const call = `${name}(${args})`;
        if (name === "gauss" || name === "normal") expect(drawn[i], call).toBeCloseTo(result as number, 13);
        else expect(drawn[i], call).toEqual(result);
      });
    });
});

describe("anchors of contract 9", () => {
  test("Python: random, randint, sample, shuffle by a text seed", () => {
    const python = new PythonRandom(42);
    for (const value of [0.639426798458, 0.025010755223, 0.275029318369])
      expect(python.random()).toBeCloseTo(value, 12);
    const dice = new PythonRandom(42);
    expect(Array.from({ length: 5 }, () => dice.randint(-30, 30))).toEqual([10, -23, -29, 17, -13]);
    expect(new PythonRandom(42).sample([0, 1, 2], 3)).toEqual([2, 0, 1]);
    const order = [0, 1, 2, 3, 4, 5];
    new PythonRandom("0:IC+bridge").shuffle(order);
    expect(order).toEqual([4, 5, 1, 0, 3, 2]);
  });

  test("NumPy: randint, choice without replacement", () => {
    const first = new NumpyRandom(42);
    expect(Array.from({ length: 3 }, () => first.randint(0, 100000))).toEqual([15795, 860, 76820]);
    const second = new NumpyRandom(42);
    expect(second.randint(1, 9)).toBe(7);
    expect(second.choice(8, 3, { replace: false })).toEqual([7, 1, 5]);
  });
});

test("draws stay in their ranges and choices without replacement differ", () => {
  fc.assert(
    fc.property(fc.nat(0xffffffff), fc.integer({ min: 1, max: 500 }), (seed, n) => {
      const numpy = new NumpyRandom(seed);
      const size = numpy.randint(1, n + 1);
      const chosen = numpy.choice(n, size, { replace: false });
      expect(new Set(chosen).size).toBe(size);
      expect(Math.max(...chosen)).toBeLessThan(n);
      const python = new PythonRandom(seed);
      const sample = python.sample([...chosen], size);
      expect([...sample].sort()).toEqual([...chosen].sort());
      expect(python.below(n)).toBeLessThan(n);
    }),
  );
});

test("impossible draws are refused, not endless", () => {
  const numpy = new NumpyRandom(0);
  expect(() => new NumpyRandom(-1)).toThrow(RangeError);
  expect(() => new NumpyRandom(0.5)).toThrow(RangeError);
  expect(() => new PythonRandom(0.5)).toThrow(RangeError);
  expect(() => numpy.randint(3, 3)).toThrow(RangeError);
  expect(() => numpy.choice(3, 4, { replace: false })).toThrow(RangeError);
  expect(() => numpy.choice(3, 3, { replace: false, p: [0.5, 0.5, 0] })).toThrow(RangeError);
  expect(() => numpy.choice(2, 1, { p: [1] })).toThrow(RangeError);
  expect(() => new PythonRandom(0).below(0)).toThrow(RangeError);
  expect(() => new PythonRandom(0).sample([1], 2)).toThrow(RangeError);
  expect(() => new PythonRandom(0).choices([], 1)).toThrow(RangeError);
});
