import { type LayerOffset, NO_OFFSET } from "../layer.js";
import { baseName, elementCount, hasPrefix, parentPath, replacePrefix } from "../paths.js";

/** One prefix and what it becomes; target "" blocks paths below the source. */
export type PathPair = readonly [source: string, target: string];

/**
 * How an arc carries paths and times from the namespace of its source to that of its target. A path takes the pair
 * with the longest fitting prefix; with `identity` a path that fits no pair maps to itself.
 */
export type MapFunction = Readonly<{
  /** Without redundant pairs, shortest source first. */
  pairs: readonly PathPair[];
  identity: boolean;
  offset: LayerOffset;
}>;

export const IDENTITY_MAP: MapFunction = { pairs: [], identity: true, offset: NO_OFFSET };

export function isIdentityOffset({ offset, scale }: LayerOffset): boolean {
  return offset === 0 && scale === 1;
}

export function composeOffsets(outer: LayerOffset, inner: LayerOffset): LayerOffset {
  if (isIdentityOffset(inner)) return outer;
  return { offset: outer.offset + outer.scale * inner.offset, scale: outer.scale * inner.scale };
}

export function invertOffset({ offset, scale }: LayerOffset): LayerOffset {
  return offset === 0 && scale === 1 ? NO_OFFSET : { offset: -offset / scale, scale: 1 / scale };
}

function isIdentity(map: MapFunction): boolean {
  return map.pairs.length === 0 && map.identity && isIdentityOffset(map.offset);
}

/** A map from pairs with distinct sources; the pair `/ → /` stands for the identity. */
export function mapFunction(pairs: Iterable<PathPair>, offset: LayerOffset = NO_OFFSET): MapFunction {
  const sorted = [...pairs].sort(
    (a, b) => elementCount(a[0]) - elementCount(b[0]) || (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0),
  );
  for (let i = 0; i < sorted.length; )
    if (isRedundant(sorted[i], sorted)) sorted.splice(i, 1);
    else i++;
  const identity = sorted.length > 0 && sorted[0][0] === "/" && sorted[0][1] === "/";
  return { pairs: identity ? sorted.slice(1) : sorted, identity, offset };
}

/** True when the map would be the same without the pair. */
function isRedundant(pair: PathPair, pairs: readonly PathPair[]): boolean {
  const [source, target] = pair;
  const best = source === "/" ? undefined : bestBySource(parentPath(source), pairs);
  if (target === "") {
    if (!best || best[1] === "") return true;
    return hasBetterTarget(replacePrefix(source, best[0], best[1]), pairs, best);
  }
  if (!best || best[1] === "" || baseName(source) !== baseName(target)) return false;
  if (target === "/" || replacePrefix(parentPath(source), best[0], best[1]) !== parentPath(target))
    return false;
  return !hasBetterTarget(parentPath(target), pairs, best);
}

function bestBySource(path: string, pairs: readonly PathPair[], least = 0): PathPair | undefined {
  for (let i = pairs.length - 1; i >= 0; i--) {
    if (!hasPrefix(path, pairs[i][0])) continue;
    return elementCount(pairs[i][0]) < least ? undefined : pairs[i];
  }
  return undefined;
}

function bestByTarget(path: string, pairs: readonly PathPair[], least = 0): PathPair | undefined {
  let best: PathPair | undefined;
  let most = least;
  for (const pair of pairs) {
    if (pair[1] === "" || !hasPrefix(path, pair[1])) continue;
    const count = elementCount(pair[1]);
    if (count < most) continue;
    most = count;
    best = pair;
  }
  return best;
}

/** A path that another pair leads to more closely would not map back: such a result does not count. */
function hasBetterTarget(
  result: string,
  pairs: readonly PathPair[],
  used: PathPair | undefined,
  inverse = false,
): boolean {
  const least = used ? elementCount(used[inverse ? 0 : 1]) : 0;
  const better = inverse ? bestBySource(result, pairs, least) : bestByTarget(result, pairs, least);
  return better !== undefined && better !== used;
}

function mapPath(map: MapFunction, path: string, inverse: boolean): string {
  if (map.pairs.length === 0) return map.identity ? path : "";
  const best = inverse ? bestByTarget(path, map.pairs) : bestBySource(path, map.pairs);
  let result = "";
  if (!best) result = map.identity ? path : "";
  else if (inverse) result = replacePrefix(path, best[1], best[0]);
  else if (best[1] !== "") result = replacePrefix(path, best[0], best[1]);
  if (result === "" || hasBetterTarget(result, map.pairs, best, inverse)) return "";
  return result;
}

/** The path in the target's namespace; "" where it has none. */
export function toTarget(map: MapFunction, path: string): string {
  return mapPath(map, path, false);
}

/** The path in the source's namespace; "" where it has none. */
export function toSource(map: MapFunction, path: string): string {
  return mapPath(map, path, true);
}

/** First `inner`, then `outer`. */
export function composeMaps(outer: MapFunction, inner: MapFunction): MapFunction {
  if (isIdentity(outer)) return inner;
  if (isIdentity(inner)) return outer;
  const pairs = new Map<string, string>();
  if (outer.identity && inner.identity) pairs.set("/", "/");
  for (const [source, target] of inner.pairs) pairs.set(source, target === "" ? "" : toTarget(outer, target));
  for (const [source, target] of outer.pairs) {
    const first = toSource(inner, source);
    if (first !== "" && !pairs.has(first)) pairs.set(first, target);
  }
  return mapFunction(pairs, composeOffsets(outer.offset, inner.offset));
}

export function invertMap(map: MapFunction): MapFunction {
  const pairs = map.pairs
    .filter(([, target]) => target !== "")
    .map(([source, target]): PathPair => [target, source])
    .sort((a, b) => elementCount(a[0]) - elementCount(b[0]));
  return { pairs, identity: map.identity, offset: invertOffset(map.offset) };
}

export function withIdentity(map: MapFunction): MapFunction {
  return map.identity ? map : mapFunction([["/", "/"], ...map.pairs], map.offset);
}

export function sameMaps(a: MapFunction, b: MapFunction): boolean {
  return (
    a === b ||
    (a.identity === b.identity &&
      a.offset.offset === b.offset.offset &&
      a.offset.scale === b.offset.scale &&
      a.pairs.length === b.pairs.length &&
      a.pairs.every(([source, target], i) => source === b.pairs[i][0] && target === b.pairs[i][1]))
  );
}
