import { dataError, type Problem } from "../../kit/errors.js";
import { nearestName } from "../../kit/nearest-name.js";
import type { Prim } from "../model.js";
import { findPrim, walkPrims } from "../prims.js";

/** Components in the order of the wanted types, each once. */
export type ComponentPool = Readonly<{ components: readonly Prim[]; problems: readonly Problem[] }>;

/** Scopes below `pcbaRoot` that hold component instances: name → number of Xform children, in stage order. */
export function componentTypes(root: Prim, pcbaRoot: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const prim of walkPrims(boardRoot(root, pcbaRoot))) {
    const count = prim.type === "Scope" ? prim.children.filter(isInstance).length : 0;
    if (count > 0) found.set(prim.name, (found.get(prim.name) ?? 0) + count);
  }
  return found;
}

/**
 * The Xform instances right below the Scopes of the wanted names, type by type (contract 3.1). The search does not go
 * into a Scope that matched. `ALL`: every type there is. A type without a Scope is a problem that names the nearest
 * one; nothing at all is an error.
 */
export function componentPool(root: Prim, pcbaRoot: string, types: readonly string[] | "ALL"): ComponentPool {
  const board = boardRoot(root, pcbaRoot);
  const known = componentTypes(root, pcbaRoot);
  const components = new Map<string, Prim>();
  const problems: Problem[] = [];
  for (const type of types === "ALL" ? known.keys() : types) {
    const instances = [...instancesOf(board, type)];
    if (instances.length === 0) problems.push(unknownType(type, known));
    for (const prim of instances) components.set(prim.path, prim);
  }
  if (components.size === 0) {
    const names = [...known.keys()];
    throw dataError(
      "no_components",
      types === "ALL" || types.length === 0
        ? `no component below ${pcbaRoot}`
        : `none of the component types ${types.join(", ")} is below ${pcbaRoot}`,
      names.length > 0
        ? `The board has ${names.slice(0, 12).join(", ")}${names.length > 12 ? ", …" : ""}.`
        : "Components are Xforms right below a Scope that names their type; check pcba_root.",
      { field: types === "ALL" ? "pcba_root" : "component_types" },
    );
  }
  return { components: [...components.values()], problems };
}

function* instancesOf(prim: Prim, type: string): Generator<Prim> {
  for (const child of prim.children)
    if (child.type === "Scope" && child.name === type) yield* child.children.filter(isInstance);
    else yield* instancesOf(child, type);
}

function isInstance(prim: Prim): boolean {
  return prim.type === "Xform";
}

/** The prim that holds the board. Throws `pcba_root_missing` naming the nearest path. */
export function boardRoot(root: Prim, pcbaRoot: string): Prim {
  const board = findPrim(root, pcbaRoot);
  if (board) return board;
  const paths = function* (): Generator<string> {
    for (const prim of walkPrims(root)) if (prim.type === "Xform" || prim.type === "Scope") yield prim.path;
  };
  const near = nearestName(pcbaRoot, paths());
  throw dataError(
    "pcba_root_missing",
    `the scene has no prim ${pcbaRoot}`,
    near
      ? `Did you mean pcba_root: ${near}?`
      : "Set pcba_root to the prim that holds the board's components.",
    { field: "pcba_root" },
  );
}

function unknownType(type: string, known: ReadonlyMap<string, number>): Problem {
  const near = nearestName(type, known.keys());
  return {
    code: "unknown_component_type",
    severity: "warning",
    message: `no component of type ${type} on the board`,
    hint: near
      ? `Did you mean ${near}?`
      : `Types on this board: ${[...known.keys()].slice(0, 12).join(", ") || "none"}.`,
    where: { field: "component_types" },
  };
}
