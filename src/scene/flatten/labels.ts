import { attribute, propertyNames, type StagePrim } from "../usd/index.js";
import { text } from "./read.js";

export type Labels = Readonly<Record<string, string>>;

const NEW = /^semantics:labels:(.+)$/;
const OLD = /^semantic:(.+):params:semanticType$/;

/**
 * The semantic labels written on a prim, type → value, in both encodings: `semantics:labels:<type>` (a list of
 * tokens) and `semantic:<name>:params:semanticType` with `…:semanticData`. Several values of one type are joined
 * with commas (contract 2.1).
 */
export function labelsOn(prim: StagePrim): Labels {
  const found = new Map<string, Set<string>>();
  const add = (type: string, values: readonly string[]): void => {
    const set = found.get(type) ?? new Set();
    for (const value of values) if (value !== "") set.add(value);
    found.set(type, set);
  };
  for (const name of propertyNames(prim)) {
    const fresh = NEW.exec(name);
    if (fresh) {
      const value = attribute(prim, name)?.value;
      if (typeof value === "string") add(fresh[1], [value]);
      else if (Array.isArray(value)) add(fresh[1], value.map(String));
      continue;
    }
    const old = OLD.exec(name);
    if (!old) continue;
    const type = text(prim, name, "");
    if (type !== "") add(type, text(prim, `semantic:${old[1]}:params:semanticData`, "").split(","));
  }
  const entries = [...found]
    .filter(([, values]) => values.size > 0)
    .map(([type, values]) => [type, [...values].join(",")]);
  return Object.fromEntries(entries);
}

/** Own labels win; the nearest ancestor fills in the types that are missing. */
export function inherit(own: Labels, above: Labels): Labels {
  return Object.keys(own).length === 0 ? above : { ...above, ...own };
}
