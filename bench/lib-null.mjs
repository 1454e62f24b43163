// What the real-or-made figure of bench/synth.mjs says when there is nothing to tell: its null, and its spread.
import { readFileSync } from "node:fs";
import path from "node:path";
import { decodeImage } from "../dist/kit/images.js";
import { seeded } from "../dist/kit/random.js";
import { areaUnderRoc, paintDefect, separability, traitsOf, windowOf } from "../dist/synthesis/index.js";
import { boundsOf, mask as emptyMask } from "../dist/vision/index.js";

/** Names of the traits, in the order of src/synthesis/quality/traits.ts. */
const TRAIT_NAMES = [
  ...["level", "spread", "skew", "darkest", "brightest"],
  ...["fine", "coarse", "slope"].flatMap((t) => [`${t} inside`, `${t} at the rim`, `${t} peaks`]),
  ...["rim steepness", "rim evenness", "rim peaks"],
  ...["red", "green", "blue"].flatMap((c) => [`${c} hue`, `${c} spread`]),
  ...["black", "white", "repeats"],
];

const DRAWS = 20;

/** Mean and standard deviation, to two digits. */
export function meanSd(values) {
  const known = values.filter(Number.isFinite);
  if (known.length === 0) return undefined;
  const mean = known.reduce((a, b) => a + b, 0) / known.length;
  const sd = Math.sqrt(known.reduce((a, b) => a + (b - mean) ** 2, 0) / Math.max(1, known.length - 1));
  return { mean: Number(mean.toFixed(2)), sd: Number(sd.toFixed(2)), n: known.length };
}

/** Real against real: halves drawn at random. Each half has half the pictures, so its spread is the wider one. */
export function halvesOf(real) {
  const n = Math.floor(real.length / 2);
  return meanSd(
    Array.from({ length: DRAWS }, (_, k) => {
      const order = seeded("halves")
        .fork(k)
        .shuffle([...real]);
      return separability(order.slice(0, n), order.slice(n, 2 * n))?.auc ?? Number.NaN;
    }),
  );
}

/** The traits that tell most by themselves: farthest from 0.5 first; below 0.5 made ones have less of it. */
export function tellTales(real, made, most = 3) {
  return (
    TRAIT_NAMES.map((name, k) => {
      const auc = areaUnderRoc(
        real.map((t) => t[k]),
        made.map((t) => t[k]),
      );
      return { name, auc: Number(auc.toFixed(2)) };
    })
      .sort((a, b) => Math.abs(b.auc - 0.5) - Math.abs(a.auc - 0.5))
      // In grey pictures the three colours tell the same.
      .filter((t, i, all) => all.findIndex((o) => sameTrait(o, t)) === i)
      .slice(0, most)
  );
}

function sameTrait(a, b) {
  return a.auc === b.auc && a.name.split(" ").at(-1) === b.name.split(" ").at(-1);
}

/**
 * The real specimens themselves, neither turned nor sized, under their own masks at the same share of a clean picture: what is
 * told here is the place and the clone, not the painter. Gives their traits.
 */
export async function pastedBack({ specimens, bank, cleanFiles, seed }) {
  const items = new Map(
    JSON.parse(readFileSync(path.join(bank, "bank.json"), "utf8")).items.map((i) => [i.id, i]),
  );
  const found = [];
  for (const e of specimens.filter((s) => s.picture)) {
    const { box, sourceSize } = items.get(e.id);
    const order = seeded("pasted")
      .fork(seed, e.id)
      .shuffle([...cleanFiles]);
    for (const file of order) {
      const clean = await decodeImage(file);
      const own = boundsOf(e.mask);
      // Where it was seen, kept inside the picture.
      const at = (start, low, size, total, has) =>
        Math.max(0, Math.min(has - size, Math.round(((start + low + size / 2) / total) * has - size / 2))) -
        low;
      if (own.width > clean.width || own.height > clean.height) continue;
      const dx = at(box.x, own.x, own.width, sourceSize.width, clean.width);
      const dy = at(box.y, own.y, own.height, sourceSize.height, clean.height);
      const region = emptyMask(clean.width, clean.height);
      for (let y = own.y; y < own.y + own.height; y++)
        for (let x = own.x; x < own.x + own.width; x++)
          if (e.mask.data[y * e.mask.width + x]) region.data[(y + dy) * clean.width + x + dx] = 1;
      const window = windowOf(region, { ratio: 2 });
      const type = { defectType: e.defectType, anomaly: e.defectType.split("+").at(-1), specimens: [e] };
      const random = seeded(seed).fork("pasted", e.id);
      const { image } = paintDefect(clean, region, window, type, { strength: 1, variety: 0 }, random);
      found.push({ traits: traitsOf(image, region) });
      break;
    }
  }
  return found;
}
