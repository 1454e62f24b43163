type Bytes = Readonly<{ width: number; height: number; data: Uint8Array }>;

const ONE = 2048;

/**
 * Bilinear resize of single-channel bytes with the 11-bit weights and roundings of OpenCV's `resize` (a half-size
 * result averages 2×2 pixels). A mask comes back grey along its edges.
 */
export function resizeLinear(image: Bytes, width: number, height: number): Bytes {
  if (image.width === width && image.height === height) return image;
  if (image.width === 2 * width && image.height === 2 * height) return halved(image);
  const h = weights(image.width, width, true);
  const v = weights(image.height, height, false);
  const rows = new Map<number, Int32Array>();
  const row = (y: number): Int32Array => {
    let out = rows.get(y);
    if (!out) {
      out = new Int32Array(width);
      const base = y * image.width;
      for (let x = 0; x < width; x++)
        out[x] = image.data[base + h.low[x]] * h.near[x] + image.data[base + h.high[x]] * h.far[x];
      rows.set(y, out);
      for (const old of rows.keys()) if (old < y - 1) rows.delete(old);
    }
    return out;
  };
  const data = new Uint8Array(width * height);
  for (let y = 0, o = 0; y < height; y++) {
    const a = row(v.low[y]);
    const b = row(v.high[y]);
    for (let x = 0; x < width; x++, o++)
      data[o] = ((((v.near[y] * (a[x] >> 4)) >> 16) + ((v.far[y] * (b[x] >> 4)) >> 16) + 2) >> 2) & 255;
  }
  return { width, height, data };
}

function weights(from: number, to: number, horizontal: boolean) {
  const step = 1 / (to / from);
  const low = new Int32Array(to);
  const high = new Int32Array(to);
  const near = new Int32Array(to);
  const far = new Int32Array(to);
  for (let i = 0; i < to; i++) {
    let at = Math.fround((i + 0.5) * step - 0.5);
    let floor = Math.floor(at);
    at = Math.fround(at - floor);
    if (horizontal && floor < 0) [floor, at] = [0, 0];
    if (horizontal && floor >= from - 1) [floor, at] = [from - 1, 0];
    low[i] = Math.min(Math.max(floor, 0), from - 1);
    high[i] = Math.min(Math.max(floor + 1, 0), from - 1);
    near[i] = Math.round(Math.fround(1 - at) * ONE);
    far[i] = Math.round(at * ONE);
  }
  return { low, high, near, far };
}

function halved({ width: from, data: source }: Bytes): Bytes {
  const width = from / 2;
  const height = source.length / from / 2;
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const i = 2 * y * from + 2 * x;
      data[y * width + x] = (source[i] + source[i + 1] + source[i + from] + source[i + from + 1] + 2) >> 2;
    }
  return { width, height, data };
}
