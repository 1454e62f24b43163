// CutPaste (Li et al., CVPR 2021) as the plain peer of synthesis: a patch of a good crop, jittered, laid elsewhere on it.
import { mkdirSync } from "node:fs";
import path from "node:path";
import { decodeImage, writeImage } from "../dist/kit/images.js";
import { seeded } from "../dist/kit/random.js";

/**
 * Writes `count` pairs and gives their rows: the test side of a PASS row with a patch or a scar, and its golden.
 * Patch: 2 to 15 % of the crop, sides up to 1:3.3. Scar: 2 to 8 by 10 to 25 % of the side, turned by up to 45°.
 */
export async function cutPasteRows({ clean, count, seed, folder }) {
  mkdirSync(folder, { recursive: true });
  const rows = [];
  for (let k = 0; k < count; k++) {
    const random = seeded(seed).fork("cutpaste", k);
    const row = random.pick(clean);
    const test = [];
    for (const [light, file] of row.test.entries()) {
      const image = await decodeImage(file);
      const made = cutPaste(image, random.fork("draw"));
      const to = path.join(folder, `cutpaste_${String(k).padStart(4, "0")}_${light}.jpg`);
      await writeImage(to, made);
      test.push(to);
    }
    rows.push({ ...row, index: k, line: k + 2, label: "cutpaste", ng: 1, objectName: `cutpaste_${k}`, test });
  }
  return rows;
}

export function cutPaste(image, random) {
  const { width, height, channels } = image;
  const data = Uint8Array.from(image.data);
  const scar = random.chance(0.5);
  let w;
  let h;
  let angle = 0;
  if (scar) {
    w = random.range(2, 0.08 * width);
    h = random.range(0.1, 0.25) * height;
    angle = random.range(-Math.PI / 4, Math.PI / 4);
  } else {
    const area = random.range(0.02, 0.15) * width * height;
    const aspect = random.chance(0.5) ? random.range(0.3, 1) : random.range(1, 3.3);
    w = Math.min(width * 0.8, Math.sqrt(area * aspect));
    h = Math.min(height * 0.8, Math.sqrt(area / aspect));
  }
  const from = { x: random.range(w / 2, width - w / 2), y: random.range(h / 2, height - h / 2) };
  const to = { x: random.range(w / 2, width - w / 2), y: random.range(h / 2, height - h / 2) };
  const gain = random.range(0.9, 1.1);
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const reach = Math.ceil(Math.hypot(w, h) / 2);
  for (let y = Math.max(0, Math.floor(to.y - reach)); y < Math.min(height, to.y + reach); y++)
    for (let x = Math.max(0, Math.floor(to.x - reach)); x < Math.min(width, to.x + reach); x++) {
      const u = c * (x - to.x) + s * (y - to.y);
      const v = -s * (x - to.x) + c * (y - to.y);
      if (Math.abs(u) > w / 2 || Math.abs(v) > h / 2) continue;
      const sx = Math.max(0, Math.min(width - 1, Math.round(from.x + u)));
      const sy = Math.max(0, Math.min(height - 1, Math.round(from.y + v)));
      for (let k = 0; k < channels; k++)
        data[(y * width + x) * channels + k] = Math.max(
          0,
          Math.min(255, Math.round(gain * image.data[(sy * width + sx) * channels + k])),
        );
    }
  return { ...image, data };
}
