// Dataset folders (contract 7) and test cases out of ../shared/data for bench/synth.mjs.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { decodeImage, encodeImage } from "../dist/kit/images.js";
import { seeded } from "../dist/kit/random.js";
import { sharedData } from "../dist/kit/testing.js";
import { readSynthCheckpoint } from "../dist/synthesis/index.js";
import {
  boundsOf,
  centroid,
  close,
  components,
  maskOf,
  open,
  placing,
  warpMask,
} from "../dist/vision/index.js";

async function put(file, image) {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, await encodeImage(image, "png"));
}

const picture = (m) => ({ ...m, channels: 1, data: m.data.map((v) => v * 255) });

/** Magnetic tiles: five labelled defects on grey ferrite, one picture each with its mask. */
async function magneticTile(to) {
  const root = sharedData("magnetic-tile");
  for (const label of ["blowhole", "break", "crack", "fray", "uneven"])
    for (const name of readdirSync(path.join(root, "images", label))) {
      const stem = path.parse(name).name;
      const at = path.join(to, "Tile");
      await put(
        path.join(at, "anomaly_image", label, `${stem}.png`),
        await decodeImage(path.join(root, "images", label, name)),
      );
      await put(
        path.join(at, "mask", label, `${stem}_mask.png`),
        await decodeImage(path.join(root, "masks", label, `${stem}.png`), "gray"),
      );
    }
  for (const name of readdirSync(path.join(root, "images", "free")))
    await put(
      path.join(to, "Tile", "clean_image", `${path.parse(name).name}.png`),
      await decodeImage(path.join(root, "images", "free", name)),
    );
}

/** Five pads with pictures, 150 masks of real defects without. */
async function meiwei(to) {
  const root = sharedData("meiwei-pcb");
  for (const k of ["a", "b", "c", "d", "e"]) {
    const read = (what, color) => decodeImage(path.join(root, "triplets", `${k}_${what}.png`), color);
    await put(path.join(to, "Pad", "anomaly_image", "defect", `${k}.png`), await read("test", "rgb"));
    await put(path.join(to, "Pad", "mask", "defect", `${k}_mask.png`), await read("mask", "gray"));
    await put(path.join(to, "Pad", "clean_image", `${k}.png`), await read("golden", "rgb"));
  }
}

/** Components under a colour ring: the mask is where a picture with a made defect differs from the clean one. */
async function components72(to, withPictures) {
  const root = path.join(sharedData("pcba-components"), "day1");
  for (const [folder, texture, kinds] of [
    ["0603-H100", "Chip", ["missing", "excess_solder"]],
    ["115-2819-000", "SOT", ["bridge"]],
  ]) {
    const clean = await decodeImage(path.join(root, folder, "textural_clean.png"), "rgb");
    await put(path.join(to, texture, "clean_image", "clean.png"), clean);
    if (folder.startsWith("115"))
      await put(
        path.join(to, texture, "clean_image", "normal.png"),
        await decodeImage(path.join(root, folder, "real_normal.jpg"), "rgb"),
      );
    for (const kind of kinds) {
      const image = await decodeImage(path.join(root, folder, `textural_${kind}.png`), "rgb");
      const data = new Uint8Array(clean.width * clean.height);
      for (let i = 0; i < data.length; i++) {
        let most = 0;
        for (let c = 0; c < 3; c++)
          most = Math.max(most, Math.abs(clean.data[3 * i + c] - image.data[3 * i + c]));
        data[i] = most > 40 ? 1 : 0;
      }
      const joined = open(close({ width: clean.width, height: clean.height, data }, 7), 2);
      const parts = components(joined).parts.filter((p) => p.area > 600);
      const changed = maskOf(joined, parts);
      // A missing part is missing between its ends too, where both pictures are dark.
      const mask = kind === "missing" ? filledBox(changed) : changed;
      await put(path.join(to, texture, "mask", kind, "one_mask.png"), picture(mask));
      if (withPictures) await put(path.join(to, texture, "anomaly_image", kind, "one.png"), image);
    }
  }
}

