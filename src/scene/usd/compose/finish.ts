import { isRootPrim } from "../paths.js";
import {
  ARC,
  contributes,
  copyGraph,
  depthBelow,
  type Graph,
  type Node,
  originRoot,
  pathAtIntroduction,
  type Site,
  setCulled,
  setInert,
  strongest,
} from "./node.js";
import { isCopiedSpecialize } from "./specializes.js";

/** Drops the parts of a tree that say nothing, and puts its nodes in order of strength. */
export function finish(graph: Graph, site: Site): Graph {
  const { root } = graph;
  if (graph.nodes.length === 1) return graph;
  // Copied specializes first, weakest first: what they drop their originals drop, too.
  for (const child of root.children.toReversed())
    if (isCopiedSpecialize(child)) {
      const dropped = new Set<string>();
      cull(child, site, dropped);
      cullSame(child.origin!, dropped);
    }
  for (const child of root.children) if (!isCopiedSpecialize(child)) cull(child, site, undefined);
  const kept = keptNodes(graph);
  const done = copyGraph(graph, (node) => kept.has(node));
  done.instance = isInstance(done);
  return done;
}

function siteKey(node: Node): string {
  return `${node.stack.id} ${node.path}`;
}

function cull(node: Node, site: Site, dropped: Set<string> | undefined): void {
  for (const child of node.children) if (child.arc !== ARC.specialize) cull(child, site, dropped);
  if (!canCull(node, site)) return;
  setCulled(node);
  dropped?.add(siteKey(node));
}

function canCull(node: Node, site: Site): boolean {
  if (node.culled) return true;
  // New arcs stay even if nothing is said behind them.
  if (!node.parent || depthBelow(node) === 0) return false;
  if (node.arc === ARC.inherit && node.stack === site.stack) {
    const from = node.origin === node.parent ? node : originRoot(node).node;
    if (!isRootPrim(pathAtIntroduction(from))) return false;
  }
  if (node.children.some((child) => !child.culled)) return false;
  return !(node.hasSpecs && contributes(node));
}

function cullSame(node: Node, sites: ReadonlySet<string>): boolean {
  let all = true;
  for (const child of node.children) all = cullSame(child, sites) && all;
  if (all && sites.has(siteKey(node))) setCulled(node);
  return node.culled;
}

/** All nodes but the culled ones; those that others have as their origin stay, and so do their parents. */
function keptNodes(graph: Graph): ReadonlySet<Node> {
  const kept = new Set<Node>();
  for (const node of strongest(graph.root)) if (!node.culled) kept.add(node);
  for (const node of [...kept])
    for (let n: Node | undefined = node; n?.origin && n.origin !== n.parent; ) {
      n = n.origin;
      for (let up: Node | undefined = n; up && !kept.has(up); up = up.parent) kept.add(up);
    }
  return kept;
}

/** Tagged as instanceable, and an arc of this prim brings something that can be shared. */
export function isInstance(graph: Graph): boolean {
  if (![...shared(graph.root)].some(({ shareable }) => shareable)) return false;
  for (const node of strongest(graph.root)) {
    if (!contributes(node)) continue;
    for (const { spec } of node.stack.specsAt(node.path)) {
      const value = spec.metadata.get("instanceable");
      if (value !== undefined) return value === true;
    }
  }
  return false;
}

/** Nodes strong to weak, and whether what they say belongs to the shared part of an instance. */
export function* shared(node: Node, direct = false): Generator<Readonly<{ node: Node; shareable: boolean }>> {
  if (node.culled) return;
  const own = node.parent !== undefined && (direct || !node.fromAncestor);
  yield { node, shareable: own && node.hasSpecs };
  for (const child of node.children) yield* shared(child, own);
}

/** Below an instance, nodes outside the shared part say nothing. */
export function silenceLocal(graph: Graph): void {
  const visit = (node: Node, direct: boolean): void => {
    if (node.culled) return;
    const own = node.parent !== undefined && (direct || !node.fromAncestor);
    if (own && node.hasSpecs) return;
    setInert(node, true);
    for (const child of node.children) visit(child, own);
  };
  visit(graph.root, false);
}
