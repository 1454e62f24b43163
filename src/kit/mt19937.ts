const LENGTH = 624;
const SHIFT = 397;

/** The MT19937 generator of Matsumoto and Nishimura (1998), the word source under NumPy's and Python's streams. */
export class Mt19937 {
  readonly #state = new Uint32Array(LENGTH);
  #next = LENGTH;

  private constructor() {}

  /** `init_genrand`: how NumPy takes an integer seed. `seed` is taken modulo 2³². */
  static fromInt(seed: number): Mt19937 {
    const generator = new Mt19937();
    generator.#fill(seed);
    return generator;
  }

  /** `init_by_array`: how Python takes every seed and NumPy a list. Words are taken modulo 2³²; at least one. */
  static fromWords(words: ArrayLike<number>): Mt19937 {
    if (words.length === 0) throw new RangeError("a seed needs at least one word");
    const generator = new Mt19937();
    generator.#fill(19650218);
    const state = generator.#state;
    let i = 1;
    let j = 0;
    const step = (): void => {
      if (++i < LENGTH) return;
      state[0] = state[LENGTH - 1]!;
      i = 1;
    };
    const mixed = (factor: number): number => {
      const before = state[i - 1]!;
      return state[i]! ^ Math.imul(before ^ (before >>> 30), factor);
    };
    for (let k = Math.max(LENGTH, words.length); k > 0; k--) {
      state[i] = mixed(1664525) + (words[j]! >>> 0) + j;
      step();
      if (++j >= words.length) j = 0;
    }
    for (let k = LENGTH - 1; k > 0; k--) {
      state[i] = mixed(1566083941) - i;
      step();
    }
    state[0] = 0x80000000;
    return generator;
  }

  /** The next 32 random bits. */
  uint32(): number {
    if (this.#next >= LENGTH) this.#twist();
    let y = this.#state[this.#next++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** Uniform in [0, 1) with 53 bits, two words: `genrand_res53`. */
  double(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  #fill(seed: number): void {
    const state = this.#state;
    state[0] = seed;
    for (let i = 1; i < LENGTH; i++) {
      const before = state[i - 1]!;
      state[i] = Math.imul(before ^ (before >>> 30), 1812433253) + i;
    }
  }

  #twist(): void {
    const state = this.#state;
    for (let i = 0; i < LENGTH; i++) {
      const y = (state[i]! & 0x80000000) | (state[(i + 1) % LENGTH]! & 0x7fffffff);
      state[i] = state[(i + SHIFT) % LENGTH]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.#next = 0;
  }
}
