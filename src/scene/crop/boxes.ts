import { readFile } from "node:fs/promises";
import path from "node:path";
import { dataError } from "../../kit/errors.js";
import { explainReadError, readJson, requireFile } from "../../kit/files.js";
import { decodeNpyRecords } from "../../kit/npy.js";
import { FRAME_FILES } from "../scan/layout.js";

/** Inclusive pixel indices, as the box files hold them (contract 1.5). */
export type Extent = Readonly<{ xMin: number; yMin: number; xMax: number; yMax: number }>;

/** A component of one frame: the boxes of its labelled meshes together. */
export type BoxedComponent = Readonly<{
  /** The component's prim path. */
  key: string;
  /** Its last element. */
  name: string;
  extent: Extent;
  /** Id of the last of its rows in the label file. */
  semanticId: number;
  /** Labels of the last of its rows; "" where there is none. */
  classLabel: string;
  defectLabel: string;
  /** False when the label file does not know the id of the last row. */
  labelled: boolean;
}>;

export const BOX_PREFIX = "bounding_box_2d_tight";

/** The three box files of a frame. */
export function boxFiles(folder: string, id: string): { boxes: string; paths: string; labels: string } {
  const at = (name: string) => path.join(folder, name);
  return {
    boxes: at(FRAME_FILES.boxes(id)),
    paths: at(FRAME_FILES.boxPaths(id)),
    labels: at(FRAME_FILES.boxLabels(id)),
  };
}

/**
 * The prim path of the component that a mesh belongs to: its first `depth` elements, the empty one before the first
 * slash counted (contract 3.5).
 */
export function componentKey(primPath: string, depth: number): string {
  return primPath.split("/").slice(0, depth).join("/");
}

/**
 * Reads the boxes of a frame and unites them by component, in the order of their first rows (contract 3.5).
 * Throws `file_missing`, `npy_invalid`, `boxes_invalid` or `boxes_differ` with the file named.
 */
export async function readComponents(
  folder: string,
  id: string,
  depth: number,
): Promise<readonly BoxedComponent[]> {
  const files = boxFiles(folder, id);
  const rows = await readRows(files.boxes);
  const paths = await readJson(files.paths);
  if (!Array.isArray(paths) || !paths.every((p) => typeof p === "string"))
    throw invalid(files.paths, "not an array of prim paths");
  if (paths.length !== rows.length)
    throw dataError(
      "boxes_differ",
      `frame ${id} has ${rows.length} boxes and ${paths.length} prim paths`,
      "Both files must come from the same render: render the frame again.",
      { file: files.paths },
    );
  const labels = await readJson(files.labels);
  if (typeof labels !== "object" || labels === null || Array.isArray(labels))
    throw invalid(files.labels, "not a map of ids to labels");
  const groups = new Map<string, Extent & { id: number }>();
  rows.forEach((row, i) => {
    const key = componentKey(paths[i], depth);
    const g = groups.get(key);
    groups.set(key, {
      xMin: Math.min(g?.xMin ?? row.x_min, row.x_min),
      yMin: Math.min(g?.yMin ?? row.y_min, row.y_min),
      xMax: Math.max(g?.xMax ?? row.x_max, row.x_max),
      yMax: Math.max(g?.yMax ?? row.y_max, row.y_max),
      id: row.semanticId,
    });
  });
  return [...groups].map(([key, { id: semantic, ...extent }]) => {
    const own = (labels as Record<string, unknown>)[String(semantic)];
    const text = (name: string) => {
      const value = (own as Record<string, unknown> | undefined)?.[name];
      if (value !== undefined && typeof value !== "string")
        throw invalid(files.labels, `"${name}" of id ${semantic} is no text`);
      return value ?? "";
    };
    return {
      key,
      name: key.slice(key.lastIndexOf("/") + 1),
      extent,
      semanticId: semantic,
      classLabel: text("class"),
      defectLabel: text("defect"),
      labelled: typeof own === "object" && own !== null,
    };
  });
}

const COLUMNS = ["semanticId", "x_min", "y_min", "x_max", "y_max"] as const;
type Row = Readonly<Record<(typeof COLUMNS)[number], number>>;

async function readRows(file: string): Promise<readonly Row[]> {
  await requireFile(file);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw explainReadError(error, file);
  }
  const { fields, rows } = decodeNpyRecords(bytes, file);
  const missing = COLUMNS.filter((name) => !fields.some((f) => f.name === name));
  if (missing.length > 0) throw invalid(file, `no column ${missing.join(", ")}`);
  return rows as readonly Row[];
}

function invalid(file: string, why: string) {
  return dataError(
    "boxes_invalid",
    `${file}: ${why}`,
    "Render the frame again with bounding_box_2d_tight: true.",
    {
      file,
    },
  );
}
