import type { Random } from "../../../kit/random.js";

/**
 * Photon and read noise on linear light, 1 being full scale. A full pixel holds `fullWell` electrons, whose number
 * varies by its square root; the read-out adds `readNoise` grey levels of 255 (standard deviations). Clips at 0 and 1,
 * as the pixel does. A `fullWell` or `readNoise` of 0 leaves that noise out.
 */
export function noisy(
  picture: Float32Array,
  o: { fullWell: number; readNoise: number },
  random: Random,
): Float32Array {
  const out = new Float32Array(picture.length);
  const read = o.readNoise / 255;
  for (let i = 0; i < picture.length; i++) {
    const value = Math.min(1, Math.max(0, picture[i]!));
    const photon = o.fullWell > 0 ? value / o.fullWell : 0;
    // Both are close to normal: wells hold thousands of electrons.
    const spread = Math.sqrt(photon + read * read);
    out[i] = Math.min(1, Math.max(0, value + spread * random.normal()));
  }
  return out;
}
