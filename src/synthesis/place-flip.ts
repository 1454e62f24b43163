import type { Random } from "../kit/random.js";
import {
  area,
  boundsOf,
  centroid,
  components,
  distanceTo,
  gaussianBlur,
  gradient,
  intersect,
  invert,
  type Mask,
  mask,
  maskOf,
  type Plane,
} from "../vision/index.js";
import { contactsOf } from "./material.js";
import { drawBlob, drawFrom, drawStroke, drawVariation, footOf, stamp, type Variation } from "./shape.js";
import type { Exemplar, Flip, Point, Recipe } from "./types.js";

/** Pixels along the border of the crop that stay free. */
export const MARGIN = 3;

/** A place that was found: the pixels to change, and how it came about. */
export type Placed = Readonly<{
  region: Mask;
  exemplar?: number;
  variation?: Variation;
  at: Point;
}>;

/** What is known of the crop a flip goes to; computed once per crop and kind of flip. */
type Ground = Readonly<{
  material: Mask;
  flip: Flip;
  /** Material that will change, and the one it turns into. */
  from: Mask;
  into: Mask;
  /** Distance to the material it turns into. */
  depth: Plane;
}>;

/**
 * Finds a legal place for a change of material on a two-tone crop: an island well inside the material that
 * changes, a bump or bite on an edge, or a bridge across a gap, whose contacts come out as the flip asks. Up to
 * `tries` attempts; undefined when none fits.
 */
export function placeFlip(
  material: Mask,
  recipe: Recipe,
  exemplars: readonly Exemplar[],
  random: Random,
  tries = 40,
): (Placed & { flip: Flip }) | undefined {
  const flip = random.pick(recipe.flips);
  const from = flip.toLight ? invert(material) : material;
  const into = flip.toLight ? material : invert(material);
  const ground: Ground = { material, flip, from, into, depth: distanceTo(into) };
  const find = [island, bump, bridge][flip.contacts];
  const edges = flip.contacts === 0 ? [] : edgePixels(ground);
  // Much smaller than the smallest that was ever seen is no defect but dirt.
  const least = Math.max(8, 0.3 * recipe.long[0] * recipe.across[0]);
  for (let k = 0; k < tries; k++) {
    const placed = find(ground, edges, recipe, exemplars, random);
    if (!placed) continue;
    const n = area(placed.region);
    if (n < least || !clearOfBorder(placed.region)) continue;
    if (contactsOf(material, placed.region, flip.toLight, flip.contacts === 0 ? 2.5 : 2) === flip.contacts)
      return { ...placed, flip };
  }
  return undefined;
}

/** Share of shapes that are drawn instead of taken from an exemplar: all without one, a quarter with plenty. */
function drawnShare(recipe: Recipe, exemplars: number): number {
  if (exemplars === 0) return 1;
  return recipe.borrowed ? 0.5 : 0.25 + 0.5 / (1 + exemplars / 2);
}

type Edge = Readonly<{ x: number; y: number; nx: number; ny: number }>;

/** Pixels of the changing material beside the other one, with the direction away from the other. */
function edgePixels({ from, into }: Ground): Edge[] {
  const soft = gaussianBlur({ ...into, data: Float32Array.from(into.data) }, 1.5);
  const { gx, gy } = gradient(soft);
  const { width, height } = from;
  const out: Edge[] = [];
  for (let y = MARGIN + 2; y < height - MARGIN - 2; y++)
    for (let x = MARGIN + 2; x < width - MARGIN - 2; x++) {
      const i = y * width + x;
      if (!from.data[i]) continue;
      if (!into.data[i - 1] && !into.data[i + 1] && !into.data[i - width] && !into.data[i + width]) continue;
      const g = Math.hypot(gx.data[i], gy.data[i]);
      if (g > 0.05) out.push({ x, y, nx: -gx.data[i] / g, ny: -gy.data[i] / g });
    }
  return out;
}

