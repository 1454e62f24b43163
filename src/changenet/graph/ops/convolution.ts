import type { Graph, Ref, Value } from "../graph.js";

export type ConvOptions = Readonly<{ stride?: 1 | 2; bias?: Value }>;

type Size4 = readonly [number, number, number, number];

/**
 * Convolution of NCHW `x` with `w` [O,C,K,K], K = 1 or 3, "same" zero padding (K−1)/2, stride 1 or 2.
 * Stride 2 needs even sides.
 */
export function conv(g: Graph, x: Value, w: Value, { stride = 1, bias }: ConvOptions = {}): Value {
  const [n, c, h, wide] = x.shape as Size4;
  const [o, wc, k] = w.shape as Size4;
  if (wc !== c) throw new RangeError(`convolution of ${c} channels with weights for ${wc}`);
  if (k !== 1 && k !== 3) throw new RangeError(`kernel ${k} is not supported`);
  if (stride === 2 && (h % 2 || wide % 2))
    throw new RangeError(`stride 2 needs even sides, got ${h}×${wide}`);
  const pad = (k - 1) / 2;
  const shape = [n, o, h / stride, wide / stride];
  const inputs = bias ? [x, w, bias] : [x, w];
  const y = g.emit("Conv", inputs, {
    kernel_shape: [k, k],
    strides: [stride, stride],
    pads: [pad, pad, pad, pad],
  });
  return g.result(inputs, y, shape, (dy) => {
    if (bias) g.accumulate(bias, () => g.sum(dy, [0, 2, 3]));
    g.accumulate(w, () => weightGradient(g, dy, x, w, stride));
    g.accumulate(x, () => inputGradient(g, dy, w, stride));
  });
}

/** Stride 1: convolution with the turned weights. Stride 2: the transposed convolution. */
function inputGradient(g: Graph, dy: Ref, w: Value, stride: number): Ref {
  const [o, c, k] = w.shape as Size4;
  const pad = (k - 1) / 2;
  if (stride === 1) {
    const backwards = g.ints(Array.from({ length: k * k }, (_, i) => k * k - 1 - i));
    const turned = g.emit("Gather", [g.reshape(w, [o, c, k * k]), backwards], { axis: 2 });
    const swapped = g.reshape(g.transpose(turned, [1, 0, 2]), [c, o, k, k]);
    return g.emit("Conv", [dy, swapped], { kernel_shape: [k, k], pads: [pad, pad, pad, pad] });
  }
  return g.emit("ConvTranspose", [dy, w], {
    kernel_shape: [k, k],
    strides: [stride, stride],
    pads: [pad, pad, pad, pad],
    output_padding: [stride - 1, stride - 1],
  });
}

/** dW = Σ over batch of dY · patchesᵀ as one batched matrix product, over patches cut with unit-stride slices. */
function weightGradient(g: Graph, dy: Ref, x: Value, w: Value, stride: number): Ref {
  const [n, c, h, wide] = x.shape as Size4;
  const [o, , k] = w.shape as Size4;
  if (k === 3 && stride === 1) return separatedGradient(g, dy, x, o);
  const size = (h / stride) * (wide / stride);
  const patches = k === 1 ? samples(g, x, stride) : stridedPatchesOf3(g, x);
  const product = productOverPositions(
    g,
    g.reshape(dy, [n, o, size]),
    g.reshape(patches, [n, k * k * c, size]),
  );
  return g.transpose(g.reshape(product, [o, k, k, c]), [0, 3, 1, 2]);
}

/**
 * The gradient of 3×3 weights at stride 1: dY shifted by the three rows times x shifted by the three columns gives
 * all nine taps in one product, with 3 + 3 copies instead of 9.
 */
function separatedGradient(g: Graph, dy: Ref, x: Value, o: number): Ref {
  const [n, c, h, w] = x.shape as Size4;
  const size = (h + 2) * w;
  const moved = (source: Ref | Value, pads: (tap: number) => number[]) =>
    g.emit(
      "Concat",
      [0, 1, 2].map((tap) => g.emit("Pad", [source, g.ints(pads(tap))])),
      { axis: 1 },
    );
  const rows = moved(dy, (ky) => [0, 0, ky, 0, 0, 0, 2 - ky, 0]);
  const columns = moved(x, (kx) => [0, 0, 1, 1 - kx, 0, 0, 1, kx - 1]);
  const product = productOverPositions(
    g,
    g.reshape(rows, [n, 3 * o, size]),
    g.reshape(columns, [n, 3 * c, size]),
  );
  return g.transpose(g.reshape(product, [3, o, 3, c]), [1, 3, 0, 2]);
}

/** Σ over batch of a · bᵀ, with a [N,A,P] and b [N,B,P]: [A,B]. */
function productOverPositions(g: Graph, a: Ref, b: Ref): Ref {
  const [product] = g.emitMany("FusedMatMul", [a, b], 1, { transB: 1 }, "com.microsoft") as [Ref];
  return g.sum(product, [0]);
}

function samples(g: Graph, x: Value, stride: number): Ref {
  if (stride === 1) return x.ref;
  const [, , h, w] = x.shape as Size4;
  return g.emit("Slice", [x, g.ints([0, 0]), g.ints([h, w]), g.ints([2, 3]), g.ints([stride, stride])]);
}

/**
 * The nine stride-2 samplings of x, [N,9C,H/2,W/2]. Space-to-depth first, so that every tap is a unit-stride slice:
 * row 2y+ky−1 lies in parity plane (ky+1) mod 2 at position y−1 for ky = 0, else y.
 */
function stridedPatchesOf3(g: Graph, x: Value): Ref {
  const [, c, h, w] = x.shape as Size4;
  const planes = g.emit("SpaceToDepth", [x], { blocksize: 2 });
  const padded = g.emit("Pad", [planes, g.ints([0, 0, 1, 1, 0, 0, 0, 0])]);
  const parts = TAPS.map(([ky, kx]) => {
    const plane = ((ky === 1 ? 0 : 1) * 2 + (kx === 1 ? 0 : 1)) * c;
    const [top, left] = [ky === 0 ? 0 : 1, kx === 0 ? 0 : 1];
    return g.emit("Slice", [
      padded,
      g.ints([plane, top, left]),
      g.ints([plane + c, top + h / 2, left + w / 2]),
      g.ints([1, 2, 3]),
    ]);
  });
  return g.emit("Concat", parts, { axis: 1 });
}

const TAPS = [0, 1, 2].flatMap((ky) => [0, 1, 2].map((kx) => [ky, kx] as const));
