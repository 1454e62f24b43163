import path from "node:path";
import { asProblem, type Problem, ReflowError } from "../../kit/errors.js";
import { placeCadSample } from "./cad-sample.js";
import { placeInRegion } from "./region-sample.js";
import type { SampleResult, SampleTask } from "./task.js";

/** Places one sample and writes its masks. What is wrong with its files comes back as problems. */
export async function placeSample(task: SampleTask): Promise<SampleResult> {
  try {
    return task.route.kind === "cad" ? await placeCadSample(task) : await placeInRegion(task);
  } catch (error) {
    if (!(error instanceof ReflowError) || error.kind !== "data") throw error;
    return failed(task, [asProblem(error)]);
  }
}

/** The result of a sample that could not be tried. */
function failed(task: SampleTask, problems: readonly Problem[]): SampleResult {
  const { kind } = task.route;
  return {
    summary: {
      name: path.parse(task.record.cad_mask ?? task.record.clean_image).name,
      defect_type: task.record.defect_type,
      route: kind === "cad" ? "cad2roi" : kind === "text" ? "text2roi" : "free",
      status: "FAILED",
      n_candidates: 0,
      seeds: {},
    },
    masks: [],
    problems,
  };
}
