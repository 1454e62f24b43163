import path from "node:path";
import sharp from "sharp";
import { toJson, writeFileAtomic } from "../../kit/files.js";
import { readLabelMap } from "../../scene/crop/index.js";

/** Classes that CAD placement knows (contract 5.6), with the colours of staged masks. */
const KNOWN = { solder: [255, 0, 0], pad: [0, 0, 255], capacitor: [0, 255, 0], ic: [255, 255, 0] } as const;
type KnownClass = keyof typeof KNOWN;

/** Staged masks show each class in one colour: placement takes a class's last colour for all of it (contract 5.5). */
export type Recolour = ReadonlyMap<number, readonly [number, number, number]>;

/**
 * How the colours of a crop's CAD masks become those of the classes that placement knows. A component of another class
 * counts as the body that its material stands for: `capacitor` in `passive_component`, `ic` in `IC` (dig 1.9).
 */
export async function recolouring(
  file: string,
  classDirs: Readonly<Record<string, string>>,
): Promise<Recolour> {
  const { colours } = await readLabelMap(file);
  const map = new Map<number, readonly [number, number, number]>();
  for (const colour of colours) {
    const name = colour.classes
      .map((label) => knownClass(label, classDirs))
      .find((known) => known !== undefined);
    const { word } = colour;
    if (name) map.set(key(word & 255, (word >> 8) & 255, (word >> 16) & 255), KNOWN[name]);
  }
  return map;
}

function knownClass(name: string, classDirs: Readonly<Record<string, string>>): KnownClass | undefined {
  if (Object.hasOwn(KNOWN, name)) return name as KnownClass;
  const material = classDirs[name];
  if (material === "IC") return "ic";
  return material === undefined ? undefined : "capacitor";
}

/** Writes a CAD mask in the staged colours, opaque. */
export async function writeRecoloured(from: string, to: string, map: Recolour): Promise<void> {
  const { data, info } = await sharp(from, { ignoreIcc: true })
    .ensureAlpha()
    .toColourspace("srgb")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  const out = new Uint8Array(info.width * info.height * 3);
  for (let i = 0; i < info.width * info.height; i++) {
    if (data[4 * i + 3] === 0) continue;
    const colour = map.get(key(data[4 * i], data[4 * i + 1], data[4 * i + 2]));
    if (colour) out.set(colour, 3 * i);
  }
  const png = await sharp(out, { raw: { width: info.width, height: info.height, channels: 3 } })
    .png()
    .toBuffer();
  await writeFileAtomic(to, png);
}

/** Writes the labels of staged masks. */
export async function writeKnownLabels(root: string): Promise<void> {
  const labels: Record<string, unknown> = {
    "(0, 0, 0, 0)": { class: "BACKGROUND" },
    "(0, 0, 0, 255)": { class: "UNLABELLED" },
  };
  for (const [name, [r, g, b]] of Object.entries(KNOWN)) labels[`(${r}, ${g}, ${b}, 255)`] = { class: name };
  await writeFileAtomic(path.join(root, "semantic_segmentation_labels.json"), toJson(labels));
}

function key(r: number, g: number, b: number): number {
  return (r << 16) | (g << 8) | b;
}
