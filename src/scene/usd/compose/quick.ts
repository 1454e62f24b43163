import type { Problem } from "../../../kit/errors.js";
import { type Layer, NO_OFFSET, type PrimSpec, type Reference } from "../layer.js";
import type { Layers } from "../layers.js";
import { applyListOp } from "../list-op.js";
import { baseName, childPath, hasPrefix, parentPath, replacePrefix } from "../paths.js";
import type { Opinion, StagePrim } from "../stage.js";
import type { ListOp } from "../values.js";

type Stack = { id: string; layers: readonly Layer[] };
type Site = {
  stack: Stack;
  path: string;
  specs: readonly Opinion[];
  map: (path: string) => string | undefined;
};

/** First version of composition: right for plain scenes. */
export function composeQuick(file: string, layers: Layers, problems: Problem[]): StagePrim {
  const stacks = new Map<string, Stack>();
  const stackOf = (id: string): Stack => {
    const known = stacks.get(id);
    if (known) return known;
    const out: Layer[] = [];
    const add = (f: string, seen: readonly string[]): void => {
      const layer = layers.open(f);
      if (!layer || seen.includes(f)) return;
      out.push(layer);
      for (const s of layer.subLayers) {
        const r = layers.resolve(layer.file, s.asset);
        if ("file" in r) add(r.file, [...seen, f]);
        else missing(layer.file, s.asset, r.why);
      }
    };
    add(id, []);
    const stack = { id, layers: out };
    stacks.set(id, stack);
    return stack;
  };
  const missing = (from: string, asset: string, why: string): void => {
    problems.push({
      code: `usd_reference_${why}`,
      severity: "warning",
      message: `cannot read "${asset}"`,
      hint: "Put the file there or correct the path.",
      where: { file: from },
    });
  };
  const specsAt = (stack: Stack, path: string, map: Site["map"]): Opinion[] =>
    stack.layers.flatMap((layer) => {
      const spec = specAt(layer.root, path);
      return spec ? [{ layer, spec, path, toStage: map, offset: NO_OFFSET }] : [];
    });
  const ops = <T>(site: Site, get: (s: PrimSpec) => ListOp<T> | undefined, key: (t: T) => unknown) => {
    let list: readonly { item: T; layer: Layer }[] = [];
    for (const { spec, layer } of site.specs.toReversed()) {
      const op = get(spec);
      if (!op) continue;
      const tagged = Object.fromEntries(
        Object.entries(op).map(([k, v]) => [k, v.map((item: T) => ({ item, layer }))]),
      ) as ListOp<{ item: T; layer: Layer }>;
      list = applyListOp(list, tagged, (t) => key(t.item));
    }
    return list;
  };
  const expand = (site: Site, chain: readonly string[]): Site[] => {
    const id = `${site.stack.id}<${site.path}>`;
    if (chain.includes(id)) {
      problems.push({
        code: "usd_cycle",
        severity: "error",
        message: `arcs form a cycle: ${[...chain, id].join(" → ")}`,
        hint: "Remove one of these references.",
        where: { file: site.stack.id },
      });
      return [];
    }
    const next = [...chain, id];
    const out: Site[] = [site];
    const selected: Site[] = [];
    for (const { spec } of site.specs)
      for (const set of spec.variantSets.keys()) {
        if (selected.some((s) => s.path.includes(`{${set}=`))) continue;
        const sel = site.specs.map((s) => s.spec.variantSelections?.get(set)).find((s) => s !== undefined);
        if (!sel) continue;
        const path = `${site.path}{${set}=${sel}}`;
        selected.push({ ...site, path, specs: specsAt(site.stack, path, site.map) });
      }
    const arc = (stack: Stack, path: string): Site[] => {
      const map = (p: string) =>
        hasPrefix(p, path)
          ? replacePrefix(p, path, site.map(site.path.replace(/\{.*$/, "")) ?? site.path)
          : stack === site.stack
            ? site.map(p)
            : undefined;
      return sitesFor(stack, path, map, next);
    };
    for (const i of ops(
      site,
      (s) => s.inherits,
      (p) => p,
    ))
      out.push(...arc(site.stack, i.item));
    for (const v of selected) out.push(...expand(v, next));
    const refs = [
      ...ops(
        site,
        (s) => s.references,
        (r: Reference) => `${r.asset}<${r.path}>`,
      ),
      ...ops(
        site,
        (s) => s.payloads,
        (r: Reference) => `${r.asset}<${r.path}>`,
      ),
    ];
    for (const { item, layer } of refs) {
      let stack = site.stack;
      if (item.asset) {
        const r = layers.resolve(layer.file, item.asset);
        if (!("file" in r)) {
          missing(layer.file, item.asset, r.why);
          continue;
        }
        stack = stackOf(r.file);
      }
      const top = stack.layers[0];
      if (!top) continue;
      const name = String(top.root.metadata.get("defaultPrim") ?? "");
      const path = item.path || (name ? (name.startsWith("/") ? name : `/${name}`) : "");
      if (path) out.push(...arc(stack, path));
    }
    for (const i of ops(
      site,
      (s) => s.specializes,
      (p) => p,
    ))
      out.push(...arc(site.stack, i.item));
    return out;
  };
  const sitesFor = (stack: Stack, path: string, map: Site["map"], chain: readonly string[]): Site[] => {
    const own: Site = { stack, path, specs: specsAt(stack, path, map), map };
    const above = parentPath(path);
    const out = expand(own, chain);
    if (above && above !== "/")
      for (const s of sitesFor(stack, above, map, chain).slice(1))
        out.push(...expand(down(s, baseName(path)), chain));
    return out;
  };
  const down = (site: Site, name: string): Site => {
    const path = childPath(site.path, name);
    return { ...site, path, specs: specsAt(site.stack, path, site.map) };
  };
  const build = (sites: readonly Site[], path: string, parent: StagePrim | undefined): StagePrim => {
    const opinions = sites.flatMap((s) => s.specs);
    const typeName = opinions.find((o) => o.spec.typeName)?.spec.typeName ?? "";
    const of = (key: string) => opinions.find((o) => o.spec.metadata.has(key))?.spec.metadata.get(key);
    const active = of("active") !== false;
    const instance = of("instanceable") === true && sites.length > 1;
    const specifier = opinions.some((o) => o.spec.specifier === "def")
      ? opinions[0].spec.specifier === "class"
        ? "class"
        : "def"
      : opinions.some((o) => o.spec.specifier === "class")
        ? "class"
        : "over";
    const children: StagePrim[] = [];
    const prim: StagePrim = {
      path,
      name: baseName(path),
      parent,
      typeName,
      specifier: path === "/" ? "def" : specifier,
      active,
      instance,
      proxy: parent !== undefined && (parent.instance || parent.proxy),
      opinions,
      children,
    };
    if (!active) return prim;
    const from = instance ? sites.slice(1) : sites;
    const names = new Set<string>();
    for (const s of from.toReversed())
      for (const o of s.specs.toReversed()) for (const n of o.spec.children.keys()) names.add(n);
    for (const name of names) {
      const below = from.flatMap((s, i) => (i === 0 ? expand(down(s, name), []) : expand(down(s, name), [])));
      children.push(build(below, childPath(path, name), prim));
    }
    return prim;
  };
  const stack = stackOf(file);
  return build([{ stack, path: "/", specs: specsAt(stack, "/", (p) => p), map: (p) => p }], "/", undefined);
}

function specAt(root: PrimSpec, path: string): PrimSpec | undefined {
  if (path === "/") return root;
  const above = specAt(root, parentPath(path));
  const name = baseName(path);
  if (!name.startsWith("{")) return above?.children.get(name);
  const [set, selection] = name.slice(1, -1).split("=");
  return above?.variantSets.get(set)?.get(selection);
}
