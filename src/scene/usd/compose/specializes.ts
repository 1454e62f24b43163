import { primDepth } from "../paths.js";
import { matchingChild } from "./classes.js";
import { addArc, type Indexer } from "./indexer.js";
import type { MapFunction } from "./map-function.js";
import {
  ARC,
  contributes,
  depthBelow,
  isAtOrAbove,
  isImplied,
  type Node,
  rootOf,
  sameSite,
  setInert,
} from "./node.js";

/** A specializes arc that was copied to the root, where its strength puts it. */
export function isCopiedSpecialize(node: Node): boolean {
  return (
    node.arc === ARC.specialize &&
    node.parent !== undefined &&
    node.parent.parent === undefined &&
    node.origin !== undefined &&
    sameSite(node, node.origin)
  );
}

/**
 * Specializes are weaker than all else that leads to the prim. So their subtrees are copied to the root and fall silent
 * where they were; when new arcs turn up in a copy, they are first taken back to where they belong, so that what they
 * imply spreads from there.
 */
export function evalImpliedSpecializes(indexer: Indexer, node: Node): void {
  if (!node.parent) return;
  if (!isCopiedSpecialize(node)) copyToRoot(indexer, node);
  else
    for (const child of [...node.children]) copyBack(indexer, node.origin!, child, child.mapToParent, node);
}

function copyToRoot(indexer: Indexer, node: Node): void {
  const { parent } = node;
  const placeholder =
    parent !== undefined && parent !== node.origin && parent.arc === ARC.relocate && sameSite(parent, node);
  if (placeholder) return;
  if (node.arc === ARC.specialize) {
    const wasInert = !contributes(node);
    const restricted = node.restricted;
    if (wasInert) setInert(node, false);
    copyTree(indexer, rootOf(node), node, node.mapToRoot, node);
    if (wasInert) node.restricted = restricted;
  }
  for (const child of [...node.children]) copyToRoot(indexer, child);
}

function copyTree(indexer: Indexer, parent: Node, source: Node, map: MapFunction, top: Node): void {
  const copy = copyNode(indexer, parent, source, map, top, { skipSpecializes: true });
  if (!copy) return;
  for (const child of [...source.children])
    if (child.arc !== ARC.specialize) copyTree(indexer, copy, child, child.mapToParent, top);
}

function copyBack(indexer: Indexer, parent: Node, source: Node, map: MapFunction, top: Node): void {
  const copy = copyNode(indexer, parent, source, map, top, { skipExpressed: true });
  if (!copy) return;
  for (const child of [...source.children]) copyBack(indexer, copy, child, child.mapToParent, top);
}

/** Copies one node under a parent, or finds the copy that is there, and silences the original. */
function copyNode(
  indexer: Indexer,
  parent: Node,
  source: Node,
  map: MapFunction,
  top: Node,
  skip: Readonly<{ skipSpecializes?: boolean; skipExpressed?: boolean }>,
): Node | undefined {
  if (source.parent === parent) return source;
  let copy = matchingChild(parent, parent.arc, source, source.arc, map, depthBelow(source));
  // What is implied from inside the subtree will be implied again inside the copy.
  if (!copy && !(isImplied(source) && source.origin && isAtOrAbove(top, source.origin))) {
    const isTop = source === top;
    copy = addArc(
      indexer,
      source.arc,
      parent,
      isTop || isImplied(source) ? source : parent,
      { stack: source.stack, path: source.path },
      map,
      source.sibling,
      isTop ? primDepth(parent.path) : source.depth,
      { contributes: contributes(source), ...skip },
    );
  }
  if (!copy) {
    silence(source);
    return undefined;
  }
  const restricted = copy.restricted;
  setInert(copy, !contributes(source));
  setInert(source, true);
  if (restricted !== 0) source.restricted = restricted;
  return copy;
}

function silence(node: Node): void {
  setInert(node, true);
  for (const child of node.children) silence(child);
}
