import type { Texture } from "../model.js";
import type { AssetPath, ResolvedValue, StagePrim } from "../usd/index.js";
import type { Layers } from "../usd/layers.js";
import type { Report } from "./problems.js";

/** The textures of a scene, each file (with its colour space and wrap) read once. */
export type TextureList = Readonly<{
  list: readonly Texture[];
  /** Index of a texture, or undefined with a problem when the file cannot be read. */
  add: (
    file: ResolvedValue | undefined,
    user: StagePrim,
    srgb: boolean,
    wrap: Texture["wrap"],
  ) => number | undefined;
}>;

export function textureList(layers: Layers, problems: Report): TextureList {
  const list: Texture[] = [];
  const known = new Map<string, number | undefined>();
  const read = (name: string): Uint8Array | undefined => {
    try {
      return layers.bytes(name);
    } catch {
      return undefined;
    }
  };
  return {
    list,
    add: (file, user, srgb, wrap) => {
      const asset = file?.value as AssetPath | undefined;
      if (!file || typeof asset !== "object" || typeof asset.asset !== "string" || asset.asset === "")
        return undefined;
      // A tiled set stands for its first tile.
      const wanted = asset.asset.replace("<UDIM>", "1001").replace("<uvtile>", "u1_v1");
      const found = layers.resolve(file.layer.file, wanted);
      const bytes = "file" in found ? read(found.file) : undefined;
      if (!("file" in found) || !bytes) {
        const why = "why" in found ? found.why : "missing";
        problems.warn(
          why === "outside" ? "usd_reference_outside" : "usd_texture_missing",
          user.path,
          `the texture "${asset.asset}" of ${user.path} ${why === "outside" ? "lies outside the scene's folder" : "cannot be read"}`,
          why === "outside"
            ? "Move it below the scene's folder, or name a folder that holds both as the root."
            : "Put the file where the scene looks for it, or correct the path.",
        );
        return undefined;
      }
      const key = `${found.file} ${srgb} ${wrap}`;
      if (!known.has(key)) known.set(key, list.push({ name: found.file, bytes, srgb, wrap }) - 1);
      return known.get(key);
    },
  };
}
