import type { FlowId } from "../knobs/index.js";
import type { Artifact } from "./types.js";

/** Joins a path to a root, whatever kind of root it is. */
export function under(root: string, path: string): string {
  return `${root.replace(/\/+$/, "")}/${path}`;
}

/** What must lie under the root before a flow starts (dig 4.3). */
export function artifactsOf(
  flow: FlowId,
  usecase: string,
  trains: boolean,
  root: string,
): readonly Artifact[] {
  const assets = ["datasets/pcb/assets", "scene, components and photos"] as const;
  const pretrained = ["models/pretrained", "base models"] as const;
  const raw = [`datasets/${usecase}/raw`, "clean images and masks"] as const;
  const model = trains ? [] : [[`models/${usecase}`, "shipped checkpoint"] as const];
  const lists: Readonly<Record<FlowId, readonly (readonly [string, string])[]>> = {
    "texture-day0": [pretrained, raw, assets, ...model],
    good: [assets],
    structural: [assets],
    "day1-align": [pretrained, raw, assets, ...model],
    "day1-roi": [pretrained, raw, ...model],
    finetune: [pretrained, raw],
  };
  return lists[flow].map(([path, needed]) => ({ path, url: under(root, path), needed }));
}

/** The URL preflight of the contract for a flow: `0 pcb`, `1 glass`, `1 pcb real-alignment`, `finetune metal_surface`. */
export function preflightOf(flow: FlowId, usecase: string): string {
  if (flow === "finetune") return `finetune ${usecase}`;
  if (flow === "day1-align") return "1 pcb real-alignment";
  return flow === "day1-roi" ? `1 ${usecase}` : "0 pcb";
}
