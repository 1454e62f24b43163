import { type LayerOffset, NO_OFFSET } from "../layer.js";
import { hasVariants, isRootPrim, primDepth, propertyOf, stripVariants } from "../paths.js";
import { addArc, type Indexer } from "./indexer.js";
import { type LayerStack, timeCodes, usable } from "./layer-stack.js";
import {
  composeMaps,
  composeOffsets,
  type MapFunction,
  mapFunction,
  toTarget,
  withIdentity,
} from "./map-function.js";
import { ARC, contributes, depthBelow, type Node, pathAtIntroduction } from "./node.js";
import { payloadPath } from "./payload-path.js";
import { composeArcs, fileToOpen, type SiteArc } from "./site.js";

/** Maps the source of an arc to the node that it hangs under, through the relocates that apply there. */
export function arcMap(source: string, node: Node, offset: LayerOffset = NO_OFFSET): MapFunction {
  const target = stripVariants(node.path);
  const map = mapFunction([[source, target]], offset);
  const relocates = node.stack.relocatesBelow(target);
  return relocates ? composeMaps(relocates, map) : map;
}

export function evalReferences(indexer: Indexer, node: Node): void {
  if (!contributes(node)) return;
  const { layers, report } = indexer.composer;
  const arcs = composeArcs(node.stack, node.path, "references", layers, report, indexer.at);
  addAll(indexer, node, ARC.reference, arcs);
}

export function evalPayloads(indexer: Indexer, node: Node): void {
  if (!contributes(node)) return;
  const { layers, report, wantsPayload } = indexer.composer;
  const arcs = composeArcs(node.stack, node.path, "payloads", layers, report, indexer.at);
  if (arcs.length === 0) return;
  // A payload behind an arc to a prim's inside has no path of its own on the stage: it is always wanted.
  const path = payloadPath(node, indexer.frame);
  if (path === "" || wantsPayload(path)) addAll(indexer, node, ARC.payload, arcs);
}

function addAll(
  indexer: Indexer,
  node: Node,
  type: typeof ARC.reference | typeof ARC.payload,
  arcs: readonly SiteArc[],
): void {
  arcs.forEach((arc, number) => {
    const target = targetOf(indexer, node, arc);
    if (!target) return;
    const { stack, path, offset } = target;
    const map = arcMap(path, node, offset);
    addArc(
      indexer,
      type,
      node,
      node,
      { stack, path },
      // References within a stack see all of it.
      arc.authored === "" ? withIdentity(map) : map,
      number,
      primDepth(node.path),
      { contributes: path !== "/", ancestral: !isRootPrim(path) },
    );
  });
}

type Target = Readonly<{ stack: LayerStack; path: string; offset: LayerOffset }>;

function targetOf(indexer: Indexer, node: Node, arc: SiteArc): Target | undefined {
  const { layers, report, stackOf } = indexer.composer;
  if (
    arc.path !== "" &&
    (!arc.path.startsWith("/") || arc.path === "/" || hasVariants(arc.path) || propertyOf(arc.path))
  ) {
    report(
      "usd_bad_target",
      indexer.at,
      `<${arc.path}> cannot be referred to: it is no plain path of a prim`,
      "Name a prim without variant selections.",
      arc.layer.file,
    );
    return undefined;
  }
  const own = usable(arc.offset, indexer.at, arc.layer, arc.authored, report);
  let offset = composeOffsets(arc.layerOffset, own);
  let stack: LayerStack | undefined = node.stack;
  if (arc.authored !== "") {
    const file = fileToOpen(arc, layers, report, indexer.at);
    stack = file === undefined ? undefined : stackOf(file, undefined, node.stack);
    if (!stack) return undefined;
    const rate = timeCodes(arc.layer) / stack.timeCodesPerSecond;
    if (rate !== 1) offset = { offset: offset.offset, scale: offset.scale * rate };
  }
  const path = arc.path === "" ? defaultPrim(stack) : arc.path;
  if (path === "")
    report(
      "usd_no_default_prim",
      indexer.at,
      `${stack.file} has no defaultPrim, and no prim of it is named`,
      "Add defaultPrim to that layer, or name the prim: @file@</Prim>.",
      arc.layer.file,
    );
  return { stack, path: path || "/", offset };
}

function defaultPrim(stack: LayerStack): string {
  const name = stack.root.root.metadata.get("defaultPrim");
  if (typeof name !== "string" || name === "") return "";
  return name.startsWith("/") ? name : `/${name}`;
}

/** Tells of a reference or payload whose target nobody says anything about. */
export function checkTarget(indexer: Indexer, node: Node): void {
  const path = pathAtIntroduction(node);
  const exists = (n: Node): boolean =>
    (depthBelow(node) === 0 ? n.hasSpecs : n.stack.specsAt(pathAtIntroduction(n)).length > 0) ||
    n.children.some(exists);
  if (path === "/" || exists(node)) return;
  indexer.composer.report(
    "usd_unresolved_prim",
    toTarget(node.mapToRoot, path) || indexer.at,
    `there is no prim <${path}> in ${node.stack.file}`,
    "Correct the path of the reference, or use a file that has the prim.",
    node.parent?.stack.file,
  );
}
