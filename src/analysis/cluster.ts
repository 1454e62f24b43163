/**
 * Groups feature vectors by Ward's agglomeration, which prefers groups of similar size to one big and many tiny ones;
 * the number of groups (1 … `most`) is the one with the best mean silhouette, 1 when none is convincing.
 * Deterministic. Meant for up to a few hundred vectors.
 *
 * @param features row-major n × dim
 * @returns the group number of each vector, largest group first
 */
export function agglomerate(features: Float32Array, dim: number, most = 8): number[] {
  const n = dim === 0 ? 0 : features.length / dim;
  if (n === 0) return [];
  const distance = distances(features, n, dim);
  const limit = Math.min(most, Math.floor(n / 3));
  let labels = new Array<number>(n).fill(0);
  let best = 0.08;
  merge(distance, n, (count, groups) => {
    if (count > limit || count < 2) return;
    const value = silhouette(distance, n, groups, count);
    // Merging goes from many groups to few: on a near tie fewer groups are easier to act on.
    if (value >= best - 0.01) {
      best = Math.max(best, value);
      labels = [...groups];
    }
  });
  return bySize(labels);
}

/** The member with the smallest sum of distances to the other members. */
export function medoid(features: Float32Array, dim: number, members: readonly number[]): number {
  let chosen = members[0];
  let least = Number.POSITIVE_INFINITY;
  for (const a of members) {
    let sum = 0;
    for (const b of members) sum += euclid(features, dim, a, b);
    if (sum < least) {
      least = sum;
      chosen = a;
    }
  }
  return chosen;
}

function distances(features: Float32Array, n: number, dim: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let a = 0; a < n; a++)
    for (let b = a + 1; b < n; b++) {
      const d = euclid(features, dim, a, b);
      out[a * n + b] = d;
      out[b * n + a] = d;
    }
  return out;
}

function euclid(f: Float32Array, dim: number, a: number, b: number): number {
  let sum = 0;
  for (let k = 0; k < dim; k++) {
    const d = f[a * dim + k] - f[b * dim + k];
    sum += d * d;
  }
  return Math.sqrt(sum);
}

/** Merges the two nearest groups until one is left, calling `visit` before each step with dense group numbers. */
function merge(
  distance: Float64Array,
  n: number,
  visit: (count: number, groups: readonly number[]) => void,
): void {
  const d = Float64Array.from(distance, (v) => v * v);
  const size = new Uint32Array(n).fill(1);
  const alive = Array.from({ length: n }, (_, i) => i);
  const parent = Array.from({ length: n }, (_, i) => i);
  const dense = () => {
    const number = new Map(alive.map((root, i) => [root, i]));
    return parent.map((root) => number.get(root) as number);
  };
  while (alive.length > 1) {
    visit(alive.length, dense());
    let a = 0;
    let b = 1;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < alive.length; i++)
      for (let j = i + 1; j < alive.length; j++) {
        const value = d[alive[i] * n + alive[j]];
        if (value < least) {
          least = value;
          a = alive[i];
          b = alive[j];
        }
      }
    for (const other of alive) {
      if (other === a || other === b) continue;
      // Ward: the growth of the sum of squares, by the Lance–Williams recurrence.
      const n0 = size[other];
      const grown = (size[a] + n0) * d[a * n + other] + (size[b] + n0) * d[b * n + other] - n0 * least;
      const joined = grown / (size[a] + size[b] + n0);
      d[a * n + other] = joined;
      d[other * n + a] = joined;
    }
    size[a] += size[b];
    alive.splice(alive.indexOf(b), 1);
    for (let i = 0; i < n; i++) if (parent[i] === b) parent[i] = a;
  }
}

function silhouette(distance: Float64Array, n: number, groups: readonly number[], count: number): number {
  const sizes = new Array<number>(count).fill(0);
  for (const g of groups) sizes[g]++;
  const sums = new Float64Array(count);
  let total = 0;
  for (let i = 0; i < n; i++) {
    sums.fill(0);
    for (let j = 0; j < n; j++) sums[groups[j]] += distance[i * n + j];
    const own = groups[i];
    if (sizes[own] === 1) continue;
    const inside = sums[own] / (sizes[own] - 1);
    let outside = Number.POSITIVE_INFINITY;
    for (let g = 0; g < count; g++) if (g !== own) outside = Math.min(outside, sums[g] / sizes[g]);
    const scale = Math.max(inside, outside);
    if (scale > 0) total += (outside - inside) / scale;
  }
  return total / n;
}

function bySize(labels: readonly number[]): number[] {
  const first = new Map<number, number>();
  const sizes = new Map<number, number>();
  labels.forEach((g, i) => {
    if (!first.has(g)) first.set(g, i);
    sizes.set(g, (sizes.get(g) ?? 0) + 1);
  });
  const order = [...sizes.keys()].sort(
    (a, b) =>
      (sizes.get(b) as number) - (sizes.get(a) as number) ||
      (first.get(a) as number) - (first.get(b) as number),
  );
  const rank = new Map(order.map((g, i) => [g, i]));
  return labels.map((g) => rank.get(g) as number);
}
