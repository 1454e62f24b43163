type Vector = Readonly<{ x: number; y: number }>;

/**
 * First right singular vector of centred points, at least two. Which of its two directions is meant decides how a
 * chain is walked, and with it single pixels of clipped lines: it is the one that LAPACK gives, by Householder
 * reflections to an upper triangle and then the two-by-two case.
 */
export function mainAxis(points: readonly Vector[]): Vector {
  let [xx, xy, yy] = [0, 0, 0];
  for (const { x, y } of points) {
    xx += x * x;
    xy += x * y;
    yy += y * y;
  }
  const angle = 0.5 * Math.atan2(2 * xy, xx - yy);
  const straight = xx >= yy ? { x: 1, y: 0 } : { x: 0, y: 1 };
  const axis = xy === 0 ? straight : { x: Math.cos(angle), y: Math.sin(angle) };
  const [first, second] = triangle(points);
  const agrees = Math.abs(second) > Math.abs(first) ? axis.y * second >= 0 : axis.x * first >= 0;
  return agrees ? axis : { x: -axis.x, y: -axis.y };
}

/** The diagonal of the triangle that reflections make of the points as rows. */
function triangle(points: readonly Vector[]): readonly [number, number] {
  const column = points.map((p) => p.x);
  const pivot = column[0] as number;
  const first = reflected(column);
  let other = points.map((p) => p.y);
  if (first !== pivot) {
    const v = column.map((x, i) => (i === 0 ? 1 : x / (pivot - first)));
    const along = ((first - pivot) / first) * v.reduce((sum, a, i) => sum + a * (other[i] as number), 0);
    other = other.map((y, i) => y - along * (v[i] as number));
  }
  return [first, reflected(other.slice(1))];
}

/** What a Householder reflection makes of a vector's first element: its length, against the sign of the element. */
function reflected(vector: readonly number[]): number {
  const [first = 0, ...rest] = vector;
  if (rest.every((v) => v === 0)) return first;
  const length = Math.sqrt(vector.reduce((sum, v) => sum + v * v, 0));
  return first < 0 || Object.is(first, -0) ? length : -length;
}
