import path from "node:path";
import { dataError } from "../../kit/errors.js";
import { exists, readJson } from "../../kit/files.js";

type Tree = Readonly<Record<string, unknown>>;

/** What `metadata.json` says of a render, as far as pairs need it; undefined where it says nothing. */
export type RenderMetadata = Readonly<{
  file: string;
  /** The whole merged configuration. */
  config: Tree;
  /** Cell of each frame number. */
  cells: ReadonlyMap<number, string>;
  /** Prim paths of the parts that were moved or hidden. */
  defective: readonly string[];
}>;

/**
 * Reads `metadata.json` of a folder of frames, or of its parent (contract 1.5). Undefined when neither has one.
 * Throws `metadata_invalid`.
 */
export async function readMetadata(folder: string): Promise<RenderMetadata | undefined> {
  const candidates = [folder, path.dirname(path.resolve(folder))].map((dir) =>
    path.join(dir, "metadata.json"),
  );
  for (const file of candidates) {
    if (!(await exists(file))) continue;
    const json = await readJson(file);
    if (!isTree(json))
      throw dataError("metadata_invalid", `${file} holds no map`, "Render again, or remove the file.", {
        file,
      });
    return {
      file,
      config: isTree(json.config) ? json.config : {},
      cells: readCells(json.frame_to_grid),
      defective: [...pathsOf(json.defects), ...pathsOf(json.missing_components)],
    };
  }
  return undefined;
}

/**
 * How many elements of a prim path name a component, the empty first one counted: as many as the defective parts of
 * the metadata have, else 7 (contract 3.5).
 */
export function componentDepth(metadata: RenderMetadata | undefined): number {
  const depths = new Set(metadata?.defective.map((p) => p.split("/").length));
  return depths.size === 1 ? ([...depths][0] as number) : 7;
}

function readCells(list: unknown): ReadonlyMap<number, string> {
  const cells = new Map<number, string>();
  for (const entry of Array.isArray(list) ? list : [])
    if (isTree(entry)) cells.set(Number(entry.frame), `${entry.x_idx},${entry.y_idx}`);
  return cells;
}

function pathsOf(list: unknown): readonly string[] {
  return (Array.isArray(list) ? list : [])
    .map((entry) => (isTree(entry) ? entry.path : entry))
    .filter((p) => typeof p === "string");
}

export function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
