import type { Layer, LayerOffset } from "../layer.js";
import type { Layers } from "../layers.js";
import { applyListOp, reordered } from "../list-op.js";
import type { ListOp } from "../values.js";
import { evaluateExpression, isExpression } from "./expressions.js";
import { expanded, type LayerStack, type SiteSpec, unresolved } from "./layer-stack.js";
import type { Report } from "./problems.js";

/** A reference or payload of a site, its asset path resolved against the layer that names it. */
export type SiteArc = Readonly<{
  /** "" for the same layer stack. */
  file: string;
  /** As the layer writes it, expressions worked out. */
  authored: string;
  path: string;
  offset: LayerOffset;
  layer: Layer;
  /** Offset of the naming layer in its stack. */
  layerOffset: LayerOffset;
}>;

type Which = "references" | "payloads";

/** The references or payloads at a path, list edits of all layers applied; what cannot be resolved is reported. */
export function composeArcs(
  stack: LayerStack,
  path: string,
  which: Which,
  layers: Layers,
  report: Report,
  at: string,
): readonly SiteArc[] {
  let list: readonly SiteArc[] = [];
  for (const { spec, layer, offset } of stack.specsAt(path).toReversed()) {
    const op = spec[which];
    if (!op) continue;
    const anchored = mapItems(op, (item): SiteArc[] => {
      const what = which === "payloads" ? "payload" : "reference";
      const authored = expanded(item.asset, stack.variables, what, at, layer.file, report);
      // An expression may come to nothing on purpose.
      if (authored === "" && item.asset !== "") return [];
      const file = fileOf(layers, layer, authored);
      return [{ ...item, file, authored, layer, layerOffset: offset }];
    });
    list = applyListOp(list, anchored, key);
  }
  return list;
}

function key(arc: SiteArc): string {
  return `${arc.file} ${arc.path} ${arc.offset.offset} ${arc.offset.scale}`;
}

/** A resolved file, or a name that tells unresolved paths of different layers apart. */
function fileOf(layers: Layers, layer: Layer, authored: string): string {
  if (authored === "") return "";
  const found = layers.resolve(layer.file, authored);
  return "file" in found ? found.file : `?${found.tried}`;
}

/** The file to open for an arc, or undefined after telling why there is none. */
export function fileToOpen(arc: SiteArc, layers: Layers, report: Report, at: string): string | undefined {
  const found = layers.resolve(arc.layer.file, arc.authored);
  if ("file" in found) return found.file;
  unresolved(report, at, arc.layer, arc.authored, found);
  return undefined;
}

function mapItems<A, B>(op: ListOp<A>, map: (item: A) => readonly B[]): ListOp<B> {
  return Object.fromEntries(
    Object.entries(op).map(([edit, items]) => [edit, (items as readonly A[]).flatMap(map)]),
  );
}

/** A list of paths or names, edits of all layers applied. */
export function composeList(
  stack: LayerStack,
  path: string,
  which: "inherits" | "specializes" | "variantSetNames",
): readonly string[] {
  let list: readonly string[] = [];
  for (const { spec } of stack.specsAt(path).toReversed()) {
    const op = spec[which];
    if (op) list = applyListOp(list, op);
  }
  return list;
}

/** Names of the variants of a set. */
export function variantOptions(stack: LayerStack, path: string, set: string): ReadonlySet<string> {
  return new Set(stack.specsAt(path).flatMap(({ spec }) => [...(spec.variantSets.get(set)?.keys() ?? [])]));
}

/** The strongest selection that is written for a set; "" selects none on purpose. */
export function writtenSelection(
  stack: LayerStack,
  path: string,
  set: string,
  report: Report,
  at: string,
): string | undefined {
  for (const { spec, layer } of stack.specsAt(path)) {
    const selection = spec.variantSelections?.get(set);
    if (selection === undefined) continue;
    if (!isExpression(selection)) return selection;
    const { wrong } = evaluateExpression(selection, stack.variables);
    const text = expanded(selection, stack.variables, "variant selection", at, layer.file, report);
    if (!wrong) return text;
  }
  return undefined;
}

/** Children or properties of a site added to the names of weaker sites. */
export function composeNames(
  specs: readonly SiteSpec[],
  which: "children" | "properties",
  names: readonly string[],
): readonly string[] {
  let out = names;
  for (const { spec } of specs.toReversed()) {
    const there = new Set(out);
    const fresh = [...spec[which].keys()].filter((name) => !there.has(name));
    if (fresh.length > 0) out = [...out, ...fresh];
    if (which === "children" && spec.childOrder) out = reordered(out, spec.childOrder);
  }
  return out;
}
