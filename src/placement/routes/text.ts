import { type Box, type Mask, mask } from "../../vision/index.js";
import type { PromptBox } from "../dataset/boxes.js";

/** The box of highest confidence, the first of equals; undefined when nothing was found. */
export function bestBox(boxes: readonly PromptBox[]): PromptBox | undefined {
  return boxes.reduce<PromptBox | undefined>(
    (best, b) => (best && best.confidence >= b.confidence ? best : b),
    undefined,
  );
}

/** The box in pixels of a `width × height` image, clamped and ordered. */
export function boxInPixels({ bbox }: PromptBox, width: number, height: number): Box {
  const across = [bbox[0], bbox[2]].map((v) => clamp((v / 1000) * width, width));
  const down = [bbox[1], bbox[3]].map((v) => clamp((v / 1000) * height, height));
  const x = Math.floor(Math.min(...across));
  const y = Math.floor(Math.min(...down));
  return { x, y, width: Math.ceil(Math.max(...across)) - x, height: Math.ceil(Math.max(...down)) - y };
}

/** The box as the region; without a segmentation model its whole rectangle counts. */
export function boxRegion(box: Box, width: number, height: number): Mask {
  const out = mask(width, height);
  for (let y = box.y; y < box.y + box.height; y++)
    out.data.fill(1, y * width + box.x, y * width + box.x + box.width);
  return out;
}

function clamp(value: number, most: number): number {
  return Math.min(Math.max(value, 0), most);
}
