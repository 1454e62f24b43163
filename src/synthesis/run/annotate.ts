import type { Pixels } from "../../kit/images.js";
import { asRgb, type Box } from "../../vision/index.js";
import { drawText } from "./text.js";

const RED = [255, 0, 0, 255] as const;
const GREEN = [0, 200, 0, 255] as const;
const THICK = 3;

/** The clean picture with the defect's box in red and the window in green, three pixels wide (contract 6.2). */
export function annotated(image: Pixels, box: Box, window: Box, instance: number): Pixels {
  const out = asRgb(image);
  const data = Uint8Array.from(out.data);
  const canvas = { ...out, data };
  frame(canvas, window, GREEN);
  frame(canvas, box, RED);
  drawText(canvas, `MASK ${instance}`, box.x, box.y - 10, RED);
  drawText(canvas, "CROP", window.x, window.y + window.height + 3, GREEN);
  return canvas;
}

function frame(image: Pixels, b: Box, colour: readonly number[]): void {
  for (let k = 0; k < THICK; k++) {
    const [x0, y0] = [b.x - k, b.y - k];
    const [x1, y1] = [b.x + b.width - 1 + k, b.y + b.height - 1 + k];
    for (let x = x0; x <= x1; x++) {
      put(image, x, y0, colour);
      put(image, x, y1, colour);
    }
    for (let y = y0; y <= y1; y++) {
      put(image, x0, y, colour);
      put(image, x1, y, colour);
    }
  }
}

function put(image: Pixels, x: number, y: number, colour: readonly number[]): void {
  if (x < 0 || y < 0 || x >= image.width || y >= image.height) return;
  for (let c = 0; c < 3; c++) image.data[(y * image.width + x) * 3 + c] = colour[c]!;
}