function filledBox(m) {
  const { x, y, width, height } = boundsOf(m);
  const data = new Uint8Array(m.data.length);
  for (let v = y; v < y + height; v++) data.fill(1, v * m.width + x, v * m.width + x + width);
  return { ...m, data };
}

/** Names alone on real surfaces: masks of real defects, no pictures of them. */
async function tileByName(to) {
  const root = sharedData("magnetic-tile");
  for (const [name, label] of [
    ["scratch", "crack"],
    ["crack", "crack"],
    ["pit", "blowhole"],
    ["stain", "fray"],
    ["discoloration", "uneven"],
  ])
    for (const file of readdirSync(path.join(root, "masks", label)).slice(0, 8)) {
      const mask = await decodeImage(path.join(root, "masks", label, file), "gray");
      if (mask.data.some((v) => v > 127))
        await put(path.join(to, "Tile", "mask", name, `${path.parse(file).name}_mask.png`), mask);
    }
  for (const name of readdirSync(path.join(root, "images", "free")))
    await put(
      path.join(to, "Tile", "clean_image", `${path.parse(name).name}.png`),
      await decodeImage(path.join(root, "images", "free", name)),
    );
}

export const FOLDERS = {
  "tile-by-name": tileByName,
  "magnetic-tile": magneticTile,
  "meiwei-pcb": meiwei,
  "pcba-components": (to) => components72(to, true),
  "pcba-by-name": (to) => components72(to, false),
};

/** Test cases: masks of specimens, turned and sized a little, laid on clean pictures of the same texture. */
export async function writeTestcases({ checkpoint, dataset, to, count, seed }) {
  const { types } = await readSynthCheckpoint(checkpoint, 4000);
  const lines = [];
  for (const [defectType, { specimens }] of types) {
    const texture = defectType.split("+")[0];
    const folder = path.join(dataset, texture, "clean_image");
    const clean = readdirSync(folder).sort();
    for (let k = 0, made = 0; made < count && k < 20 * count; k++) {
      const random = seeded(seed).fork(defectType, k);
      const e = random.pick(specimens);
      const name = random.pick(clean);
      const image = await decodeImage(path.join(folder, name));
      const still = texture === "Chip" || texture === "SOT";
      const size = still ? random.range(0.85, 1.05) : random.range(0.7, 1.3);
      const angle = still ? 0 : random.range(-0.4, 0.4);
      const box = boundsOf(e.mask);
      const reach = (Math.hypot(box.width, box.height) / 2) * size + 4;
      // Where such defects are seen: at the edge of a tile as real ones are, or what is measured is the place.
      const at = placeOf(e, image, random, still ? 5 : 12);
      if (!still && (image.width < 2 * reach || image.height < 2 * reach)) continue;
      const map = placing(centroid(e.mask), at, angle, size, random.chance(0.5) && !still ? -size : size);
      const mask = warpMask(e.mask, map, image.width, image.height);
      if (!boundsOf(mask)) continue;
      const file = path.join(to, "masks", `${defectType}_${made}.png`);
      await put(file, picture(mask));
      lines.push(
        JSON.stringify({
          image_filename: path.join(folder, name),
          mask_filename: file,
          anomaly_type: defectType,
          guidance: 7,
          num_steps: 35,
          crop_and_paste: true,
          crop_ratio: 2,
          crop_grid_X: "none",
          crop_grid_Y: "none",
          num_generated_images: 1,
          poisson_blend: false,
          iteration_generation_max_instance: 5,
        }),
      );
      made++;
    }
  }
  const file = path.join(to, "testcase.jsonl");
  mkdirSync(to, { recursive: true });
  writeFileSync(file, `${lines.join("\n")}\n`);
  return file;
}

/** Where the specimen was seen, relative to its picture, some pixels aside. */
function placeOf(e, image, random, aside) {
  const items = JSON.parse(readFileSync(path.join(process.env.SYNTH_BANK, "bank.json"), "utf8")).items;
  const item = items.find((i) => i.id === e.id);
  const c = centroid(e.mask);
  return {
    x: ((item.box.x + c.x) / item.sourceSize.width) * image.width + random.range(-aside, aside),
    y: ((item.box.y + c.y) / item.sourceSize.height) * image.height + random.range(-aside, aside),
  };
}
