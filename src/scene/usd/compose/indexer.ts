import type { Layers } from "../layers.js";
import { LIMITS } from "../limits.js";
import { hasPrefix, parentPath, replacePrefix } from "../paths.js";
import type { LayerStack } from "./layer-stack.js";
import type { MapFunction } from "./map-function.js";
import {
  ARC,
  type Arc,
  type ArcType,
  attach,
  classHierarchy,
  contributes,
  type Graph,
  isClassArc,
  type Node,
  pathAtIntroduction,
  rootGraph,
  type Site,
  setInert,
} from "./node.js";
import type { Report } from "./problems.js";
import { insertByStrength } from "./strength.js";
import { STEP, type Task, type Tasks, taskQueue } from "./tasks.js";

/** What composition is given, and where it reports to. */
export type Composer = Readonly<{
  layers: Layers;
  rootStack: LayerStack;
  stackOf: (file: string, session?: string, above?: LayerStack) => LayerStack | undefined;
  report: Report;
  /** Selections for variant sets for which nothing is written, best first. */
  fallbacks: ReadonlyMap<string, readonly string[]>;
  /** Whether the payloads of a prim of the stage are wanted. */
  wantsPayload: (path: string) => boolean;
  /** The finished tree of a prim of the stage. */
  finished: (path: string) => Graph;
}>;

/** Links a tree that is being built to the tree that it will hang in. */
export type Frame = Readonly<{
  above: Frame | undefined;
  /** The site that the inner tree is built for. */
  requested: Site;
  parent: Node;
  arc: ArcType;
  map: MapFunction;
  skipDuplicates: boolean;
  /** Trees inside trees. */
  depth: number;
}>;

/** One tree under construction. */
export type Indexer = Readonly<{
  composer: Composer;
  graph: Graph;
  frame: Frame | undefined;
  tasks: Tasks;
  /** Path of the prim that problems are told of. */
  at: string;
  impliedSpecializes: boolean;
  variants: boolean;
  run: (task: Task, indexer: Indexer) => void;
  /** Builds the tree of another site, with what its ancestors bring. */
  build: (site: Site, o: BuildOptions) => Graph;
}>;

export type BuildOptions = Readonly<{
  frame: Frame | undefined;
  at: string;
  impliedSpecializes: boolean;
  variants: boolean;
  contributes: boolean;
}>;

export type ArcOptions = Readonly<{
  /** False: the new node itself says nothing. */
  contributes?: boolean;
  /** Bring along what the ancestors of the target say. */
  ancestral?: boolean;
  skipDuplicates?: boolean;
  /** The new nodes were copied from a place where these steps are done. */
  skipSpecializes?: boolean;
  skipExpressed?: boolean;
}>;

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
): Generator<{ parent: Node; graph: Graph | undefined; path: string }> {
  let at = parent;
  let frame = indexer.frame;
  let here = path;
  let graphRoot = indexer.graph.root;
  for (;;) {
    yield { parent: at, graph: undefined, path: here };
    if (!frame) return;
    // We may still be at an ancestor of the site that was asked for: the arc will go as much deeper.
    const [wanted, current] = [frame.requested.path, graphRoot.path];
    here =
      here === current ? wanted : hasPrefix(wanted, current) ? replacePrefix(wanted, current, here) : wanted;
    at = frame.parent;
    graphRoot = topOf(at);
    frame = frame.above;
  }
}

function topOf(node: Node): Node {
  let top = node;
  while (top.parent) top = top.parent;
  return top;
}

