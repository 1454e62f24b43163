import path from "node:path";
import { dataError, type Problem, ReflowError } from "../../kit/errors.js";
import { joinInside, readText, requireFolder, resolveInside } from "../../kit/files.js";
import { usableName } from "../../placement/index.js";
import type { MaskAugmentation } from "../window/index.js";

/** One row of testcase.jsonl (contract 5.9). `text` are the cells as SDG_result.csv repeats them. */
export type Testcase = Readonly<{
  /** The `index` column: the row's own field, else its position among the non-blank lines, from 0. */
  index: number;
  line: number;
  image: string;
  mask: string;
  defectType: string;
  guidance: number;
  numSteps: number;
  cropAndPaste: boolean;
  cropRatio: number | undefined;
  cropGrid: Readonly<{ width: number; height: number }> | undefined;
  copies: number;
  poissonBlend: boolean;
  mostInstances: number;
  seed: number | undefined;
  augmentation: MaskAugmentation;
  text: Readonly<{ image: string; mask: string }>;
}>;

/** Most pictures of one row: more is a mistake. */
const MOST_COPIES = 10_000;
/** Pixels that a mask may be moved, degrees that it may be turned: beyond that the number is a mistake. */
const MOST_SHIFT = 100_000;
const MOST_TURN = 3600;

/**
 * Reads testcase.jsonl. Relative paths begin at the file's folder, or at `root` where it is given: then every path,
 * also a whole one, must lie inside it. Wrong lines become problems with their line number and are left out.
 * Throws `testcases_empty` when no line is usable, and `folder_missing` for the root.
 */
export async function readTestcases(
  file: string,
  root?: string,
): Promise<{ rows: Testcase[]; problems: Problem[]; lines: number }> {
  const rows: Testcase[] = [];
  const problems: Problem[] = [];
  const seen = new Map<string, number>();
  let lines = 0;
  if (root !== undefined) await requireFolder(root);
  for (const [i, text] of (await readText(file)).split(/\r?\n/).entries()) {
    if (text.trim() === "") continue;
    const index = lines++;
    const line = i + 1;
    const twin = seen.get(text.trim());
    try {
      if (twin !== undefined)
        throw bad("testcase_duplicate", `the same as line ${twin}`, "Remove one of them.");
      seen.set(text.trim(), line);
      const row = parseRow(text, { index, line, base: path.dirname(path.resolve(file)), root });
      if (root !== undefined) await requireInside(root, row);
      rows.push(row);
    } catch (error) {
      if (!(error instanceof ReflowError)) throw error;
      const { code, message, hint, where } = error;
      problems.push({
        code,
        severity: "error",
        message,
        hint,
        where: { file, row: line, ...(where?.field ? { field: where.field } : {}) },
      });
    }
  }
  if (rows.length === 0)
    throw new ReflowError(
      "data",
      "testcases_empty",
      lines === 0 ? `${file} has no rows` : `none of the ${lines} rows of ${file} can be used`,
      lines === 0 ? "Make it with `reflow place`." : "Correct them, or make them anew with `reflow place`.",
      { where: { file }, problems },
    );
  return { rows, problems, lines };
}

function parseRow(
  text: string,
  o: { index: number; line: number; base: string; root: string | undefined },
): Testcase {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw bad(
      "testcase_line_invalid",
      `not valid JSON: ${(error as Error).message}`,
      "One JSON object per line.",
    );
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw bad("testcase_line_invalid", "the line is not a JSON object", "One JSON object per line.");
  const row = value as Record<string, unknown>;
  const defectType = string(row, "anomaly_type");
  const plus = defectType.split("+");
  if (plus.length !== 2 || !plus.every((name) => usableName(name)))
    throw bad(
      "testcase_field",
      `"${defectType}" is not TEXTURE+ANOMALY`,
      "Join both with one plus.",
      "anomaly_type",
    );
  const image = string(row, "image_filename");
  const mask = string(row, "mask_filename");
  const gridX = gridOf(row, "crop_grid_X");
  const gridY = gridOf(row, "crop_grid_Y");
  const ratio =
    row.crop_ratio === undefined || isNone(row.crop_ratio) ? undefined : number(row, "crop_ratio", 1, 64);
  if (ratio === undefined && (gridX === undefined) !== (gridY === undefined)) {
    const [there, gone] = gridX === undefined ? (["Y", "X"] as const) : (["X", "Y"] as const);
    throw bad(
      "testcase_field",
      `crop_grid_${there} is given without crop_grid_${gone}`,
      "Give both, or crop_ratio, or none of them for a ratio of 2.",
      `crop_grid_${gone}`,
    );
  }
  const grid = ratio === undefined && gridX && gridY ? { width: gridX, height: gridY } : undefined;
  return {
    index: row.index === undefined || row.index === null ? o.index : whole(row, "index", 0, 2 ** 31),
    line: o.line,
    image: locate(image, "image_filename", o),
    mask: locate(mask, "mask_filename", o),
    defectType,
    guidance: row.guidance === undefined ? 7 : number(row, "guidance", 0, 100),
    numSteps: row.num_steps === undefined ? 35 : number(row, "num_steps", 1, 10_000),
    cropAndPaste: flag(row, "crop_and_paste", true),
    cropRatio: ratio ?? (grid ? undefined : 2),
    cropGrid: grid,
    copies: row.num_generated_images === undefined ? 1 : whole(row, "num_generated_images", 1, MOST_COPIES),
    poissonBlend: flag(row, "poisson_blend", false),
    mostInstances:
      row.iteration_generation_max_instance === undefined
        ? 5
        : whole(row, "iteration_generation_max_instance", 1, 1000),
    seed: row.seed === undefined || row.seed === null ? undefined : whole(row, "seed", 0, 2 ** 32),
    augmentation: augmentationOf(row),
    text: { image, mask },
  };
}

