/*
 * Paths are strings: "/" the pseudo-root, "/A/B" prims, "/A{set=selection}B" prims inside a variant, "/A/B.name"
 * properties. Nothing here checks grammar except `isPrimPath`.
 */

/** The path of a child; `parent` may end in a variant selection. */
export function childPath(parent: string, name: string): string {
  return parent === "/" ? `/${name}` : parent.endsWith("}") ? parent + name : `${parent}/${name}`;
}

/** `path{set=selection}`. */
export function variantPath(path: string, set: string, selection: string): string {
  return `${path}{${set}=${selection}}`;
}

/** One element less: a child name, a variant selection or a property name. "" above the pseudo-root. */
export function parentPath(path: string): string {
  if (path === "/" || path === "") return "";
  if (path.endsWith("}")) return path.slice(0, path.lastIndexOf("{"));
  const cut = lastCut(path);
  if (path[cut] === "}") return path.slice(0, cut + 1);
  return cut <= 0 ? "/" : path.slice(0, cut);
}

/** The last element: prim name, `{set=selection}` or property name with its dot left out. */
export function baseName(path: string): string {
  if (path === "/") return "";
  if (path.endsWith("}")) return path.slice(path.lastIndexOf("{"));
  return path.slice(lastCut(path) + 1);
}

function lastCut(path: string): number {
  for (let i = path.length - 1; i >= 0; i--) {
    const c = path.charCodeAt(i);
    if (c === 47 || c === 125 || c === 46) return i;
  }
  return -1;
}

/** True when `path` is `prefix` or lies under it (as a child, variant or property). */
export function hasPrefix(path: string, prefix: string): boolean {
  if (prefix === "/") return path.startsWith("/");
  if (!path.startsWith(prefix)) return false;
  if (path.length === prefix.length) return true;
  const c = path.charCodeAt(prefix.length);
  return c === 47 || c === 46 || c === 123 || prefix.endsWith("}");
}

/** `path` with `from` replaced by `to`; `path` must have the prefix `from`. */
export function replacePrefix(path: string, from: string, to: string): string {
  if (from === to) return path;
  const rest = from === "/" ? path.slice(1) : path.slice(from.length);
  if (rest === "" || path === from) return to;
  const bare = rest.startsWith("/") ? rest.slice(1) : rest;
  if (bare.startsWith(".") || bare.startsWith("{")) return to + bare;
  return childPath(to, bare);
}

/** Without variant selections: `/A{v=x}B` → `/A/B`. */
export function stripVariants(path: string): string {
  if (!path.includes("{")) return path;
  return path.replace(/\{[^}]*\}(?=(.?))/g, (_, next: string) =>
    next === "" || next === "{" || next === "." || next === "/" ? "" : "/",
  );
}

export function hasVariants(path: string): boolean {
  return path.includes("{");
}

/** The set and selection of a path that ends in one. */
export function variantSelection(path: string): { set: string; selection: string } | undefined {
  if (!path.endsWith("}")) return undefined;
  const inside = path.slice(path.lastIndexOf("{") + 1, -1);
  const equals = inside.indexOf("=");
  return { set: inside.slice(0, equals), selection: inside.slice(equals + 1) };
}

/** Number of elements, variant selections among them: 0 for "/", 3 for "/A{v=x}B". */
export function elementCount(path: string): number {
  let count = primDepth(path);
  for (let at = path.indexOf("{"); at >= 0; at = path.indexOf("{", at + 1)) count++;
  return count;
}

/** "/A", and neither "/A/B" nor "/A{v=x}". */
export function isRootPrim(path: string): boolean {
  return path.length > 1 && !path.includes("{") && path.lastIndexOf("/") === 0 && propertyOf(path) === "";
}

/** Number of prim elements: 0 for "/", 2 for "/A{v=x}B". */
export function primDepth(path: string): number {
  if (path === "/" || path === "") return 0;
  let depth = 0;
  let inside = false;
  let start = true;
  for (let i = 0; i < path.length; i++) {
    const c = path.charCodeAt(i);
    if (c === 123) inside = true;
    else if (c === 125) {
      inside = false;
      start = true;
    } else if (c === 47) start = true;
    else if (c === 46 && !inside) break;
    else if (start && !inside) {
      depth++;
      start = false;
    }
  }
  return depth;
}

/** The prim part of a property path. */
export function primOf(path: string): string {
  const dot = path.indexOf(".", path.lastIndexOf("}") + 1);
  return dot < 0 ? path : path.slice(0, dot);
}

/** The property name of a path, "" for a prim path. */
export function propertyOf(path: string): string {
  const dot = path.indexOf(".", path.lastIndexOf("}") + 1);
  return dot < 0 ? "" : path.slice(dot + 1);
}

/** Makes `../B.x`, `.x` or `B` absolute at `anchor` (a prim path without variants). */
export function absolutePath(path: string, anchor: string): string {
  if (path.startsWith("/") || path === "") return path;
  let base = anchor;
  let rest = path;
  while (rest.startsWith("..")) {
    base = parentPath(base) || "/";
    rest = rest.slice(rest.startsWith("../") ? 3 : 2);
  }
  if (rest === "" || rest === ".") return base;
  if (rest.startsWith(".") || rest.startsWith("{")) return base + rest;
  return childPath(base, rest);
}
