import type { Pixels } from "../../kit/images.js";
import type { Random } from "../../kit/random.js";
import { clampByte } from "../../vision/index.js";
import type { AppearanceFit } from "./fit.js";
import { correlatedNoise, textureNoise } from "./noise-field.js";
import { applyMap, type CompiledMap, compiledMaps } from "./optimal-transport.js";
import type { Guide } from "./regions.js";

/** Part of the texture in which the three channels differ: most of what varies on a surface is its slope. */
const OWN_COLOUR = 0.25;

/**
 * Texture for every pixel and channel, grey levels, interleaved: what tells equal colours apart before they are
 * mapped. Places with the same spectrum share their field, so that no seam shows between them.
 */
export function textureFields(
  picture: Readonly<{ width: number; height: number }>,
  guide: Guide,
  texture: AppearanceFit["texture"],
  random: Random,
): Float32Array {
  const { width, height } = picture;
  const out = new Float32Array(width * height * 3);
  const fields = new Map<string, Float32Array>();
  for (const { shares } of texture)
    if (!fields.has(shares.join()))
      fields.set(shares.join(), textureNoise(width, height, shares, random.fork("texture")).data);
  const byPlace = texture.map((t) => fields.get(t.shares.join()) as Float32Array);
  const own = [0, 1, 2].map((c) => correlatedNoise(width, height, 1.5, random.fork("colour", c)).data);
  for (let i = 0; i < width * height; i++) {
    const [a, b, part] = [guide.first[i], guide.second[i], guide.part[i]];
    const [first, second] = [(1 - part) * texture[a].amplitude, part * texture[b].amplitude];
    const all = first * byPlace[a][i] + second * byPlace[b][i];
    const some = OWN_COLOUR * (first + second);
    for (let c = 0; c < 3; c++) out[3 * i + c] = all + some * own[c][i];
  }
  return out;
}

/** The picture (RGB) with texture, and with the colour maps of its places, each pixel between its two. */
export function mapped(picture: Pixels, guide: Guide, fit: AppearanceFit, random: Random): Pixels {
  const { width, height } = picture;
  const noise = textureFields(picture, guide, fit.texture, random);
  const data = new Uint8Array(width * height * 3);
  const maps: readonly CompiledMap[] = compiledMaps(fit.maps);
  const one = new Float32Array(3);
  const other = new Float32Array(3);
  for (let i = 0; i < width * height; i++) {
    const part = guide.part[i];
    for (let c = 0; c < 3; c++) one[c] = other[c] = picture.data[3 * i + c] + noise[3 * i + c];
    if (part < 1) applyMap(maps[guide.first[i]], one);
    if (part > 0) applyMap(maps[guide.second[i]], other);
    for (let c = 0; c < 3; c++) data[3 * i + c] = clampByte((1 - part) * one[c] + part * other[c]);
  }
  return { width, height, channels: 3, data };
}
