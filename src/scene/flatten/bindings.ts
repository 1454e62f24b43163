import { propertyMetadata, propertyNames, type StagePrim, targets } from "../usd/index.js";
import { text } from "./read.js";

/** Which purpose counts first: what the renderer understands best. */
const PURPOSES = ["material:binding:preview", "material:binding", "material:binding:full"];

/**
 * Path of the material bound to a prim: the nearest binding of the prim and its ancestors, unless an ancestor's
 * binding says `strongerThanDescendants`. On one prim a collection that holds the target goes before the direct
 * binding.
 */
export function boundMaterial(
  prim: StagePrim,
  find: (path: string) => StagePrim | undefined,
): string | undefined {
  for (const purpose of PURPOSES) {
    let chosen: string | undefined;
    for (let at: StagePrim | undefined = prim; at; at = at.parent) {
      const found = bindingOn(at, purpose, prim, find);
      if (found && (chosen === undefined || found.strong)) chosen = found.path;
    }
    if (chosen !== undefined) return chosen;
  }
  return undefined;
}

type Binding = { path: string; strong: boolean };

function bindingOn(
  at: StagePrim,
  purpose: string,
  prim: StagePrim,
  find: (path: string) => StagePrim | undefined,
): Binding | undefined {
  const binding = (relationship: string, path: string): Binding => ({
    path,
    strong: propertyMetadata(at, relationship, "bindMaterialAs") === "strongerThanDescendants",
  });
  const prefix = purpose.replace(/^material:binding/, "material:binding:collection");
  for (const name of propertyNames(at)) {
    if (!name.startsWith(`${prefix}:`) || name.slice(prefix.length + 1).includes(":")) continue;
    const paths = targets(at, name);
    const collection = paths.find((path) => path.includes(".collection:"));
    const material = paths.find((path) => !path.includes(".collection:"));
    if (collection && material && isMember(collection, prim, find)) return binding(name, material);
  }
  const [direct] = targets(at, purpose);
  return direct === undefined ? undefined : binding(purpose, direct);
}

/** Whether a collection holds a prim: the nearest of its includes and excludes decides. */
function isMember(
  collection: string,
  prim: StagePrim,
  find: (path: string) => StagePrim | undefined,
): boolean {
  const [owner, name] = collection.split(".collection:");
  const home = find(owner);
  if (!home) return false;
  const rule = text(home, `collection:${name}:expansionRule`, "expandPrims");
  const included = new Set(targets(home, `collection:${name}:includes`));
  const excluded = new Set(targets(home, `collection:${name}:excludes`));
  for (
    let path = prim.path, exact = true;
    path !== "";
    path = path.slice(0, path.lastIndexOf("/")), exact = false
  ) {
    if (excluded.has(path)) return false;
    if (included.has(path)) return exact || rule !== "explicitOnly";
  }
  return false;
}
