import type { Scene } from "../model.js";
import { componentPool } from "../poses/index.js";
import type { Labels } from "./rules.js";

/**
 * The labels of whole components in the good flow (contract 2.3): `capacitor` on every instance of the listed types,
 * whatever it is. Rules override it on single meshes.
 */
export function baselineLabels(
  scene: Scene,
  pcbaRoot: string,
  types: readonly string[] | "ALL",
): Readonly<Record<string, Labels>> {
  if (types !== "ALL" && types.length === 0) return {};
  const { components } = componentPool(scene.root, pcbaRoot, types);
  return Object.fromEntries(components.map((prim) => [prim.path, { class: "capacitor" }]));
}
