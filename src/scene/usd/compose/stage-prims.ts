import { dataError } from "../../../kit/errors.js";
import type { LayerOffset, Specifier } from "../layer.js";
import { LIMITS } from "../limits.js";
import { baseName, childPath, stripVariants } from "../paths.js";
import type { Opinion, StagePrim } from "../stage.js";
import { BLOCKED, type Value } from "../values.js";
import { composePrim } from "./compose.js";
import type { Composer } from "./indexer.js";
import { composeOffsets, toTarget } from "./map-function.js";
import { childNames } from "./names.js";
import { ARC, contributes, type Graph, type Node, strongest } from "./node.js";

/** Composes all prims below the pseudo-root. Throws `usd_too_large` beyond the limit of prims. */
export function stagePrims(start: (finished: (path: string) => Graph) => Composer): StagePrim {
  const open = new Map<string, Graph>();
  const composer = start((path) => open.get(path)!);
  let count = 0;
  const build = (path: string, parent: StagePrim | undefined): StagePrim => {
    if (++count > LIMITS.prims)
      throw dataError(
        "usd_too_large",
        `the stage has more than ${LIMITS.prims} prims`,
        "Split the scene, or use point instancers.",
        { file: composer.rootStack.file },
      );
    const graph = composePrim(composer, path);
    open.set(path, graph);
    const children: StagePrim[] = [];
    const prim = stagePrim(graph, path, parent, children);
    if (prim.active && open.size > LIMITS.primDepth)
      composer.report(
        "usd_too_deep",
        path,
        `prims below ${path} are nested too deeply`,
        "Flatten the scene.",
      );
    else if (prim.active) {
      const { names, prohibited } = childNames(graph);
      for (const name of names) if (!prohibited.has(name)) children.push(build(childPath(path, name), prim));
    }
    open.delete(path);
    return prim;
  };
  return build("/", undefined);
}

function stagePrim(
  graph: Graph,
  path: string,
  parent: StagePrim | undefined,
  children: readonly StagePrim[],
): StagePrim {
  const opinions: Opinion[] = [];
  const nodes: Node[] = [];
  for (const node of strongest(graph.root))
    if (contributes(node) && node.hasSpecs) {
      nodes.push(node);
      opinions.push(...opinionsOf(node));
    }
  return {
    path,
    name: baseName(path),
    parent,
    typeName: opinions.find((o) => o.spec.typeName !== "")?.spec.typeName ?? "",
    specifier: path === "/" ? "def" : specifierOf(nodes),
    active: strongestValue(opinions, "active") !== false,
    instance: graph.instance,
    proxy: parent !== undefined && (parent.instance || parent.proxy),
    opinions,
    children,
  };
}

function strongestValue(opinions: readonly Opinion[], key: string): Value | undefined {
  for (const { spec } of opinions) {
    const value = spec.metadata.get(key);
    if (value !== undefined && value !== BLOCKED) return value;
  }
  return undefined;
}

function opinionsOf(node: Node): readonly Opinion[] {
  const toStage = (path: string): string | undefined =>
    toTarget(node.mapToRoot, stripVariants(path)) || undefined;
  return node.stack.specsAt(node.path).map(({ spec, layer, offset }) => ({
    layer,
    spec,
    path: node.path,
    toStage,
    offset: timesOf(node, offset),
  }));
}

function timesOf(node: Node, offset: LayerOffset): LayerOffset {
  return composeOffsets(node.mapToRoot.offset, offset);
}

/** The strongest `def` or `class`; a `class` that is inherited by this very prim does not make the heir a class. */
function specifierOf(nodes: readonly Node[]): Specifier {
  let found: Specifier = "over";
  for (const node of nodes)
    for (const { spec } of node.stack.specsAt(node.path)) {
      if (node.path.endsWith("}") || spec.specifier === "over") continue;
      if (spec.specifier === "def") return "def";
      if (!isInherited(node)) return "class";
      found = "class";
    }
  return found;
}

function isInherited(node: Node): boolean {
  for (let n: Node | undefined = node; n; n = n.parent)
    if (n.arc === ARC.inherit && !n.fromAncestor) return true;
  return false;
}
