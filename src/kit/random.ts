import { createHash } from "node:crypto";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { RandomGenerator } from "pure-rand/types/RandomGenerator";

/**
 * A seeded source of randomness. Forks are independent of the order in which they are used, so the same seed
 * gives the same results on any number of workers: `root.fork("row", 17)`.
 *
 * @example
 * const random = seeded(7);
 * random.fork("epoch", 3).shuffle([1, 2, 3]);
 */
export class Random {
  readonly #seed: string;
  readonly #generator: RandomGenerator;

  constructor(seed: string) {
    this.#seed = seed;
    this.#generator = xoroshiro128plus(createHash("sha256").update(seed).digest().readInt32LE(0));
  }

  /** A child source named by the given parts. */
  fork(...name: readonly (string | number)[]): Random {
    return new Random(`${this.#seed}/${name.join("/")}`);
  }

  /** Uniform in [0, 1), 32 bits. */
  float(): number {
    return (this.#generator.next() >>> 0) / 4294967296;
  }

  /** Uniform in [low, high). */
  range(low: number, high: number): number {
    return low + (high - low) * this.float();
  }

  /** Uniform integer in [0, n). */
  int(n: number): number {
    return Math.floor(this.float() * n);
  }

  /** True with probability p. */
  chance(p: number): boolean {
    return this.float() < p;
  }

  /** Standard normal (Box–Muller). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.float())) * Math.cos(2 * Math.PI * this.float());
  }

  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError("pick from an empty list");
    return items[this.int(items.length)] as T;
  }

  /** A shuffled copy (Fisher–Yates). */
  shuffle<T>(items: readonly T[]): T[] {
    const out = [...items];
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.int(i + 1);
      const held = out[i] as T;
      out[i] = out[j] as T;
      out[j] = held;
    }
    return out;
  }
}

export function seeded(seed: number | string): Random {
  return new Random(String(seed));
}
