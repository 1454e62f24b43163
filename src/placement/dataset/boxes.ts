import path from "node:path";
import type { Problem } from "../../kit/errors.js";
import { readText } from "../../kit/files.js";

/** Where a prompt was found in a clean image, 0 … 1000 on both axes. */
export type PromptBox = Readonly<{
  bbox: readonly [x0: number, y0: number, x1: number, y1: number];
  point?: readonly [x: number, y: number];
  confidence: number;
}>;

/** Boxes by defect type and stem of the clean image; an empty list: looked for, not found. */
export type PromptBoxes = ReadonlyMap<string, readonly PromptBox[]>;

export function boxKey(defectType: string, clean: string): string {
  return `${defectType}\n${path.parse(clean).name}`;
}

/**
 * Reads what a vision language model said about prompts, one answer a line:
 * `{"clean_image": …, "defect_type": …, "regions": [{"bbox_2d": [x0, y0, x1, y1], "point_2d": [x, y], "confidence": c}]}`
 * with coordinates from 0 to 1000 (contract 5.7). The placement itself has no such model. Bad lines become problems.
 */
export async function readPromptBoxes(file: string): Promise<{ boxes: PromptBoxes; problems: Problem[] }> {
  const boxes = new Map<string, readonly PromptBox[]>();
  const problems: Problem[] = [];
  (await readText(file)).split(/\r?\n/).forEach((line, i) => {
    if (line.trim() === "") return;
    const found = parse(line);
    if (typeof found === "string")
      problems.push({
        code: "boxes_line_invalid",
        severity: "error",
        message: found,
        hint: 'Write {"clean_image": "a.png", "defect_type": "T+A", "regions": [{"bbox_2d": [0, 0, 500, 500]}]}.',
        where: { file, row: i + 1 },
      });
    else boxes.set(boxKey(found.type, found.clean), found.regions);
  });
  return { boxes, problems };
}

function parse(line: string): { type: string; clean: string; regions: PromptBox[] } | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return `not valid JSON: ${(error as Error).message}`;
  }
  const entry = value as Record<string, unknown> | null;
  if (typeof entry !== "object" || entry === null) return "the line is not a JSON object";
  const { clean_image: clean, defect_type: type, regions } = entry;
  if (typeof clean !== "string" || typeof type !== "string") return "clean_image and defect_type are names";
  if (!Array.isArray(regions)) return "regions is a list";
  const out: PromptBox[] = [];
  for (const region of regions as Record<string, unknown>[]) {
    const bbox = numbers(region?.bbox_2d, 4) as PromptBox["bbox"] | undefined;
    if (!bbox) return "bbox_2d is a list of four numbers from 0 to 1000";
    const point = numbers(region.point_2d, 2) as PromptBox["point"];
    const confidence = typeof region.confidence === "number" ? region.confidence : 1;
    out.push({ bbox, ...(point ? { point } : {}), confidence });
  }
  return { type, clean, regions: out };
}

function numbers(value: unknown, count: number): readonly number[] | undefined {
  return Array.isArray(value) && value.length === count && value.every((v) => Number.isFinite(v))
    ? (value as number[])
    : undefined;
}
