import type { Placement, Point, Polygon } from "../board/board.js";
import { localPads, type PackageSpec, recognise } from "../packages/index.js";
import {
  extent,
  fromFrame,
  grow,
  minus,
  polygonsOf,
  type Region,
  rectangle,
  regionOf,
  stroke,
  textStrokes,
  textWidth,
  union,
} from "../shape/index.js";

const LINE = 0.12;

type Rect = readonly [x0: number, y0: number, x1: number, y1: number];

export type Caption = Readonly<{ text: string; at: Point; height: number; rotation?: number }>;

/**
 * The legend: outlines and polarity marks of the parts, references where there is room (over, under or beside
 * a part, never on pads, bodies or other text), captions.
 */
export function legend(
  parts: readonly Placement[],
  captions: readonly Caption[],
  o: { height: number; blocked?: readonly Rect[]; size: Point },
): Polygon[] {
  const regions: Region[] = [];
  const busy: Rect[] = [...(o.blocked ?? [])];
  const boxes = parts.map(boxOf);
  busy.push(...boxes);
  for (const c of captions) {
    regions.push(lettering(c.text, c.at, c.height, c.rotation ?? 0));
    busy.push(textBox(c.text, c.at, c.height, (c.rotation ?? 0) % 180 !== 0));
  }
  parts.forEach((p, i) => {
    const drawn = outlineOf(p);
    if (drawn) regions.push(drawn);
    const spot = roomFor(p.ref, boxes[i], busy, o.height, o.size);
    if (!spot) return;
    regions.push(lettering(p.ref, spot.at, o.height, spot.rotation));
    busy.push(textBox(p.ref, spot.at, o.height, spot.rotation !== 0));
  });
  const lands = regionOf(parts.flatMap((p) => p.pads.map((pad) => pad.shape)));
  return polygonsOf(minus(union(...regions), grow(lands, 0.1, { tolerance: 0.02 })));
}

function lettering(text: string, at: Point, height: number, rotation: number): Region {
  return stroke(textStrokes(text, { at, height, rotation }), Math.max(0.1, height * 0.15), {
    tolerance: 0.012,
  });
}

/** The part with its pads, a little larger. */
function boxOf(p: Placement): Rect {
  const spec = recognise(p).spec;
  const frame = { at: p.at, rotation: p.rotation };
  const body = spec
    ? rectangle([0, 0], spec.body[0], spec.body[1]).map((q) => fromFrame(q, turned(frame, spec)))
    : [];
  const [x0, y0, x1, y1] = extent([...p.pads.flatMap((pad) => pad.shape.outline), ...body]);
  return [x0 - 0.12, y0 - 0.12, x1 + 0.12, y1 + 0.12];
}

function turned(frame: { at: Point; rotation: number }, spec: PackageSpec): { at: Point; rotation: number } {
  return { at: frame.at, rotation: frame.rotation + spec.turn };
}

function textBox(text: string, at: Point, height: number, upright: boolean): Rect {
  const [w, h] = [textWidth(text, height) / 2 + 0.12, height / 2 + 0.12];
  return upright
    ? [at[0] - h, at[1] - w, at[0] + h, at[1] + w]
    : [at[0] - w, at[1] - h, at[0] + w, at[1] + h];
}

function roomFor(
  text: string,
  box: Rect,
  busy: readonly Rect[],
  height: number,
  size: Point,
): { at: Point; rotation: number } | undefined {
  const [x0, y0, x1, y1] = box;
  const [mx, my] = [(x0 + x1) / 2, (y0 + y1) / 2];
  const gap = height / 2 + 0.13;
  const wide = textWidth(text, height) / 2 + 0.13;
  const tries: { at: Point; rotation: number }[] = [
    { at: [mx, y1 + gap], rotation: 0 },
    { at: [mx, y0 - gap], rotation: 0 },
    { at: [x1 + gap, my], rotation: 90 },
    { at: [x0 - gap, my], rotation: 90 },
    { at: [x1 + wide, my], rotation: 0 },
    { at: [x0 - wide, my], rotation: 0 },
  ];
  return tries.find(({ at, rotation }) => {
    const own = textBox(text, at, height, rotation !== 0);
    if (own[0] < 0.5 || own[1] < 0.5 || own[2] > size[0] - 0.5 || own[3] > size[1] - 0.5) return false;
    return !busy.some((b) => own[0] < b[2] && own[2] > b[0] && own[1] < b[3] && own[3] > b[1]);
  });
}

/** Two strokes beside a chip, brackets around larger bodies, a dot or bar at pin 1. */
function outlineOf(p: Placement): Region | undefined {
  const spec = recognise(p).spec;
  if (!spec) return undefined;
  const pads = localPads(p);
  const [hx, hy] = [spec.body[0] / 2, spec.body[1] / 2];
  const frame = turned({ at: p.at, rotation: p.rotation }, spec);
  const lines: Point[][] = [];
  const chip = ["resistor", "capacitor", "inductor", "led"].includes(spec.family) && spec.style !== "moulded";
  const y = hy + 0.16;
  if (chip) {
    const x = hx * 0.28;
    if (hx > 0.6)
      lines.push(
        [
          [-x, y],
          [x, y],
        ],
        [
          [-x, -y],
          [x, -y],
        ],
      );
  } else {
    const x = hx + 0.14;
    const [cx, cy] = [Math.min(0.9, hx * 0.5), Math.min(0.9, hy * 0.5)];
    for (const sx of [-1, 1])
      for (const sy of [-1, 1])
        lines.push([
          [sx * (x - cx), sy * y],
          [sx * x, sy * y],
          [sx * x, sy * (y - cy)],
        ]);
  }
  const marks: Region[] = [];
  if (["diode", "tantalum", "electrolytic", "led"].includes(spec.family)) {
    const [x0] = extent(pads.flatMap((q) => q.outline));
    const x = Math.min(x0, -hx) - 0.2;
    lines.push([
      [x, -hy * 0.8],
      [x, hy * 0.8],
    ]);
  } else if (!chip && pads.length > 2) {
    const first = pads.find((q) => q.pin === "1" || q.pin === "A1") ?? pads[0];
    const angle = (spec.turn * -Math.PI) / 180;
    const at: Point = [
      first.at[0] * Math.cos(angle) - first.at[1] * Math.sin(angle),
      first.at[0] * Math.sin(angle) + first.at[1] * Math.cos(angle),
    ];
    const out = Math.max(Math.abs(at[0]), hx) + Math.max(...first.size) / 2 + 0.3;
    const spot = fromFrame([-out, at[1]], frame);
    marks.push(regionOf([{ outline: rectangle(spot, 0.3, 0.3, 0.15, 3), holes: [] }]));
  }
  if (lines.length === 0) return marks[0];
  const placed = lines.map((l) => l.map((q) => fromFrame(q, frame)));
  return union(stroke(placed, LINE, { tolerance: 0.012 }), ...marks);
}
