import type { Pixels } from "../../kit/images.js";
import type { Random } from "../../kit/random.js";
import { clampByte } from "../../vision/index.js";
import type { AppearanceFit } from "./fit.js";
import { textureNoise } from "./noise-field.js";
import { applyMap } from "./optimal-transport.js";
import type { Guide } from "./regions.js";

/**
 * Texture for every pixel and channel, grey levels, interleaved: what tells equal colours apart before they are mapped.
 * Two fields are shared by all places (fine and as the exemplars' metal), so that no seam shows between places.
 */
export function textureFields(
  picture: Readonly<{ width: number; height: number }>,
  guide: Guide,
  texture: AppearanceFit["texture"],
  random: Random,
): Float32Array {
  const { width, height } = picture;
  const out = new Float32Array(width * height * 3);
  // One set of fields for each distinct spectrum.
  const spectra = [...new Set(texture.map((t) => t.shares.join()))];
  for (let c = 0; c < 3; c++) {
    const fields = new Map(
      spectra.map((key) => {
        const shares = key.split(",").map(Number);
        return [key, textureNoise(width, height, shares, random.fork("texture", c)).data];
      }),
    );
    const byPlace = texture.map((t) => fields.get(t.shares.join()) as Float32Array);
    for (let i = 0; i < width * height; i++) {
      const [a, b, part] = [guide.first[i], guide.second[i], guide.part[i]];
      out[3 * i + c] =
        (1 - part) * texture[a].amplitude * byPlace[a][i] + part * texture[b].amplitude * byPlace[b][i];
    }
  }
  return out;
}

/** The picture (RGB) with texture, and with the colour maps of its places, each pixel between its two. */
export function mapped(picture: Pixels, guide: Guide, fit: AppearanceFit, random: Random): Pixels {
  const { width, height } = picture;
  const noise = textureFields(picture, guide, fit.texture, random);
  const data = new Uint8Array(width * height * 3);
  const one = new Float32Array(3);
  const other = new Float32Array(3);
  for (let i = 0; i < width * height; i++) {
    const part = guide.part[i];
    for (let c = 0; c < 3; c++) one[c] = other[c] = picture.data[3 * i + c] + noise[3 * i + c];
    if (part < 1) applyMap(fit.maps[guide.first[i]], one, 0);
    if (part > 0) applyMap(fit.maps[guide.second[i]], other, 0);
    for (let c = 0; c < 3; c++) data[3 * i + c] = clampByte((1 - part) * one[c] + part * other[c]);
  }
  return { width, height, channels: 3, data };
}
