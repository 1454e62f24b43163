import { seeded } from "../../kit/random.js";
import type { Box } from "../../vision/index.js";
import type { BoxedComponent } from "../crop/boxes.js";
import type { LabelColour } from "../crop/label-map.js";
import { cropPicture, type Picture } from "../crop/picture.js";
import { cropOf, passesFilter } from "./component-pairs.js";
import type { PairPlace } from "./place.js";
import type { Pair, PairRefusal } from "./types.js";

type Scene = Readonly<{
  /** Components with boxes in the defect render, and all of the good one by path. */
  components: readonly BoxedComponent[];
  goodBoxes: ReadonlyMap<string, BoxedComponent>;
  /** The segmentation with the defects, and its colours. */
  seg: Picture;
  colours: readonly LabelColour[];
  golden: readonly Picture[];
  tests: readonly Picture[];
  /** Objects that have a pair already. */
  taken: ReadonlySet<string>;
  wanted: number;
  refused: Record<PairRefusal, number>;
}>;

/**
 * Good pairs: untouched components of the families of the defective ones, as they look in two renders. A component is
 * left out when its crop shows a defect of a neighbour, or the place that one has left, and when both pictures are
 * equal in every pixel, from which nothing can be learnt.
 */
export function choosePass(place: PairPlace, id: string, s: Scene): readonly (Pair & { crop: Box })[] {
  if (s.wanted === 0) return [];
  const { settings, defect } = place;
  const moved = new Set([
    ...(defect.metadata?.defective ?? []),
    ...s.components.filter((c) => c.defectLabel).map((c) => c.key),
  ]);
  const families = new Set([...moved].map(familyOf));
  const left = [...s.goodBoxes.values()].filter((c) => moved.has(c.key));
  const order = seeded(settings.seed)
    .fork("pass", id)
    .shuffle([...s.goodBoxes.values()].sort(byKey));
  const found: (Pair & { crop: Box })[] = [];
  for (const component of order) {
    if (found.length === s.wanted) break;
    const object = `${id}_${component.name}`;
    if (moved.has(component.key) || !families.has(familyOf(component.key)) || s.taken.has(object)) continue;
    if (found.some((p) => p.object === object) || !passesFilter(component, settings.classFilter)) continue;
    const crop = cropOf(component.extent, s.seg, settings.offset);
    if (typeof crop === "string") continue;
    if (!place.pass && (showsDefect(s.seg, crop, s.colours) || left.some((c) => meets(c, crop)))) continue;
    if (s.golden.every((g, i) => equal(cropPicture(g, crop), cropPicture(s.tests[i], crop)))) {
      s.refused.identical++;
      continue;
    }
    const { key } = component;
    found.push({
      object,
      frame: id,
      component: key,
      label: "PASS",
      test: "pass",
      lights: settings.lights,
      crop,
    });
  }
  return found.sort((a, b) => (a.object < b.object ? -1 : 1));
}

function familyOf(key: string): string {
  return key.slice(0, key.lastIndexOf("/"));
}

function byKey(a: BoxedComponent, b: BoxedComponent): number {
  return a.key < b.key ? -1 : 1;
}

function meets({ extent }: BoxedComponent, crop: Box): boolean {
  return (
    extent.xMin < crop.x + crop.width &&
    extent.xMax >= crop.x &&
    extent.yMin < crop.y + crop.height &&
    extent.yMax >= crop.y
  );
}

function showsDefect(seg: Picture, crop: Box, colours: readonly LabelColour[]): boolean {
  const wanted = colours.filter((c) => c.hasDefect).map((c) => c.word);
  const { data, channels } = cropPicture(seg, crop);
  for (let i = 0; i < data.length; i += channels) {
    const alpha = channels === 4 ? data[i + 3] : 255;
    const word = (data[i] | (data[i + 1] << 8) | (data[i + 2] << 16) | (alpha << 24)) >>> 0;
    if (wanted.includes(word)) return true;
  }
  return false;
}

function equal(a: Picture, b: Picture): boolean {
  return a.channels === b.channels && a.data.every((v, i) => v === b.data[i]);
}
