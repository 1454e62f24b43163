import sharp from "sharp";
import { dataError } from "../../../kit/errors.js";
import type { Texture } from "../../model.js";
import {
  TEXTURE_BYTES,
  TEXTURE_HEIGHT,
  TEXTURE_PIXELS,
  TEXTURE_SRGB,
  TEXTURE_WIDTH,
  TEXTURE_WRAP,
} from "../layout.js";
import type { Arena } from "./arena.js";

/** 8-bit RGBA, top row first. */
export type DecodedTexture = Readonly<{
  width: number;
  height: number;
  rgba: Uint8Array;
  srgb: boolean;
  wrap: Texture["wrap"];
}>;

const MOST_PIXELS = 16384 * 16384;
const WRAPS = ["repeat", "clamp", "mirror", "black"] as const;

/** Decodes a scene's textures. Throws `texture_unreadable`. */
export async function decodeTextures(textures: readonly Texture[]): Promise<DecodedTexture[]> {
  return Promise.all(textures.map(decode));
}

/** Copies the pictures into the arena and returns the address of their headers. */
export function putTextures(arena: Arena, textures: readonly DecodedTexture[]): number {
  const head = new Int32Array(Math.max(1, textures.length) * (TEXTURE_BYTES / 4));
  textures.forEach((texture, i) => {
    const at = (i * TEXTURE_BYTES) / 4;
    head[at + TEXTURE_PIXELS / 4] = arena.put(texture.rgba);
    head[at + TEXTURE_WIDTH / 4] = texture.width;
    head[at + TEXTURE_HEIGHT / 4] = texture.height;
    head[at + TEXTURE_WRAP / 4] = WRAPS.indexOf(texture.wrap);
    head[at + TEXTURE_SRGB / 4] = texture.srgb ? 1 : 0;
  });
  return arena.put(head);
}

async function decode(texture: Texture): Promise<DecodedTexture> {
  try {
    const { data, info } = await sharp(texture.bytes, { limitInputPixels: MOST_PIXELS })
      .toColourspace("srgb")
      .ensureAlpha()
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    return {
      width: info.width,
      height: info.height,
      rgba: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
      srgb: texture.srgb,
      wrap: texture.wrap,
    };
  } catch (error) {
    throw dataError(
      "texture_unreadable",
      `cannot decode the texture ${texture.name}: ${(error as Error).message.split("\n")[0]}`,
      "Replace the picture (png, jpeg, webp or tiff) or take it out of its material.",
      { file: texture.name },
    );
  }
}
