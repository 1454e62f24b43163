import {
  ARC,
  classHierarchy,
  isAtOrAbove,
  type Node,
  originRoot,
  rootOf,
  sameSite,
  strongest,
} from "./node.js";

/** Negative: `a` is stronger than its sibling `b`. */
export function compareSiblings(a: Node, b: Node): number {
  if (a === b) return 0;
  if (a.arc !== b.arc) return a.arc - b.arc;
  const order = a.arc === ARC.specialize ? compareSpecializes(a, b) : compareOthers(a, b);
  return order !== 0 ? order : a.sibling - b.sibling;
}

/** Arcs added deeper in namespace first, then by the strength of what asked for them. */
function compareOthers(a: Node, b: Node): number {
  if (a.depth !== b.depth) return b.depth - a.depth;
  return a.origin === b.origin ? 0 : whichFirst(rootOf(a), a.origin!, b.origin!);
}

function whichFirst(root: Node, a: Node, b: Node): number {
  for (const node of strongest(root)) {
    if (node === a) return -1;
    if (node === b) return 1;
  }
  return 0;
}

/**
 * Specializes are weaker than everything else, so all of them hang under the root: implied ones, and copies of those
 * that stand deeper. Their order is that of the arcs that they stand for.
 */
function compareSpecializes(a: Node, b: Node): number {
  const [rootA, rootB] = [originRoot(a), originRoot(b)];
  const nested = isAtOrAbove(rootA.node, rootB.node) || isAtOrAbove(rootB.node, rootA.node);
  if (!nested && a.depth !== b.depth) return b.depth - a.depth;
  const [writtenA, writtenB] = [a.origin === a.parent, b.origin === b.parent];
  if (a.origin === b.origin) {
    // An arc implied to the root is more local than a copy of the arc itself.
    return writtenA || writtenB ? 0 : impliedFirst(a, b);
  }
  if (rootA.node !== rootB.node) return whichFirst(rootOf(a), rootA.node, rootB.node);
  const [depthA, depthB] = [
    writtenA ? 0 : hierarchyDepth(a.origin!),
    writtenB ? 0 : hierarchyDepth(b.origin!),
  ];
  if (depthA !== depthB) return depthA - depthB;
  // Further from the arc that was written means closer to the root, hence more local.
  if (rootA.length !== rootB.length) return rootB.length - rootA.length;
  const { stack } = rootOf(a);
  if (a.stack === stack && b.stack === stack && !writtenA && !writtenB) {
    const implied = impliedFirst(a, b);
    if (implied !== 0) return implied;
  }
  return whichFirst(rootOf(a), a.origin!, b.origin!);
}

function impliedFirst(a: Node, b: Node): number {
  const [impliedA, impliedB] = [!sameSite(a, a.origin!), !sameSite(b, b.origin!)];
  return impliedA === impliedB ? 0 : impliedA ? -1 : 1;
}

/** Depth of the node that asks for the classes; relocates on the way only rename. */
function hierarchyDepth(node: Node): number {
  let { instance } = classHierarchy(node);
  while (instance.arc === ARC.relocate) instance = instance.parent!;
  return instance.depth;
}

/** Negative: `a` is stronger than `b`; both in one tree. */
export function compareNodes(a: Node, b: Node): number {
  if (a === b) return 0;
  const [chainA, chainB] = [chain(a), chain(b)];
  for (let i = 0; ; i++) {
    if (i >= chainA.length) return -1;
    if (i >= chainB.length) return 1;
    if (chainA[i] !== chainB[i]) return compareSiblings(chainA[i], chainB[i]);
  }
}

/** From the root down to the node. */
function chain(node: Node): readonly Node[] {
  const out: Node[] = [];
  for (let n: Node | undefined = node; n; n = n.parent) out.push(n);
  return out.reverse();
}

/** Puts a node among its siblings, behind those that are as strong. */
export function insertByStrength(parent: Node, child: Node): void {
  const { children } = parent;
  if (children.length === 0 || compareSiblings(child, children[children.length - 1]) >= 0) {
    children.push(child);
    return;
  }
  const at = children.findIndex((other) => compareSiblings(child, other) < 0);
  children.splice(at, 0, child);
}
