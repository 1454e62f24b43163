import { bridgeCandidates } from "./bridge.js";
import { type Candidate, candidatesOfParts, solderGroups } from "./candidate.js";
import { missingCandidates } from "./missing.js";
import type { CadParts } from "./parse.js";

/** The defects for which a CAD mask says where they may lie (contract 5.6). */
export const CAD_DEFECTS = ["missing", "less_solder", "excess_solder", "bridge"] as const;
export type CadDefect = (typeof CAD_DEFECTS)[number];

/** Classes that the rules know; others in a label table are ignored. */
export const CAD_CLASS_NAMES = ["solder", "pad", "capacitor", "ic"] as const;

export function isCadDefect(name: string): name is CadDefect {
  return (CAD_DEFECTS as readonly string[]).includes(name);
}

/** All places for a defect on one board, in the order of the contract. */
export function cadCandidates(cad: CadParts, defect: CadDefect): readonly Candidate[] {
  switch (defect) {
    case "missing":
      return missingCandidates(cad);
    case "less_solder":
      return candidatesOfParts(cad, cad.parts.get("pad") ?? []);
    case "excess_solder":
      return candidatesOfParts(cad, solderGroups(cad));
    case "bridge":
      return bridgeCandidates(cad);
  }
}
