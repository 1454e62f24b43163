import {
  type Box,
  boundsOf,
  closeBy,
  cropMask,
  dilateBy,
  ellipseElement,
  type Mask,
  mask,
  subtract,
} from "../../vision/index.js";
import { type Candidate, candidateOf, solderGroups } from "./candidate.js";
import { type CadParts, merged } from "./parse.js";
import { smoothed } from "./smooth.js";
import { alongMainAxis, type Group, type GroupMap, gapStrip, groupsOf } from "./strip.js";

/** Largest share of the gap that may lie under bodies. */
const CUT = 0.25;
/** Longest gap, in sides of the largest group. */
const GAP = 3;
/** More than closing and smoothing reach. */
const MARGIN = 16;

type Board = Readonly<{
  map: GroupMap;
  groups: readonly Group[];
  bodies: Mask;
  sealed: Mask;
  solder: Mask;
  /** The gap between two groups, found once. */
  strip: (a: Group, b: Group) => Int32Array;
}>;

/**
 * Where solder may bridge groups (contract 5.6): every pair that a gap joins around the bodies, then every such pair
 * with a third group.
 */
export function bridgeCandidates(cad: CadParts): readonly Candidate[] {
  const { groups, map } = groupsOf(solderGroups(cad), cad.width, cad.height);
  if (groups.length < 2) return [];
  const bodies = merged(cad, ["capacitor", "ic"]);
  const board: Board = {
    map,
    groups,
    bodies,
    sealed: dilateBy(bodies, ellipseElement(5)),
    solder: merged(cad, ["solder"]),
    strip: remembered((a, b) => gapStrip(a, b, map)),
  };
  const found: Candidate[] = [];
  const seen = new Set<string>();
  const pairs: [number, number][] = [];
  for (let i = 0; i < groups.length; i++)
    for (let j = i + 1; j < groups.length; j++) {
      const candidate = join(board, [i, j]);
      if (!candidate) continue;
      pairs.push([i, j]);
      found.push(candidate);
    }
  for (const [i, j] of pairs)
    for (let k = 0; k < groups.length; k++) {
      if (k === i || k === j) continue;
      const three = [i, j, k].sort((a, b) => a - b);
      const key = three.join(" ");
      if (seen.has(key)) continue;
      const candidate = join(board, three);
      if (!candidate) continue;
      seen.add(key);
      found.push(candidate);
    }
  return found;
}

/** The bridge over the named groups; undefined when one of the tests fails. */
function join(board: Board, indices: readonly number[]): Candidate | undefined {
  const { map } = board;
  const chosen = indices.map((i) => board.groups[i] as Group);
  const chain = alongMainAxis(chosen);
  const strips = chain.slice(1).map((b, i) => board.strip(chain[i] as Group, b));
  if (isCut(board, indices, strips)) return undefined;
  const box = windowOf(chosen, strips, map);
  const pads = mask(box.width, box.height);
  for (const { part } of chosen) fill(pads, part.pixels, box, map.width);
  const whole: Mask = { ...pads, data: pads.data.slice() };
  for (const strip of strips) fill(whole, strip, box, map.width);
  const open = subtract(whole, cropMask(board.sealed, box));
  if (!connected(open, chosen, box, map.width)) return undefined;

  const bodies = cropMask(board.bodies, box);
  const solder = cropMask(board.solder, box);
  const closed = smoothed(closeBy(whole, ellipseElement(11)));
  const region = subtract(subtract(closed, bodies), solder);
  if (!boundsOf(region)) return undefined;
  if (!boundsOf(subtract(subtract(pads, solder), bodies))) return undefined;
  const side = Math.max(...chosen.map(({ part }) => Math.max(part.box.width, part.box.height)));
  const gap = boundsOf(subtract(region, pads));
  if (gap && Math.max(gap.width, gap.height) > GAP * side) return undefined;
  return candidateOf(region, map, { x: box.x, y: box.y, groups: indices });
}

/** True when too much of the gap lies under bodies. */
function isCut({ map, bodies }: Board, indices: readonly number[], strips: readonly Int32Array[]): boolean {
  // Two gaps of a chain may share pixels.
  const first = map.once();
  let all = 0;
  let under = 0;
  for (const strip of strips)
    for (const i of strip) {
      if (!first(i) || indices.includes(map.of[i] - 1)) continue;
      all++;
      under += bodies.data[i];
    }
  return all > 0 && under / all > CUT;
}

/** True when one open part touches all groups: each at its centre, or else at its first open pixel. */
function connected(open: Mask, groups: readonly Group[], box: Box, width: number): boolean {
  const spots = groups.map(({ part, centre }) => {
    const at = (Math.trunc(centre.y) - box.y) * box.width + Math.trunc(centre.x) - box.x;
    if (open.data[at]) return at;
    let first = Number.POSITIVE_INFINITY;
    for (const i of part.pixels) {
      const x = i % width;
      const w = ((i - x) / width - box.y) * box.width + x - box.x;
      if (open.data[w] && w < first) first = w;
    }
    return first;
  });
  const [start, ...others] = spots as [number, ...number[]];
  if (!spots.every(Number.isFinite)) return false;
  const reached = flooded(open, start);
  return others.every((spot) => reached[spot]);
}

/** Marks what 8-neighbours join to a pixel of the mask. */
function flooded({ width, height, data }: Mask, start: number): Uint8Array {
  const seen = new Uint8Array(data.length);
  const stack = [start];
  seen[start] = 1;
  for (let i = stack.pop(); i !== undefined; i = stack.pop()) {
    const x = i % width;
    const y = (i - x) / width;
    for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++)
      for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
        const j = v * width + u;
        if (data[j] && !seen[j]) {
          seen[j] = 1;
          stack.push(j);
        }
      }
  }
  return seen;
}

/** Most gap pixels that are kept at a time; boards with very many legs find some gaps again. */
const REMEMBERED = 20_000_000;

function remembered(find: (a: Group, b: Group) => Int32Array): Board["strip"] {
  const known = new Map<string, Int32Array>();
  let size = 0;
  return (a, b) => {
    const key = `${a.index} ${b.index}`;
    let strip = known.get(key);
    if (!strip) {
      strip = find(a, b);
      size += strip.length;
      if (size > REMEMBERED) {
        known.clear();
        size = strip.length;
      }
      known.set(key, strip);
    }
    return strip;
  };
}

function windowOf(groups: readonly Group[], strips: readonly Int32Array[], { width, height }: GroupMap): Box {
  let [x0, y0, x1, y1] = [width, height, 0, 0];
  const hold = (x: number, y: number): void => {
    if (x < x0) x0 = x;
    if (x > x1) x1 = x;
    if (y < y0) y0 = y;
    if (y > y1) y1 = y;
  };
  for (const { part } of groups) {
    hold(part.box.x, part.box.y);
    hold(part.box.x + part.box.width - 1, part.box.y + part.box.height - 1);
  }
  for (const strip of strips) for (const i of strip) hold(i % width, Math.floor(i / width));
  const x = Math.max(0, x0 - MARGIN);
  const y = Math.max(0, y0 - MARGIN);
  return { x, y, width: Math.min(width, x1 + MARGIN + 1) - x, height: Math.min(height, y1 + MARGIN + 1) - y };
}

function fill(into: Mask, pixels: Iterable<number>, box: Box, width: number): void {
  for (const i of pixels) {
    const x = i % width;
    into.data[((i - x) / width - box.y) * box.width + x - box.x] = 1;
  }
}
