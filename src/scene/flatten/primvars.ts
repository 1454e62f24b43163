import { attribute, propertyMetadata, type StagePrim } from "../usd/index.js";
import { addressing, type PerCorner } from "./polygons.js";
import { numbers } from "./read.js";

export type Primvar = Readonly<{
  values: ArrayLike<number>;
  interpolation: string;
  indices?: ArrayLike<number>;
}>;

/**
 * The primvar `name` of a prim. A constant one is inherited from the nearest ancestor that has it
 * (`primvars:displayColor` on an Xform colours everything below).
 */
export function primvar(prim: StagePrim, name: string): Primvar | undefined {
  const key = `primvars:${name}`;
  for (let at: StagePrim | undefined = prim; at; at = at.parent) {
    const values = numbers(at, key);
    if (!values) continue;
    const interpolation = propertyMetadata(at, key, "interpolation");
    const found: Primvar = {
      values,
      interpolation: typeof interpolation === "string" ? interpolation : "constant",
      ...(attribute(at, `${key}:indices`) ? { indices: numbers(at, `${key}:indices`) ?? [] } : {}),
    };
    if (at === prim || found.interpolation === "constant") return found;
  }
  return undefined;
}

export function perCorner(data: Primvar): PerCorner {
  return { values: data.values, of: addressing(data.interpolation, data.indices) };
}

/** Normals: `primvars:normals` before `normals`, whose interpolation is `vertex` when it is not written. */
export function normalsOf(prim: StagePrim): Primvar | undefined {
  const modern = primvar(prim, "normals");
  if (modern) return modern;
  const values = numbers(prim, "normals");
  if (!values || values.length === 0) return undefined;
  const interpolation = propertyMetadata(prim, "normals", "interpolation");
  return { values, interpolation: typeof interpolation === "string" ? interpolation : "vertex" };
}
