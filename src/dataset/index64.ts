/**
 * 64-bit hash of a text as two 32-bit words in `out` (two multiplicative lanes, mixed at the end). Fast, not
 * cryptographic: a hit is verified by the caller.
 */
export function hash64(text: string, out: Uint32Array): void {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    a = Math.imul(a ^ c, 2654435761);
    b = Math.imul(b ^ c, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  out[0] = a;
  out[1] = b;
}

/** A map from 64-bit keys to chains of small integers: 16 bytes a key, no objects, so that a million rows fit. */
export type Index64 = Readonly<{
  /** Puts `id` in front of the chain of the key. Ids are unique and below 2^31. */
  insert(hi: number, lo: number, id: number): void;
  /** The newest id of the key, or -1. */
  first(hi: number, lo: number): number;
  /** The id that was inserted before `id` under the same key, or -1. */
  next(id: number): number;
}>;

export function index64(expected = 1024): Index64 {
  let size = 1024;
  while (size < expected * 2) size *= 2;
  let highs = new Uint32Array(size);
  let lows = new Uint32Array(size);
  let heads = new Int32Array(size).fill(-1);
  let chain = new Int32Array(Math.max(1024, expected)).fill(-1);
  let used = 0;

  const find = (hi: number, lo: number): number => {
    let at = (Math.imul(hi, 0x9e3779b1) ^ lo) & (size - 1);
    while (heads[at] !== -1 && (highs[at] !== hi || lows[at] !== lo)) at = (at + 1) & (size - 1);
    return at;
  };
  const grow = () => {
    const old = { highs, lows, heads };
    size *= 2;
    highs = new Uint32Array(size);
    lows = new Uint32Array(size);
    heads = new Int32Array(size).fill(-1);
    old.heads.forEach((head, i) => {
      if (head === -1) return;
      const at = find(old.highs[i] as number, old.lows[i] as number);
      highs[at] = old.highs[i] as number;
      lows[at] = old.lows[i] as number;
      heads[at] = head;
    });
  };

  return {
    insert(hi, lo, id) {
      if (used * 2 >= size) grow();
      if (id >= chain.length) {
        const longer = new Int32Array(Math.max(id + 1, chain.length * 2)).fill(-1);
        longer.set(chain);
        chain = longer;
      }
      const at = find(hi >>> 0, lo >>> 0);
      if (heads[at] === -1) {
        used++;
        highs[at] = hi;
        lows[at] = lo;
      }
      chain[id] = heads[at] as number;
      heads[at] = id;
    },
    first: (hi, lo) => heads[find(hi >>> 0, lo >>> 0)] as number,
    next: (id) => chain[id] ?? -1,
  };
}
