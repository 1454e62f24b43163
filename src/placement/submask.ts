import { componentsByBlock, type Mask, maskOf } from "../vision/index.js";

/** The largest 8-connected part of a mask, the first of equals (contract 5.7); an empty mask as it is. */
export function largestPart(m: Mask): Mask {
  const parts = componentsByBlock(m);
  const most = Math.max(0, ...parts.map((p) => p.area));
  const part = parts.find((p) => p.area === most);
  return part ? maskOf(m, [part]) : m;
}
