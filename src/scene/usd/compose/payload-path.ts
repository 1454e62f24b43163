import { stripVariants } from "../paths.js";
import type { Frame } from "./indexer.js";
import { type MapFunction, mapFunction, toTarget } from "./map-function.js";
import { ARC, type ArcType, type Node } from "./node.js";

/** The path of the stage by which the payloads of a node are asked for; "" when the node has none. */
export function payloadPath(node: Node, frame: Frame | undefined): string {
  let path = toRoot(node, stripVariants(node.path));
  for (let f = frame; f && path !== ""; f = f.above) {
    path = toParent(f.map, f.arc, path);
    if (path !== "") path = toRoot(f.parent, path);
  }
  return path;
}

function toRoot(node: Node, path: string): string {
  const mapped = toTarget(node.mapToRoot, path);
  if (mapped !== path || !node.mapToRoot.identity) return mapped;
  // References within a stack map everything to itself as well: that is no place on the stage.
  let at = path;
  for (let n = node; n.parent && at !== ""; n = n.parent) at = toParent(n.mapToParent, n.arc, at);
  return at;
}

function toParent(map: MapFunction, arc: ArcType, path: string): string {
  const internal = map.identity && (arc === ARC.reference || arc === ARC.payload);
  return toTarget(internal ? mapFunction(map.pairs, map.offset) : map, path);
}
