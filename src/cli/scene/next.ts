import { readdir } from "node:fs/promises";
import path from "node:path";
import type { RenderMetadata } from "../../scene/crop/index.js";
import { quoted } from "../output.js";

/** A folder beside `folder`, named after it: suggestions of different renders never share one. */
export function beside(folder: string, ending: string): string {
  return quoted(`${folder.replace(/\/+$/, "")}-${ending}`);
}

/** What a render shows, as its metadata says. */
export function pipelineOf(metadata: RenderMetadata | undefined): string | undefined {
  const kind = metadata?.config.pipeline_type;
  return typeof kind === "string" ? kind : undefined;
}

/**
 * The command that pairs a render with its good one: itself for a missing flow, which holds both sides, else a good
 * render of the same scene, grid and seed beside it. Undefined when there is none, and for a good render.
 */
export async function pairCommand(
  render: string,
  metadata: RenderMetadata | undefined,
): Promise<string | undefined> {
  const kind = pipelineOf(metadata);
  if (!metadata || (kind !== "defect" && kind !== "missing")) return undefined;
  const good = await goodRender(render, metadata);
  const first = good ?? (kind === "missing" ? render : undefined);
  if (first === undefined) return undefined;
  const output = beside(render, "pairs");
  return `reflow scene pair ${quoted(first)} ${quoted(render)} --mode component --output ${output}`;
}

/** Keys that must be alike in two renders of the same cells. */
const ALIKE = ["scene", "seed", "scan_grid", "resolution"] as const;

async function goodRender(render: string, metadata: RenderMetadata): Promise<string | undefined> {
  const { locateFrames, readMetadata } = await import("../../scene/crop/index.js");
  const folder = path.dirname(path.resolve(render));
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((e) => e.isDirectory() && path.join(folder, e.name) !== path.resolve(render));
  for (const name of names.map((e) => e.name).sort()) {
    const dir = path.join(path.dirname(render), name);
    const found = await locateFrames(dir)
      .then(({ pictures }) => readMetadata(pictures))
      .catch(() => undefined);
    if (pipelineOf(found) !== "good") continue;
    const same = (key: string) => JSON.stringify(found?.config[key]) === JSON.stringify(metadata.config[key]);
    if (ALIKE.every(same)) return dir;
  }
  return undefined;
}
