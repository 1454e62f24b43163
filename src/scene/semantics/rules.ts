import type { Prim, Scene } from "../model.js";
import { walkPrims } from "../prims.js";
import { globToRegExp } from "./glob.js";

/** A label rule of a cookbook. Values are written as text. */
export type LabelRule = Readonly<{
  match: string;
  labels?: Readonly<Record<string, string | number | boolean>> | null | undefined;
}>;

export type Labels = Readonly<Record<string, string>>;

/**
 * How rules meet on one prim (contract 2.1). `replace`: per key the last rule wins. `add`: values of one key are
 * joined with commas in rule order.
 */
export type MergeStyle = "replace" | "add";

/** What the rules did, under the names of contract 2.1. */
export type RuleStats = Readonly<{
  n_rules: number;
  n_prims_affected: number;
  n_label_keys_total: number;
  n_uninstanced_ancestors: number;
  uninstanced_ancestors: readonly string[];
  merged: Readonly<Record<string, Labels>>;
  per_rule: readonly Readonly<{ match: string; labels: Labels; n_matched: number }>[];
  dry_run: boolean;
}>;

/** Matches the rules against every prim of the scene, instance proxies included, and merges their labels per prim. */
export function matchRules(
  scene: Pick<Scene, "root">,
  rules: readonly LabelRule[],
  o: { style?: MergeStyle; dryRun?: boolean } = {},
): RuleStats {
  const compiled = rules.map((rule) => ({
    match: rule.match,
    labels: Object.fromEntries(Object.entries(rule.labels ?? {}).map(([key, value]) => [key, String(value)])),
    expression: globToRegExp(rule.match),
    matched: 0,
  }));
  const merged: Record<string, Record<string, string>> = {};
  const uninstanced = new Set<string>();
  const visit = (prim: Prim, instance: string | undefined): void => {
    for (const rule of compiled) {
      // A rule without labels matches nothing and is told as such.
      if (Object.keys(rule.labels).length === 0 || !rule.expression.test(prim.path)) continue;
      rule.matched++;
      merged[prim.path] ??= {};
      merge(merged[prim.path] as Record<string, string>, rule.labels, o.style ?? "replace");
      if (prim.proxy && instance !== undefined) uninstanced.add(instance);
    }
    for (const child of prim.children) visit(child, prim.proxy ? instance : prim.path);
  };
  for (const child of scene.root.children) visit(child, undefined);
  return {
    n_rules: rules.length,
    n_prims_affected: Object.keys(merged).length,
    n_label_keys_total: Object.values(merged).reduce((sum, labels) => sum + Object.keys(labels).length, 0),
    n_uninstanced_ancestors: o.dryRun ? 0 : uninstanced.size,
    uninstanced_ancestors: o.dryRun ? [] : [...uninstanced].sort(),
    merged,
    per_rule: compiled.map(({ match, labels, matched }) => ({ match, labels, n_matched: matched })),
    dry_run: o.dryRun ?? false,
  };
}

/**
 * A scene whose parts carry the labels written on its prims together with `written` (path → labels, which replace
 * the prim's own value of a key). A part takes each key from its own prim or else from the nearest ancestor that has
 * it: labels are inherited, deeper ones win.
 */
export function labelScene(scene: Scene, written: Readonly<Record<string, Labels>>): Scene {
  const own = new Map<string, Labels>();
  for (const prim of walkPrims(scene.root))
    if (Object.keys(prim.labels).length > 0) own.set(prim.path, prim.labels);
  for (const [path, labels] of Object.entries(written)) own.set(path, { ...own.get(path), ...labels });
  const inherited = new Map<string, Labels>();
  const labelsOf = (path: string): Labels => {
    const known = inherited.get(path);
    if (known) return known;
    const above = path === "" ? {} : labelsOf(path.slice(0, path.lastIndexOf("/")));
    const labels = own.has(path) ? { ...above, ...own.get(path) } : above;
    inherited.set(path, labels);
    return labels;
  };
  return { ...scene, parts: scene.parts.map((part) => ({ ...part, labels: labelsOf(part.path) })) };
}

/** Several sets of labels on the same prims, later ones winning per key. */
export function layered(
  ...sets: readonly Readonly<Record<string, Labels>>[]
): Readonly<Record<string, Labels>> {
  const out: Record<string, Labels> = {};
  for (const set of sets)
    for (const [path, labels] of Object.entries(set)) out[path] = { ...out[path], ...labels };
  return out;
}

function merge(into: Record<string, string>, labels: Labels, style: MergeStyle): void {
  for (const [key, value] of Object.entries(labels)) {
    const before = into[key];
    into[key] = style === "add" && before !== undefined ? joined(before, value) : value;
  }
}

/** A value is written once, however many rules give it. */
function joined(before: string, value: string): string {
  return before.split(",").includes(value) ? before : `${before},${value}`;
}
