import { createHash } from "node:crypto";
import { Mt19937 } from "./mt19937.js";

/**
 * CPython's `random.Random` (3.11; the same draws in 3.2 … 3.13), draw for draw. Only `gauss` goes through the
 * platform's logarithm and sine and may differ in the last bit.
 *
 * @example new PythonRandom(42).random() // 0.6394267984578837
 */
export class PythonRandom {
  readonly #source: Mt19937;
  #spare: number | undefined;

  /** `Random(seed)`: an integer of any size and sign, or a text (seeding version 2, by SHA-512). */
  constructor(seed: number | bigint | string) {
    this.#source = Mt19937.fromWords(typeof seed === "string" ? wordsOfText(seed) : wordsOfInt(seed));
  }

  /** Uniform in [0, 1). */
  random(): number {
    return this.#source.double();
  }

  /** `uniform(a, b)`. */
  uniform(a: number, b: number): number {
    return a + (b - a) * this.random();
  }

  /** `getrandbits(bits)` for 0 … 53 bits. */
  bits(bits: number): number {
    if (bits === 0) return 0;
    if (bits <= 32) return this.#source.uint32() >>> (32 - bits);
    const low = this.#source.uint32();
    return (this.#source.uint32() >>> (64 - bits)) * 4294967296 + low;
  }

  /** An integer in [0, n), `_randbelow`. */
  below(n: number): number {
    if (!Number.isSafeInteger(n) || n < 1) throw new RangeError(`no integer in [0, ${n})`);
    const bits = bitLength(n);
    for (;;) {
      const value = this.bits(bits);
      if (value < n) return value;
    }
  }

  /** `randrange(start, stop, step)`; one argument: [0, start). */
  randrange(start: number, stop?: number, step = 1): number {
    const [from, to] = stop === undefined ? [0, start] : [start, stop];
    const count = Math.ceil((to - from) / step);
    if (!(count > 0)) throw new RangeError(`empty range ${from}, ${to}, ${step}`);
    return from + step * this.below(count);
  }

  /** `randint(a, b)`: both ends included. */
  randint(a: number, b: number): number {
    return this.randrange(a, b + 1);
  }

  choice<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  /** `choices(items, weights, k=k)`: with replacement. */
  choices<T>(items: readonly T[], k: number, weights?: readonly number[]): T[] {
    const n = items.length;
    if (n === 0 && k > 0) throw new RangeError("choices from an empty list");
    if (weights === undefined)
      return Array.from({ length: k }, () => items[Math.floor(this.random() * n)] as T);
    if (weights.length !== n) throw new RangeError(`${weights.length} weights for ${n} items`);
    let total = 0;
    const sums = weights.map((weight) => {
      total += weight;
      return total;
    });
    if (!(total > 0)) throw new RangeError("the weights add up to nothing");
    return Array.from({ length: k }, () => {
      const value = this.random() * total;
      const found = sums.findIndex((sum) => sum > value);
      return items[found < 0 ? n - 1 : Math.min(found, n - 1)] as T;
    });
  }

  /** `sample(items, k)`: k different positions in the order drawn. */
  sample<T>(items: readonly T[], k: number): T[] {
    const n = items.length;
    if (k < 0 || k > n) throw new RangeError(`a sample of ${k} out of ${n}`);
    // Python swaps within a copy while that is smaller than a set of the drawn positions; the streams differ.
    const setSize = 21 + (k > 5 ? 4 ** Math.ceil(Math.log(k * 3) / Math.log(4)) : 0);
    if (n <= setSize) {
      const pool = [...items];
      return Array.from({ length: k }, (_, i) => {
        const j = this.below(n - i);
        const drawn = pool[j] as T;
        pool[j] = pool[n - i - 1] as T;
        return drawn;
      });
    }
    const drawn = new Set<number>();
    while (drawn.size < k) drawn.add(this.below(n));
    return [...drawn].map((j) => items[j] as T);
  }

  /** In place: `shuffle(x)`. */
  shuffle(items: unknown[]): void {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const held = items[i];
      items[i] = items[j];
      items[j] = held;
    }
  }

  /** `gauss(mu, sigma)`: Box–Muller, one of each pair kept for the next call. */
  gauss(mu = 0, sigma = 1): number {
    let z = this.#spare;
    this.#spare = undefined;
    if (z === undefined) {
      const angle = this.random() * 2 * Math.PI;
      const radius = Math.sqrt(-2 * Math.log(1 - this.random()));
      z = Math.cos(angle) * radius;
      this.#spare = Math.sin(angle) * radius;
    }
    return mu + z * sigma;
  }
}

function bitLength(n: number): number {
  return n < 4294967296 ? 32 - Math.clz32(n) : 64 - Math.clz32(Math.floor(n / 4294967296));
}

/** The magnitude's 32-bit words, least significant first. */
function wordsOfInt(seed: number | bigint): number[] {
  if (typeof seed === "number" && !Number.isSafeInteger(seed))
    throw new RangeError(`a Python seed is an integer or a text, not ${seed}`);
  let rest = BigInt(seed);
  if (rest < 0n) rest = -rest;
  const words: number[] = [];
  do {
    words.push(Number(rest & 0xffffffffn));
    rest >>= 32n;
  } while (rest > 0n);
  return words;
}

/** Text and its SHA-512 read as one big-endian number. */
function wordsOfText(seed: string): number[] {
  const text = Buffer.from(seed, "utf8");
  const bytes = Buffer.concat([text, createHash("sha512").update(text).digest()]);
  return wordsOfInt(BigInt(`0x${bytes.toString("hex")}`));
}
