import { closeBy, componentsByBlock, dilateBy, ellipseElement, type Mask, mask } from "../../vision/index.js";
import { type Candidate, candidateOf } from "./candidate.js";
import { type CadParts, MIN_AREA, merged } from "./parse.js";

/**
 * Where a part may be missing: each body together with the solder within two pixels of it, small gaps closed. Pads
 * stay (contract 5.6).
 */
export function missingCandidates(cad: CadParts): readonly Candidate[] {
  const parts = merged(cad, ["solder", "capacitor", "ic"]);
  const bodies = merged(cad, ["capacitor", "ic"]);
  return componentsByBlock(dilateBy(parts, ellipseElement(5)))
    .filter((unit) => unit.area >= MIN_AREA && unit.pixels.some((i) => bodies.data[i] === 1))
    .flatMap((unit) => {
      const own: Mask = mask(cad.width, cad.height);
      for (const i of unit.pixels) own.data[i] = parts.data[i];
      return candidateOf(closeBy(own, ellipseElement(7)), cad) ?? [];
    });
}
