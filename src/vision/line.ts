type Point = Readonly<{ x: number; y: number }>;

/**
 * Pixels of the one pixel wide, 8-connected line between two whole-pixel points, clipped to a `width × height` image;
 * indices into the image, from left to right. The ends are clipped first, then Bresenham runs between what is left.
 */
export function linePixels(from: Point, to: Point, width: number, height: number): readonly number[] {
  const clipped = clip(from, to, width - 1, height - 1);
  if (!clipped) return [];
  let [{ x, y }, end] = clipped;
  if (end.x < x) [{ x, y }, end] = [end, { x, y }];
  const dx = end.x - x;
  const dy = Math.abs(end.y - y);
  const down = end.y < y ? -width : width;
  // Along the longer side every step is taken, along the shorter one now and then.
  const steep = dy > dx;
  const [long, short] = steep ? [dy, dx] : [dx, dy];
  const [always, sometimes] = steep ? [down, 1] : [1, down];
  const out = new Array<number>(long + 1);
  let error = long - 2 * short;
  let at = y * width + x;
  for (let i = 0; i <= long; i++) {
    out[i] = at;
    if (error < 0) {
      error += 2 * long;
      at += sometimes;
    }
    error -= 2 * short;
    at += always;
  }
  return out;
}

/** Cohen–Sutherland with whole numbers; steps are cut towards zero, and the second end is cut against the moved first. */
function clip(from: Point, to: Point, right: number, bottom: number): [Point, Point] | undefined {
  const sides = (p: Point): number =>
    (p.x < 0 ? 1 : p.x > right ? 2 : 0) | (p.y < 0 ? 4 : p.y > bottom ? 8 : 0);
  let a = from;
  let b = to;
  const toRow = (p: Point): Point => {
    const y = sides(p) & 8 ? bottom : 0;
    return { x: p.x + Math.trunc(((y - p.y) * (b.x - a.x)) / (b.y - a.y)), y };
  };
  const toColumn = (p: Point): Point => {
    const x = sides(p) & 2 ? right : 0;
    return { x, y: p.y + Math.trunc(((x - p.x) * (b.y - a.y)) / (b.x - a.x)) };
  };
  if ((sides(a) & sides(b)) === 0) {
    if (sides(a) & 12) a = toRow(a);
    if (sides(b) & 12) b = toRow(b);
    if ((sides(a) & sides(b)) === 0) {
      if (sides(a)) a = toColumn(a);
      if (sides(b)) b = toColumn(b);
    }
  }
  return sides(a) | sides(b) ? undefined : [a, b];
}
