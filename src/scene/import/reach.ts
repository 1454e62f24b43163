import type { Placement } from "../board/board.js";

/** Millimetres beyond the body that pins and their lands take, by how the pins leave it. */
const LEADS: readonly (readonly [RegExp, number])[] = [
  [/QFN|DFN|SON|LGA|BGA|CSP|MLF/i, 0.6],
  [/QFP|SOIC|SOP|SOT|SC-?70|SO-?\d/i, 1.7],
];

export function reachOf(p: Placement): readonly [number, number] | undefined {
  const sized = /(\d+(?:\.\d+)?)\s*x\s*(\d+(?:\.\d+)?)/i.exec(p.footprint);
  if (!sized) return undefined;
  const beyond = LEADS.find(([words]) => words.test(p.footprint))?.[1] ?? 1;
  return [Number(sized[1]) / 2 + beyond, Number(sized[2]) / 2 + beyond];
}
