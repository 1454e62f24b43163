import { dataError } from "../../kit/errors.js";
import { area, boundsOf, type Mask } from "../../vision/index.js";
import type { Kind } from "./kinds.js";

/** Share of a picture that a mask may cover: beyond, no surface is left that the defect could stand out of. */
const MOST = 0.8;
/** Hollows and grooves are known by their walls: over this share of the picture they have none. */
const HOLLOW = 0.4;
const HOLLOWS: readonly (Kind["is"] | undefined)[] = ["pit", "scratch", "crack"];

/**
 * Throws `mask_fills_image` where a mask leaves no room for what its type is: painted all the same, it would be a grey picture
 * with the label of a defect. `drawn` says that no specimen's picture tells how such a defect looks.
 */
export function checkRoom(region: Mask, anomaly: string, kind: Kind | undefined, drawn: boolean): void {
  const box = boundsOf(region);
  if (!box) return;
  const share = area(region) / region.data.length;
  if (share <= MOST && !(drawn && HOLLOWS.includes(kind?.is) && share > HOLLOW)) return;
  throw dataError(
    "mask_fills_image",
    `the mask is ${box.width}x${box.height} in a picture of ${region.width}x${region.height} and covers ${Math.round(100 * share)} % of it: too wide to be seen as "${anomaly}"`,
    "Place a smaller mask; surroundings are needed for a defect to stand out of.",
  );
}
