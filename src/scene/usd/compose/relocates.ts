import type { Layer } from "../layer.js";
import { hasPrefix, hasVariants, isRootPrim, parentPath, replacePrefix } from "../paths.js";
import type { Report } from "./problems.js";

/** The relocates of a layer stack. A prim that is moved twice has a step for each in `step…`, one way in `whole`. */
export type Relocates = Readonly<{
  stepToTarget: ReadonlyMap<string, string>;
  stepToSource: ReadonlyMap<string, string>;
  /** From where the opinions first stood to where they end. */
  whole: ReadonlyMap<string, string>;
}>;

type Entry = { source: string; target: string; layer: Layer; origin: string };

/**
 * The relocates of the layers (strongest first), without those that are wrong in themselves or that contradict each
 * other; each of those is reported. Target "" removes the source. Undefined: none.
 */
export function relocatesOf(layers: readonly Layer[], report: Report): Relocates | undefined {
  const entries = new Map<string, Entry>();
  for (const layer of layers)
    for (const { source, target } of layer.root.relocates ?? []) {
      const why = fault(source, target);
      if (why) refuse(report, { source, target, layer, origin: "" }, why);
      else if (!entries.has(source)) entries.set(source, { source, target, layer, origin: "" });
    }
  dropConflicts(entries, report);
  if (entries.size === 0) return undefined;
  const byTarget = new Map<string, Entry>();
  for (const entry of entries.values()) if (entry.target !== "") byTarget.set(entry.target, entry);
  for (const entry of entries.values()) findOrigin(entry, byTarget);
  const all = [...entries.values()].sort((a, b) => (a.source < b.source ? -1 : 1));
  return {
    stepToTarget: new Map(all.map((e) => [e.source, e.target])),
    stepToSource: new Map(all.filter((e) => e.target !== "").map((e) => [e.target, e.source])),
    whole: new Map(all.map((e) => [e.origin, e.target])),
  };
}

function fault(source: string, target: string): string | undefined {
  if (source === "" || source === "/") return "its source is no prim";
  if (hasVariants(source) || hasVariants(target)) return "its paths hold a variant selection";
  if (target !== "") {
    if (target === "/") return "its target is no prim";
    if (source === target) return "source and target are the same";
    if (hasPrefix(target, source)) return "the target lies below the source";
    if (hasPrefix(source, target)) return "the target lies above the source";
  }
  return isRootPrim(source) ? "root prims cannot be moved" : undefined;
}

function refuse(report: Report, { source, target, layer }: Entry, why: string): void {
  report(
    "usd_bad_relocate",
    "/",
    `the relocate from <${source}> to <${target}> is ignored: ${why}`,
    "Correct or remove it.",
    layer.file,
  );
}

function dropConflicts(entries: Map<string, Entry>, report: Report): void {
  const gone = new Set<string>();
  const drop = (entry: Entry, why: string): void => {
    gone.add(entry.source);
    refuse(report, entry, why);
  };
  const sharers = new Map<string, Entry[]>();
  for (const entry of entries.values()) {
    const { source, target } = entry;
    if (target !== "") {
      sharers.set(target, [...(sharers.get(target) ?? []), entry]);
      const next = entries.get(target);
      if (next) {
        drop(entry, `its target is moved on to <${next.target}>`);
        drop(next, `its source is the target of <${source}>`);
      }
      for (let above = parentPath(target); above !== "/" && above !== ""; above = parentPath(above))
        if (entries.has(above)) drop(entry, `its target lies below <${above}>, which is moved itself`);
    }
    for (let above = parentPath(source); above !== "/" && !isRootPrim(above); above = parentPath(above))
      if (entries.has(above)) drop(entry, `its source lies below <${above}>, which is moved itself`);
  }
  for (const [target, list] of sharers)
    if (list.length > 1) {
      for (const { source } of list) gone.add(source);
      const sources = list.map((e) => `<${e.source}>`).join(", ");
      refuse(report, { ...list[0], target }, `${sources} have the same target`);
    }
  for (const source of gone) entries.delete(source);
}

/** Undoes the moves of ancestors: where the opinions about a source really stand. */
function findOrigin(entry: Entry, byTarget: ReadonlyMap<string, Entry>): void {
  if (entry.origin !== "") return;
  entry.origin = entry.source;
  for (let path = entry.source; path !== "/" && path !== ""; path = parentPath(path)) {
    const above = byTarget.get(path);
    if (!above) continue;
    findOrigin(above, byTarget);
    entry.origin = replacePrefix(entry.origin, above.target, above.origin);
    return;
  }
}
