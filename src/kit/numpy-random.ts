import { Mt19937 } from "./mt19937.js";

/**
 * NumPy's legacy `RandomState`, draw for draw (its stream is frozen since NumPy 1.17). `normal` goes through the
 * platform's logarithm and may differ in the last bit. A NumPy call with `size=n` is n calls here.
 *
 * @example new NumpyRandom(42).randint(0, 100000) // 15795, as np.random.RandomState(42)
 */
export class NumpyRandom {
  readonly #source: Mt19937;
  #spare: number | undefined;

  /** `RandomState(seed)` / `np.random.seed(seed)`: an integer in [0, 2³²), or words as NumPy takes a list. */
  constructor(seed: number | readonly number[]) {
    if (typeof seed === "number") {
      if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff)
        throw new RangeError(`a NumPy seed is an integer in 0 … 2³² − 1, not ${seed}`);
      this.#source = Mt19937.fromInt(seed);
    } else this.#source = Mt19937.fromWords(seed);
  }

  /** Uniform in [0, 1): `random_sample()`, `rand()`. */
  random(): number {
    return this.#source.double();
  }

  /** `uniform(low, high)`; `high` may be the smaller one. */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * this.#source.double();
  }

  /** `randint(low, high)`: an integer in [low, high). One argument: [0, low). */
  randint(low: number, high?: number): number {
    const [from, to] = high === undefined ? [0, low] : [low, high];
    if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || to - from > Number.MAX_SAFE_INTEGER)
      throw new RangeError(`randint needs safe integers, not ${from}, ${to}`);
    if (to <= from) throw new RangeError(`randint: low ${from} is not below high ${to}`);
    return from + this.interval(to - 1 - from);
  }

  /** An integer in [0, max] by masked rejection, NumPy's `random_interval`: what shuffles draw from. */
  interval(max: number): number {
    if (max === 0) return 0;
    if (max > 0xffffffff) return Number(this.#interval64(BigInt(max)));
    const mask = 0xffffffff >>> Math.clz32(max);
    for (;;) {
      const value = (this.#source.uint32() & mask) >>> 0;
      if (value <= max) return value;
    }
  }

  /** Standard normal by the polar method, one of each pair kept for the next call: `standard_normal()`. */
  gauss(): number {
    if (this.#spare !== undefined) {
      const kept = this.#spare;
      this.#spare = undefined;
      return kept;
    }
    for (;;) {
      const x = 2 * this.#source.double() - 1;
      const y = 2 * this.#source.double() - 1;
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const f = Math.sqrt((-2 * Math.log(square)) / square);
      this.#spare = f * x;
      return f * y;
    }
  }

  /** `normal(mean, deviation)`. */
  normal(mean = 0, deviation = 1): number {
    return mean + deviation * this.gauss();
  }

  /** In place: `shuffle(x)`. */
  shuffle(items: { length: number; [index: number]: unknown }): void {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.interval(i);
      const held = items[i];
      items[i] = items[j];
      items[j] = held;
    }
  }

  /** A shuffled 0 … n − 1: `permutation(n)`. */
  permutation(n: number): number[] {
    const order = Array.from({ length: n }, (_, i) => i);
    this.shuffle(order);
    return order;
  }

  /** One of 0 … n − 1: `choice(n)`. */
  index(n: number): number {
    return this.randint(0, n);
  }

  /**
   * `choice(n, size, replace, p)`: `size` of the indices 0 … n − 1. Without `replace` they differ.
   * `p` are probabilities that add up to 1.
   */
  choice(n: number, size: number, o: { replace?: boolean; p?: readonly number[] } = {}): number[] {
    const replace = o.replace ?? true;
    if (n < 1 && size > 0) throw new RangeError("choice from nothing");
    if (!replace && size > n) throw new RangeError(`choice: ${size} different ones of ${n}`);
    if (o.p !== undefined) return replace ? this.#weighted(o.p, n, size) : this.#distinct(o.p, n, size);
    if (!replace) return this.permutation(n).slice(0, size);
    return Array.from({ length: size }, () => this.index(n));
  }

  #weighted(p: readonly number[], n: number, size: number): number[] {
    const steps = cumulative(p, n);
    return Array.from({ length: size }, () => firstAbove(steps, this.random()));
  }

  #distinct(p: readonly number[], n: number, size: number): number[] {
    if (p.filter((value) => value > 0).length < size)
      throw new RangeError(`choice: fewer than ${size} probabilities above 0`);
    const left = [...p];
    const found: number[] = [];
    while (found.length < size) {
      const draws = Array.from({ length: size - found.length }, () => this.random());
      for (const index of found) left[index] = 0;
      const steps = cumulative(left, n);
      found.push(...new Set(draws.map((value) => firstAbove(steps, value))));
    }
    return found;
  }

  #interval64(max: bigint): bigint {
    let mask = max;
    for (let shift = 1n; shift < 64n; shift *= 2n) mask |= mask >> shift;
    for (;;) {
      const high = BigInt(this.#source.uint32());
      const value = ((high << 32n) | BigInt(this.#source.uint32())) & mask;
      if (value <= max) return value;
    }
  }
}

function cumulative(p: readonly number[], n: number): number[] {
  if (p.length !== n) throw new RangeError(`choice: ${p.length} probabilities for ${n} values`);
  if (p.some((value) => !(value >= 0))) throw new RangeError("choice: a probability below 0");
  let sum = 0;
  const sums = p.map((value) => {
    sum += value;
    return sum;
  });
  return sums.map((value) => value / sum);
}

/** `searchsorted(…, side="right")`. */
function firstAbove(sorted: readonly number[], value: number): number {
  const found = sorted.findIndex((step) => step > value);
  return found < 0 ? sorted.length : found;
}
