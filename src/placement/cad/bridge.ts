import {
  type Box,
  boundsOf,
  closeBy,
  components,
  cropMask,
  dilateBy,
  ellipseElement,
  type Mask,
  mask,
  subtract,
  union,
} from "../../vision/index.js";
import { type Candidate, solderGroups } from "./candidate.js";
import { type CadParts, merged } from "./parse.js";
import { smoothed } from "./smooth.js";
import { alongMainAxis, type Group, type GroupMap, gapStrip, groupsOf } from "./strip.js";

/** Largest share of the gap that may lie under bodies. */
const CUT = 0.25;
/** Longest gap, in sides of the largest group. */
const GAP = 3;
/** More than closing and smoothing reach. */
const MARGIN = 16;

type Board = Readonly<{ map: GroupMap; groups: readonly Group[]; bodies: Mask; sealed: Mask; solder: Mask }>;

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
  const strip = chain.slice(1).flatMap((b, i) => gapStrip(chain[i] as Group, b, map));
  const box = windowOf(chosen, strip, map);
  const pixels = (list: Iterable<number>): Mask => windowed(list, box, map.width);
  const pads = mask(box.width, box.height);
  for (const { part } of chosen) fill(pads, part.pixels, box, map.width);
  const gap = subtract(pixels(strip), pads);
  const bodies = cropMask(board.bodies, box);
  const solder = cropMask(board.solder, box);

  const open = subtract(union(pads, gap), cropMask(board.sealed, box));
  if (!connected(open, chosen, box, map.width)) return undefined;
  const [gapArea, under] = [gap, both(gap, bodies)].map((m) => m.data.reduce((n, v) => n + v, 0));
  if (gapArea > 0 && under / gapArea > CUT) return undefined;

  const whole = smoothed(closeBy(union(pads, gap), ellipseElement(11)));
  const region = subtract(subtract(whole, bodies), solder);
  const bounds = boundsOf(region);
  if (!bounds) return undefined;
  if (!boundsOf(subtract(subtract(pads, solder), bodies))) return undefined;
  const side = Math.max(...chosen.map(({ part }) => Math.max(part.box.width, part.box.height)));
  const long = boundsOf(subtract(region, pads));
  if (long && Math.max(long.width, long.height) > GAP * side) return undefined;
  return {
    region: unwindowed(region, box, map),
    box: { ...bounds, x: bounds.x + box.x, y: bounds.y + box.y },
    area: region.data.reduce((n, v) => n + v, 0),
    groups: indices,
  };
}

/** True when all groups touch one part of what is open: each at its centre, or else at its first open pixel. */
function connected(open: Mask, groups: readonly Group[], box: Box, width: number): boolean {
  const { labels } = components(open);
  const found = groups.map(({ part, centre }) => {
    const at = (Math.trunc(centre.y) - box.y) * box.width + Math.trunc(centre.x) - box.x;
    if (labels[at]) return labels[at];
    let first = Number.POSITIVE_INFINITY;
    for (const i of part.pixels) {
      const x = i % width;
      const w = ((i - x) / width - box.y) * box.width + x - box.x;
      if (open.data[w] && w < first) first = w;
    }
    return labels[first] ?? 0;
  });
  return found[0] !== 0 && found.every((label) => label === found[0]);
}

function windowOf(groups: readonly Group[], strip: readonly number[], { width, height }: GroupMap): Box {
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
  for (const i of strip) hold(i % width, Math.floor(i / width));
  const x = Math.max(0, x0 - MARGIN);
  const y = Math.max(0, y0 - MARGIN);
  return { x, y, width: Math.min(width, x1 + MARGIN + 1) - x, height: Math.min(height, y1 + MARGIN + 1) - y };
}

function windowed(pixels: Iterable<number>, box: Box, width: number): Mask {
  const out = mask(box.width, box.height);
  fill(out, pixels, box, width);
  return out;
}

function fill(into: Mask, pixels: Iterable<number>, box: Box, width: number): void {
  for (const i of pixels) {
    const x = i % width;
    into.data[((i - x) / width - box.y) * box.width + x - box.x] = 1;
  }
}

function unwindowed(m: Mask, box: Box, { width, height }: GroupMap): Mask {
  const out = mask(width, height);
  for (let y = 0; y < box.height; y++)
    out.data.set(m.data.subarray(y * box.width, (y + 1) * box.width), (box.y + y) * width + box.x);
  return out;
}

function both(a: Mask, b: Mask): Mask {
  return { ...a, data: a.data.map((v, i) => v & b.data[i]) };
}
