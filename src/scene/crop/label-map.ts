import { dataError, type Problem } from "../../kit/errors.js";
import { readText } from "../../kit/files.js";

/** One colour of a segmentation image and what it stands for. */
export type LabelColour = Readonly<{
  /** As {@link Rgba} words hold it: red in the lowest byte. */
  word: number;
  /** Values of `class` and `defect`, split at commas; several values of one prim share a colour. */
  classes: readonly string[];
  defects: readonly string[];
  /** The map has a `defect` key for this colour, even an empty one. */
  hasDefect: boolean;
}>;

export type LabelMap = Readonly<{
  colours: readonly LabelColour[];
  /** The JSON as read, for unions, and its text, for copies. */
  json: Readonly<Record<string, unknown>>;
  text: string;
  problems: readonly Problem[];
}>;

/**
 * Reads `semantic_segmentation_labels_<id>.json` (contract 1.5): colour keys `(r, g, b, a)` to labels. Keys without
 * the space are understood and reported (`label_key_unspaced`): other tools split at comma and space.
 * Throws `labels_invalid` with the key named.
 */
export async function readLabelMap(file: string): Promise<LabelMap> {
  const fail = (why: string) =>
    dataError("labels_invalid", `${file}: ${why}`, 'Expected {"(r, g, b, a)": {"class": "…"}}.', { file });
  const text = await readText(file);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw fail(`not valid JSON: ${(error as Error).message}`);
  }
  if (!isRecord(json)) throw fail("not a map of colours");
  const problems: Problem[] = [];
  const byWord = new Map<number, LabelColour>();
  for (const [key, info] of Object.entries(json)) {
    const word = colourWord(key);
    if (word === undefined) throw fail(`"${key}" is no colour of four numbers from 0 to 255`);
    if (!isRecord(info)) throw fail(`the labels of "${key}" are not a map`);
    for (const name of ["class", "defect"])
      if (info[name] !== undefined && typeof info[name] !== "string")
        throw fail(`"${name}" of "${key}" is no text`);
    if (!/^\(\d+(, \d+){3}\)$/.test(key) && problems.length === 0)
      problems.push({
        code: "label_key_unspaced",
        severity: "warning",
        message: `the colour "${key}" is not written as "(r, g, b, a)" with a space after each comma`,
        hint: "It is understood here, but other tools stop at it: write the keys with spaces.",
        where: { file },
      });
    const classes = words(info.class);
    const defects = words(info.defect);
    byWord.set(word, { word, classes, defects, hasDefect: info.defect !== undefined });
  }
  return { colours: [...byWord.values()], json, text, problems };
}

/** `(33, 243, 3, 255)`, spaced or not, as a word; undefined when it is no colour. */
export function colourWord(key: string): number | undefined {
  const match = /^\s*\(?\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)?\s*$/.exec(key);
  if (!match) return undefined;
  const [r, g, b, a] = match.slice(1).map(Number) as [number, number, number, number];
  if (Math.max(r, g, b, a) > 255) return undefined;
  return (r | (g << 8) | (b << 16) | (a << 24)) >>> 0;
}

/** Values of all label types of a colour, each once; empty for what is not a labelled thing. */
export function meaning(colour: LabelColour): readonly string[] {
  const all = [...new Set([...colour.classes, ...colour.defects])];
  return all.includes("BACKGROUND") || all.includes("UNLABELLED") ? [] : all;
}

function words(value: unknown): readonly string[] {
  return typeof value === "string"
    ? value
        .split(",")
        .map((w) => w.trim())
        .filter((w) => w !== "")
    : [];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
