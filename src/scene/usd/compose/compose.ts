import { parentPath } from "../paths.js";
import { evalImpliedClasses, evalInherits, evalSpecializes } from "./classes.js";
import { finish, isInstance, silenceLocal } from "./finish.js";
import { type BuildOptions, type Composer, type Indexer, newIndexer, runAll } from "./indexer.js";
import {
  contributes,
  copyGraph,
  descend,
  type Graph,
  hasSpecs,
  type Node,
  rootGraph,
  type Site,
  setInert,
} from "./node.js";
import { checkTarget, evalPayloads, evalReferences } from "./references.js";
import { elide, evalImpliedRelocates, evalRelocates } from "./relocations.js";
import { evalImpliedSpecializes } from "./specializes.js";
import { addOwnSteps } from "./steps.js";
import { STEP, type Task } from "./tasks.js";
import { evalAncestralVariantSets, evalFallback, evalVariant, evalVariantSets } from "./variants.js";

/** The finished tree of a prim of the root layer stack. */
export function composePrim(composer: Composer, path: string): Graph {
  const site: Site = { stack: composer.rootStack, path };
  const graph = build(composer)(site, {
    frame: undefined,
    at: path,
    impliedSpecializes: true,
    variants: true,
    contributes: true,
  });
  return finish(graph, site);
}

function build(composer: Composer): (site: Site, o: BuildOptions) => Graph {
  const make = (site: Site, o: BuildOptions): Graph => {
    if (site.path === "/") return rootGraph(site);
    const graph = site.path.endsWith("}") ? rootGraph(site) : fromAncestor(composer, make, site, o);
    if (!o.contributes) setInert(graph.root, true);
    const indexer = newIndexer({ composer, run, build: make }, graph, o);
    if (!site.path.endsWith("}") && isProhibited(indexer)) {
      setInert(graph.root, true);
      for (const child of graph.root.children) elide(child);
      return graph;
    }
    addOwnSteps(indexer, graph.root, {
      skipExpressed: false,
      skipSpecializes: false,
      ancestralVariants: false,
      unresolved: false,
    });
    runAll(indexer);
    return graph;
  };
  return make;
}

/** The tree of the prim above, moved on to this one: what leads to the parent leads to its children. */
function fromAncestor(
  composer: Composer,
  make: (site: Site, o: BuildOptions) => Graph,
  site: Site,
  o: BuildOptions,
): Graph {
  const above = parentPath(site.path);
  const onStage = !o.frame && o.impliedSpecializes && site.stack === composer.rootStack;
  let graph: Graph;
  if (onStage) graph = copyGraph(composer.finished(above));
  else {
    graph = make({ stack: site.stack, path: above }, { ...o, contributes: true });
    graph.instance = isInstance(graph);
  }
  if (graph.instance) silenceLocal(graph);
  graph.instance = false;
  descend(graph, site.path);
  for (const node of graph.nodes) {
    if (node.hasSpecs) node.hasSpecs = hasSpecs(node);
    if (node !== graph.root) node.fromAncestor = true;
  }
  return graph;
}

/** The source of a relocate can never be a prim again, wherever its parent is brought to. */
function isProhibited(indexer: Indexer): boolean {
  const hit = findProhibited(indexer.graph.root);
  if (!hit) return false;
  if (indexer.frame)
    indexer.composer.report(
      "usd_relocated_target",
      indexer.at,
      `an arc leads to <${indexer.frame.requested.path}>, but <${hit.path}> was moved away`,
      "Lead the arc to the prim's new path.",
      hit.stack.file,
    );
  return true;
}

function findProhibited(root: Node): Node | undefined {
  for (const node of unculled(root))
    if (contributes(node) && node.stack.relocates?.stepToTarget.has(node.path)) return node;
  return undefined;
}

function* unculled(node: Node): Generator<Node> {
  if (node.culled) return;
  yield node;
  for (const child of node.children) yield* unculled(child);
}

function run(task: Task, indexer: Indexer): void {
  const { node } = task;
  switch (task.step) {
    case STEP.relocates:
      evalRelocates(indexer, node);
      break;
    case STEP.impliedRelocates:
      evalImpliedRelocates(indexer, node);
      break;
    case STEP.references:
      evalReferences(indexer, node);
      break;
    case STEP.payloads:
      evalPayloads(indexer, node);
      break;
    case STEP.inherits:
      evalInherits(indexer, node);
      break;
    case STEP.impliedClasses:
      evalImpliedClasses(indexer, node);
      break;
    case STEP.specializes:
      evalSpecializes(indexer, node);
      break;
    case STEP.ancestralVariantSets:
      evalAncestralVariantSets(indexer, node);
      break;
    case STEP.ancestralVariant:
      evalVariant(indexer, task, true);
      break;
    case STEP.ancestralFallback:
      evalFallback(indexer, task, true);
      break;
    case STEP.impliedSpecializes:
      evalImpliedSpecializes(indexer, node);
      break;
    case STEP.variantSets:
      evalVariantSets(indexer, node);
      break;
    case STEP.variant:
      evalVariant(indexer, task, false);
      break;
    case STEP.fallback:
      evalFallback(indexer, task, false);
      break;
    case STEP.unresolved:
      checkTarget(indexer, node);
      break;
    // Marks of sets without a selection, in case they look again.
    case STEP.none:
    case STEP.ancestralNone:
      break;
  }
}
