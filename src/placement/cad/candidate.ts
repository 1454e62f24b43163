import {
  type Box,
  boundsOf,
  type Component,
  componentsByBlock,
  type Mask,
  maskOf,
} from "../../vision/index.js";
import { type CadParts, MIN_AREA, merged } from "./parse.js";

/** A place where a defect may lie on a board, in image pixels. */
export type Candidate = Readonly<{
  region: Mask;
  box: Box;
  area: number;
  /** Which groups of pad and solder a bridge joins (indices into {@link solderGroups}); empty otherwise. */
  groups: readonly number[];
}>;

/** The candidate made of a region; undefined when it is empty. */
export function candidateOf(region: Mask, groups: readonly number[] = []): Candidate | undefined {
  const box = boundsOf(region);
  if (!box) return undefined;
  return { region, box, area: region.data.reduce((n, v) => n + v, 0), groups };
}

/** Pads with the solder on them: the 8-connected parts of both classes together. */
export function solderGroups(cad: CadParts): readonly Component[] {
  return componentsByBlock(merged(cad, ["pad", "solder"])).filter((p) => p.area >= MIN_AREA);
}

/** Parts as candidates. */
export function candidatesOfParts(cad: CadParts, parts: readonly Component[]): readonly Candidate[] {
  return parts.map((part) => ({
    region: maskOf({ ...cad, data: new Uint8Array(cad.width * cad.height) }, [part]),
    box: part.box,
    area: part.area,
    groups: [],
  }));
}
