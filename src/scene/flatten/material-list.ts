import type { Material, Rgb } from "../model.js";
import type { Stage, StagePrim } from "../usd/index.js";
import { displayMaterial, type ReadMaterial, readMaterial, type UvTransform } from "./materials.js";
import { primvar } from "./primvars.js";
import type { Report } from "./problems.js";
import type { SpecKeys } from "./spec-keys.js";
import type { TextureList } from "./textures.js";

/** A material's place in the list, and what it asks of the mesh. */
export type Worn = Readonly<{ index: number; uvName?: string; uvTransform?: UvTransform }>;

export type MaterialList = Readonly<{
  list: readonly Material[];
  /** The bound material, or the prim's display colour where nothing is bound. */
  of: (path: string | undefined, prim: StagePrim) => Worn;
  /** The material of a subset: the mesh's own where it binds none. */
  ofSubset: (path: string | undefined, whole: Worn, prim: StagePrim) => Worn;
}>;

export function materialList(
  stage: Stage,
  keys: SpecKeys,
  textures: TextureList,
  problems: Report,
): MaterialList {
  const byPath = new Map<string, Worn>();
  const list: Material[] = [];
  const known = new Map<string, Worn>();
  const keep = (key: string, make: () => ReadMaterial): Worn => {
    const before = known.get(key);
    if (before) return before;
    const { material, ...asked } = make();
    const worn: Worn = { index: list.push(material) - 1, ...asked };
    known.set(key, worn);
    return worn;
  };
  const display = (prim: StagePrim): Worn => {
    const rgb = meanColour(prim) ?? [0.18, 0.18, 0.18];
    const opacity = primvar(prim, "displayOpacity")?.values[0] ?? 1;
    return keep(`display ${rgb.join()} ${opacity}`, () => ({ material: displayMaterial(rgb, opacity) }));
  };
  const of = (path: string | undefined, prim: StagePrim): Worn => {
    if (path === undefined) return display(prim);
    const before = byPath.get(path);
    if (before) return before;
    const bound = stage.find(path);
    if (bound?.typeName === "Material") {
      // Every instance has the material under a path of its own; it is one material all the same.
      const worn = keep(keys.ofTree(bound), () => readMaterial(bound, stage.find, textures, problems));
      byPath.set(path, worn);
      return worn;
    }
    problems.warn(
      "usd_material_missing",
      prim.path,
      `${prim.path} is bound to ${path}, which is no material; its display colour is used`,
      "Bind a Material prim, or add the layer that holds it.",
    );
    return display(prim);
  };
  return { list, of, ofSubset: (path, whole, prim) => (path === undefined ? whole : of(path, prim)) };
}

/** `displayColor`: one colour, or the mean of many. */
function meanColour(prim: StagePrim): Rgb | undefined {
  const values = primvar(prim, "displayColor")?.values;
  if (!values || values.length < 3) return undefined;
  const sum = [0, 0, 0];
  const count = Math.floor(values.length / 3);
  for (let i = 0; i < 3 * count; i++) sum[i % 3] += Number.isFinite(values[i]) ? Math.max(0, values[i]) : 0;
  return [sum[0] / count, sum[1] / count, sum[2] / count];
}
