import {
  elementCount,
  hasPrefix,
  parentPath,
  primDepth,
  replacePrefix,
  stripVariants,
  variantPath,
  variantSelection,
} from "../paths.js";
import { addArc, type Indexer } from "./indexer.js";
import { IDENTITY_MAP, toSource, toTarget } from "./map-function.js";
import { ARC, contributes, depthBelow, isClassArc, type Node, pathAtIntroduction, rootOf } from "./node.js";
import { composeList, variantOptions, writtenSelection } from "./site.js";
import { STEP, type Task } from "./tasks.js";

/** Whether the node may speak about a site above its own. */
function speaksAt(node: Node, path: string): boolean {
  return node.restricted === 0 || node.restricted > elementCount(path);
}

export function evalVariantSets(indexer: Indexer, node: Node): void {
  if (contributes(node)) addSets(indexer, node, node.path, false);
}

/** Variant sets of the prims above a node that came in with an arc to a prim's inside. */
export function evalAncestralVariantSets(indexer: Indexer, node: Node): void {
  for (let path = parentPath(node.path); path !== "/" && path !== ""; path = parentPath(path)) {
    if (!speaksAt(node, path)) continue;
    addSets(indexer, node, path, true);
    // Sets further up are settled when a variant is selected already.
    if (path.endsWith("}")) return;
  }
}

function addSets(indexer: Indexer, node: Node, path: string, ancestral: boolean): void {
  composeList(node.stack, path, "variantSetNames").forEach((set, number) => {
    indexer.tasks.add(ancestral ? STEP.ancestralVariant : STEP.variant, node, { path, set, number });
  });
}

/** Selects a variant: what was selected before, else the strongest selection written, else the fallback. */
export function evalVariant(indexer: Indexer, task: Task, ancestral: boolean): void {
  const { node, path, set } = task;
  if (!speaksAt(node, path)) return;
  const selection = selectionFor(indexer, node, stripVariants(path), set) ?? "";
  if (selection !== "") addVariant(indexer, task, selection, ancestral);
  else {
    const step = fallbackFor(indexer, task) === "" ? "none" : "fallback";
    indexer.tasks.add(later(step, ancestral), node, task);
  }
}

export function evalFallback(indexer: Indexer, task: Task, ancestral: boolean): void {
  if (!speaksAt(task.node, task.path)) return;
  const selection = fallbackFor(indexer, task);
  if (selection === "") indexer.tasks.add(later("none", ancestral), task.node, task);
  else addVariant(indexer, task, selection, ancestral);
}

function later(step: "none" | "fallback", ancestral: boolean): Task["step"] {
  if (step === "none") return ancestral ? STEP.ancestralNone : STEP.none;
  return ancestral ? STEP.ancestralFallback : STEP.fallback;
}

function fallbackFor(indexer: Indexer, { node, path, set }: Task): string {
  const wanted = indexer.composer.fallbacks.get(set);
  if (!wanted) return "";
  const options = variantOptions(node.stack, path, set);
  return wanted.find((name) => options.has(name)) ?? "";
}

function addVariant(indexer: Indexer, task: Task, selection: string, ancestral: boolean): void {
  const { node, path, set, number } = task;
  const site = ancestral
    ? replacePrefix(node.path, path, variantPath(path, set, selection))
    : variantPath(node.path, set, selection);
  const added = addArc(
    indexer,
    ARC.variant,
    node,
    node,
    { stack: node.stack, path: site },
    IDENTITY_MAP,
    number,
    primDepth(ancestral ? path : node.path),
    ancestral ? { ancestral: true, skipDuplicates: isUnderNewClass(node) } : {},
  );
  if (added) indexer.tasks.retryVariants();
}

/** Subtrees of class arcs leave out sites that the prim has already; variants found in them do likewise. */
function isUnderNewClass(node: Node): boolean {
  for (let n = node; n.parent; n = n.parent)
    if (isClassArc(n.arc) && depthBelow(n) === 0 && !n.inert) return true;
  return false;
}

/** The selection for a set of the prim that `path` is in the node's namespace. */
function selectionFor(indexer: Indexer, node: Node, path: string, set: string): string | undefined {
  const start = strongestPlace(node, path);
  return priorSelection(start.node, start.path, set) ?? writtenAmong(indexer, start.node, start.path, set);
}

/** Carries a path up to the root, or as far as it has a counterpart. */
function strongestPlace(node: Node, path: string): { node: Node; path: string } {
  let at = node;
  let here = path;
  const whole = node.parent ? toTarget(node.mapToRoot, path) : path;
  if (whole !== "") {
    at = rootOf(node);
    here = whole;
  } else
    for (let up = at.parent; up; up = at.parent) {
      const mapped = toTarget(at.mapToParent, here);
      if (mapped === "") break;
      at = up;
      here = mapped;
    }
  const introduced = pathAtIntroduction(at);
  const bare = stripVariants(introduced);
  if (bare !== introduced && at.parent && hasPrefix(here, bare)) here = replacePrefix(here, bare, introduced);
  return { node: at, path: here };
}

/** A variant of this very set and prim that the tree holds already. */
function priorSelection(node: Node, path: string, set: string): string | undefined {
  if (node.arc === ARC.variant) {
    const introduced = pathAtIntroduction(node);
    const chosen = variantSelection(introduced);
    if (chosen?.set === set) {
      if (path === "") return undefined;
      if (stripLast(introduced) === path) return chosen.selection;
    }
  }
  for (const child of node.children) {
    const found = priorSelection(child, path === "" ? "" : toSource(child.mapToParent, path), set);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The prim that a variant path selects for. */
function stripLast(path: string): string {
  let at = path;
  while (at.endsWith("}")) at = parentPath(at);
  return at;
}

function writtenAmong(indexer: Indexer, node: Node, path: string, set: string): string | undefined {
  if (path === "") return undefined;
  if (speaksAt(node, path)) {
    const introduced = node.arc === ARC.variant ? pathAtIntroduction(node) : "";
    const bare = stripVariants(introduced);
    const site = introduced !== "" && hasPrefix(path, bare) ? replacePrefix(path, bare, introduced) : path;
    const found = writtenSelection(node.stack, site, set, indexer.composer.report, indexer.at);
    if (found !== undefined) return found;
  }
  for (const child of node.children) {
    const found = writtenAmong(indexer, child, toSource(child.mapToParent, path), set);
    if (found !== undefined) return found;
  }
  return undefined;
}
