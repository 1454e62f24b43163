import { childPath, elementCount, parentPath, primDepth } from "../paths.js";
import type { LayerStack } from "./layer-stack.js";
import { composeMaps, IDENTITY_MAP, type MapFunction } from "./map-function.js";

/** How a node came to its parent, strongest first. */
export const ARC = {
  root: 0,
  inherit: 1,
  variant: 2,
  relocate: 3,
  reference: 4,
  payload: 5,
  specialize: 6,
} as const;
export type ArcType = (typeof ARC)[keyof typeof ARC];

/** A place where opinions can stand: a path in a layer stack. */
export type Site = Readonly<{ stack: LayerStack; path: string }>;

/**
 * A site that contributes to a prim, in the tree of arcs that lead to it. Composition changes nodes while it builds a
 * prim's tree; a finished tree is only read and copied.
 */
export type Node = {
  arc: ArcType;
  parent: Node | undefined;
  /** The node that asked for this arc: the parent, or for implied arcs the node that they are implied by. */
  origin: Node | undefined;
  stack: LayerStack;
  path: string;
  mapToParent: MapFunction;
  mapToRoot: MapFunction;
  /** Depth (without variants) of the parent when the arc was added: deeper arcs are stronger. */
  depth: number;
  /** Place among the arcs of its kind at its origin. */
  sibling: number;
  /** Strongest first. */
  children: Node[];
  /** Takes part in the structure but says nothing. */
  inert: boolean;
  /** Inert, and left out when the tree is finished. */
  culled: boolean;
  hasSpecs: boolean;
  /** The arc was added at an ancestor of this prim. */
  fromAncestor: boolean;
  /** Sites from this element count on say nothing; 0: no restriction. */
  restricted: number;
  /** Place in the order of adding; breaks ties between tasks. */
  index: number;
};

/** All nodes that lead to one prim. */
export type Graph = {
  root: Node;
  nodes: Node[];
  /** The prim is an instance: what is said about its descendants counts only behind its arcs. */
  instance: boolean;
};

export function rootGraph(site: Site): Graph {
  const root: Node = {
    arc: ARC.root,
    parent: undefined,
    origin: undefined,
    stack: site.stack,
    path: site.path,
    mapToParent: IDENTITY_MAP,
    mapToRoot: IDENTITY_MAP,
    depth: 0,
    sibling: 0,
    children: [],
    inert: false,
    culled: false,
    hasSpecs: hasSpecs(site),
    fromAncestor: false,
    restricted: 0,
    index: 0,
  };
  return { root, nodes: [root], instance: false };
}

export function hasSpecs({ stack, path }: Site): boolean {
  return stack.specsAt(path).length > 0;
}

export function isClassArc(arc: ArcType): boolean {
  return arc === ARC.inherit || arc === ARC.specialize;
}

export function sameSite(a: Site, b: Site): boolean {
  return a.stack === b.stack && a.path === b.path;
}

export function contributes(node: Node): boolean {
  return !node.inert && !node.culled;
}

/** Implied by another node than the parent. */
export function isImplied(node: Node): boolean {
  return isClassArc(node.arc) && node.parent !== node.origin;
}

export function setInert(node: Node, inert: boolean): void {
  if (node.inert === inert) return;
  node.inert = inert;
  node.restricted = contributes(node) ? 0 : elementCount(node.path);
}

export function setCulled(node: Node): void {
  if (node.culled) return;
  node.culled = true;
  node.restricted = elementCount(node.path);
}

/** How many levels above this prim the arc was added. */
export function depthBelow(node: Node): number {
  return node.parent ? primDepth(node.parent.path) - node.depth : 0;
}

/** The node's path when its arc was added; variants above it stay. */
export function pathAtIntroduction(node: Node): string {
  let path = node.path;
  for (let depth = depthBelow(node); depth > 0; depth--) {
    while (path.endsWith("}")) path = parentPath(path);
    path = parentPath(path);
  }
  return path;
}

export function isAtOrAbove(node: Node, other: Node): boolean {
  for (let n: Node | undefined = other; n; n = n.parent) if (n === node) return true;
  return false;
}

export function rootOf(node: Node): Node {
  let root = node;
  while (root.parent) root = root.parent;
  return root;
}

/** The node at the start of the chain of origins, and the length of the chain. */
export function originRoot(node: Node): { node: Node; length: number } {
  let at = node;
  let length = 0;
  while (at.origin && at.origin !== at.parent) {
    at = at.origin;
    length++;
  }
  return { node: at, length };
}

/** The chain of class arcs that a class node belongs to: the node that asks for it, and its first class. */
export function classHierarchy(node: Node): { instance: Node; first: Node } {
  const depth = depthBelow(node);
  let instance = node;
  let first = node;
  while (isClassArc(instance.arc) && depthBelow(instance) === depth) {
    first = instance;
    instance = instance.parent!;
  }
  return { instance, first };
}

/** Strong to weak, parents before children. */
export function* strongest(node: Node): Generator<Node> {
  const open = [node];
  for (let next = open.pop(); next; next = open.pop()) {
    yield next;
    for (let i = next.children.length - 1; i >= 0; i--) open.push(next.children[i]);
  }
}

/** A copy for another prim, nodes in strength order; `keep` chooses the nodes that come along. */
export function copyGraph(graph: Graph, keep: (node: Node) => boolean = () => true): Graph {
  const { instance } = graph;
  if (graph.nodes.length === 1) {
    const root = { ...graph.root, index: 0, children: [] };
    return { root, nodes: [root], instance };
  }
  const copies = new Map<Node, Node>();
  const nodes: Node[] = [];
  for (const node of strongest(graph.root)) {
    if (!keep(node)) continue;
    const copy = { ...node, index: nodes.length, children: [] };
    copies.set(node, copy);
    nodes.push(copy);
  }
  for (const copy of nodes) {
    copy.parent = copy.parent && copies.get(copy.parent);
    copy.origin = copy.origin && copies.get(copy.origin);
    copy.parent?.children.push(copy);
  }
  return { root: nodes[0], nodes, instance };
}

/** Moves a graph on to a child prim. */
export function descend(graph: Graph, path: string): void {
  const above = parentPath(path);
  const name = path.slice(above === "/" ? 1 : above.endsWith("}") ? above.length : above.length + 1);
  for (const node of graph.nodes) node.path = node.path === above ? path : childPath(node.path, name);
}

/** What is needed to hang a node under a parent. */
export type Arc = Readonly<{
  type: ArcType;
  parent: Node;
  origin: Node;
  map: MapFunction;
  sibling: number;
  depth: number;
}>;

/** Hangs the root of a graph of its own under a node of this graph. The caller puts it among its siblings. */
export function attach(graph: Graph, sub: Graph, arc: Arc): Node {
  const base = graph.nodes.length;
  const { root } = sub;
  root.arc = arc.type;
  root.parent = arc.parent;
  root.origin = arc.origin;
  root.mapToParent = arc.map;
  root.mapToRoot = composeMaps(arc.parent.mapToRoot, arc.map);
  root.depth = arc.depth;
  root.sibling = arc.sibling;
  for (const node of sub.nodes) {
    node.index += base;
    if (node !== root) node.mapToRoot = composeMaps(root.mapToRoot, node.mapToRoot);
    graph.nodes.push(node);
  }
  return root;
}
