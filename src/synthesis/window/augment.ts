import { boundsOf, type Mask, mask } from "../../vision/index.js";

/** What is done to the whole mask before painting (contract 6.1): shift first, then rotation, then morphology. */
export type MaskAugmentation = Readonly<{
  /** Pixels down and right: the first number of `shift_values` is the vertical one. */
  shift: Readonly<{ down: number; right: number }>;
  /** Degrees, counter-clockwise on screen. */
  rotation: number;
  morph: "dilate" | "erode" | "open" | "close" | "none";
}>;

export const NO_AUGMENTATION: MaskAugmentation = {
  shift: { down: 0, right: 0 },
  rotation: 0,
  morph: "none",
};

/**
 * The mask after its augmentation, and what was done. A shift that would push a part of it out of the picture, or
 * anything that leaves nothing of it, undoes the whole augmentation.
 */
export function augmentMask(m: Mask, a: MaskAugmentation): { mask: Mask; done: MaskAugmentation } {
  const moved = shifted(m, a.shift.down, a.shift.right);
  if (!moved) return { mask: m, done: NO_AUGMENTATION };
  const turned = a.rotation % 360 === 0 ? moved : rotated(moved, a.rotation);
  const made = morphed(turned, a.morph);
  return boundsOf(made) ? { mask: made, done: a } : { mask: m, done: NO_AUGMENTATION };
}

function shifted(m: Mask, down: number, right: number): Mask | undefined {
  if (down === 0 && right === 0) return m;
  const box = boundsOf(m);
  if (!box) return undefined;
  const out = mask(m.width, m.height);
  if (box.x + right < 0 || box.x + box.width + right > m.width) return undefined;
  if (box.y + down < 0 || box.y + box.height + down > m.height) return undefined;
  for (let y = box.y; y < box.y + box.height; y++)
    for (let x = box.x; x < box.x + box.width; x++)
      if (m.data[y * m.width + x]) out.data[(y + down) * m.width + x + right] = 1;
  return out;
}

/** Turns about the middle of the picture without resizing it; nothing comes in from outside. */
function rotated(m: Mask, degrees: number): Mask {
  const out = mask(m.width, m.height);
  const c = Math.cos((degrees * Math.PI) / 180);
  const s = Math.sin((degrees * Math.PI) / 180);
  const [cx, cy] = [(m.width - 1) / 2, (m.height - 1) / 2];
  const at = (x: number, y: number): number =>
    x < 0 || y < 0 || x >= m.width || y >= m.height ? 0 : m.data[y * m.width + x]!;
  for (let y = 0; y < m.height; y++)
    for (let x = 0; x < m.width; x++) {
      const u = cx + c * (x - cx) - s * (y - cy);
      const v = cy + s * (x - cx) + c * (y - cy);
      const x0 = Math.floor(u);
      const y0 = Math.floor(v);
      const [fx, fy] = [u - x0, v - y0];
      const value =
        (at(x0, y0) * (1 - fx) + at(x0 + 1, y0) * fx) * (1 - fy) +
        (at(x0, y0 + 1) * (1 - fx) + at(x0 + 1, y0 + 1) * fx) * fy;
      if (value >= 0.5) out.data[y * m.width + x] = 1;
    }
  return out;
}

/** Morphology with a 3×3 square; outside the picture counts as neither. */
function morphed(m: Mask, operation: MaskAugmentation["morph"]): Mask {
  if (operation === "dilate") return square(m, 1);
  if (operation === "erode") return square(m, 0);
  if (operation === "open") return square(square(m, 0), 1);
  if (operation === "close") return square(square(m, 1), 0);
  return m;
}

function square(m: Mask, wins: 0 | 1): Mask {
  const out = mask(m.width, m.height);
  for (let y = 0; y < m.height; y++)
    for (let x = 0; x < m.width; x++) {
      let value: number = 1 - wins;
      for (let v = Math.max(0, y - 1); v <= Math.min(m.height - 1, y + 1); v++)
        for (let u = Math.max(0, x - 1); u <= Math.min(m.width - 1, x + 1); u++)
          if (m.data[v * m.width + u] === wins) value = wins;
      out.data[y * m.width + x] = value;
    }
  return out;
}
