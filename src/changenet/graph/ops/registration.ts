import type { Graph, Ref, Value } from "../graph.js";
import { grey, highPass } from "./filters.js";

export type RegistrationConfig = Readonly<{
  /** Largest shift searched, in pixels; 0 switches registration off. */
  maxShift: number;
  /** Radius of the local mean taken out before comparing; 0 compares raw grey values. */
  highPassRadius: number;
  /** Relative cost per pixel of shift: keeps featureless pairs in place. */
  penalty: number;
}>;

export type Aligned = Readonly<{
  /** Golden moved onto the test image; outside its frame the test image itself (no difference there). */
  golden: Value;
  /** 1 where the moved golden has content, else 0: [N,1,H,W]. */
  valid: Value;
}>;

/** What {@link register} gives: the moved golden image, and by how much it was moved. */
export type Registered = Aligned & Readonly<{ shift: Value }>;

/** A tiny cost per pixel that makes the choice among equal shifts unique. */
const TIE_BREAK = 1e-3;

/**
 * Finds the whole-pixel shift of `golden` with the least mean absolute difference to `test` over their overlap,
 * for each pair of the batch, and applies it. Coarse search at half resolution, then ±2 px at full resolution, so a result can lie
 * up to 2 px outside the searched range.
 * No gradient. Works with a batch size unknown at build time.
 */
export function register(g: Graph, test: Value, golden: Value, config: RegistrationConfig): Registered {
  const [n, , h, w] = test.shape as [number, number, number, number];
  if (config.maxShift === 0) {
    const one = g.emit("Add", [g.emit("Mul", [channel0(g, test), g.float(0)]), g.float(1)]);
    const none = g.emit("Mul", [
      g.emit("Slice", [
        g.emit("ReduceMax", [test], { axes: [1, 2], keepdims: 0 }),
        g.ints([0]),
        g.ints([2]),
        g.ints([1]),
      ]),
      g.float(0),
    ]);
    return {
      golden,
      valid: { ref: one, shape: [n, 1, h, w], tracked: false },
      shift: { ref: none, shape: [n, 2], tracked: false },
    };
  }
  const prepare = (x: Value) => {
    const single = grey(g, x);
    return config.highPassRadius > 0 ? highPass(g, single, config.highPassRadius) : single;
  };
  const [t, r] = [prepare(test), prepare(golden)];
  const coarse = coarseShift(g, halve(g, t), halve(g, r), Math.ceil(config.maxShift / 2), config.penalty * 2);
  const fine = fineShift(g, t, r, { dy: twice(g, coarse.dy), dx: twice(g, coarse.dx) }, config.penalty);
  return applyShift(g, test, golden, fine);
}

/** Shifts per pair, float [N,1,1,1]: aligned[y,x] = golden[y+dy, x+dx]. */
type Shift = Readonly<{ dy: Ref; dx: Ref }>;

function channel0(g: Graph, x: Value): Ref {
  return g.emit("Slice", [x, g.ints([0]), g.ints([1]), g.ints([1])]);
}

function halve(g: Graph, x: Value): Value {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const y = g.emit("AveragePool", [x], { kernel_shape: [2, 2], strides: [2, 2] });
  return { ref: y, shape: [n, c, Math.floor(h / 2), Math.floor(w / 2)], tracked: false };
}

function twice(g: Graph, x: Ref): Ref {
  return g.emit("Mul", [x, g.float(2)]);
}

/**
 * Exhaustive search over ±s. All column shifts are stacked as channels once; each row shift is then one
 * subtraction of two row slices. Columns outside the overlap are zero on both sides, so they cost nothing.
 */
