/** What decides which pairs are built (contract 8). */
export type PairSettings = Readonly<{
  mode: "frame" | "component";
  /** Names of the lightings, the first that of `rgb_<id>.png`; each is the ending of its files. */
  lights: readonly string[];
  /** Component mode: pixels added around the united box. */
  offset: number;
  /** Component mode: keep only components with one of these in a class or defect label; empty: all. */
  classFilter: readonly string[];
  /** Component mode: elements of a prim path that name the component, the empty first one counted. */
  depth: number;
  /** Good pairs for each defective one of a frame; 0: none. */
  pass: number;
  /**
   * Writes golden and test pictures without alpha, laid on black: what change networks read. Otherwise pictures keep
   * their channels, and whole frames are copied byte by byte.
   */
  flatten: boolean;
  /** Decides which good components are taken. */
  seed: number;
}>;

export const PAIR_DEFAULTS: Omit<PairSettings, "lights"> = {
  mode: "frame",
  offset: 10,
  classFilter: [],
  depth: 7,
  pass: 0,
  flatten: false,
  seed: 0,
};
