// Boards as a registration sees them: a nominal render and a label picture of a window of each of our boards, and a
// "photo" of the same place with other lights and camera noise, parts missing, moved and turned. Cached as PNG.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import sharp from "sharp";
import { boardByName } from "../dist/scene/boards/index.js";
import { buildScene } from "../dist/scene/build/index.js";
import { openScene } from "../dist/scene/flatten/index.js";
import { openRenderer } from "../dist/scene/render/index.js";
import { encodeSrgb } from "../dist/scene/render/sensor/index.js";
import { benchLights, benchView } from "./lib-board.mjs";

/** Millimetres per pixel of every picture. */
export const PITCH = 0.025;
/** The render, and the photo around it (32 + 160 px of board on each side, so that a moved camera sees board). */
export const RENDER = { width: 960, height: 720 };
export const PHOTO = { width: 1280, height: 960 };

/** Places of the boards, from their middle, millimetres. */
const WINDOWS = [
  [-6, -4],
  [7, 5],
];
const BOARDS = [
  ["dense", 1],
  ["dense", 2],
  ["mixed", 1],
  ["mixed", 2],
];

export const sources = BOARDS.flatMap(([board, seed]) =>
  WINDOWS.map((window, i) => ({ name: `${board}-${seed}-${i}`, board, seed, window })),
);

/**
 * Corners of boards with a mounting hole in the same place of the picture (160 pixels left of its middle, 120 below), an
 * edge of the board beside it: two corners of one board share both, the same corner of another board all edges, too.
 */
export const corners = [
  { name: "dense-1-left", board: "dense", seed: 1, window: [-23, -14] },
  { name: "dense-1-right", board: "dense", seed: 1, window: [31, -14] },
  { name: "dense-2-left", board: "dense", seed: 2, window: [-23, -14] },
  { name: "mixed-1-left", board: "mixed", seed: 1, window: [-32.4, -23.4] },
  { name: "mixed-1-right", board: "mixed", seed: 1, window: [40.4, -23.4] },
];

/** A small generator of numbers in [0, 1). */
export function numbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Makes the pictures that are not there yet; at most `most` of them. Returns how many sources are still missing. */
export async function makeSources(folder, most = Infinity, list = sources) {
  mkdirSync(folder, { recursive: true });
  const todo = list.filter(({ name }) => !existsSync(path.join(folder, `${name}-photo.png`)));
  for (const source of todo.slice(0, most)) await makeSource(folder, source);
  return Math.max(0, todo.length - most);
}

async function makeSource(folder, { name, board, seed, window }) {
  const work = mkdtempSync(path.join(tmpdir(), "register-bench-"));
  try {
    const file = path.join(work, "board.usda");
    writeFileSync(file, buildScene(boardByName(board, seed), { seed }).usda);
    const { scene, problems } = await openScene(file);
    if (!scene) throw new Error(problems.map((p) => p.message).join("; "));
    const renderer = await openRenderer(scene, { workers: 2 });
    const { min, max } = renderer.bounds();
    const centre = [(min[0] + max[0]) / 2 + window[0], (min[1] + max[1]) / 2 + window[1]];
    const look = (size) => ({
      ...benchView(...centre, 1),
      width: size.width * PITCH,
      height: size.height * PITCH,
    });
    const frame = (size, lights, seed) =>
      renderer.render({ view: look(size), ...size, lights, samples: 6, bounces: 1, denoise: true, seed });
    const lights = benchLights(centre);
    const nominal = await frame(RENDER, lights, 1);
    await write(path.join(folder, `${name}-render.png`), nominal.rgb, RENDER, 1.5);
    await writeLabels(path.join(folder, `${name}-mask.png`), nominal.ids, scene.parts);
    await renderer.pose(mishaps(scene.parts, numbers(seed * 100 + 7)));
    // Only the lower rings, from one side mostly, and more dome: another machine's light.
    const other = lights
      .filter((l) => l.kind === "dome" || (/L_[012]_/.test(l.path) && +l.path.split("_").at(-1) < 22))
      .map((l) =>
        l.kind === "dome" ? { ...l, intensity: 0.9, color: [0.8, 0.9, 1] } : { ...l, color: [1, 0.85, 0.7] },
      );
    const photo = await frame(PHOTO, other, 2);
    await write(path.join(folder, `${name}-photo.png`), photo.rgb, PHOTO, 1.1);
    await renderer.close();
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Whole components that are missing (4 %) or have moved a little (the rest), as on a real board. */
function mishaps(parts, random) {
  const poses = new Map();
  const fates = new Map();
  parts.forEach((part, i) => {
    if (!["capacitor", "resistor", "lead", "ic"].includes(part.labels.class)) return;
    const component = part.path.split("/").slice(0, -1).join("/");
    if (!fates.has(component))
      fates.set(component, random() < 0.04 ? null : [(random() - 0.5) * 0.06, (random() - 0.5) * 0.06]);
    const fate = fates.get(component);
    if (!fate) poses.set(i, { visible: false });
    else if (part.labels.class !== "ic") {
      const world = [...part.world];
      world[12] += fate[0];
      world[13] += fate[1];
      poses.set(i, { world });
    }
  });
  return poses;
}

async function write(file, rgb, size, full) {
  const data = Uint8Array.from(rgb, (v) => Math.round(encodeSrgb(Math.min(1, v / full)) * 255));
  await sharp(data, { raw: { ...size, channels: 3 } })
    .png()
    .toFile(file);
}

/** A colour for each class, as the coloured segmentation of a render has; nothing there is transparent black. */
async function writeLabels(file, ids, parts) {
  const colours = new Map();
  const data = new Uint8Array(ids.length * 4);
  ids.forEach((id, i) => {
    if (id === 0) return;
    const label = parts[id - 1].labels.class ?? "unlabelled";
    if (!colours.has(label)) {
      const random = numbers(label.length * 131 + label.charCodeAt(0));
      colours.set(label, [random() * 255, random() * 255, random() * 255, 255].map(Math.round));
    }
    data.set(colours.get(label), 4 * i);
  });
  await sharp(data, { raw: { ...RENDER, channels: 4 } })
    .png()
    .toFile(file);
}
