import type { Pixels } from "../../kit/images.js";
import type { Mask } from "../../vision/index.js";

/**
 * Greatest change of a channel, in levels, at pixels that lie in none of the enlarged masks (contract 6.1). 0 means: bit for
 * bit as before, PSNR infinite. Pictures and masks have one size.
 */
export function changeOutside(before: Pixels, after: Pixels, enlarged: readonly Mask[]): number {
  let most = 0;
  for (let i = 0; i < before.data.length; i++) {
    const change = Math.abs(before.data[i]! - after.data[i]!);
    if (change <= most) continue;
    const pixel = Math.floor(i / before.channels);
    if (!enlarged.some((m) => m.data[pixel])) most = change;
  }
  return most;
}
