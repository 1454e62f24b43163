import type { Random } from "../../kit/random.js";
import type { Drill, Placement, Point, Polygon } from "../board/board.js";
import {
  areaOf,
  circle,
  extent,
  grow,
  inPolygon,
  minus,
  polygonsOf,
  type Region,
  rectangle,
  regionOf,
  simplify,
  stroke,
  union,
} from "../shape/index.js";
import { newRouter, type Router } from "./router.js";

const TRACE = 0.16;
const CLEARANCE = 0.15;
const VIA = { drill: 0.25, land: 0.5 };
const POUR_GAP = 0.22;

/** Places to keep free of copper: mounting holes, fiducials. */
export type Keepout = Readonly<{ at: Point; radius: number }>;

export type Wiring = Readonly<{ copper: readonly Polygon[]; vias: readonly Drill[] }>;

type Terminal = Readonly<{
  part: number;
  at: Point;
  half: Point;
  net: number;
  ground: boolean;
  shape: Polygon;
}>;

/**
 * Wires a board so that it looks designed: pads are joined with near ones of other parts, some lead to vias,
 * the ground pads join a copper pour through spokes. Nothing is shorted: every trace keeps its distance.
 */
export function wire(
  parts: readonly Placement[],
  size: Point,
  keepouts: readonly Keepout[],
  random: Random,
): Wiring {
  const router = newRouter(size[0], size[1], { cell: 0.1, trace: TRACE, clearance: CLEARANCE });
  fence(router, size, keepouts);
  const terminals = terminalsOf(parts, random);
  for (const t of terminals) router.reserve(t.at, 0, t.net, t.half);
  const lines: Point[][] = [];
  const vias: Drill[] = [];
  const joined = new Set<number>();
  connectNear(terminals, router, random, lines, joined);
  fanOut(terminals, router, random, lines, vias, joined);
  const signal = union(
    stroke(lines, TRACE, { tolerance: 0.004 }),
    regionOf(vias.map((v) => ({ outline: circle(v.at, v.land / 2, 14), holes: [] }))),
    regionOf(terminals.filter((t) => !t.ground).map((t) => t.shape)),
  );
  const grounds = regionOf(terminals.filter((t) => t.ground).map((t) => t.shape));
  const pour = pourAround(signal, grounds, terminals, size, keepouts);
  const stitches = stitch(pour, random, size);
  return {
    copper: [
      ...polygonsOf(union(signal, pour)),
      ...stitches.map((v) => ({ outline: circle(v.at, v.land / 2, 14), holes: [] })),
    ],
    vias: [...vias, ...stitches],
  };
}

function fence(router: Router, size: Point, keepouts: readonly Keepout[]): void {
  const [w, h] = size;
  const edge = 0.3;
  router.reserve([w / 2, 0], 0, 0, [w / 2, edge]);
  router.reserve([w / 2, h], 0, 0, [w / 2, edge]);
  router.reserve([0, h / 2], 0, 0, [edge, h / 2]);
  router.reserve([w, h / 2], 0, 0, [edge, h / 2]);
  for (const k of keepouts) router.reserve(k.at, k.radius, 0);
}

function terminalsOf(parts: readonly Placement[], random: Random): Terminal[] {
  let net = 0;
  return parts.flatMap((p, part) =>
    p.pads.map((pad): Terminal => {
      const [x0, y0, x1, y1] = extent(pad.shape.outline);
      net++;
      const shared = p.pads.length < 40 ? 0.2 : 0.12;
      return {
        part,
        at: [(x0 + x1) / 2, (y0 + y1) / 2],
        half: [(x1 - x0) / 2, (y1 - y0) / 2],
        net,
        ground: random.chance(shared),
        shape: pad.shape,
      };
    }),
  );
}

/** Pads of different parts, the nearest pairs first, each pad once. */
function connectNear(
  terminals: readonly Terminal[],
  router: Router,
  random: Random,
  lines: Point[][],
  joined: Set<number>,
): void {
  const pairs: { a: Terminal; b: Terminal; length: number }[] = [];
  for (let i = 0; i < terminals.length; i++)
    for (let k = i + 1; k < terminals.length; k++) {
      const [a, b] = [terminals[i], terminals[k]];
      if (a.part === b.part || a.ground || b.ground) continue;
      const length = Math.hypot(a.at[0] - b.at[0], a.at[1] - b.at[1]);
      if (length < 9) pairs.push({ a, b, length: length * random.range(0.8, 1.6) });
    }
  pairs.sort((p, q) => p.length - q.length || p.a.net - q.a.net || p.b.net - q.b.net);
  for (const { a, b } of pairs) {
    if (joined.has(a.net) || joined.has(b.net)) continue;
    // Both ends become one net for the search: their own surroundings are open to it.
    router.reserve(b.at, 0, b.net, b.half);
    const line = routePair(router, a, b);
    if (!line) continue;
    lines.push(line);
    joined.add(a.net).add(b.net);
  }
}

