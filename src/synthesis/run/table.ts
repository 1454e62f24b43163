import path from "node:path";
import { formatCsv } from "../../kit/csv.js";
import { RESULT_COLUMNS } from "../files.js";
import type { Made } from "./make.js";
import type { Job } from "./plan.js";

/** A finished picture with the row it came from and, once evaluated, its score. */
export type Done = Readonly<{ job: Job; made: Made; nn?: number; source?: string }>;

/** SDG_result.csv (contract 6.2), in processing order; `nn_score` and `source` where they are known. */
export function resultTable(done: readonly Done[]): string {
  const scored = done.some((d) => d.nn !== undefined);
  const sourced = done.some((d) => d.source !== undefined);
  const header = [...RESULT_COLUMNS, ...(scored ? ["nn_score"] : []), ...(sourced ? ["source"] : [])];
  return formatCsv(
    header,
    done.map(({ job: { row, name }, made, nn, source }) => {
      const { shift, rotation, morph } = made.augmentation;
      return [
        `${name}.png`,
        row.text.image,
        row.text.mask,
        row.defectType,
        float(row.guidance),
        row.numSteps,
        made.seed,
        row.copies,
        row.cropAndPaste ? "True" : "False",
        row.cropGrid?.width ?? "none",
        row.cropGrid?.height ?? "none",
        row.cropRatio === undefined ? "none" : float(row.cropRatio),
        row.poissonBlend ? "True" : "False",
        `${shift.down},${shift.right}`,
        rotation,
        morph,
        made.psnr === null ? "inf" : made.psnr.toFixed(4),
        row.index,
        1,
        ...(scored ? [nn === undefined ? "" : nn.toFixed(6)] : []),
        ...(sourced ? [source ?? ""] : []),
      ];
    }),
  );
}

/** Whole numbers as floats are written: 7 is "7.0". */
function float(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

/** Folder beside the output that holds the same scene for dataset tools (contract 6.2). */
export function sceneFolder(output: string): string {
  const whole = path.resolve(output);
  return path.join(path.dirname(whole), `${path.basename(whole)}_daft_v3`);
}
