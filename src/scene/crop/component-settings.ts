/** What decides which files a set of component crops consists of (contract 3.5). */
export type ComponentSettings = Readonly<{
  /** Image types to crop; one must be a semantic segmentation. Types without images give empty folders. */
  types: readonly string[];
  /** Pixels added around the united box. */
  offset: number;
  /** Keep only components with one of these in a class or defect label; empty: all. */
  classFilter: readonly string[];
  /** Elements of a prim path that name the component, the empty first one counted. */
  depth: number;
}>;

export const COMPONENT_DEFAULTS: ComponentSettings = {
  types: ["rgb", "semantic_segmentation", "component_instance"],
  offset: 10,
  classFilter: [],
  depth: 7,
};
