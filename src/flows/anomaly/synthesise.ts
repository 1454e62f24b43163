import path from "node:path";
import { streamCsv } from "../../kit/csv.js";
import { ReflowError } from "../../kit/errors.js";
import { runTestcases } from "../../synthesis/index.js";
import type { FlowRequest, Step } from "../run/types.js";
import { PLACEMENT } from "./place.js";

export const ANOMALY = "anomaly/inference";

/** One row of `SDG_result.csv`. */
export type MadeRow = { name: string; image: string; type: string; psnr: string; passed: boolean };

export type Synthesised = {
  step: number;
  made: MadeRow[];
  /** Labelled instances. */
  instances: number;
  scores: { type: string; nn: number | null }[];
  refused: { [reason: string]: number };
};

/** Paints every test case into `anomaly/` (dig 1.5). `checkpoint` is absolute, or below the output. */
export function synthesiseStep(
  o: Readonly<{ request: FlowRequest; checkpoint: string; below: boolean; step: number | undefined }>,
): Step<Synthesised> {
  return {
    id: "synthesise",
    title: "Synthesis",
    makes: ["anomaly"],
    after: "continue",
    parameters: { step: o.step ?? null },
    files: o.below ? [] : [o.checkpoint],
    run: async ({ at, emit, signal, workers }) => {
      const r = await runTestcases({
        checkpoint: o.below ? at(o.checkpoint) : o.checkpoint,
        testcases: at(PLACEMENT, "testcase.jsonl"),
        output: at(ANOMALY),
        seed: o.request.seed,
        ...(o.step !== undefined && { step: o.step }),
        workers,
        emit,
        ...(signal && { signal }),
      });
      if (r.made === 0)
        throw new ReflowError(
          "data",
          "nothing_made",
          `none of ${r.lines} test cases could be painted`,
          "The problems say why, row by row.",
          {
            problems: r.problems,
          },
        );
      const refused: Synthesised["refused"] = {};
      for (const { code, severity } of r.problems)
        if (severity === "error") refused[code] = (refused[code] ?? 0) + 1;
      return {
        step: r.step,
        made: await rowsOf(at(ANOMALY, "SDG_result.csv")),
        instances: r.instances,
        scores: r.evaluation.types.map((t) => ({ type: t.defectType, nn: t.nn_score ?? null })),
        refused,
      };
    },
    told: (r) => `${r.made.length} pictures, ${r.instances} labelled defects`,
  };
}

async function rowsOf(file: string): Promise<MadeRow[]> {
  let header: readonly string[] = [];
  const rows: MadeRow[] = [];
  await streamCsv(
    file,
    (names) => {
      header = names;
    },
    ({ cells }) => {
      const cell = (name: string) => cells[header.indexOf(name)] ?? "";
      rows.push({
        name: path.basename(cell("output_filename")),
        image: cell("image_filename"),
        type: cell("anomaly_type"),
        psnr: cell("PSNR"),
        passed: cell("guardrail_pass") !== "0",
      });
    },
  );
  return rows.sort((a, b) => (a.name < b.name ? -1 : 1));
}
