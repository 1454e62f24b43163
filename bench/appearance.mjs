// How near the built-in appearance transfer brings renders to real pictures, on ../shared/data/pcba-components.
// usage: npm run bench appearance [-- --only <variant>] [--sheet docs/images/appearance.jpg --crops <output of reflow scene crop>,…]
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { fitAppearance, KIND, TRANSFER_DEFAULTS, transferAppearance } from "../dist/appearance/index.js";
import { decodeImage, resizeImage } from "../dist/kit/index.js";
import { cropPixels } from "../dist/vision/index.js";
import { distances, png, separability } from "./lib-appearance.mjs";

const DATA = fileURLToPath(new URL("../../shared/data/pcba-components", import.meta.url));
if (!existsSync(DATA)) {
  process.stderr.write("no pcba-components here\n");
  process.exit(3);
}
const load = async (file, scale = 1) => {
  const p = await decodeImage(path.join(DATA, file), "rgb");
  return scale === 1 ? p : resizeImage(p, Math.round(p.width * scale), Math.round(p.height * scale), "cubic");
};
const RENDERS = [
  "day0/0603-H100/good_ov_output.png",
  "day0/115-2819-000/good_ov_output.png",
  "day0/0603-H100/textural_clean.png",
  "day0/115-2819-000/structural_shift_ov_output.png",
  "day0/0603-H100/structural_shift_ov_output.png",
  "day0/115-2819-000/textural_clean.png",
];
/** The real captures, about twice as large as the renders, with the boxes of their bodies (parts of the side). */
const REAL = [
  ["day1/0603-H100/textural_clean.png", [0.33, 0.12, 0.67, 0.88]],
  ["day1/115-2819-000/textural_clean.png", [0.3, 0, 0.66, 1]],
  ["day1/115-2819-000/real_normal.jpg", [0.28, 0.05, 0.68, 0.95]],
];
const SCALE = 0.5;

/** Regions by hand: what no label file tells of these pictures. */
function regions(p, kind) {
  const data = new Uint8Array(p.width * p.height);
  for (let i = 0; i < data.length; i++)
    data[i] = kind(p.data.subarray(3 * i, 3 * i + 3), i % p.width, Math.floor(i / p.width));
  return { width: p.width, height: p.height, data };
}
const ofRender = (p) =>
  regions(p, ([r, g, b]) =>
    Math.min(r, g, b) > 125 ? KIND.metal : Math.max(r, g, b) > 24 ? KIND.body : KIND.board,
  );
const ofReal = (p, [x0, y0, x1, y1]) =>
  regions(p, ([r, g, b], x, y) => {
    const inside = x > x0 * p.width && x < x1 * p.width && y > y0 * p.height && y < y1 * p.height;
    return Math.max(r, g, b) > 100 ? KIND.metal : inside ? KIND.body : KIND.board;
  });
const half = (image, right) => {
  const width = image.width >> 1;
  return cropPixels(image, { x: right ? image.width - width : 0, y: 0, width, height: image.height });
};
const halfOf = ({ picture, regions: r }, right) => ({
  picture: half(picture, right),
  regions: half({ ...r, channels: 1 }, right),
});

const sources = (await Promise.all(RENDERS.map((f) => load(f)))).map((picture) => ({
  picture,
  regions: ofRender(picture),
}));
const whole = await Promise.all(
  REAL.map(async ([f, body]) => {
    const picture = await load(f, SCALE);
    return { picture, regions: ofReal(picture, body) };
  }),
);
const VARIANTS = {
  global: { division: "none" },
  "global, no texture": { division: "none", texture: 0 },
  labels: { division: "labels" },
  "labels, texture 0.2": { division: "labels", texture: 0.2 },
  "labels, no texture": { division: "labels", texture: 0 },
};
const option = (name) =>
  process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : undefined;
