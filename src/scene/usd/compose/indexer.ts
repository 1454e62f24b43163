import type { Layers } from "../layers.js";
import { hasDuplicate, isCycle, overload, reportCycle } from "./cycles.js";
import type { LayerStack } from "./layer-stack.js";
import type { MapFunction } from "./map-function.js";
import {
  type Arc,
  type ArcType,
  attach,
  type Graph,
  type Node,
  rootGraph,
  type Site,
  setInert,
} from "./node.js";
import type { Report } from "./problems.js";
import { addSteps } from "./steps.js";
import { insertByStrength } from "./strength.js";
import { type Task, type Tasks, taskQueue } from "./tasks.js";

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
