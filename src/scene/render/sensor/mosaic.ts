/**
 * The softness of a colour sensor: each pixel keeps one colour of an RGGB pattern and the others are the means of their
 * nearest neighbours (bilinear demosaicing).
 */
export function mosaiced(picture: Float32Array, width: number, height: number): Float32Array {
  const out = new Float32Array(picture.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        let count = 0;
        const own = colorAt(x, y) === c;
        for (let dy = own ? 0 : -1; dy <= (own ? 0 : 1); dy++)
          for (let dx = own ? 0 : -1; dx <= (own ? 0 : 1); dx++) {
            const [sx, sy] = [x + dx, y + dy];
            if (sx < 0 || sy < 0 || sx >= width || sy >= height || colorAt(sx, sy) !== c) continue;
            sum += picture[(sy * width + sx) * 3 + c]!;
            count++;
          }
        const i = (y * width + x) * 3 + c;
        out[i] = count > 0 ? sum / count : picture[i]!;
      }
  return out;
}

/** Red on even rows and columns, blue on odd ones, green in between. */
function colorAt(x: number, y: number): 0 | 1 | 2 {
  return (x & 1) === (y & 1) ? ((x & 1) === 0 ? 0 : 2) : 1;
}