function coarseShift(g: Graph, t: Value, r: Value, s: number, penalty: number): Shift {
  const [, , h, w] = t.shape as [number, number, number, number];
  const shifts = Array.from({ length: 2 * s + 1 }, (_, i) => i - s);
  const pad = (x: Ref, left: number, right: number) =>
    g.emit("Pad", [x, g.ints([0, 0, 0, left, 0, 0, 0, right])]);
  const columns = (x: Value, from: number, to: number) =>
    g.emit("Slice", [x, g.ints([from]), g.ints([to]), g.ints([3])]);
  // Shift dx compares test columns [max(0,−dx), w−max(0,dx)) with the same golden columns moved by dx.
  const tested = shifts.map((dx) =>
    pad(columns(t, Math.max(0, -dx), w - Math.max(0, dx)), Math.max(0, -dx), Math.max(0, dx)),
  );
  const moved = shifts.map((dx) =>
    pad(columns(r, Math.max(0, dx), w + Math.min(0, dx)), Math.max(0, -dx), Math.max(0, dx)),
  );
  const tStack = g.emit("Concat", tested, { axis: 1 });
  const rStack = g.emit("Concat", moved, { axis: 1 });
  const rows = (x: Ref, from: number, to: number) =>
    g.emit("Slice", [x, g.ints([from]), g.ints([to]), g.ints([2])]);
  const sums = shifts.map((dy) => {
    const a = rows(tStack, Math.max(0, -dy), h - Math.max(0, dy));
    const b = rows(rStack, Math.max(0, dy), h + Math.min(0, dy));
    return g.sum(g.emit("Abs", [g.emit("Sub", [a, b])]), [2, 3]);
  });
  const pairs = shifts.flatMap((dy) => shifts.map((dx) => ({ dy, dx })));
  const area = pairs.map(({ dy, dx }) => (h - Math.abs(dy)) * (w - Math.abs(dx)));
  const size = pairs.map(({ dy, dx }) => Math.abs(dy) + Math.abs(dx));
  const scale = g.float(
    size.map((d, i) => (1 + penalty * d) / area[i]),
    [1, pairs.length],
  );
  const extra = g.float(
    size.map((d) => TIE_BREAK * d),
    [1, pairs.length],
  );
  const cost = g.emit("Add", [g.emit("Mul", [g.emit("Concat", sums, { axis: 1 }), scale]), extra]);
  const best = g.emit("ArgMin", [cost], { axis: 1, keepdims: 1 });
  const pick = (values: number[]) =>
    g.reshape(g.emit("Gather", [g.float(values, [values.length]), best]), [0, 1, 1, 1]);
  return { dy: pick(pairs.map((p) => p.dy)), dx: pick(pairs.map((p) => p.dx)) };
}

/** Pixels around the coarse result that the full resolution looks at: half-resolution steps are 2 apart. */
const REACH = 2;

/**
 * Refines a shift by up to ±2 pixels at full resolution. The mean over the overlap needs no mask at full size:
 * outside it the moved image is 0, so Σ inside |t−r| = Σ |t−r| − Σ outside |t|, and the last sum is a product of
 * row and column masks with |t|.
 */
