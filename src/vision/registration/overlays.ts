import type { Box } from "../plane.js";
import { caption } from "./caption.js";
import { type Bytes, resample } from "./contract-information.js";
import type { AnyPixels, Matrix3 } from "./types.js";

/** Squares of the checkerboard along the longer side. */
const SQUARES = 12;

/** What a person looks at to believe a registration; all of one size, the valid box of the photo on the render. */
export type Overlays = Readonly<{
  /** The valid box on the moving picture. */
  box: Box;
  /** The moving picture cut to the box, unchanged. */
  reference: AnyPixels;
  /** The photo resampled into the moving picture's grid, cut to the box; 0 where it does not reach. */
  aligned: AnyPixels;
  /** Half of each. */
  blend: AnyPixels;
  /** Squares of one and the other in turn: lines must run on across borders. */
  checkerboard: AnyPixels;
  /** The moving picture's edges in red on the photo. */
  edges: AnyPixels;
  /** The two in turn, with captions (frames of a blinking picture). */
  blink: readonly [AnyPixels, AnyPixels];
}>;

/** Makes the pictures of contract 4.5 and three more. Undefined when the photo covers nothing of the moving picture. */
export function overlaysOf(moving: AnyPixels, photo: AnyPixels, matrix: Matrix3): Overlays | undefined {
  const warped = resample(photo, matrix, moving);
  const box = extent(warped.valid, warped.width, warped.height);
  if (!box) return undefined;
  const reference = cut(moving, box);
  const aligned = cut(warped as unknown as AnyPixels, box);
  const a = rgb(reference);
  const b = rgb(aligned);
  const side = Math.max(8, Math.round(Math.max(box.width, box.height) / SQUARES));
  const lines = edgesOf(a);
  const mixed = (pick: (i: number, x: number, y: number, c: number) => number): AnyPixels => {
    const data = new Uint8Array(a.data.length);
    for (let y = 0, i = 0; y < box.height; y++)
      for (let x = 0; x < box.width; x++) for (let c = 0; c < 3; c++, i++) data[i] = pick(i, x, y, c);
    return { ...a, data };
  };
  const captioned = (picture: AnyPixels, text: string): AnyPixels => {
    const copy = { ...picture, data: picture.data.slice() };
    caption(copy, text);
    return copy;
  };
  return {
    box,
    reference,
    aligned,
    blend: mixed((i) => (a.data[i]! + b.data[i]! + 1) >> 1),
    checkerboard: mixed((i, x, y) =>
      (Math.floor(x / side) + Math.floor(y / side)) % 2 === 0 ? a.data[i]! : b.data[i]!,
    ),
    edges: mixed((i, x, y, c) => (lines[y * box.width + x] ? [255, 40, 40][c]! : b.data[i]!)),
    blink: [captioned(a, "REFERENCE"), captioned(b, "ALIGNED")],
  };
}

/** The box around all pixels that are not 0. */
function extent(valid: Uint8Array, width: number, height: number): Box | undefined {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      if (valid[i] === 0) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
  return right < 0 ? undefined : { x: left, y: top, width: right + 1 - left, height: bottom + 1 - top };
}

function cut({ width, channels, data }: AnyPixels, box: Box): AnyPixels {
  const row = box.width * channels;
  const out = new Uint8Array(row * box.height);
  for (let y = 0; y < box.height; y++) {
    const from = ((box.y + y) * width + box.x) * channels;
    out.set(data.subarray(from, from + row), y * row);
  }
  return { width: box.width, height: box.height, channels, data: out };
}

/** Three channels; alpha is ignored, as in the grey that was registered. */
function rgb({ width, height, channels, data }: AnyPixels): Bytes & AnyPixels {
  const out = new Uint8Array(width * height * 3);
  for (let i = 0, j = 0; j < out.length; i += channels, j += 3)
    for (let c = 0; c < 3; c++) out[j + c] = data[channels === 1 ? i : i + c]!;
  return { width, height, channels: 3, data: out };
}

/** The strongest tenth of the pixels by change of any channel, but none weaker than a grey level of 24. */
function edgesOf({ width, height, data }: Bytes): Uint8Array {
  const change = new Uint8Array(width * height);
  const counts = new Uint32Array(256);
  for (let y = 1; y < height - 1; y++)
    for (let x = 1; x < width - 1; x++) {
      const i = (y * width + x) * 3;
      let most = 0;
      for (let c = i; c < i + 3; c++)
        most = Math.max(
          most,
          Math.abs(data[c + 3]! - data[c - 3]!),
          Math.abs(data[c + 3 * width]! - data[c - 3 * width]!),
        );
      change[y * width + x] = most;
      counts[most]!++;
    }
  let threshold = 255;
  for (let sum = counts[255]!; threshold > 24 && sum + counts[threshold - 1]! < change.length / 10; )
    sum += counts[--threshold]!;
  return change.map((v) => (v >= threshold ? 1 : 0));
}
