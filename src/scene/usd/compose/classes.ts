import {
  hasVariants,
  isRootPrim,
  parentPath,
  primDepth,
  propertyOf,
  replacePrefix,
  stripVariants,
} from "../paths.js";
import { upwards } from "./cycles.js";
import { addArc, type Indexer } from "./indexer.js";
import {
  composeMaps,
  invertMap,
  type MapFunction,
  sameMaps,
  toSource,
  withIdentity,
} from "./map-function.js";
import {
  ARC,
  type ArcType,
  contributes,
  depthBelow,
  isClassArc,
  type Node,
  type Site,
  sameSite,
} from "./node.js";
import { arcMap } from "./references.js";
import { composeList } from "./site.js";
import { isCopiedSpecialize } from "./specializes.js";
import { STEP } from "./tasks.js";

type ClassArc = typeof ARC.inherit | typeof ARC.specialize;

export function evalInherits(indexer: Indexer, node: Node): void {
  evalClasses(indexer, node, ARC.inherit, "inherits");
}

export function evalSpecializes(indexer: Indexer, node: Node): void {
  evalClasses(indexer, node, ARC.specialize, "specializes");
}

function evalClasses(indexer: Indexer, node: Node, arc: ClassArc, which: "inherits" | "specializes"): void {
  if (!contributes(node)) return;
  composeList(node.stack, node.path, which).forEach((path, number) => {
    if (!path.startsWith("/") || path === "/" || hasVariants(path) || propertyOf(path) !== "") {
      indexer.composer.report(
        "usd_bad_target",
        indexer.at,
        `<${path}> cannot be inherited from: it is no plain path of a prim`,
        "Name a prim without variant selections.",
        node.stack.file,
      );
      return;
    }
    addClass(indexer, arc, node, node, withIdentity(arcMap(path, node)), number, undefined);
  });
}

/** Adds one class arc; gives the node that is there already when the parent has this class. */
function addClass(
  indexer: Indexer,
  arc: ArcType,
  parent: Node,
  origin: Node,
  map: MapFunction,
  number: number,
  copyOf: Site | undefined,
): Node | undefined {
  const path = classPath(parent.path, map);
  // The class lies outside what the parent can see: nothing to inherit from here.
  if (path === "") return undefined;
  const site: Site = { stack: parent.stack, path };
  const [{ arc: parentArc }] = upwards(parent, indexer.frame);
  const there = matchingChild(parent, parentArc, site, arc, map, depthBelow(origin));
  if (there) return there;
  // A class that maps to the parent's own site, or to the site that it is implied by, is a mere placeholder that lets
  // the arc spread further up.
  const speaks = path !== parent.path && !(copyOf && sameSite(site, copyOf));
  return addArc(indexer, arc, parent, origin, site, map, number, primDepth(parent.path), {
    contributes: speaks,
    skipDuplicates: speaks,
    ancestral: speaks && !isRootPrim(path),
  });
}

/** The site that a node inherits from: its own path carried back across the arc, variants kept. */
function classPath(parent: string, map: MapFunction): string {
  if (!hasVariants(parent)) return toSource(map, parent);
  let variant = parent;
  while (!variant.endsWith("}")) variant = parentPath(variant);
  const source = toSource(map, stripVariants(parent));
  const bare = stripVariants(variant);
  return source === bare || source.startsWith(`${bare}/`) ? replacePrefix(source, bare, variant) : source;
}

/** A child of the same site. Below relocates sites may be meaningless: there the map and the origin's depth decide. */
export function matchingChild(
  parent: Node,
  parentArc: ArcType,
  site: Site,
  arc: ArcType,
  map: MapFunction,
  originDepth: number,
): Node | undefined {
  return parent.children.find((child) =>
    parentArc === ARC.relocate
      ? child.arc === arc &&
        sameMaps(child.mapToParent, map) &&
        child.origin !== undefined &&
        depthBelow(child.origin) === originDepth
      : sameSite(child, site),
  );
}

/** Spreads the classes below a node to its parent: a referencing stack may say more about the class. */
export function evalImpliedClasses(indexer: Indexer, node: Node): void {
  if (!node.parent || isCopiedSpecialize(node)) return;
  if (!node.children.some((child) => isClassArc(child.arc))) return;
  spread(indexer, node.parent, node, withIdentity(node.mapToParent), true);
}

function spread(indexer: Indexer, to: Node, from: Node, transfer: MapFunction, isStart: boolean): void {
  if (to.arc === ARC.relocate && to.parent) {
    // Go straight to the parent: placeholders under relocates are needed only inside a tree of their own.
    spread(indexer, to.parent, from, composeMaps(withIdentity(to.mapToParent), transfer), isStart);
    indexer.tasks.add(STEP.impliedClasses, to);
    return;
  }
  for (const child of [...from.children]) {
    if (!isClassArc(child.arc)) continue;
    // The chain to → from → child goes on by itself; only classes that `from` has apart from it are spread.
    if (isStart && isClassArc(from.arc) && depthBelow(from) === depthBelow(child)) continue;
    const map = implied(transfer, child.mapToParent);
    const target =
      to.children.find((c) => c.origin === child && sameMaps(c.mapToParent, map)) ??
      addClass(indexer, child.arc, to, child, map, child.sibling, child);
    if (!target || !child.children.some((c) => isClassArc(c.arc))) continue;
    const inner = composeMaps(invertMap(map), composeMaps(transfer, child.mapToParent));
    spread(indexer, target, child, inner, false);
  }
}

/** A class arc as it looks from the other side of another arc. */
function implied(transfer: MapFunction, classArc: MapFunction): MapFunction {
  const { offset, scale } = transfer.offset;
  if (transfer.pairs.length === 0 && transfer.identity && offset === 0 && scale === 1) return classArc;
  return withIdentity(composeMaps(transfer, composeMaps(classArc, invertMap(transfer))));
}