function fineShift(g: Graph, t: Value, r: Value, around: Shift, penalty: number): Shift {
  const [, , h, w] = t.shape as [number, number, number, number];
  const steps = Array.from({ length: 2 * REACH + 1 }, (_, i) => i - REACH);
  const { image, rowInside, columnInside } = moveWindow(g, r, around, REACH);
  const cut = (x: Ref, from: number, size: number, axis: number) =>
    g.emit("Slice", [x, g.ints([from]), g.ints([from + size]), g.ints([axis])]);
  const columns = g.emit(
    "Concat",
    steps.map((dx) => cut(image, REACH + dx, w, 3)),
    { axis: 1 },
  );
  const sums = steps.map((dy) => {
    const gap = g.emit("Abs", [g.emit("Sub", [cut(columns, REACH + dy, h, 2), t])]);
    return g.emit("Unsqueeze", [g.sum(gap, [2, 3]), g.ints([1])]);
  });
  const rowMasks = g.emit(
    "Concat",
    steps.map((dy) => g.emit("Transpose", [cut(rowInside, REACH + dy, h, 2)], { perm: [0, 1, 3, 2] })),
    { axis: 2 },
  );
  const columnMasks = g.emit(
    "Concat",
    steps.map((dx) => g.emit("Transpose", [cut(columnInside, REACH + dx, w, 3)], { perm: [0, 1, 3, 2] })),
    { axis: 3 },
  );
  const size = g.emit("Abs", [t]);
  const side = steps.length;
  const table = (x: Ref) => g.reshape(x, [0, side, side]);
  const inside = table(g.emit("MatMul", [g.emit("MatMul", [rowMasks, size]), columnMasks]));
  const all = g.reshape(g.emit("ReduceSum", [size, g.ints([1, 2, 3])], { keepdims: 1 }), [0, 1, 1]);
  const total = g.emit("Sub", [g.emit("Concat", sums, { axis: 1 }), g.emit("Sub", [all, inside])]);
  const count = g.emit("Mul", [
    table(
      g.emit("Expand", [
        g.emit("ReduceSum", [rowMasks, g.ints([3])], { keepdims: 1 }),
        g.ints([1, 1, 1, side]),
      ]),
    ),
    g.reshape(g.emit("ReduceSum", [columnMasks, g.ints([2])], { keepdims: 0 }), [0, 1, side]),
  ]);
  const mean = g.emit("Div", [total, g.emit("Max", [count, g.float(1)])]);
  const distance = g.emit("Add", [
    g.emit("Abs", [g.emit("Add", [g.reshape(around.dy, [0, 1, 1]), g.float(steps, [side, 1])])]),
    g.emit("Abs", [g.emit("Add", [g.reshape(around.dx, [0, 1, 1]), g.float(steps, [1, side])])]),
  ]);
  const factor = g.emit("Add", [g.emit("Mul", [distance, g.float(penalty)]), g.float(1)]);
  const cost = g.emit("Add", [g.emit("Mul", [mean, factor]), g.emit("Mul", [distance, g.float(TIE_BREAK)])]);
  const best = g.emit("ArgMin", [g.reshape(cost, [0, side * side])], { axis: 1, keepdims: 1 });
  const step = (pick: (dy: number, dx: number) => number) => {
    const values = steps.flatMap((dy) => steps.map((dx) => pick(dy, dx)));
    return g.reshape(g.emit("Gather", [g.float(values, [values.length]), best]), [0, 1, 1, 1]);
  };
  return {
    dy: g.emit("Add", [around.dy, step((dy) => dy)]),
    dx: g.emit("Add", [around.dx, step((_, dx) => dx)]),
  };
}

function applyShift(g: Graph, test: Value, golden: Value, shift: Shift): Registered {
  const [n, , h, w] = test.shape as [number, number, number, number];
  const { image, rowInside, columnInside } = moveWindow(g, golden, shift, 0);
  const inside = g.emit("Mul", [rowInside, columnInside]);
  const outside = g.emit("Mul", [test, g.emit("Sub", [g.float(1), inside])]);
  return {
    golden: { ref: g.emit("Add", [image, outside]), shape: golden.shape, tracked: false },
    valid: { ref: inside, shape: [n, 1, h, w], tracked: false },
    shift: {
      ref: g.emit("Concat", [g.reshape(shift.dy, [0, 1]), g.reshape(shift.dx, [0, 1])], { axis: 1 }),
      shape: [n, 2],
      tracked: false,
    },
  };
}

/** A moved window: its pixels [N,C,h,w], and which of its rows [N,1,h,1] and columns [N,1,1,w] have content. */
type Moved = Readonly<{ image: Ref; rowInside: Ref; columnInside: Ref }>;

/**
 * Cuts a window of `x`, larger by `margin` on each side and moved by `shift`; zeros outside. Products with one-hot
 * selection matrices: exact, and independent of the batch size.
 */
function moveWindow(g: Graph, x: Value, shift: Shift, margin: number): Moved {
  const [, , h, w] = x.shape as [number, number, number, number];
  const count = (size: number, from: number) => Float32Array.from({ length: size }, (_, i) => i + from);
  const oneHot = (wanted: Ref, known: Ref) => g.emit("Cast", [g.emit("Equal", [wanted, known])], { to: 1 });
  const wantedRows = g.emit("Add", [g.float(count(h + 2 * margin, -margin), [h + 2 * margin, 1]), shift.dy]);
  const wantedColumns = g.emit("Add", [
    g.float(count(w + 2 * margin, -margin), [1, w + 2 * margin]),
    shift.dx,
  ]);
  const rows = oneHot(wantedRows, g.float(count(h, 0), [1, h]));
  const columns = oneHot(wantedColumns, g.float(count(w, 0), [w, 1]));
  return {
    image: g.emit("MatMul", [g.emit("MatMul", [rows, x]), columns]),
    rowInside: g.emit("ReduceSum", [rows, g.ints([3])], { keepdims: 1 }),
    columnInside: g.emit("ReduceSum", [columns, g.ints([2])], { keepdims: 1 }),
  };
}
