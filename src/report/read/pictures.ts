import path from "node:path";
import { parse } from "yaml";
import { joinInside, readText } from "../../kit/files.js";
import { list, number, text, tree } from "./json.js";

/** How image files are named (contract 1.4): one file per lighting, suffix before the extension. */
export type Naming = Readonly<{
  lights: readonly string[];
  ext: string;
  epochs?: number;
  batch?: number;
  size?: string;
}>;

/** Lighting names in file order and the extension, from a spec YAML; undefined when it cannot be read. */
export async function namingOf(specFile: string | undefined): Promise<Naming | undefined> {
  if (!specFile) return undefined;
  try {
    const spec = tree(parse(await readText(specFile)));
    const classify = tree(tree(spec.dataset).classify);
    const train = tree(tree(spec.train));
    const size = [number(classify.image_width), number(classify.image_height)];
    return {
      lights: Object.keys(tree(classify.input_map)),
      ext: text(classify.image_ext) ?? ".jpg",
      epochs: number(train.num_epochs),
      batch: number(classify.batch_size),
      size: size.every((v) => v !== undefined) ? size.join(" × ") : undefined,
    };
  } catch {
    return undefined;
  }
}

/** The files of one crop, one per lighting. Undefined when the folder leaves `root`. */
export function cropFiles(
  root: string,
  folder: string,
  objectName: string,
  naming: Naming,
): readonly string[] | undefined {
  const lights = naming.lights.length > 0 ? naming.lights : [""];
  try {
    return lights.map((light) =>
      joinInside(root, path.posix.join(folder, `${objectName}${light ? `_${light}` : ""}${naming.ext}`)),
    );
  } catch {
    return undefined;
  }
}

/** Names of lightings for people; empty for a single unnamed one. */
export function lightNames(naming: Naming): readonly string[] {
  return list(naming.lights).map(String);
}
