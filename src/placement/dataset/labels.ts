import { type Problem, ReflowError } from "../../kit/errors.js";
import { readJson } from "../../kit/files.js";
import { decodeImage } from "../../kit/images.js";
import { type Mask, mask } from "../../vision/index.js";

/** The class table of a dataset folder, in its root. */
export const CLASSES_FILE = "semantic_segmentation_labels.json";

type Rgb = readonly [number, number, number];

/** Classes of a semantic mask by colour (contract 7.1, semantic_segmentation_labels.json). */
export type CadClasses = readonly Readonly<{ name: string; rgb: Rgb }>[];

/** Where a named defect may lie, by class; others may lie on anything that is not background. */
const WHERE: Readonly<Record<string, readonly string[]>> = {
  missing: ["capacitor", "ic", "solder"],
  bridge: ["pad", "solder"],
  excess_solder: ["pad", "solder"],
  less_solder: ["pad"],
};

/** A key is a tuple or list of three or four whole numbers: "(255, 0, 0, 255)". */
const COLOUR = /^\s*[([]\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*(?:,\s*\d{1,3}\s*)?,?\s*[)\]]\s*$/;

/**
 * Reads the colour table: keys such as "(255, 0, 0, 255)", values with a `class`; background and unlabelled are left
 * out. Bad entries become problems: their pixels would silently be taken for the class of the next colour.
 */
export async function readCadClasses(
  file: string,
): Promise<{ classes: CadClasses; background: readonly Rgb[]; problems: Problem[] }> {
  const value = await readJson(file);
  const problems: Problem[] = [];
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new ReflowError("data", "labels_invalid", "the label table is not a JSON object", "Restore it.", {
      where: { file },
    });
  const classes: { name: string; rgb: Rgb }[] = [];
  const background: Rgb[] = [];
  for (const [key, entry] of Object.entries(value)) {
    const rgb = COLOUR.exec(key)?.slice(1, 4).map(Number);
    const name = (entry as { class?: unknown } | null)?.class;
    if (!rgb || rgb.some((v) => v > 255) || typeof name !== "string") {
      const fault = rgb?.every((v) => v <= 255) ? "has no class" : "is not a colour";
      problems.push({
        code: "labels_entry_invalid",
        severity: "error",
        message: `entry ${JSON.stringify(key)} ${fault}`,
        hint: 'Write "(r, g, b, a)": {"class": "pad"}.',
        where: { file, field: key },
      });
      continue;
    }
    const colour: Rgb = [rgb[0], rgb[1], rgb[2]];
    if (/^(background|unlabelled|unlabeled)$/i.test(name)) background.push(colour);
    else classes.push({ name, rgb: colour });
  }
  return { classes, background, problems };
}

/** The pixels where a defect of that name may be centred, by nearest class colour. */
export async function legalRegion(file: string, classes: CadClasses, anomaly: string): Promise<Mask> {
  const image = await decodeImage(file, "rgb");
  const out = mask(image.width, image.height);
  const wanted = WHERE[anomaly.toLowerCase()];
  for (let i = 0; i < out.data.length; i++) {
    const [r, g, b] = [image.data[3 * i], image.data[3 * i + 1], image.data[3 * i + 2]];
    let best = r * r + g * g + b * b;
    let name: string | undefined;
    for (const c of classes) {
      const d = (c.rgb[0] - r) ** 2 + (c.rgb[1] - g) ** 2 + (c.rgb[2] - b) ** 2;
      if (d < best) {
        best = d;
        name = c.name;
      }
    }
    if (name !== undefined && (!wanted || wanted.includes(name.toLowerCase()))) out.data[i] = 1;
  }
  return out;
}
