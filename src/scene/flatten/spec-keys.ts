import type { StagePrim } from "../usd/index.js";

/** Keys of prims by the specs that speak about them: prims of instances and references that share all specs share the key. */
export type SpecKeys = Readonly<{
  /** The prim alone. */
  of: (prim: StagePrim) => string;
  /** The prim with everything below it. */
  ofTree: (prim: StagePrim) => string;
}>;

export function specKeys(): SpecKeys {
  const ids = new WeakMap<object, number>();
  let next = 0;
  const idOf = (spec: object): number => {
    const id = ids.get(spec) ?? next++;
    ids.set(spec, id);
    return id;
  };
  const of = (prim: StagePrim): string => prim.opinions.map((o) => idOf(o.spec)).join();
  const ofTree = (prim: StagePrim): string => `${of(prim)}(${prim.children.map(ofTree).join(";")})`;
  return { of, ofTree };
}
