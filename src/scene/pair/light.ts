import { isTree, type RenderMetadata } from "../crop/metadata.js";

/**
 * Names of the lightings that a render was captured under, the first that of `rgb_<id>.png`.
 * Named lightings come from the configuration; else `ring_light` decides between SolderLight and WhiteLight; else the
 * colours of the ring's layers do; without metadata it is SolderLight (contract 8).
 */
export function lightingsOf(metadata: RenderMetadata | undefined): readonly [string, ...string[]] {
  const own = metadata?.config.reflow;
  const named = isTree(own) && Array.isArray(own.lightings) ? own.lightings.map(String) : [];
  if (named.length > 0) return named as [string, ...string[]];
  if (!metadata) return ["SolderLight"];
  const lighting = isTree(metadata.config.lighting) ? metadata.config.lighting : {};
  if ("ring_light" in lighting) return [lighting.ring_light ? "SolderLight" : "WhiteLight"];
  const layers = isTree(lighting.layers) ? Object.values(lighting.layers) : [];
  return [layers.filter(isColoured).length >= 2 ? "SolderLight" : "WhiteLight"];
}

/** A layer whose channels' lower ends lie more than half apart. */
function isColoured(layer: unknown): boolean {
  if (!isTree(layer)) return false;
  const low = ["color_r", "color_g", "color_b"].map((name) => {
    const range = layer[name];
    return Array.isArray(range) ? Number(range[0]) : 0;
  });
  return Math.max(...low) - Math.min(...low) > 0.5;
}
