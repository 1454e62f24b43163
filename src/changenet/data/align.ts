/** Rectangle where a moved golden image has content; `right` and `bottom` are exclusive. */
export type Frame = Readonly<{ top: number; left: number; bottom: number; right: number }>;

export type ImageShape = Readonly<{ channels: number; height: number; width: number }>;

/** The frame left after a shift: rows y with 0 ≤ y + dy < height, columns likewise. */
export function frameOf(dy: number, dx: number, { height, width }: ImageShape): Frame {
  return {
    top: Math.min(height, Math.max(0, -dy)),
    left: Math.min(width, Math.max(0, -dx)),
    bottom: Math.max(0, Math.min(height, height - dy)),
    right: Math.max(0, Math.min(width, width - dx)),
  };
}

/**
 * Moves golden onto test: out[y,x] = golden[y+dy, x+dx] inside the frame, test[y,x] outside. The same as the
 * registration inside the checkpoint does.
 */
export function alignGolden(
  test: Uint8Array,
  golden: Uint8Array,
  dy: number,
  dx: number,
  shape: ImageShape,
): Uint8Array {
  const { channels, height, width } = shape;
  const frame = frameOf(dy, dx, shape);
  const out = test.slice();
  for (let c = 0; c < channels; c++)
    for (let y = frame.top; y < frame.bottom; y++) {
      const from = (c * height + y + dy) * width + dx;
      out.set(golden.subarray(from + frame.left, from + frame.right), (c * height + y) * width + frame.left);
    }
  return out;
}