function island(
  { from, depth }: Ground,
  _: readonly Edge[],
  recipe: Recipe,
  exemplars: readonly Exemplar[],
  random: Random,
): Placed | undefined {
  const { width, height } = from;
  const x = MARGIN + random.int(Math.max(1, width - 2 * MARGIN));
  const y = MARGIN + random.int(Math.max(1, height - 2 * MARGIN));
  const room = depth.data[y * width + x];
  if (room < 4.5) return undefined;
  // Shrink to the room there is: a pin-hole in a track is smaller than one in a plane.
  const widest = Math.max(3, 2 * (room - 2.5));
  if (random.chance(drawnShare(recipe, recipe.exemplars.length))) {
    const long = Math.min(drawFrom(random, recipe.long), widest * 1.3, 22);
    const across = Math.min(Math.max(3, drawFrom(random, recipe.across)), long, widest);
    const blob = drawBlob(random, long, across);
    const v = { ...drawVariation(random), scaleX: 1, scaleY: 1 };
    return { region: stamp(blob, middle(blob), { x, y }, v, from, random), variation: v, at: { x, y } };
  }
  const pick = random.pick(recipe.exemplars);
  const e = exemplars[pick];
  const v0 = drawVariation(random);
  const shrink = Math.min(1, widest / Math.max(1, e.across * Math.abs(v0.scaleX)), (widest * 2) / e.long);
  const v = { ...v0, scaleX: v0.scaleX * shrink, scaleY: v0.scaleY * shrink };
  const region = stamp(e.mask, centroid(e.mask), { x, y }, v, from, random);
  return { region: largest(region), exemplar: pick, variation: v, at: { x, y } };
}

function bump(
  ground: Ground,
  edges: readonly Edge[],
  recipe: Recipe,
  exemplars: readonly Exemplar[],
  random: Random,
): Placed | undefined {
  if (edges.length === 0) return undefined;
  const edge = random.pick(edges);
  const { from } = ground;
  const room = reach(from, edge, 60);
  const away = Math.atan2(edge.ny, edge.nx) + random.range(-0.35, 0.35);
  // The foot sits a little inside the other material, so that the bump grows out of it.
  const to = { x: edge.x - 1.2 * edge.nx, y: edge.y - 1.2 * edge.ny };
  const own = recipe.exemplars.filter((i) => exemplars[i].anchors.length > 0);
  const drawn = random.chance(drawnShare(recipe, own.length));
  const v = drawVariation(random);
  let whole: Mask;
  let exemplar: number | undefined;
  let angle: number;
  if (drawn) {
    const long = Math.min(drawFrom(random, recipe.long), 0.75 * room + 2);
    const across = Math.min(drawFrom(random, recipe.across), long);
    const blob = drawBlob(random, Math.max(4, long), Math.max(3, across));
    angle = away + (random.chance(0.3) ? random.range(-1.2, 1.2) : 0);
    const foot = { x: (blob.width - 1) / 2 - 0.4 * long, y: (blob.height - 1) / 2 };
    whole = stamp(blob, foot, to, { ...v, angle, scaleX: 1, scaleY: 1 }, from, random);
  } else {
    exemplar = random.pick(own);
    const e = exemplars[exemplar];
    const foot = footOf(e);
    const c = centroid(e.mask);
    const height = 2 * Math.hypot(c.x - foot.x, c.y - foot.y);
    const shrink = Math.min(1, (0.75 * room) / Math.max(1, height * Math.abs(v.scaleX)));
    const mirrored = v.scaleY < 0 ? -1 : 1;
    // The mirror acts on the patch's y axis before the turn.
    angle = away - Math.atan2(mirrored * (c.y - foot.y), c.x - foot.x);
    whole = stamp(
      e.mask,
      foot,
      to,
      { ...v, angle, scaleX: v.scaleX * shrink, scaleY: v.scaleY * shrink },
      from,
      random,
    );
  }
  const region = attached(intersect(whole, from), edge);
  if (!region || area(region) < 0.5 * area(whole)) return undefined;
  return {
    region,
    ...(exemplar === undefined ? {} : { exemplar }),
    variation: { ...v, angle },
    at: { x: edge.x, y: edge.y },
  };
}

