import { readFile } from "node:fs/promises";
import { dataError } from "../../kit/errors.js";
import { explainReadError, joinInside, requireFile, writeFileAtomic } from "../../kit/files.js";
import { type LabelColour, readLabelMap } from "../crop/label-map.js";
import { readPicture, toRgba, withoutAlpha, writePng } from "../crop/picture.js";
import { type PairPlace, pictureFile, segFiles } from "./place.js";
import { noPairRefusal, type Pair, type PairFrame, type PairRefusal } from "./types.js";

type Made = Omit<PairFrame, "frame" | "inputs">;

/**
 * Pairs whole frames (contract 8): golden, defect, mask and the mask's labels are copied unchanged. A frame without a
 * visible defect gives no pair, or a good one where good pairs are asked for. Throws data errors of the frame's files.
 */
export async function pairWholeFrame(place: PairPlace, id: string): Promise<Made> {
  const { settings, output } = place;
  const { lights } = settings;
  const { seg, labels } = segFiles(place.notes, id);
  const map = await readLabelMap(labels);
  const defects = map.colours.filter((c) => c.hasDefect);
  const seen = defects.length > 0 ? await visible(seg, defects) : new Set<number>();
  const why: PairRefusal | undefined =
    defects.length === 0 ? "no_defect" : seen.size === 0 ? "not_visible" : undefined;
  const good = why !== undefined;
  const base = { withoutGoodBox: 0, problems: map.problems };
  if (good && settings.pass === 0)
    return { ...base, files: [], pairs: [], refused: { ...noPairRefusal(), [why]: 1 } };
  const test = good ? "pass" : "defect";
  const tests = good && place.pass ? place.pass : place.defect;
  const files: string[] = [];
  const copy = async (from: string, to: string) => {
    files.push(to);
    await writeFileAtomic(joinInside(output, to), await bytesOf(from));
  };
  let alike = true;
  for (const light of lights) {
    const golden = pictureFile(place.good.pictures, id, lights, light);
    const tested = pictureFile(tests.pictures, id, lights, light);
    await sameSize(golden, tested, id);
    if (good && alike) alike = (await bytesOf(golden)).equals(await bytesOf(tested));
  }
  if (good && alike) return { ...base, files: [], pairs: [], refused: { ...noPairRefusal(), identical: 1 } };
  const picture = async (from: string, to: string) => {
    if (!settings.flatten) return copy(from, to);
    files.push(to);
    await writePng(joinInside(output, to), withoutAlpha(await readPicture(from)));
  };
  for (const light of lights) {
    await picture(pictureFile(place.good.pictures, id, lights, light), `golden/${id}_${light}.png`);
    await picture(pictureFile(tests.pictures, id, lights, light), `${test}/${id}_${light}.png`);
    if (good) continue;
    await copy(seg, `mask/${id}_${light}.png`);
    await copy(labels, `mask/${id}_${light}.json`);
  }
  const names = defects.filter((c) => seen.has(c.word)).flatMap((c) => c.defects);
  const label = good ? "PASS" : [...new Set(names)].sort().join("+") || "defect";
  const pair: Pair = { object: id, frame: id, component: null, label, test, lights, crop: null };
  return { ...base, files: files.sort(), pairs: [pair], refused: noPairRefusal() };
}

/** Which of the colours have a pixel. The segmentation must have four channels, as its colours have. */
async function visible(file: string, colours: readonly LabelColour[]): Promise<ReadonlySet<number>> {
  const picture = await readPicture(file);
  if (picture.channels !== 4)
    throw dataError(
      "mask_not_rgba",
      `${file} has ${picture.channels} channels; colours of labels have four`,
      "Write the segmentation as RGBA (colorize_semantic_segmentation: true).",
      { file },
    );
  const wanted = new Set(colours.map((c) => c.word));
  const found = new Set<number>();
  for (const word of toRgba(picture, file).words) if (wanted.has(word)) found.add(word);
  return found;
}

async function sameSize(golden: string, test: string, id: string): Promise<void> {
  const [a, b] = await Promise.all([readPicture(golden), readPicture(test)]);
  checkSizes(a, b, golden, test, id);
}

/** Throws `size_mismatch` for two pictures of one frame that cannot be laid over each other. */
export function checkSizes(
  a: Readonly<{ width: number; height: number }>,
  b: Readonly<{ width: number; height: number }>,
  first: string,
  second: string,
  id: string,
): void {
  if (a.width === b.width && a.height === b.height) return;
  throw dataError(
    "size_mismatch",
    `frame ${id}: ${first} is ${a.width}×${a.height}, ${second} is ${b.width}×${b.height}`,
    "Render both with the same resolution.",
    { file: second },
  );
}

export async function bytesOf(file: string): Promise<Buffer> {
  await requireFile(file);
  return readFile(file).catch((error: unknown) => {
    throw explainReadError(error, file);
  });
}
