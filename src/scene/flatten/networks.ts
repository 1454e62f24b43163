import { attribute, connections, type ResolvedValue, type StagePrim } from "../usd/index.js";

/** A shader that feeds an input, and the name of its output. */
export type Source = Readonly<{ shader: StagePrim; output: string }>;

/** What an input says in the end: a value, or the shader that computes it. */
export type Input = Readonly<{ value?: ResolvedValue; source?: Source }>;

const DEEPEST = 64;

/**
 * Follows an attribute through node graphs and material interfaces to the shader output or value that it gets.
 * Connections win over values, as in UsdShade.
 */
export function follow(
  prim: StagePrim,
  name: string,
  find: (path: string) => StagePrim | undefined,
  depth = 0,
): Input {
  if (depth > DEEPEST) return {};
  for (const target of connections(prim, name)) {
    const dot = target.indexOf(".");
    const owner = dot < 0 ? undefined : find(target.slice(0, dot));
    if (!owner) continue;
    const property = target.slice(dot + 1);
    if (owner.typeName === "Shader" && property.startsWith("outputs:"))
      return { source: { shader: owner, output: property.slice("outputs:".length) } };
    const found = follow(owner, property, find, depth + 1);
    if (found.value || found.source) return found;
  }
  const value = attribute(prim, name);
  return value ? { value } : {};
}

/** `info:id` of a shader, or its MDL sub-identifier. */
export function shaderId(shader: StagePrim): string {
  const id = attribute(shader, "info:id")?.value;
  if (typeof id === "string" && id !== "") return id;
  for (const key of ["info:mdl:sourceAsset:subIdentifier", "info:mtlx:sourceAsset:subIdentifier"]) {
    const sub = attribute(shader, key)?.value;
    if (typeof sub === "string" && sub !== "") return sub;
  }
  const old = attribute(shader, "info:mdl:sourceAsset")?.value;
  return typeof old === "object" && "asset" in old
    ? (old.asset.split("/").at(-1) ?? "").replace(/\.mdl$/, "")
    : "";
}