function bridge(
  ground: Ground,
  edges: readonly Edge[],
  recipe: Recipe,
  exemplars: readonly Exemplar[],
  random: Random,
): Placed | undefined {
  if (edges.length === 0) return undefined;
  const edge = random.pick(edges);
  const { from } = ground;
  const slant = random.range(-0.45, 0.45);
  const angle = Math.atan2(edge.ny, edge.nx) + slant;
  const ray = { ...edge, nx: Math.cos(angle), ny: Math.sin(angle) };
  const length = reach(from, ray, recipe.gap[1] + 1);
  if (length > recipe.gap[1] || length < Math.min(2, recipe.gap[0])) return undefined;
  const end = { x: edge.x + length * ray.nx, y: edge.y + length * ray.ny };
  if (end.x < MARGIN || end.y < MARGIN || end.x >= from.width - MARGIN || end.y >= from.height - MARGIN)
    return undefined;
  // The other side has to face this one; otherwise the ray only cuts a corner.
  const facing = nearest(edges, end);
  if (!facing || facing.nx * ray.nx + facing.ny * ray.ny > -0.5) return undefined;
  const a = { x: edge.x - 1.5 * ray.nx, y: edge.y - 1.5 * ray.ny };
  const b = { x: end.x + 1.5 * ray.nx, y: end.y + 1.5 * ray.ny };
  const own = recipe.exemplars.filter((i) => exemplars[i].anchors.length >= 2);
  if (!random.chance(Math.max(0.4, drawnShare(recipe, own.length)))) {
    const pick = random.pick(own);
    const placed = spanning(exemplars[pick], a, b, from, random);
    const region = placed && between(intersect(placed.mask, from), edge);
    if (region && area(region) >= 0.5 * area(intersect(placed.mask, from)))
      return { region, exemplar: pick, variation: placed.variation, at: middlePoint(a, b) };
  }
  // Across a bridge its narrow side counts: strokes as wide as the exemplars' slim extent.
  const [slim, broad] = recipe.across;
  const width = Math.min(11, Math.max(1.8, drawFrom(random, [0.5 * slim, 0.75 * Math.sqrt(slim * broad)])));
  const stroke = drawStroke(random, a, b, width, from);
  const region = between(intersect(stroke, from), edge);
  return region && { region, at: middlePoint(a, b) };
}

/** An exemplar's bridge, turned and stretched to span a and b. Undefined when it would be badly distorted. */
function spanning(
  e: Exemplar,
  a: Point,
  b: Point,
  size: { width: number; height: number },
  random: Random,
): { mask: Mask; variation: Variation } | undefined {
  const [p, q] = random.chance(0.5) ? [e.anchors[0], e.anchors[1]] : [e.anchors[1], e.anchors[0]];
  const span = Math.hypot(q.x - p.x, q.y - p.y);
  const length = Math.hypot(b.x - a.x, b.y - a.y);
  const scale = length / Math.max(1, span);
  if (scale < 0.45 || scale > 2.2) return undefined;
  const mirror = random.chance(0.5) ? -1 : 1;
  const turn = Math.atan2(b.y - a.y, b.x - a.x) - Math.atan2(mirror * (q.y - p.y), q.x - p.x);
  const v: Variation = { angle: turn, scaleX: scale, scaleY: scale * mirror, wobble: random.range(0.3, 1) };
  return { mask: stamp(e.mask, p, a, v, size, random), variation: v };
}

/** Steps from an edge along its direction until the material ends; `limit` + 1 when it does not. */
function reach(from: Mask, { x, y, nx, ny }: Edge, limit: number): number {
  for (let s = 1; s <= limit; s += 0.5) {
    const u = Math.round(x + s * nx);
    const v = Math.round(y + s * ny);
    if (u < 0 || v < 0 || u >= from.width || v >= from.height) return limit + 1;
    if (!from.data[v * from.width + u]) return s;
  }
  return limit + 1;
}

function nearest(edges: readonly Edge[], { x, y }: Point): Edge | undefined {
  let best: Edge | undefined;
  let far = 3.5;
  for (const edge of edges) {
    const d = Math.hypot(edge.x - x, edge.y - y);
    if (d < far) {
      far = d;
      best = edge;
    }
  }
  return best;
}

/** The part of a region that contains the edge pixel, or passes within 2 pixels of it. */
function attached(region: Mask, { x, y }: Point): Mask | undefined {
  const { labels, parts } = components(region);
  for (let r = 0; r <= 2; r++)
    for (let v = y - r; v <= y + r; v++)
      for (let u = x - r; u <= x + r; u++) {
        const id =
          u < 0 || v < 0 || u >= region.width || v >= region.height ? 0 : labels[v * region.width + u];
        if (id) return maskOf(region, [parts[id - 1]]);
      }
  return undefined;
}

const between = attached;

function largest(region: Mask): Mask {
  const { parts } = components(region);
  const best = [...parts].sort((a, b) => b.area - a.area || a.id - b.id)[0];
  return best ? maskOf(region, [best]) : mask(region.width, region.height);
}

export function clearOfBorder(region: Mask, margin = MARGIN): boolean {
  const box = boundsOf(region);
  return (
    box !== undefined &&
    box.x >= margin &&
    box.y >= margin &&
    box.x + box.width <= region.width - margin &&
    box.y + box.height <= region.height - margin
  );
}

function middle(m: Mask): Point {
  return { x: (m.width - 1) / 2, y: (m.height - 1) / 2 };
}

function middlePoint(a: Point, b: Point): Point {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}