/** The search runs from `a` through its own and free cells to the rim of `b`, then straight in. */
function routePair(router: Router, a: Terminal, b: Terminal): Point[] | undefined {
  const gate = gateOf(router, b, a.at);
  if (!gate) return undefined;
  const line = router.route(a.at, gate, a.net, 12_000);
  return line ? [...line, b.at] : undefined;
}

/** The nearest free spot outside the reserved rim of a pad, straight out of one of its sides. */
function gateOf(router: Router, t: Terminal, towards: Point): Point | undefined {
  const out = CLEARANCE + TRACE + 0.12;
  const exits: Point[] = [
    [t.at[0] + t.half[0] + out, t.at[1]],
    [t.at[0] - t.half[0] - out, t.at[1]],
    [t.at[0], t.at[1] + t.half[1] + out],
    [t.at[0], t.at[1] - t.half[1] - out],
  ];
  const far = (p: Point): number => Math.hypot(p[0] - towards[0], p[1] - towards[1]);
  return exits
    .map(([x, y]): Point => [Math.round(x * 10) / 10, Math.round(y * 10) / 10])
    .sort((p, q) => far(p) - far(q))
    .find((p) => router.free(p, TRACE / 2, -9));
}

/** Most pads that are still alone lead to a via near by, as to another layer. */
function fanOut(
  terminals: readonly Terminal[],
  router: Router,
  random: Random,
  lines: Point[][],
  vias: Drill[],
  joined: Set<number>,
): void {
  for (const t of terminals) {
    if (t.ground || joined.has(t.net) || random.chance(0.12)) continue;
    for (let trial = 0; trial < 24; trial++) {
      const angle = random.range(0, 2 * Math.PI);
      const distance = random.range(0.7, 1.1 + trial * 0.18) + Math.min(...t.half);
      const at: Point = [
        Math.round((t.at[0] + distance * Math.cos(angle)) * 10) / 10,
        Math.round((t.at[1] + distance * Math.sin(angle)) * 10) / 10,
      ];
      if (!router.free(at, VIA.land / 2 + CLEARANCE / 2, t.net)) continue;
      const line = router.route(t.at, at, t.net, 4000);
      if (!line) continue;
      router.reserve(at, VIA.land / 2, t.net);
      lines.push(line);
      vias.push({ at, diameter: VIA.drill, land: VIA.land });
      break;
    }
  }
}

/** The ground area: everything that is left, without slivers, joined to ground pads by four spokes. */
function pourAround(
  signal: Region,
  grounds: Region,
  terminals: readonly Terminal[],
  size: Point,
  keepouts: readonly Keepout[],
): Region {
  const [w, h] = size;
  const whole = regionOf([{ outline: rectangle([w / 2, h / 2], w - 0.8, h - 0.8, 0.6, 4), holes: [] }]);
  const kept = regionOf(keepouts.map((k) => ({ outline: circle(k.at, k.radius + 0.1, 32), holes: [] })));
  const open = minus(whole, grow(union(signal, grounds), POUR_GAP, { tolerance: 0.012 }), kept);
  // Shrinking and growing again takes away what is too thin to etch.
  const sound = simplify(grow(grow(open, -0.1, { tolerance: 0.012 }), 0.1, { tolerance: 0.012 }), 0.006);
  const areas = polygonsOf(sound).filter((p) => areaOf(regionOf([p])) > 0.6);
  const spokes = terminals
    .filter((t) => t.ground)
    .flatMap(spokesOf)
    .filter(([, end]) => areas.some((area) => inPolygon(end, area)));
  const bridges = minus(stroke(spokes, 0.25, { flat: true }), grow(signal, POUR_GAP), kept);
  return union(regionOf(areas), grounds, bridges);
}

/** From the middle of a pad over the gap in four directions. */
function spokesOf(t: Terminal): Point[][] {
  const [x, y] = t.at;
  const reach = POUR_GAP + 0.12;
  const [dx, dy] = [t.half[0] + reach, t.half[1] + reach];
  const ends: Point[] = [
    [x + dx, y],
    [x - dx, y],
    [x, y + dy],
    [x, y - dy],
  ];
  return ends.map((end) => [t.at, end]);
}

/** Vias that tie the pour to the other layers, scattered where it is wide. */
function stitch(pour: Region, random: Random, size: Point): Drill[] {
  const wide = polygonsOf(grow(pour, -0.45));
  const out: Drill[] = [];
  const inside = (p: Point): boolean => wide.some((poly) => inPolygon(p, poly));
  for (let y = 2; y < size[1] - 1; y += 2.1)
    for (let x = 2; x < size[0] - 1; x += 2.1) {
      const at: Point = [
        Math.round((x + random.range(-0.7, 0.7)) * 100) / 100,
        Math.round((y + random.range(-0.7, 0.7)) * 100) / 100,
      ];
      if (inside(at)) out.push({ at, diameter: VIA.drill, land: VIA.land });
    }
  return out;
}
