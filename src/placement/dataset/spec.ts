import type { Problem } from "../../kit/errors.js";
import { readText } from "../../kit/files.js";

/** One line of `defect_spec.jsonl` (contract 7.1). */
export type DefectSpec = Readonly<{
  line: number;
  defectType: string;
  texture: string;
  anomaly: string;
  dependency: "free" | "text" | "cad";
  prompt: string;
}>;

/** Names become file names and CSV cells: letters, digits, blank and a few signs only (T34: no commas). */
const NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._@#()-]*$/u;

export function usableName(name: string): boolean {
  return NAME.test(name) && !name.includes("..") && name.trim() === name;
}

/**
 * Reads a defect spec: one JSON object per line, blank lines skipped. Bad lines become problems with their line
 * number and are left out.
 */
export async function readDefectSpec(file: string): Promise<{ specs: DefectSpec[]; problems: Problem[] }> {
  const specs: DefectSpec[] = [];
  const problems: Problem[] = [];
  const text = await readText(file);
  text.split(/\r?\n/).forEach((content, i) => {
    if (content.trim() === "") return;
    const line = i + 1;
    const bad = (code: string, message: string, hint: string, field?: string): void => {
      problems.push({
        code,
        severity: "error",
        message,
        hint,
        where: { file, row: line, ...(field ? { field } : {}) },
      });
    };
    let value: unknown;
    try {
      value = JSON.parse(content);
    } catch (error) {
      bad("spec_line_invalid", `not valid JSON: ${(error as Error).message}`, "One JSON object per line.");
      return;
    }
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      bad("spec_line_invalid", "the line is not a JSON object", "One JSON object per line.");
      return;
    }
    const entry = value as Record<string, unknown>;
    const type = entry.defect_type;
    const plus = typeof type === "string" ? type.indexOf("+") : -1;
    if (typeof type !== "string" || plus < 1 || plus === type.length - 1) {
      bad(
        "spec_defect_type",
        'defect_type must read "TEXTURE+ANOMALY"',
        "Join both with a plus.",
        "defect_type",
      );
      return;
    }
    const texture = type.slice(0, plus);
    const anomaly = type.slice(plus + 1);
    if (!usableName(texture) || !usableName(anomaly) || anomaly.includes("+")) {
      bad(
        "spec_defect_type",
        `"${type}" cannot name files`,
        "Use letters, digits, blanks and . _ - only.",
        "defect_type",
      );
      return;
    }
    const dependency = entry.spatial_dependency ?? "free";
    if (dependency !== "free" && dependency !== "text" && dependency !== "cad") {
      bad(
        "spec_dependency",
        `unknown spatial_dependency ${JSON.stringify(dependency)}`,
        "Use free, text or cad.",
        "spatial_dependency",
      );
      return;
    }
    const prompt = entry.roi_prompt_defect_location;
    if (dependency === "text" && (typeof prompt !== "string" || prompt.trim() === "")) {
      bad(
        "spec_prompt_missing",
        "spatial_dependency text needs a prompt",
        "Fill roi_prompt_defect_location.",
        "roi_prompt_defect_location",
      );
      return;
    }
    if (specs.some((s) => s.defectType === type)) {
      bad("spec_duplicate", `"${type}" is named twice`, "Keep one of the lines.", "defect_type");
      return;
    }
    specs.push({
      line,
      defectType: type,
      texture,
      anomaly,
      dependency,
      prompt: typeof prompt === "string" ? prompt : "",
    });
  });
  if (specs.length === 0 && problems.length === 0)
    problems.push({
      code: "spec_empty",
      severity: "error",
      message: "the defect spec has no lines",
      hint: "One JSON object per defect type.",
      where: { file },
    });
  return { specs, problems };
}
