import { clampIndex, type Plane, plane } from "./plane.js";

/** Mean over a (2r+1)² window with repeated borders; running sums, independent of r. */
export function boxBlur(p: Plane, radius: number): Plane {
  if (radius < 1) return p;
  return transposeBlur(transposeBlur(p, radius), radius);
}

/** Blurs rows and returns the transposed plane, so that two calls blur both ways. */
function transposeBlur(p: Plane, r: number): Plane {
  const { width, height, data } = p;
  const out = new Float32Array(data.length);
  const scale = 1 / (2 * r + 1);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    let sum = 0;
    for (let k = -r; k <= r; k++) sum += data[row + clampIndex(k, width)];
    for (let x = 0; x < width; x++) {
      out[x * height + y] = sum * scale;
      sum += data[row + clampIndex(x + r + 1, width)] - data[row + clampIndex(x - r, width)];
    }
  }
  return { width: height, height: width, data: out };
}

/** Gaussian blur with repeated borders; the kernel is cut at 3 sigma. */
export function gaussianBlur(p: Plane, sigma: number): Plane {
  if (!(sigma > 0.05)) return p;
  const r = Math.max(1, Math.ceil(3 * sigma));
  const kernel = new Float32Array(2 * r + 1);
  let total = 0;
  for (let k = -r; k <= r; k++) {
    const v = Math.exp(-(k * k) / (2 * sigma * sigma));
    kernel[k + r] = v;
    total += v;
  }
  for (let k = 0; k < kernel.length; k++) kernel[k] = kernel[k] / total;
  return convolveRows(convolveRows(p, kernel), kernel);
}

function convolveRows(p: Plane, kernel: Float32Array): Plane {
  const { width, height, data } = p;
  const r = (kernel.length - 1) / 2;
  const out = new Float32Array(data.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let k = -r; k <= r; k++) sum += kernel[k + r] * data[y * width + clampIndex(x + k, width)];
      out[x * height + y] = sum;
    }
  return { width: height, height: width, data: out };
}

/** Central differences, grey levels per pixel. */
export function gradient(p: Plane): { gx: Plane; gy: Plane } {
  const gx = plane(p.width, p.height);
  const gy = plane(p.width, p.height);
  for (let y = 0; y < p.height; y++)
    for (let x = 0; x < p.width; x++) {
      const i = y * p.width + x;
      const l = p.data[y * p.width + clampIndex(x - 1, p.width)];
      const r = p.data[y * p.width + clampIndex(x + 1, p.width)];
      const u = p.data[clampIndex(y - 1, p.height) * p.width + x];
      const d = p.data[clampIndex(y + 1, p.height) * p.width + x];
      gx.data[i] = (r - l) / 2;
      gy.data[i] = (d - u) / 2;
    }
  return { gx, gy };
}

/** Standard deviation in a (2r+1)² window: how textured a place is. */
export function localDeviation(p: Plane, radius: number): Plane {
  const square = plane(p.width, p.height);
  for (let i = 0; i < p.data.length; i++) square.data[i] = p.data[i] ** 2;
  const mean = boxBlur(p, radius);
  const power = boxBlur(square, radius);
  const out = plane(p.width, p.height);
  for (let i = 0; i < out.data.length; i++)
    out.data[i] = Math.sqrt(Math.max(0, power.data[i] - mean.data[i] ** 2));
  return out;
}

/**
 * How much a place varies in its quietest direction: the root of the smaller eigenvalue of the structure tensor
 * (gradients gathered over `sigma`). Straight edges and brushed lines give nothing, broken surfaces and specks do.
 */
export function roughness(p: Plane, sigma: number): Plane {
  const { gx, gy } = gradient(p);
  const product = (a: Plane, b: Plane): Plane =>
    gaussianBlur({ ...p, data: a.data.map((v, i) => v * b.data[i]) }, sigma);
  const xx = product(gx, gx);
  const yy = product(gy, gy);
  const xy = product(gx, gy);
  const out = plane(p.width, p.height);
  for (let i = 0; i < out.data.length; i++) {
    const half = (xx.data[i] + yy.data[i]) / 2;
    const spread = Math.hypot((xx.data[i] - yy.data[i]) / 2, xy.data[i]);
    out.data[i] = Math.sqrt(Math.max(0, half - spread));
  }
  return out;
}

/**
 * Standard deviation of the pixel noise: the median absolute response of a 3×3 Laplacian difference, which
 * edges and gradients hardly move (Immerkær's operator with a robust scale).
 */
export function noiseSigma(p: Plane): number {
  const { width, height, data } = p;
  if (width < 3 || height < 3) return 0;
  const values = new Float32Array((width - 2) * (height - 2));
  let n = 0;
  const at = (x: number, y: number): number => data[y * width + x];
  for (let y = 1; y < height - 1; y++)
    for (let x = 1; x < width - 1; x++)
      values[n++] = Math.abs(
        at(x - 1, y - 1) -
          2 * at(x, y - 1) +
          at(x + 1, y - 1) -
          2 * at(x - 1, y) +
          4 * at(x, y) -
          2 * at(x + 1, y) +
          at(x - 1, y + 1) -
          2 * at(x, y + 1) +
          at(x + 1, y + 1),
      );
  values.sort();
  // The operator's gain on white noise is 6; 0.6745 turns a median into a standard deviation.
  return values[n >> 1] / (6 * 0.6745);
}
