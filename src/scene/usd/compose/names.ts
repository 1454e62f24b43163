import { baseName, parentPath } from "../paths.js";
import { shared } from "./finish.js";
import { contributes, type Graph, type Node } from "./node.js";
import { composeNames } from "./site.js";

/** Names of the children of a prim, in order, and names that relocates have taken away for good. */
export function childNames(graph: Graph): { names: readonly string[]; prohibited: ReadonlySet<string> } {
  const prohibited = new Set<string>();
  let names: readonly string[] = [];
  for (const node of weakest(graph)) if (contributes(node)) names = atNode(node, names, prohibited);
  return { names: names.filter((name) => !prohibited.has(name)), prohibited };
}

/** Weak to strong; only the shared part of an instance. */
function weakest(graph: Graph): readonly Node[] {
  const out: Node[] = [];
  if (graph.instance) {
    const speaking = new Set([...shared(graph.root)].filter((s) => s.shareable).map((s) => s.node));
    collect(graph.root, out);
    return out.filter((node) => speaking.has(node));
  }
  collect(graph.root, out);
  return out;
}

function collect(node: Node, into: Node[]): void {
  if (node.culled) return;
  for (const child of node.children.toReversed()) collect(child, into);
  into.push(node);
}

function atNode(node: Node, names: readonly string[], prohibited: Set<string>): readonly string[] {
  const { relocates } = node.stack;
  const moved = relocates ? relocated(node, relocates, names, prohibited) : names;
  return composeNames(node.stack.specsAt(node.path), "children", moved);
}

/** Renames, takes away and adds the names that the stack's relocates move. */
function relocated(
  node: Node,
  { stepToTarget, stepToSource }: NonNullable<Node["stack"]["relocates"]>,
  names: readonly string[],
  prohibited: Set<string>,
): readonly string[] {
  const replaced = new Map<string, string>();
  const removed = new Set<string>();
  for (const [source, target] of stepToTarget) {
    if (parentPath(source) !== node.path) continue;
    const name = baseName(source);
    if (target !== "" && parentPath(target) === node.path) replaced.set(name, baseName(target));
    else removed.add(name);
    prohibited.add(name);
  }
  const there = new Set(names);
  const added = [...stepToSource]
    .filter(([target, source]) => parentPath(target) === node.path && parentPath(source) !== node.path)
    .map(([target]) => baseName(target))
    .filter((name) => !there.has(name))
    .sort();
  const kept: string[] = [];
  for (const name of names) {
    const next = replaced.get(name);
    if (next !== undefined) {
      there.delete(name);
      if (there.has(next)) continue;
      there.add(next);
      kept.push(next);
    } else if (removed.has(name)) there.delete(name);
    else kept.push(name);
  }
  return [...kept, ...added];
}

/** Names of the properties of a prim. */
export function propertyNamesOf(graph: Graph): readonly string[] {
  const nodes: Node[] = [];
  collect(graph.root, nodes);
  let names: readonly string[] = [];
  for (const node of nodes)
    if (contributes(node)) names = composeNames(node.stack.specsAt(node.path), "properties", names);
  return names;
}
