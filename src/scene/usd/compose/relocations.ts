import { primDepth } from "../paths.js";
import { addArc, type Indexer } from "./indexer.js";
import { IDENTITY_MAP, toTarget } from "./map-function.js";
import { ARC, contributes, depthBelow, type Node, setCulled } from "./node.js";

/** Takes a node and all below it out of the tree, at this prim and for steps that look at its ancestors. */
export function elide(node: Node): void {
  setCulled(node);
  node.restricted = 1;
  for (const child of node.children) elide(child);
}

/** Brings what stands at the source of a relocate to its target. */
export function evalRelocates(indexer: Indexer, node: Node): void {
  if (!contributes(node) && depthBelow(node) === 0) return;
  const source = node.stack.relocates?.stepToSource.get(node.path);
  if (source === undefined) return;
  // What other arcs say about the target's own place gives way to what is moved there; variants may add to it.
  for (const child of node.children) if (child.arc !== ARC.variant) elide(child);
  const added = addArc(
    indexer,
    ARC.relocate,
    node,
    node,
    { stack: node.stack, path: source },
    IDENTITY_MAP,
    0,
    primDepth(node.path),
    { contributes: false, ancestral: true },
  );
  if (!added) return;
  for (const { layer } of added.stack.specsAt(added.path))
    indexer.composer.report(
      "usd_opinion_at_relocate",
      indexer.at,
      `what is said about <${added.path}> is ignored: the prim was moved to <${node.path}>`,
      "Say it about the new path.",
      layer.file,
    );
  elideMoved(added);
}

/** Parts of the new subtree may be moved elsewhere by other relocates. */
function elideMoved(node: Node): void {
  for (const child of node.children) {
    if (child.arc === ARC.relocate) continue;
    if (contributes(child) && child.stack.relocates?.stepToTarget.has(child.path)) elide(child);
    else elideMoved(child);
  }
}

/** A relocate in a referenced stack moves what the referencing stack says about the source, too. */
export function evalImpliedRelocates(indexer: Indexer, node: Node): void {
  const parent = node.parent;
  const above = parent?.parent;
  if (node.arc !== ARC.relocate || node.fromAncestor || !parent || !above) return;
  const source = toTarget(parent.mapToParent, node.path);
  if (source === "") return;
  if (above.children.some((child) => child.arc === ARC.relocate && child.path === source)) return;
  addArc(
    indexer,
    ARC.relocate,
    above,
    node,
    { stack: above.stack, path: source },
    IDENTITY_MAP,
    0,
    primDepth(above.path),
    { contributes: false },
  );
}