/** Adds an arc and the steps that follow from it. Undefined: a cycle, a duplicate, or too many nodes. */
export function addArc(
  indexer: Indexer,
  type: ArcType,
  parent: Node,
  origin: Node,
  site: Site,
  map: MapFunction,
  sibling: number,
  depth: number,
  options: ArcOptions = {},
): Node | undefined {
  if (isCycle(indexer, type, parent, origin, site)) {
    reportCycle(indexer, type, parent, site);
    return undefined;
  }
  const skipDuplicates = (options.skipDuplicates ?? false) || (indexer.frame?.skipDuplicates ?? false);
  if (skipDuplicates && hasDuplicate(indexer, parent, site)) return undefined;
  const tooMany = overload(indexer, parent);
  if (tooMany) {
    indexer.composer.report(
      "usd_too_many_arcs",
      indexer.at,
      `${tooMany} to ${indexer.at}`,
      "Flatten the scene, or refer to fewer prims.",
    );
    return undefined;
  }
  const arc: Arc = { type, parent, origin, map, sibling, depth };
  const node = attach(indexer.graph, subtree(indexer, arc, site, skipDuplicates, options), arc);
  insertByStrength(parent, node);
  addSteps(indexer, node, {
    skipExpressed: (options.skipExpressed ?? false) || (options.ancestral ?? false),
    skipSpecializes: options.skipSpecializes ?? false,
    ancestralVariants: indexer.variants && (options.ancestral ?? false),
  });
  // A reference without a prim to point at keeps its place, but says nothing.
  if (node.path === "/") setInert(node, true);
  return node;
}

function overload(indexer: Indexer, parent: Node): string | undefined {
  if (indexer.graph.nodes.length >= LIMITS.nodes) return `more than ${LIMITS.nodes} arcs lead`;
  let depth = 0;
  for (const _ of upwards(parent, indexer.frame)) depth++;
  if (depth > LIMITS.arcDepth || (indexer.frame?.depth ?? 0) > LIMITS.frameDepth)
    return "arcs to arcs, nested too deeply, lead";
  return undefined;
}

function subtree(
  indexer: Indexer,
  arc: Arc,
  site: Site,
  skipDuplicates: boolean,
  options: ArcOptions,
): Graph {
  const speaks = options.contributes ?? true;
  if (!options.ancestral) {
    const graph = rootGraph(site);
    if (!speaks) {
      setInert(graph.root, true);
      graph.root.restricted = 1;
    }
    return graph;
  }
  const frame: Frame = {
    above: indexer.frame,
    requested: site,
    parent: arc.parent,
    arc: arc.type,
    map: arc.map,
    skipDuplicates,
    depth: (indexer.frame?.depth ?? 0) + 1,
  };
  // Variants and implied specializes wait until the tree hangs where stronger opinions are seen.
  return indexer.build(site, {
    frame,
    at: indexer.at,
    impliedSpecializes: false,
    variants: false,
    contributes: speaks,
  });
}

