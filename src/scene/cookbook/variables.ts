import type { KeyPath } from "./yaml-file.js";

export type Unresolved = Readonly<{ path: KeyPath; name: string }>;

/** Values that a job fills in at run time: `__OUTPUT__`. */
const SENTINEL = /^__[A-Z0-9_]+__$/;

const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$([A-Za-z_][A-Za-z0-9_]*)/g;

/**
 * Puts the given values in place of `${NAME}` and `$NAME` in every text of a tree, and leaves out keys that still
 * stand for a run-time value. Variables without a value are listed and stay as they are.
 */
export function expandVariables(
  tree: Readonly<Record<string, unknown>>,
  variables: Readonly<Record<string, string>>,
): Readonly<{ value: Readonly<Record<string, unknown>>; unresolved: readonly Unresolved[] }> {
  const unresolved: Unresolved[] = [];
  const visit = (node: unknown, path: KeyPath): unknown => {
    if (typeof node === "string")
      return node.replace(VARIABLE, (whole, braced?: string, bare?: string) => {
        const name = (braced ?? bare) as string;
        if (Object.hasOwn(variables, name)) return variables[name] as string;
        unresolved.push({ path, name });
        return whole;
      });
    if (Array.isArray(node)) return node.map((item, i) => visit(item, [...path, i]));
    if (typeof node === "object" && node !== null)
      return Object.fromEntries(
        Object.entries(node)
          .filter(([, v]) => !(typeof v === "string" && SENTINEL.test(v)))
          .map(([k, v]) => [k, visit(v, [...path, k])]),
      );
    return node;
  };
  return { value: visit(tree, []) as Record<string, unknown>, unresolved };
}
