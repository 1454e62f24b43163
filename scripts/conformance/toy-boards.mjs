// Boards and datasets for the placement's conformance run: everything follows from the seed.
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { writeImage } from "../../dist/kit/images.js";
import { seeded } from "../../dist/kit/random.js";

export const COLOURS = {
  pad: [255, 255, 0],
  solder: [0, 255, 255],
  ic: [255, 0, 0],
  capacitor: [0, 0, 255],
  "capacitor,solder": [120, 10, 200],
};

/** A whole number from `low` to `high`, both included. */
const whole = (random, low, high) => low + random.int(high - low + 1);

/** Paints a box turned by `angle` radians about its middle. */
export function paint(image, colour, cx, cy, w, h, angle) {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const reach = Math.ceil(Math.hypot(w, h) / 2) + 1;
  for (let y = Math.max(0, Math.floor(cy - reach)); y < Math.min(image.height, cy + reach); y++)
    for (let x = Math.max(0, Math.floor(cx - reach)); x < Math.min(image.width, cx + reach); x++) {
      const [dx, dy] = [x - cx, y - cy];
      const [u, v] = [dx * c + dy * s, dy * c - dx * s];
      if (u >= -w / 2 && u < w / 2 && v >= -h / 2 && v < h / 2)
        image.data.set(colour, 3 * (y * image.width + x));
    }
}

/** A CAD mask with chips or an IC, lone pads, specks and shades between the classes. */
export function cadMask(random, width, height, kind) {
  const image = { width, height, channels: 3, data: new Uint8Array(width * height * 3) };
  const part = (cx, cy, angle, [w, h], legs, body) => {
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    const pitch = h / legs;
    const pads = [];
    for (let k = 0; k < legs; k++)
      for (const side of [-1, 1]) {
        const [dx, dy] = [side * (w / 2 + pitch * 0.4), (k + 0.5) * pitch - h / 2];
        pads.push([cx + dx * c - dy * s, cy + dx * s + dy * c]);
      }
    for (const [x, y] of pads) paint(image, COLOURS.pad, x, y, pitch * 1.2, pitch * 0.55, angle);
    for (const [x, y] of pads)
      if (random.chance(0.85)) {
        const [sx, sy] = [x - 0.2 * (x - cx), y - 0.05 * (y - cy)];
        paint(image, COLOURS.solder, sx, sy, pitch * 0.6, pitch * 0.35, angle);
      }
    if (random.chance(0.9)) paint(image, COLOURS[body], cx, cy, w * random.range(0.8, 1), h, angle);
  };
  const size = Math.min(width, height);
  for (let n = kind === "ic" ? 1 : whole(random, 1, 3); n > 0; n--) {
    const angle = random.chance(0.6) ? (random.int(4) * Math.PI) / 2 : random.range(0, Math.PI);
    const [x, y] = [width * random.range(0.3, 0.7), height * random.range(0.3, 0.7)];
    if (kind === "ic") part(x, y, angle, [size * 0.25, size * 0.6], whole(random, 2, 5), "ic");
    else part(x, y, angle, [size * 0.25, size * random.range(0.12, 0.2)], 1, "capacitor");
  }
  const anywhere = () => [width * random.float(), height * random.float()];
  for (let n = 0; n < 3; n++)
    paint(image, COLOURS.pad, ...anywhere(), random.range(1, 30), random.range(1, 30), random.range(0, 3));
  if (random.chance(0.4)) paint(image, COLOURS["capacitor,solder"], ...anywhere(), 12, 9, 0);
  // Anti-aliased pixels take the nearest class.
  for (let n = 0; n < 40; n++) {
    const i = 3 * random.int(width * height);
    for (let c = 0; c < 3; c++) image.data[i + c] = Math.round(image.data[i + c] * random.range(0.3, 1));
  }
  return image;
}

/** A defect's shape: a few blobs that may overlap. */
export function defectMask(random, width, height) {
  const image = { width, height, channels: 1, data: new Uint8Array(width * height) };
  for (let n = whole(random, 1, 4); n > 0; n--) {
    const [cx, cy] = [width * random.range(0.3, 0.7), height * random.range(0.3, 0.7)];
    const [rx, ry] = [width * random.range(0.02, 0.15), height * random.range(0.02, 0.15)];
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        if (((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 <= 1) image.data[y * width + x] = 255;
  }
  return image;
}

/** A photo-like picture of a CAD mask. */
export function cleanImage(random, cad) {
  const data = cad.data.map((v) => Math.max(0, Math.min(255, v * 0.5 + 60 + random.range(-6, 6))));
  return { ...cad, data };
}

/** A dataset folder with two materials, all four CAD defects and a free one; returns the defect types. */
export async function toyDataset(folder, seed, boards = 4) {
  const random = seeded(seed);
  const labels = { "(0, 0, 0, 0)": { class: "BACKGROUND" }, "(0, 0, 0, 255)": { class: "UNLABELLED" } };
  for (const [name, rgb] of Object.entries(COLOURS)) labels[`(${rgb.join(", ")}, 255)`] = { class: name };
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "semantic_segmentation_labels.json"), JSON.stringify(labels));
  const spec = [];
  for (const [texture, kind, defects] of [
    ["IC", "ic", ["bridge", "excess_solder", "missing", "scratch"]],
    ["passive_component", "chip", ["less_solder", "missing", "bridge"]],
  ]) {
    const least = kind === "ic" ? 150 : 90;
    const [width, height] = [whole(random, least, 2 * least), whole(random, least, 2 * least)];
    for (let b = 0; b < boards; b++) {
      const cad = cadMask(random, width, height, kind);
      const name = `x${random.int(9)}_y${b}__${String(b).padStart(4, "0")}.png`;
      await writeImage(path.join(folder, texture, "clean_image", name), cleanImage(random, cad));
      await writeImage(path.join(folder, texture, "cad_mask", name), cad);
    }
    for (const defect of defects) {
      spec.push({
        defect_type: `${texture}+${defect}`,
        spatial_dependency: defect === "scratch" ? "free" : "cad",
        roi_prompt_defect_location: "",
      });
      for (let m = whole(random, 1, 3); m > 0; m--) {
        const image = defectMask(random, whole(random, 60, 300), whole(random, 60, 260));
        await writeImage(path.join(folder, texture, "mask", defect, `${defect}_${m}_mask.png`), image);
      }
    }
  }
  writeFileSync(path.join(folder, "defect_spec.jsonl"), spec.map((s) => `${JSON.stringify(s)}\n`).join(""));
  return spec.map((s) => s.defect_type);
}