function locate(name: string, field: string, o: { base: string; root: string | undefined }): string {
  if (name.includes("\0")) throw bad("path_escapes", "the path holds a NUL", "Correct the path.", field);
  if (o.root === undefined) return path.resolve(o.base, name);
  try {
    return joinInside(o.root, name);
  } catch (error) {
    if (!(error instanceof ReflowError)) throw error;
    throw bad(error.code, error.message, error.hint, field);
  }
}

/** Refuses what leaves the root through a symbolic link. */
async function requireInside(root: string, { text }: Testcase): Promise<void> {
  for (const [field, name] of [
    ["image_filename", text.image],
    ["mask_filename", text.mask],
  ] as const)
    try {
      await resolveInside(root, name);
    } catch (error) {
      if (!(error instanceof ReflowError)) throw error;
      throw bad(error.code, error.message, error.hint, field);
    }
}

function augmentationOf(row: Record<string, unknown>): MaskAugmentation {
  const shift = row.shift_values;
  let [down, right] = [0, 0];
  if (shift !== undefined && shift !== null && !isNone(shift)) {
    const cells = String(shift)
      .replaceAll(/[()[\]\s]/g, "")
      .split(",")
      .map(Number);
    if (cells.length !== 2 || !cells.every((c) => Number.isInteger(c) && Math.abs(c) <= MOST_SHIFT))
      throw bad(
        "testcase_field",
        `shift_values ${JSON.stringify(shift)} is not "down,right"`,
        `Two whole numbers of at most ${MOST_SHIFT}.`,
        "shift_values",
      );
    [down, right] = cells as [number, number];
  }
  const angle = row.rotation_angle;
  const rotation = angle === undefined || angle === null || isNone(angle) ? 0 : Number(angle);
  if (!(Math.abs(rotation) <= MOST_TURN))
    throw bad(
      "testcase_field",
      `rotation_angle ${JSON.stringify(angle)} is not a number of degrees`,
      `From -${MOST_TURN} to ${MOST_TURN}.`,
      "rotation_angle",
    );
  const morph = row.morph_operation ?? "none";
  if (morph !== "dilate" && morph !== "erode" && morph !== "open" && morph !== "close" && morph !== "none")
    throw bad(
      "testcase_field",
      `unknown morph_operation ${JSON.stringify(morph)}`,
      "Use dilate, erode, open, close or none.",
      "morph_operation",
    );
  return { shift: { down, right }, rotation, morph };
}

function string(row: Record<string, unknown>, field: string): string {
  const value = row[field];
  if (typeof value !== "string" || value.trim() === "")
    throw bad(
      "testcase_field",
      `${field} is ${value === undefined ? "missing" : "no text"}`,
      "Fill it.",
      field,
    );
  return value;
}

function number(row: Record<string, unknown>, field: string, low: number, high: number): number {
  const value = typeof row[field] === "string" ? Number(row[field]) : row[field];
  if (typeof value !== "number" || !Number.isFinite(value) || value < low || value > high)
    throw bad(
      "testcase_field",
      `${field} ${JSON.stringify(row[field])} is not a number from ${low} to ${high}`,
      "Correct it.",
      field,
    );
  return value;
}

function whole(row: Record<string, unknown>, field: string, low: number, high: number): number {
  const value = number(row, field, low, high);
  if (!Number.isInteger(value))
    throw bad("testcase_field", `${field} ${value} is not a whole number`, "Correct it.", field);
  return value;
}

function flag(row: Record<string, unknown>, field: string, otherwise: boolean): boolean {
  const value = row[field] ?? otherwise;
  if (typeof value === "boolean") return value;
  if (value === "true" || value === "True") return true;
  if (value === "false" || value === "False") return false;
  throw bad("testcase_field", `${field} ${JSON.stringify(value)} is not true or false`, "Correct it.", field);
}

function gridOf(row: Record<string, unknown>, field: string): number | undefined {
  const value = row[field];
  if (value === undefined || value === null || isNone(value)) return undefined;
  return whole(row, field, 2, 100_000);
}

function isNone(value: unknown): boolean {
  return typeof value === "string" && value.trim().toLowerCase() === "none";
}

function bad(code: string, message: string, hint: string, field?: string): ReflowError {
  return dataError(code, message, hint, field ? { field } : undefined);
}
