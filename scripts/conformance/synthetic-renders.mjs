// Folders of frames as a render leaves them, made of random shapes: components with pads and solder, touching, cut by
// the border, tiny, nested and noisy ones. For comparing croppers, not for looking at.
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import sharp from "sharp";
import { encodeNpyRecords } from "../../dist/kit/npy.js";
import { seeded } from "../../dist/kit/random.js";

const CLASS_COLOURS = {
  BACKGROUND: [0, 0, 0, 0],
  UNLABELLED: [0, 0, 0, 255],
  capacitor: [33, 243, 3, 255],
  solder: [240, 4, 111, 255],
  pad: [12, 60, 220, 255],
  ic: [250, 200, 30, 255],
  "ic,whole_component": [90, 10, 200, 255],
  "capacitor,marked": [34, 243, 3, 255],
  text: [200, 200, 190, 255],
};
const DEFECT_COLOURS = {
  BACKGROUND: [0, 0, 0, 0],
  UNLABELLED: [0, 0, 0, 255],
  shift: [1, 130, 200, 255],
  tombstone: [120, 240, 90, 255],
  sideflip: [200, 40, 10, 255],
  missing: [90, 90, 240, 255],
};
const FIELDS = [
  { name: "semanticId", type: "<u4" },
  { name: "x_min", type: "<i4" },
  { name: "y_min", type: "<i4" },
  { name: "x_max", type: "<i4" },
  { name: "y_max", type: "<i4" },
  { name: "occlusionRatio", type: "<f4" },
];
const ROOT = "/World/pcba/PCBA/board";

/** Draws the meshes of one component: `[label, x, y, w, h]` in paint order. */
function meshes(random, x, y) {
  const kind = random.pick(["chip", "chip", "chip", "ic", "pad", "tiny", "nested", "text"]);
  const w = 8 + random.int(30);
  const h = 6 + random.int(18);
  const gap = random.int(5);
  if (kind === "ic") return [[random.pick(["ic", "ic,whole_component"]), x, y, w + 15, h + 15]];
  if (kind === "pad") return [["pad", x, y, 10, 12]];
  if (kind === "tiny")
    return [[random.pick(["capacitor", "ic"]), x, y, 1 + random.int(6), 1 + random.int(6)]];
  if (kind === "text")
    return [
      ["text", x, y, 18, 5],
      ["capacitor", x + 3, y + 1, 2, 2],
    ];
  if (kind === "nested")
    return [
      ["solder", x, y, w + 24, h + 24],
      ["UNLABELLED", x + 3, y + 3, w + 18, h + 18],
      ["capacitor", x + 9, y + 9, w, h],
    ];
  return [
    ["pad", x - gap - 12, y - 2, 12, h + 4],
    ["pad", x + w + gap, y - 2, 12, h + 4],
    ["solder", x - 6, y, 6, h],
    ["solder", x + w, y, 6, h],
    [random.chance(0.8) ? "capacitor" : "capacitor,marked", x, y, w, h],
  ];
}

function blank(width, height) {
  const data = new Uint8Array(width * height * 4);
  for (let i = 3; i < data.length; i += 4) data[i] = 255;
  return { width, height, data };
}

function paint(image, colour, [x, y, w, h]) {
  for (let v = Math.max(0, y); v < Math.min(image.height, y + h); v++)
    for (let u = Math.max(0, x); u < Math.min(image.width, x + w); u++)
      image.data.set(colour, (v * image.width + u) * 4);
}

/** Single pixels and diagonals of random classes: hard for closing and for the numbering of regions. */
function speckle(random, image, colours) {
  const names = Object.keys(colours).slice(2);
  const [x0, y0] = [random.int(image.width), random.int(image.height)];
  for (let i = 0; i < 400; i++)
    paint(image, colours[random.pick(names)], [x0 + random.int(40), y0 + random.int(30), 1, 1]);
  for (let i = 0; i < 30; i++) paint(image, colours.capacitor ?? colours.shift, [x0 + 50 + i, y0 + i, 1, 1]);
}

function noise(random, width, height, channels) {
  const data = new Uint8Array(width * height * channels);
  for (let i = 0; i < data.length; i++) data[i] = channels === 4 && i % 4 === 3 ? 255 : random.int(256);
  return { width, height, channels, data };
}

const png = ({ width, height, channels = 4, data }) =>
  sharp(data, { raw: { width, height, channels } }).png({ compressionLevel: 1 }).toBuffer();
const labelsJson = (colours, key) =>
  Object.fromEntries(
    Object.entries(colours).map(([name, c]) => [
      `(${c.join(", ")})`,
      { [name === "BACKGROUND" || name === "UNLABELLED" ? "class" : key]: name },
    ]),
  );

/**
 * One folder of frames. `parts` (from {@link board}) are drawn with `colours`; rows of the box files are the visible
 * boxes of their meshes, in random order within a component's neighbours as renderers write them.
 */
