import type { Point } from "../board/board.js";

/** A piece of a drawing: an open line, or a ring that is closed already. */
export type Piece = Readonly<{ points: readonly Point[]; closed: boolean }>;

export type Chained = Readonly<{
  rings: readonly (readonly Point[])[];
  /** Pieces that no ring could be made of, joined as far as they go. */
  open: readonly (readonly Point[])[];
  /** The widest gap that was bridged, millimetres. */
  gap: number;
}>;

/**
 * Joins lines end to end into rings. Ends meet where they are at most `tolerance` millimetres apart; of several
 * candidates the nearest is taken. Quick on thousands of pieces: ends are looked up in a grid.
 */
export function chain(pieces: readonly Piece[], tolerance: number): Chained {
  const rings: (readonly Point[])[] = [];
  const lines: (readonly Point[])[] = [];
  for (const piece of pieces) {
    if (piece.closed) {
      if (piece.points.length >= 3) rings.push(piece.points);
    } else if (piece.points.length >= 2) lines.push(piece.points);
  }
  const ends = endGrid(lines, tolerance);
  const used = new Uint8Array(lines.length);
  const open: (readonly Point[])[] = [];
  let gap = 0;
  for (let first = 0; first < lines.length; first++) {
    if (used[first]) continue;
    used[first] = 1;
    let path = [...lines[first]];
    // Forwards first, then (turned round) from the other end, so that an open line is found whole.
    for (let side = 0; side < 2; side++) {
      for (;;) {
        const tail = path[path.length - 1];
        const next = ends.nearest(tail, used);
        const home = path.length > 2 ? distance(tail, path[0]) : Infinity;
        if (home <= tolerance && home <= (next?.distance ?? Infinity)) break;
        if (!next) break;
        used[next.line] = 1;
        gap = Math.max(gap, next.distance);
        const points = next.atStart ? lines[next.line] : [...lines[next.line]].reverse();
        // Past rounding errors both ends are kept: a bridge of their own joins them.
        for (let i = next.distance < 1e-6 ? 1 : 0; i < points.length; i++) path.push(points[i]);
      }
      if (path.length > 2 && distance(path[path.length - 1], path[0]) <= tolerance) break;
      path = path.reverse();
    }
    const home = distance(path[path.length - 1], path[0]);
    if (path.length > 3 && home <= tolerance) {
      gap = Math.max(gap, home);
      if (home < 1e-6) path.pop();
      rings.push(path);
    } else open.push(path);
  }
  return { rings, open, gap };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}

type End = { line: number; atStart: boolean; point: Point };

function endGrid(lines: readonly (readonly Point[])[], tolerance: number) {
  const cell = Math.max(tolerance, 1e-6);
  const cells = new Map<string, End[]>();
  const key = (x: number, y: number) => `${x},${y}`;
  const put = (end: End) => {
    const k = key(Math.floor(end.point[0] / cell), Math.floor(end.point[1] / cell));
    const list = cells.get(k);
    if (list) list.push(end);
    else cells.set(k, [end]);
  };
  lines.forEach((line, i) => {
    put({ line: i, atStart: true, point: line[0] });
    put({ line: i, atStart: false, point: line[line.length - 1] });
  });
  return {
    nearest(at: Point, used: Uint8Array): (End & { distance: number }) | undefined {
      const [cx, cy] = [Math.floor(at[0] / cell), Math.floor(at[1] / cell)];
      let best: (End & { distance: number }) | undefined;
      for (let x = cx - 1; x <= cx + 1; x++)
        for (let y = cy - 1; y <= cy + 1; y++)
          for (const end of cells.get(key(x, y)) ?? []) {
            if (used[end.line]) continue;
            const d = distance(at, end.point);
            if (d <= tolerance && d < (best?.distance ?? Infinity)) best = { ...end, distance: d };
          }
      return best;
    },
  };
}
