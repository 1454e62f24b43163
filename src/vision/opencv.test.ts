import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { componentsByBlock } from "./block-order.js";
import { linePixels } from "./line.js";
import { type Mask, mask } from "./mask.js";
import { closeBy, dilateBy, ellipseElement, erodeBy, openBy, squareElement } from "./morphology.js";
import { nearestWarp, resizeNearest } from "./nearest.js";
import { outlineArea } from "./outline.js";
import { resizeLinear } from "./resize-linear.js";

type Packed = Readonly<{ width: number; height: number; bits: string }>;

// What OpenCV 4.6 makes of random inputs, written by scripts/conformance/raster-vectors.py.
const vectors: Readonly<{
  morphology: readonly { op: string; shape: string; size: number; mask: Packed; result: Packed }[];
  lines: readonly { ends: [number, number, number, number]; result: Packed }[];
  outline: readonly { mask: Packed; area: number }[];
  components: readonly { mask: Packed; stats: number[][] }[];
  nearest: readonly { mask: Packed; result: Packed }[];
  warp: readonly {
    mask: Packed;
    map: [number, number, number, number, number, number];
    result: Packed;
  }[];
  linear: readonly {
    width: number;
    height: number;
    data: number[];
    toWidth: number;
    toHeight: number;
    result: number[];
  }[];
}> = JSON.parse(readFileSync(new URL("./opencv-vectors.json", import.meta.url), "utf8"));

function unpack({ width, height, bits }: Packed): Mask {
  const bytes = Buffer.from(bits, "base64");
  // Each row is not padded: bits run on.
  const data = Uint8Array.from({ length: width * height }, (_, i) => (bytes[i >> 3] >> (7 - (i & 7))) & 1);
  return { width, height, data };
}

/** As text, so that a difference is seen in place. */
function drawn({ width, height, data }: Mask): string[] {
  return Array.from({ length: height }, (_, y) =>
    Array.from(data.subarray(y * width, (y + 1) * width), (v) => (v ? "#" : ".")).join(""),
  );
}

test("morphology with squares and ellipses, also even sizes and beyond the border", () => {
  const run = { dilate: dilateBy, erode: erodeBy, open: openBy, close: closeBy };
  for (const v of vectors.morphology) {
    const element = v.shape === "square" ? squareElement(v.size) : ellipseElement(v.size);
    const result = run[v.op as keyof typeof run](unpack(v.mask), element);
    expect(drawn(result), `${v.op} ${v.shape} ${v.size}`).toEqual(drawn(unpack(v.result)));
  }
});

test("ellipse rows of the contract (5.5)", () => {
  const widths = (size: number) => ellipseElement(size).map((r) => r.to - r.from + 1);
  expect(widths(5)).toEqual([1, 5, 5, 5, 1]);
  expect(widths(11)).toEqual([1, 7, 9, 11, 11, 11, 11, 11, 9, 7, 1]);
});

test("lines, clipped and not", () => {
  for (const { ends, result } of vectors.lines) {
    const out = mask(result.width, result.height);
    const [x0, y0, x1, y1] = ends;
    for (const i of linePixels({ x: x0, y: y0 }, { x: x1, y: y1 }, result.width, result.height))
      out.data[i] = 1;
    expect(drawn(out), ends.join(",")).toEqual(drawn(unpack(result)));
  }
});

test("outline areas", () => {
  expect(vectors.outline.map((v) => outlineArea(unpack(v.mask)))).toEqual(vectors.outline.map((v) => v.area));
});

test("connected parts in the order of their labels", () => {
  for (const v of vectors.components)
    expect(
      componentsByBlock(unpack(v.mask)).map((p) => [p.box.x, p.box.y, p.box.width, p.box.height, p.area]),
    ).toEqual(v.stats);
});

test("nearest-neighbour resize", () => {
  for (const v of vectors.nearest) {
    const { width, height } = v.result;
    expect(drawn(resizeNearest(unpack(v.mask), width, height))).toEqual(drawn(unpack(v.result)));
  }
});

test("nearest-neighbour affine warp", () => {
  for (const v of vectors.warp) {
    const source = unpack(v.mask);
    const { width, height } = v.result;
    const out = mask(width, height);
    const at = nearestWarp(v.map, width, height);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const [sx, sy] = [at.x(x, y), at.y(x, y)];
        if (sx >= 0 && sy >= 0 && sx < source.width && sy < source.height)
          out.data[y * width + x] = source.data[sy * source.width + sx];
      }
    expect(drawn(out)).toEqual(drawn(unpack(v.result)));
  }
});

test("bilinear resize of bytes", () => {
  for (const v of vectors.linear) {
    const image = { width: v.width, height: v.height, data: Uint8Array.from(v.data) };
    const name = `${v.width}x${v.height} to ${v.toWidth}x${v.toHeight}`;
    expect([...resizeLinear(image, v.toWidth, v.toHeight).data], name).toEqual(v.result);
  }
});
