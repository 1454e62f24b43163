/** What the lens does to linear light. Pictures have 3 values per pixel; the border repeats. */

/** Point spread: a Gaussian of standard deviation `sigma` pixels. Keeps the total light of an even picture. */
export function blurred(picture: Float32Array, width: number, height: number, sigma: number): Float32Array {
  if (!(sigma > 0)) return picture;
  const taps = gaussian(sigma);
  const along = new Float32Array(picture.length);
  const out = new Float32Array(picture.length);
  const reach = (taps.length - 1) / 2;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (let k = -reach; k <= reach; k++)
          sum += taps[k + reach]! * picture[(y * width + limited(x + k, width)) * 3 + c]!;
        along[(y * width + x) * 3 + c] = sum;
      }
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (let k = -reach; k <= reach; k++)
          sum += taps[k + reach]! * along[(limited(y + k, height) * width + x) * 3 + c]!;
        out[(y * width + x) * 3 + c] = sum;
      }
  return out;
}

/** Light lost towards the corners: a factor of 1 in the middle and 1 − `strength` in the corners, as r². */
export function vignetted(
  picture: Float32Array,
  width: number,
  height: number,
  strength: number,
): Float32Array {
  if (!(strength > 0)) return picture;
  const out = new Float32Array(picture.length);
  const [cx, cy] = [(width - 1) / 2, (height - 1) / 2];
  const corner = Math.max(cx * cx + cy * cy, 1e-9);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const factor = 1 - (strength * ((x - cx) ** 2 + (y - cy) ** 2)) / corner;
      for (let c = 0; c < 3; c++) {
        const i = (y * width + x) * 3 + c;
        out[i] = picture[i]! * factor;
      }
    }
  return out;
}

function gaussian(sigma: number): Float64Array {
  const reach = Math.max(1, Math.ceil(3 * sigma));
  const taps = Float64Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-0.5 * ((i - reach) / sigma) ** 2),
  );
  const sum = taps.reduce((a, b) => a + b, 0);
  return taps.map((v) => v / sum);
}

function limited(i: number, n: number): number {
  return i < 0 ? 0 : i >= n ? n - 1 : i;
}
