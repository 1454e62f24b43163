import type { Part, Prim } from "./model.js";

/** The prim and everything below it, parents before children, in file order. */
export function* walkPrims(prim: Prim): Generator<Prim> {
  yield prim;
  for (const child of prim.children) yield* walkPrims(child);
}

/** The prim at an absolute path. */
export function findPrim(root: Prim, path: string): Prim | undefined {
  let prim: Prim | undefined = root;
  for (const name of path.split("/").filter((part) => part !== ""))
    prim = prim?.children.find((child) => child.name === name);
  return prim;
}

/** `path` itself or the nearest ancestor that `has`. */
export function nearestPath(path: string, has: (path: string) => boolean): string | undefined {
  for (let at = path; at.length > 0; at = at.slice(0, at.lastIndexOf("/"))) if (has(at)) return at;
  return undefined;
}

/** Indices of the parts at or below each of the paths (the nearest one counts), in part order. */
export function partsBelow(
  parts: readonly Part[],
  paths: Iterable<string>,
): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>();
  for (const path of paths) found.set(path, []);
  parts.forEach((part, index) => {
    const owner = nearestPath(part.path, (path) => found.has(path));
    if (owner !== undefined) found.get(owner)!.push(index);
  });
  return found;
}
