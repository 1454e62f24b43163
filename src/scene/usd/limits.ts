/** What a file may ask of us. Honest scenes stay far below; a hostile one is refused with a clear error. */
export const LIMITS = {
  /** Bytes of one text layer. */
  textBytes: 256 * 2 ** 20,
  /** Bytes of one crate layer or package. */
  binaryBytes: 2 * 2 ** 30,
  /** Bytes that all files of one package may unpack to, and how much larger than its packed form one may be. */
  unpackedBytes: 2 * 2 ** 30,
  unpackedRatio: 1100,
  packageEntries: 200_000,
  /** Packages inside packages. */
  packageDepth: 8,
  /** Elements of one array value. */
  arrayElements: 2 ** 28,
  /** Prims inside prims, and values inside values. */
  primDepth: 512,
  valueDepth: 64,
  /** Layers of one stage; prims of one composed stage, instance proxies included. */
  layers: 100_000,
  prims: 5_000_000,
  /** Arcs (references, inherits, …) that may lead to one prim. */
  nodes: 20_000,
  /** Arcs behind arcs; and arcs to prims inside prims that are brought by such arcs. */
  arcDepth: 200,
  frameDepth: 40,
} as const;