const only = option("--only");
const rows = new Map();
const add = (name, fake, real) => {
  const row = { ...distances(fake, real), auc: separability(fake, real) };
  rows.set(name, [...(rows.get(name) ?? []), row]);
};
const results = {};
// Learn from one half of every capture, compare with the other, and the other way round.
for (const right of [false, true]) {
  const exemplars = whole.map((o) => halfOf(o, right));
  // Two pieces of each held-out half, so that the classifier can be tested on pictures it has not seen.
  const held = whole.map((o) => half(o.picture, !right));
  if (only === undefined || only === "before")
    add(
      "before",
      sources.map((s) => s.picture),
      held,
    );
  if (only === undefined || only === "exemplars")
    add(
      "exemplars",
      exemplars.map((e) => e.picture),
      held,
    );
  for (const [name, o] of Object.entries(VARIANTS)) {
    if (only !== undefined && !only.split("+").includes(name)) continue;
    const fit = fitAppearance(sources, exemplars, { ...TRANSFER_DEFAULTS, ...o });
    const made = sources.map((s, i) =>
      transferAppearance(s.picture, fit, { seed: 1, name: RENDERS[i], regions: s.regions }),
    );
    add(name, made, held);
    results[name] ??= made;
  }
}
const cells = (list) => list.map((v, i) => String(v).padEnd(i === 0 ? 26 : 10)).join("");
process.stdout.write(`${cells(["", "colour", "gradient", "spectrum", "noise", "AUC"])}\n`);
for (const [name, list] of rows) {
  const m = (key) => (list.reduce((s, r) => s + r[key], 0) / list.length).toFixed(2);
  process.stdout.write(`${cells([name, m("colour"), m("gradient"), m("spectrum"), m("noise"), m("auc")])}\n`);
}

const sheet = option("--sheet");
if (sheet) {
  const [W, H, GAP, COLUMNS] = [172, 132, 4, 8];
  const cell = async (p) =>
    sharp(await png(p))
      .resize(W, H, { fit: "contain", kernel: "nearest", background: "#444" })
      .png()
      .toBuffer();
  const own = (await Promise.all((option("--crops")?.split(",") ?? []).map(ownCrops))).flat();
  const given = sources.map((s, i) => [s.picture, results[only ?? "global"][i]]);
  const list = [...own, ...given.slice(0, 4)].flat().concat(whole.map((o) => o.picture));
  const composite = await Promise.all(
    list.map(async (p, i) => ({
      input: await cell(p),
      left: (i % COLUMNS) * (W + GAP),
      top: Math.floor(i / COLUMNS) * (H + GAP),
    })),
  );
  const height = Math.ceil(list.length / COLUMNS) * (H + GAP) - GAP;
  await sharp({ create: { width: COLUMNS * (W + GAP) - GAP, height, channels: 3, background: "#222" } })
    .composite(composite)
    .jpeg({ quality: 88 })
    .toFile(sheet);
}

/** Four crops of our own renders, each beside what the real captures make of it. */
async function ownCrops(folder) {
  const names = readdirSync(folder, { recursive: true })
    .filter((f) => /normal_img.*\.png$/.test(f))
    .sort();
  const chosen = [0, 1, 2, 3].map((i) => names[Math.floor((i * names.length) / 4)]);
  const pictures = await Promise.all(chosen.map((f) => decodeImage(path.join(folder, f), "rgb")));
  // The captures at the scale of the crops: both show one component.
  const side = (list) => list.reduce((sum, p) => sum + Math.sqrt(p.width * p.height), 0) / list.length;
  const scale = (SCALE * side(pictures)) / side(whole.map((o) => o.picture));
  const exemplars = await Promise.all(REAL.map(async ([f]) => ({ picture: await load(f, scale) })));
  const fit = fitAppearance(
    pictures.map((picture) => ({ picture })),
    exemplars,
    TRANSFER_DEFAULTS,
  );
  return pictures.map((p, i) => [p, transferAppearance(p, fit, { seed: 1, name: `${i}` })]);
}