function isCycle(indexer: Indexer, type: ArcType, parent: Node, origin: Node, site: Site): boolean {
  if (type === ARC.variant) return false;
  if (isClassArc(type) && parent !== origin) {
    // Implied classes under a relocate are mere placeholders.
    for (const step of upwards(parent, indexer.frame)) {
      if (isClassArc(step.arc) && parent !== origin) continue;
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

function reportCycle(indexer: Indexer, type: ArcType, parent: Node, site: Site): void {
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

function hasDuplicate(indexer: Indexer, parent: Node, site: Site): boolean {
  let first = true;
  for (const { parent: at, path } of framesWith(indexer, parent, site.path)) {
    const nodes = first ? indexer.graph.nodes : allBelow(topOf(at));
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

type StepOptions = Readonly<{
  skipExpressed: boolean;
  skipSpecializes: boolean;
  ancestralVariants: boolean;
}>;

/** Steps for a new node and all nodes that came with it. */
export function addSteps(indexer: Indexer, node: Node, o: StepOptions): void {
  const { tasks } = indexer;
  if (!o.skipSpecializes) {
    if (isClassArc(node.arc)) tasks.add(STEP.impliedClasses, startOfClasses(node));
    else if (node.children.some((child) => isClassArc(child.arc))) tasks.add(STEP.impliedClasses, node);
    if (indexer.impliedSpecializes) {
      const base = topmostSpecialize(node);
      if (base) tasks.add(STEP.impliedSpecializes, base);
      else if (node.children.some((child) => child.arc === ARC.specialize))
        tasks.add(STEP.impliedSpecializes, node);
    }
  }
  addOwnSteps(indexer, node, { ...o, unresolved: !indexer.frame });
}

export function addOwnSteps(
  indexer: Indexer,
  node: Node,
  o: StepOptions & Readonly<{ unresolved: boolean }>,
): void {
  for (const child of node.children) addOwnSteps(indexer, child, o);
  const { tasks } = indexer;
  const says = fieldsOf(node);
  if (o.unresolved && (node.arc === ARC.reference || node.arc === ARC.payload))
    tasks.add(STEP.unresolved, node);
  if (indexer.variants && says.variants) tasks.add(STEP.variantSets, node);
  if (o.skipSpecializes) return;
  if (o.ancestralVariants && hasVariantsAbove(node)) tasks.add(STEP.ancestralVariantSets, node);
  if (!o.skipExpressed) {
    if (says.specializes) tasks.add(STEP.specializes, node);
    if (says.inherits) tasks.add(STEP.inherits, node);
    if (says.payloads) tasks.add(STEP.payloads, node);
    if (says.references) tasks.add(STEP.references, node);
    if (says.relocates) tasks.add(STEP.relocates, node);
  }
  if (node.arc === ARC.relocate) tasks.add(STEP.impliedRelocates, node);
}

type Fields = {
  [K in "variants" | "specializes" | "inherits" | "payloads" | "references" | "relocates"]: boolean;
};

function fieldsOf(node: Node): Fields {
  const says: Fields = {
    variants: false,
    specializes: false,
    inherits: false,
    payloads: false,
    references: false,
    relocates: false,
  };
  if (!contributes(node)) return says;
  says.relocates = node.stack.relocates !== undefined;
  if (!node.hasSpecs) return says;
  for (const { spec } of node.stack.specsAt(node.path)) {
    says.variants ||= spec.variantSetNames !== undefined;
    says.specializes ||= spec.specializes !== undefined;
    says.inherits ||= spec.inherits !== undefined;
    says.payloads ||= spec.payloads !== undefined;
    says.references ||= spec.references !== undefined;
  }
  return says;
}

function hasVariantsAbove(node: Node): boolean {
  for (let path = parentPath(node.path); path !== "/" && path !== ""; path = parentPath(path))
    if (node.stack.specsAt(path).some(({ spec }) => spec.variantSetNames !== undefined)) return true;
  return false;
}

/**
 * Where the spreading of a class to the layer stacks above begins: at the node that asks for the chain of classes. A
 * chain that is reached through an ancestor's class goes along with that one, unless it lives below it.
 */
function startOfClasses(node: Node): Node {
  let start = node;
  while (isClassArc(start.arc)) {
    const { instance, first } = classHierarchy(start);
    start = instance;
    if (isClassArc(instance.arc) && hasPrefix(first.path, pathAtIntroduction(instance))) break;
  }
  return start;
}

function topmostSpecialize(node: Node): Node | undefined {
  let found: Node | undefined;
  for (let n: Node = node; n.parent; n = n.parent) if (n.arc === ARC.specialize) found = n;
  return found;
}

/** Runs all steps until none is left. */
export function runAll(indexer: Indexer): void {
  for (let task = indexer.tasks.next(); task; task = indexer.tasks.next()) indexer.run(task, indexer);
}

export function newIndexer(
  base: Pick<Indexer, "composer" | "run" | "build">,
  graph: Graph,
  o: BuildOptions,
): Indexer {
  return {
    ...base,
    graph,
    frame: o.frame,
    tasks: taskQueue(),
    at: o.at,
    impliedSpecializes: o.impliedSpecializes,
    variants: o.variants,
  };
}
