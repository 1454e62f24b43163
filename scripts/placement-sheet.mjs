// Makes docs/images/placement.png: where each CAD defect may lie, and where three seeds put it.
//
//   node scripts/placement-sheet.mjs [--output docs/images/placement.png]
import path from "node:path";
import { fileURLToPath } from "node:url";
import { writeImage } from "../dist/kit/images.js";
import { seeded } from "../dist/kit/random.js";
import { cadCandidates, parseCad, placeOnBoard, solderGroups } from "../dist/placement/index.js";
import { COLOURS, paint } from "./conformance/toy-boards.mjs";

const at = process.argv.indexOf("--output");
const fallback = fileURLToPath(new URL("../docs/images/placement.png", import.meta.url));
const output = at < 0 ? fallback : path.resolve(process.argv[at + 1]);
const CELL = 176;
const GAP = 6;
const SEEDS = [42, 43, 44];
const random = seeded("placement sheet");

/** Colours of the made-up photo. */
const LOOK = { pad: [176, 172, 158], solder: [214, 216, 220], ic: [44, 44, 50], capacitor: [168, 132, 92] };
const MASK = [255, 96, 0];
const CANDIDATE = [0, 170, 255];

function empty() {
  return { width: CELL, height: CELL, channels: 3, data: new Uint8Array(CELL * CELL * 3) };
}

/** An IC with legs on two sides. */
function icBoard() {
  const cad = empty();
  const legs = [34, 70, 106, 142];
  for (const y of legs) for (const x of [38, 138]) paint(cad, COLOURS.pad, x, y, 36, 18, 0);
  for (const y of legs) for (const x of [50, 126]) paint(cad, COLOURS.solder, x, y, 16, 12, 0);
  paint(cad, COLOURS.ic, 88, 88, 62, 150, 0);
  return cad;
}

/** Two chips, one of them turned. */
function chipBoard() {
  const cad = empty();
  const chip = (cx, cy, angle) => {
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    const put = (colour, dx, dy, w, h) =>
      paint(cad, colour, cx + dx * c - dy * s, cy + dx * s + dy * c, w, h, angle);
    for (const side of [-1, 1]) put(COLOURS.pad, side * 38, 0, 30, 44);
    for (const side of [-1, 1]) put(COLOURS.solder, side * 31, 0, 14, 32);
    put(COLOURS.capacitor, 0, 0, 52, 34);
  };
  chip(88, 48, 0);
  chip(84, 128, -0.3);
  return cad;
}

/** A made-up photo of a CAD mask: its classes in their colours, lit from the left, with noise. */
function photo(cad) {
  const names = new Map(Object.entries(COLOURS).map(([name, rgb]) => [rgb.join(), name]));
  const data = new Uint8Array(cad.data.length);
  for (let i = 0; i < data.length; i += 3) {
    const name = names.get([...cad.data.subarray(i, i + 3)].join());
    const base = LOOK[name] ?? [30, 88, 54];
    const x = (i / 3) % CELL;
    const light = 1.08 - (0.2 * x) / CELL + random.range(-0.04, 0.04);
    for (let c = 0; c < 3; c++) data[i + c] = Math.max(0, Math.min(255, base[c] * light));
  }
  return { ...cad, data };
}

/** A defect's shape in an image of the cell's size: overlapping discs, or a bar. */
function shape(kind) {
  const m = { width: CELL, height: CELL, data: new Uint8Array(CELL * CELL) };
  const discs =
    kind === "bar"
      ? Array.from({ length: 24 }, (_, i) => [66 + 2 * i, 88 + 3 * Math.sin(i / 3), 8])
      : [
          [80, 84, 16],
          [98, 92, 14],
          [86, 100, 12],
        ];
  for (const [cx, cy, r] of discs)
    for (let y = 0; y < CELL; y++)
      for (let x = 0; x < CELL; x++) if ((x - cx) ** 2 + (y - cy) ** 2 <= r * r) m.data[y * CELL + x] = 1;
  return m;
}

function tinted(image, mask, colour, part) {
  const data = Uint8Array.from(image.data);
  mask.data.forEach((v, i) => {
    if (v) for (let c = 0; c < 3; c++) data[3 * i + c] = data[3 * i + c] * (1 - part) + colour[c] * part;
  });
  return { ...image, data };
}

const classes = Object.entries(COLOURS).map(([name, rgb]) => ({ name, rgb }));
const rows = [
  ["bridge", icBoard(), "bar"],
  ["excess_solder", icBoard(), "blob"],
  ["less_solder", chipBoard(), "blob"],
  ["missing", chipBoard(), "blob"],
].map(([defect, image, kind]) => {
  const cad = parseCad(image, classes);
  const candidates = cadCandidates(cad, defect);
  const clean = photo(image);
  const all = { width: CELL, height: CELL, data: new Uint8Array(CELL * CELL) };
  for (const { region } of candidates)
    region.data.forEach((v, i) => {
      all.data[i] |= v;
    });
  const groups = solderGroups(cad);
  const placed = SEEDS.map((seed) => {
    const { mask } = placeOnBoard({ defect, candidates, groups, submask: shape(kind), seed, instances: -1 });
    return mask ? tinted(clean, mask, MASK, 0.75) : clean;
  });
  process.stdout.write(`${defect}: ${candidates.length} candidates\n`);
  return [image, tinted(clean, all, CANDIDATE, 0.55), ...placed];
});

const columns = rows[0].length;
const sheet = {
  width: columns * (CELL + GAP) + GAP,
  height: rows.length * (CELL + GAP) + GAP,
  channels: 3,
};
sheet.data = new Uint8Array(sheet.width * sheet.height * 3).fill(255);
rows.forEach((cells, r) => {
  cells.forEach((cell, c) => {
    const [x0, y0] = [GAP + c * (CELL + GAP), GAP + r * (CELL + GAP)];
    for (let y = 0; y < CELL; y++)
      sheet.data.set(cell.data.subarray(3 * y * CELL, 3 * (y + 1) * CELL), 3 * ((y0 + y) * sheet.width + x0));
  });
});
await writeImage(output, sheet);
process.stdout.write(`${output}\n`);
