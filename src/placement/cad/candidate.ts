import {
  type Box,
  boundsOf,
  type Component,
  componentsByBlock,
  cropMask,
  type Mask,
  mask,
} from "../../vision/index.js";
import { type CadParts, MIN_AREA, merged } from "./parse.js";

type Size = Readonly<{ width: number; height: number }>;

/** A place where a defect may lie on a board, in image pixels. */
export type Candidate = Readonly<{
  /** The place in a mask of the image's size, made anew at each reading: a board has hundreds of candidates. */
  region: Mask;
  box: Box;
  area: number;
  /** Which groups of pad and solder a bridge joins (indices into {@link solderGroups}); empty otherwise. */
  groups: readonly number[];
}>;

/** The candidate made of a mask whose corner lies at `x`, `y` of the image; undefined when it is empty. */
export function candidateOf(
  part: Mask,
  image: Size,
  o: { x?: number; y?: number; groups?: readonly number[] } = {},
): Candidate | undefined {
  const bounds = boundsOf(part);
  if (!bounds) return undefined;
  const shape = cropMask(part, bounds);
  const box = { ...bounds, x: bounds.x + (o.x ?? 0), y: bounds.y + (o.y ?? 0) };
  return {
    get region() {
      const out = mask(image.width, image.height);
      for (let v = 0; v < box.height; v++)
        out.data.set(
          shape.data.subarray(v * box.width, (v + 1) * box.width),
          (box.y + v) * image.width + box.x,
        );
      return out;
    },
    box,
    area: shape.data.reduce((n, v) => n + v, 0),
    groups: o.groups ?? [],
  };
}

/** Pads with the solder on them: the 8-connected parts of both classes together. */
export function solderGroups(cad: CadParts): readonly Component[] {
  return componentsByBlock(merged(cad, ["pad", "solder"])).filter((p) => p.area >= MIN_AREA);
}

/** Parts as candidates. */
export function candidatesOfParts(cad: CadParts, parts: readonly Component[]): readonly Candidate[] {
  return parts.flatMap(({ box, pixels }) => {
    const own = mask(box.width, box.height);
    for (const i of pixels) {
      const x = i % cad.width;
      own.data[((i - x) / cad.width - box.y) * box.width + x - box.x] = 1;
    }
    return candidateOf(own, cad, box) ?? [];
  });
}