async function writeFrames(dir, { random, frames, size: [width, height], key, channels, rgb, boxes }) {
  mkdirSync(dir, { recursive: true });
  const colours = key === "class" ? CLASS_COLOURS : DEFECT_COLOURS;
  const ids = Object.keys(colours);
  for (const { id, parts, noisy } of frames) {
    const seg = blank(width, height);
    const rows = [];
    const paths = [];
    for (const part of parts)
      for (const [k, [label, ...box]] of part.meshes.entries()) {
        const colour = colours[label];
        if (!colour) continue;
        paint(seg, colour, box);
        const [x, y, w, h] = box;
        const clip = [
          Math.max(0, x),
          Math.max(0, y),
          Math.min(width, x + w) - 1,
          Math.min(height, y + h) - 1,
        ];
        if (label === "UNLABELLED" || clip[2] < clip[0] || clip[3] < clip[1]) continue;
        rows.push({
          semanticId: ids.indexOf(label),
          x_min: clip[0],
          y_min: clip[1],
          x_max: clip[2],
          y_max: clip[3],
          occlusionRatio: random.float(),
        });
        paths.push(`${part.path}/LibRef/surface_${k}`);
      }
    if (noisy) speckle(random, seg, colours);
    for (let i = 0; i < 50; i++)
      paint(seg, colours.BACKGROUND, [width - 1 - random.int(20), random.int(height), 1, 1]);
    const put = (name, bytes) => writeFileSync(path.join(dir, name), bytes);
    if (rgb) put(`rgb_${id}.png`, await png(noise(random, width, height, channels)));
    put(`semantic_segmentation_${id}.png`, await png(seg));
    put(`semantic_segmentation_labels_${id}.json`, JSON.stringify(labelsJson(colours, key)));
    if (!boxes) continue;
    put(`bounding_box_2d_tight_${id}.npy`, encodeNpyRecords({ fields: FIELDS, rows }));
    put(`bounding_box_2d_tight_prim_paths_${id}.json`, JSON.stringify(paths));
    put(
      `bounding_box_2d_tight_labels_${id}.json`,
      JSON.stringify(Object.fromEntries(ids.map((name, i) => [i, { [i < 2 ? "class" : key]: name }]))),
    );
  }
}

function board(random, id, count, [width, height]) {
  const parts = Array.from({ length: count }, (_, n) => {
    const family = random.pick(["_0603_H100", "_0402_H060", "_IC"]);
    return {
      path: `${ROOT}/${family}/tn_${family}_${n}_`,
      meshes: meshes(random, random.int(width + 20) - 20, random.int(height + 20) - 20),
    };
  });
  return { id, parts, noisy: random.chance(0.5) };
}

/** A good render: `class` labels, boxes of every mesh. */
export async function goodRender(dir, { seed, ids, size, channels = 4, count = 25 }) {
  const random = seeded(seed).fork("good");
  const frames = ids.map((id) => board(random.fork(id), id, random.int(count + 1), size));
  await writeFrames(dir, { random, frames, size, key: "class", channels, rgb: true, boxes: true });
  return frames;
}

/** A render of the same frames in which some parts have moved: `defect` labels and boxes of those alone. */
export async function defectRender(dir, { seed, frames, size, channels = 4, ringLight }) {
  const random = seeded(seed).fork("defect");
  const moved = frames.map(({ id, parts }) => ({
    id,
    noisy: random.chance(0.2),
    parts: parts
      .filter(() => random.chance(0.5))
      .map((part) => {
        const label = random.pick(["shift", "tombstone", "sideflip"]);
        const [dx, dy] = [random.int(9) - 4, random.int(9) - 4];
        return {
          path: random.chance(0.9) ? part.path : `${part.path}x`,
          meshes: part.meshes.map(([name, x, y, w, h]) => [
            name === "UNLABELLED" ? name : label,
            x + dx,
            y + dy,
            w,
            h,
          ]),
        };
      }),
  }));
  await writeFrames(dir, { random, frames: moved, size, key: "defect", channels, rgb: true, boxes: true });
  const lighting = ringLight === undefined ? {} : { ring_light: ringLight };
  writeFileSync(path.join(dir, "metadata.json"), JSON.stringify({ config: { lighting } }));
}

/** The missing flow: labels and boxes in `reference/`, pictures without the parts in `defective/`. */
export async function missingRender(dir, { seed, ids, size, referenceRgb, channels = 4 }) {
  const random = seeded(seed).fork("missing");
  const frames = ids.map((id) => {
    const made = board(random.fork(id), id, 15, size);
    return {
      ...made,
      parts: made.parts.map((p) => ({ ...p, meshes: p.meshes.map(([, ...box]) => ["missing", ...box]) })),
    };
  });
  const shared = { random, size, channels, key: "defect" };
  await writeFrames(path.join(dir, "reference"), { ...shared, frames, rgb: referenceRgb, boxes: true });
  const away = path.join(dir, "defective");
  mkdirSync(away, { recursive: true });
  for (const id of ids)
    writeFileSync(path.join(away, `rgb_${id}.png`), await png(noise(random, ...size, channels)));
}
