import type { Point } from "../board/board.js";

/**
 * A maze router on one layer: a grid of cells, each free, forbidden, or reserved for one net. Copper reserves
 * the cells from which a trace's centre would come too near. Paths run in eight directions.
 */
export type Router = Readonly<{
  /** Reserves a disc (trace end, via) or, with `half`, a rectangle for a net; net 0 forbids all. */
  reserve: (at: Point, radius: number, net: number, half?: Point) => void;
  /** True when a disc of copper may stand there. */
  free: (at: Point, radius: number, net: number) => boolean;
  /** The corners of a path, which is then reserved; undefined when there is none within `effort` cells. */
  route: (from: Point, to: Point, net: number, effort?: number) => Point[] | undefined;
}>;

const FREE = 0;
const FORBIDDEN = -1;

const STEPS: readonly (readonly [dx: number, dy: number, cost: number])[] = [
  [1, 0, 10],
  [1, 1, 14],
  [0, 1, 10],
  [-1, 1, 14],
  [-1, 0, 10],
  [-1, -1, 14],
  [0, -1, 10],
  [1, -1, 14],
];

export function newRouter(
  width: number,
  height: number,
  o: { cell: number; trace: number; clearance: number },
): Router {
  const [columns, rows] = [Math.ceil(width / o.cell) + 1, Math.ceil(height / o.cell) + 1];
  const owner = new Int32Array(columns * rows);
  const reach = o.clearance + o.trace / 2;
  const cellOf = (p: Point): readonly [number, number] => [
    Math.min(columns - 1, Math.max(0, Math.round(p[0] / o.cell))),
    Math.min(rows - 1, Math.max(0, Math.round(p[1] / o.cell))),
  ];

  const each = (at: Point, half: Point, radius: number, f: (index: number) => boolean): boolean => {
    const [x0, y0] = cellOf([at[0] - half[0] - radius, at[1] - half[1] - radius]);
    const [x1, y1] = cellOf([at[0] + half[0] + radius, at[1] + half[1] + radius]);
    for (let y = y0; y <= y1; y++)
      for (let x = x0; x <= x1; x++) {
        const dx = Math.max(0, Math.abs(x * o.cell - at[0]) - half[0]);
        const dy = Math.max(0, Math.abs(y * o.cell - at[1]) - half[1]);
        if (dx * dx + dy * dy <= radius * radius && !f(y * columns + x)) return false;
      }
    return true;
  };

  const reserve = (at: Point, radius: number, net: number, half: Point = [0, 0]): void => {
    each(at, half, radius + reach, (i) => {
      owner[i] = net === 0 || (owner[i] !== FREE && owner[i] !== net) ? FORBIDDEN : net;
      return true;
    });
  };

  const free = (at: Point, radius: number, net: number): boolean =>
    each(
      at,
      [0, 0],
      Math.max(0, radius - o.trace / 2) + o.cell,
      (i) => owner[i] === FREE || owner[i] === net,
    );

  const route = (from: Point, to: Point, net: number, effort = 40_000): Point[] | undefined => {
    const [sx, sy] = cellOf(from);
    const [tx, ty] = cellOf(to);
    const path = search(owner, columns, rows, [sx, sy], [tx, ty], net, effort);
    if (!path) return undefined;
    const corners = path.map(([x, y]): Point => [x * o.cell, y * o.cell]);
    const line = straighten([from, ...corners.slice(1, -1), to]);
    for (const [x, y] of path) reserve([x * o.cell, y * o.cell], o.trace / 2, net);
    return line;
  };
  return { reserve, free, route };
}

/** A* with a small price on turns. States are cells; the direction of arrival decides the turn. */
function search(
  owner: Int32Array,
  columns: number,
  rows: number,
  from: readonly [number, number],
  to: readonly [number, number],
  net: number,
  effort: number,
): (readonly [number, number])[] | undefined {
  const start = from[1] * columns + from[0];
  const goal = to[1] * columns + to[0];
  const best = new Map<number, number>([[start, 0]]);
  const came = new Map<number, number>();
  const direction = new Map<number, number>();
  const heap = newHeap();
  heap.push(start, 0);
  const estimate = (x: number, y: number): number => {
    const [dx, dy] = [Math.abs(x - to[0]), Math.abs(y - to[1])];
    return 10 * Math.max(dx, dy) + 4 * Math.min(dx, dy);
  };
  for (let visited = 0; visited < effort; visited++) {
    const at = heap.pop();
    if (at === undefined) return undefined;
    if (at === goal) break;
    const [x, y] = [at % columns, Math.floor(at / columns)];
    const cost = best.get(at) as number;
    for (let d = 0; d < 8; d++) {
      const [dx, dy, length] = STEPS[d];
      const [nx, ny] = [x + dx, y + dy];
      if (nx < 0 || ny < 0 || nx >= columns || ny >= rows) continue;
      const next = ny * columns + nx;
      if (owner[next] !== FREE && owner[next] !== net) continue;
      const before = direction.get(at);
      const bend = before === undefined ? 0 : Math.min((d - before + 8) % 8, (before - d + 8) % 8);
      if (bend > 2) continue;
      const total = cost + length + bend * 6;
      if (total >= (best.get(next) ?? Infinity)) continue;
      best.set(next, total);
      came.set(next, at);
      direction.set(next, d);
      heap.push(next, total + estimate(nx, ny));
    }
  }
  if (!came.has(goal)) return undefined;
  const out: (readonly [number, number])[] = [];
  for (let at: number | undefined = goal; at !== undefined; at = at === start ? undefined : came.get(at))
    out.push([at % columns, Math.floor(at / columns)]);
  return out.reverse();
}

/** Drops corners on straight runs. */
function straighten(points: readonly Point[]): Point[] {
  return points.filter((p, i) => {
    const [a, b] = [points[i - 1], points[i + 1]];
    if (!a || !b) return true;
    return Math.abs((p[0] - a[0]) * (b[1] - a[1]) - (p[1] - a[1]) * (b[0] - a[0])) > 1e-9;
  });
}

type Heap = Readonly<{ push: (value: number, key: number) => void; pop: () => number | undefined }>;

/** A binary heap; equal keys leave in the order of their values, so that paths do not depend on anything else. */
function newHeap(): Heap {
  const values: number[] = [];
  const keys: number[] = [];
  const less = (a: number, b: number): boolean =>
    keys[a] < keys[b] || (keys[a] === keys[b] && values[a] < values[b]);
  const swap = (a: number, b: number): void => {
    [values[a], values[b]] = [values[b], values[a]];
    [keys[a], keys[b]] = [keys[b], keys[a]];
  };
  return {
    push: (value, key) => {
      let i = values.length;
      values.push(value);
      keys.push(key);
      while (i > 0 && less(i, (i - 1) >> 1)) {
        swap(i, (i - 1) >> 1);
        i = (i - 1) >> 1;
      }
    },
    pop: () => {
      if (values.length === 0) return undefined;
      swap(0, values.length - 1);
      const out = values.pop();
      keys.pop();
      let i = 0;
      for (;;) {
        let small = i;
        for (const child of [2 * i + 1, 2 * i + 2])
          if (child < values.length && less(child, small)) small = child;
        if (small === i) return out;
        swap(i, small);
        i = small;
      }
    },
  };
}
