import type { Problem } from "../../kit/errors.js";
import { joinInside, writeFileAtomic } from "../../kit/files.js";
import type { Box } from "../../vision/index.js";
import { type BoxedComponent, type Extent, readComponents } from "../crop/boxes.js";
import { inChunks } from "../crop/chunks.js";
import { extentTouchesBorder, LEAST_COVERAGE, paddedExtent } from "../crop/component-frame.js";
import { dataFault } from "../crop/faults.js";
import { readLabelMap } from "../crop/label-map.js";
import { coverage, cropPicture, type Picture, readPicture, withoutAlpha, writePng } from "../crop/picture.js";
import { checkSizes } from "./frame-pairs.js";
import { choosePass } from "./pass-pairs.js";
import { type PairPlace, pictureFile, segFiles } from "./place.js";
import { noPairRefusal, type Pair, type PairFrame, type PairRefusal } from "./types.js";

type Made = Omit<PairFrame, "frame" | "inputs">;

/**
 * Pairs the components of one frame that have a defect label (contract 8): golden and test are cut at the union of the
 * component's boxes in both renders, the mask out of the segmentation. Throws data errors of the frame's files.
 */
export async function pairComponents(place: PairPlace, id: string): Promise<Made> {
  const { settings, output, notes } = place;
  const { lights } = settings;
  const components = await readComponents(notes, id, settings.depth);
  const goodBoxes = await boxesOrNone(place, id);
  const files = segFiles(notes, id);
  const seg = await readPicture(files.seg);
  const map = await readLabelMap(files.labels);
  const golden = await pictures(place.good.pictures, id, lights, seg, files.seg);
  const tests = await pictures(place.defect.pictures, id, lights, seg, files.seg);
  const refused = noPairRefusal();
  const problems: Problem[] = [...map.problems];
  const pairs = new Map<string, Pair & { crop: Box }>();
  let withoutGoodBox = 0;
  for (const component of components) {
    if (!component.defectLabel) continue;
    if (!passesFilter(component, settings.classFilter)) {
      refused.filter++;
      continue;
    }
    const good = goodBoxes.get(component.key);
    if (!good) withoutGoodBox++;
    const crop = cropOf(good ? unite(component.extent, good.extent) : component.extent, seg, settings.offset);
    if (typeof crop === "string") {
      refused[crop]++;
      continue;
    }
    const object = `${id}_${component.name}`;
    if (pairs.has(object)) problems.push(sameName(component.key, id));
    pairs.set(object, {
      object,
      frame: id,
      component: component.key,
      label: component.defectLabel,
      test: "defect",
      lights,
      crop,
    });
  }
  if (!components.some((component) => component.defectLabel)) refused.no_defect++;
  const made = [...pairs.values()];
  const second = place.pass ? await pictures(place.pass.pictures, id, lights, seg, files.seg) : undefined;
  const good = choosePass(place, id, {
    components,
    goodBoxes,
    seg,
    colours: map.colours,
    golden,
    tests: second ?? tests,
    taken: new Set(pairs.keys()),
    wanted: Math.round(settings.pass * made.length),
    refused,
  });
  const flat = (picture: Picture) => (settings.flatten ? withoutAlpha(picture) : picture);
  const written: string[] = [];
  const put = async (file: string, picture: Picture) => {
    written.push(file);
    await writePng(joinInside(output, file), picture);
  };
  await inChunks([...made, ...good], 8, async ({ object, crop, test }) => {
    for (const [i, light] of lights.entries()) {
      const stem = `${object}_${light}`;
      await put(`golden/${stem}.png`, flat(cropPicture(golden[i], crop)));
      await put(
        `${test}/${stem}.png`,
        flat(cropPicture((test === "pass" ? (second ?? tests) : tests)[i], crop)),
      );
      if (test === "pass") continue;
      await put(`mask/${stem}.png`, cropPicture(seg, crop));
      written.push(`mask/${stem}.json`);
      await writeFileAtomic(joinInside(output, `mask/${stem}.json`), map.text);
    }
  });
  return { files: written.sort(), pairs: [...made, ...good], refused, withoutGoodBox, problems };
}

/** The pictures of a frame in all lightings; each must be as large as the segmentation. */
async function pictures(
  folder: string,
  id: string,
  lights: readonly string[],
  seg: Picture,
  segFile: string,
): Promise<readonly Picture[]> {
  return Promise.all(
    lights.map(async (light) => {
      const file = pictureFile(folder, id, lights, light);
      const picture = await readPicture(file);
      checkSizes(seg, picture, segFile, file, id);
      return picture;
    }),
  );
}

/** Boxes of the good render by component; a good render without boxes has none. */
async function boxesOrNone(place: PairPlace, id: string): Promise<ReadonlyMap<string, BoxedComponent>> {
  const found = await readComponents(place.good.notes, id, place.settings.depth).catch((error: unknown) => {
    if (dataFault(error).code === "file_missing") return [];
    throw error;
  });
  return new Map(found.map((c) => [c.key, c]));
}

export function passesFilter(c: BoxedComponent, filter: readonly string[]): boolean {
  return filter.length === 0 || filter.some((f) => c.classLabel.includes(f) || c.defectLabel.includes(f));
}

function unite(a: Extent, b: Extent): Extent {
  return {
    xMin: Math.min(a.xMin, b.xMin),
    yMin: Math.min(a.yMin, b.yMin),
    xMax: Math.max(a.xMax, b.xMax),
    yMax: Math.max(a.yMax, b.yMax),
  };
}

/** What to cut for an extent, or why nothing is cut. */
export function cropOf(
  extent: Extent,
  seg: Picture,
  offset: number,
): Box | Extract<PairRefusal, "edge" | "empty" | "coverage"> {
  if (extentTouchesBorder(extent, seg)) return "edge";
  const crop = paddedExtent(extent, offset, seg);
  if (crop.width <= 0 || crop.height <= 0) return "empty";
  return coverage(cropPicture(seg, crop)) < LEAST_COVERAGE ? "coverage" : crop;
}

function sameName(key: string, id: string): Problem {
  return {
    code: "component_name_twice",
    severity: "warning",
    message: `two components of frame ${id} end in the name of ${key}; only the last is kept`,
    hint: "Give components of one board different names, or correct the depth of component paths.",
  };
}
