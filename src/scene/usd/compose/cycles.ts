import { LIMITS } from "../limits.js";
import { hasPrefix, replacePrefix } from "../paths.js";
import type { Frame, Indexer } from "./indexer.js";
import { ARC, type ArcType, contributes, isClassArc, type Node, rootOf, type Site } from "./node.js";

/** Walks from a node to its ancestors, and on into the trees that its own will hang in. */
export function* upwards(node: Node, frame: Frame | undefined): Generator<{ node: Node; arc: ArcType }> {
  let [at, outer]: [Node | undefined, Frame | undefined] = [node, frame];
  while (at) {
    const leaving = at.arc === ARC.root;
    yield { node: at, arc: leaving ? (outer?.arc ?? ARC.root) : at.arc };
    if (!leaving) at = at.parent;
    else {
      at = outer?.parent;
      outer = outer?.above;
    }
  }
}

/** Each tree that this one hangs in, innermost first, with the path that a site of ours has there. */
function* framesWith(
  indexer: Indexer,
  parent: Node,
  path: string,
): Generator<{ parent: Node; path: string }> {
  let at = parent;
  let frame = indexer.frame;
  let here = path;
  let graphRoot = indexer.graph.root;
  for (;;) {
    yield { parent: at, path: here };
    if (!frame) return;
    // We may still be at an ancestor of the site that was asked for: the arc will go as much deeper.
    const [wanted, current] = [frame.requested.path, graphRoot.path];
    here =
      here === current ? wanted : hasPrefix(wanted, current) ? replacePrefix(wanted, current, here) : wanted;
    at = frame.parent;
    graphRoot = rootOf(at);
    frame = frame.above;
  }
}

/** Why no further arc is added, if so. */
export function overload(indexer: Indexer, parent: Node): string | undefined {
  if (indexer.graph.nodes.length >= LIMITS.nodes) return `more than ${LIMITS.nodes} arcs lead`;
  let depth = 0;
  for (const _ of upwards(parent, indexer.frame)) depth++;
  if (depth > LIMITS.arcDepth || (indexer.frame?.depth ?? 0) > LIMITS.frameDepth)
    return "arcs to arcs, nested too deeply, lead";
  return undefined;
}

/** Whether an arc would lead back to a site (or to one above or below it) that it comes from. */
export function isCycle(indexer: Indexer, type: ArcType, parent: Node, origin: Node, site: Site): boolean {
  if (type === ARC.variant) return false;
  if (isClassArc(type) && parent !== origin) {
    // Implied classes under a relocate are mere placeholders.
    for (const step of upwards(parent, indexer.frame)) {
      if (isClassArc(step.arc)) continue;
      if (step.arc === ARC.relocate) return false;
      break;
    }
  }
  for (const { parent: at, path } of framesWith(indexer, parent, site.path))
    for (let n: Node | undefined = at; n; n = n.parent)
      if (n.stack === site.stack && (hasPrefix(n.path, path) || hasPrefix(path, n.path))) return true;
  return false;
}

const ARC_NAMES: Readonly<Record<ArcType, string>> = {
  [ARC.root]: "root",
  [ARC.inherit]: "inherits from",
  [ARC.variant]: "variant",
  [ARC.relocate]: "relocated from",
  [ARC.reference]: "references",
  [ARC.payload]: "has the payload",
  [ARC.specialize]: "specializes",
};

export function reportCycle(indexer: Indexer, type: ArcType, parent: Node, site: Site): void {
  const name = (s: Site): string => `@${s.stack.file}@<${s.path}>`;
  const links = [`${ARC_NAMES[type]} ${name(site)}`];
  for (const step of upwards(parent, indexer.frame))
    links.push(step.arc === ARC.root ? name(step.node) : `${ARC_NAMES[step.arc]} ${name(step.node)}`);
  indexer.composer.report(
    "usd_cycle",
    indexer.at,
    `arcs form a cycle: ${links.reverse().join(" → ")}`,
    "Remove one of these arcs; the last one is ignored.",
    parent.stack.file,
  );
}

/** Whether the site is in the tree already, or in one that ours will hang in. */
export function hasDuplicate(indexer: Indexer, parent: Node, site: Site): boolean {
  let first = true;
  for (const { parent: at, path } of framesWith(indexer, parent, site.path)) {
    const nodes = first ? indexer.graph.nodes : allBelow(rootOf(at));
    first = false;
    for (const node of nodes)
      if (contributes(node) && node.stack === site.stack && node.path === path) return true;
  }
  return false;
}

function* allBelow(node: Node): Generator<Node> {
  yield node;
  for (const child of node.children) yield* allBelow(child);
}
