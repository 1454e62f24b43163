import { stat } from "node:fs/promises";
import path from "node:path";
import { dataError, type Problem } from "../../kit/errors.js";
import { readJson } from "../../kit/files.js";
import { FLOW_INFO, FLOWS, type FlowId } from "../knobs/index.js";
import { REQUEST_FILE, RESULT_FILE } from "../run/folder.js";
import { checkAnomaly } from "./anomaly.js";
import { checkDay0 } from "./day0.js";
import { checkDay1 } from "./day1.js";
import { checkFinetune } from "./finetune.js";
import { openTree, type Tree } from "./folder.js";
import { checkStructural } from "./structural.js";

export type TreeCheck = Readonly<{
  /** The run's folder. */
  root: string;
  flow: FlowId;
  /** Where the flow is known from: its own record, or the folders that are there. */
  from: "flow.json" | "folders";
  stages: readonly string[];
  counts: Readonly<Record<string, Readonly<Record<string, number>>>>;
  problems: readonly Problem[];
}>;

const CHECKS: Readonly<Record<string, (tree: Tree) => Promise<Readonly<Record<string, number>>>>> = {
  "usd2roi-components": checkDay0,
  structural_defect: checkStructural,
  "usd2roi-day1": checkDay1,
  anomaly: checkAnomaly,
  finetune: checkFinetune,
};

/** Stages that are checked together with the one before. */
const TOGETHER = new Set(["augment", "structural_defect_edited"]);

/**
 * Checks the tree of one flow run, or of every run below `<dir>/runs` (dig 1.2 to 1.8): which flow it is, and what is
 * missing, wrong or foreign. Throws `tree_missing` and `tree_unknown`.
 */
export async function validateTree(dir: string): Promise<readonly TreeCheck[]> {
  const info = await stat(dir).catch(() => undefined);
  if (!info?.isDirectory())
    throw dataError(
      "tree_missing",
      info ? `${dir} is no folder` : `no such folder: ${dir}`,
      "Name the output of a flow.",
      { file: dir },
    );
  const runs = await openTree(dir).folders("runs");
  if (runs.length > 0) {
    const all: TreeCheck[] = [];
    for (const run of runs) all.push(await checkRun(path.join(dir, "runs", run)));
    return all;
  }
  return [await checkRun(dir)];
}

async function checkRun(root: string): Promise<TreeCheck> {
  const tree = openTree(root);
  const folders = await tree.folders("");
  const own = await recordedFlow(tree);
  const flow = own ?? flowOf(folders);
  if (!flow)
    throw dataError(
      "tree_unknown",
      `${root} is not the tree of a flow: it holds ${folders.slice(0, 6).join(", ") || "no folder"}`,
      `A flow leaves ${Object.keys(CHECKS).join(", ")} behind.`,
      { file: root },
    );
  const counts: Record<string, Readonly<Record<string, number>>> = {};
  const stages = FLOW_INFO[flow].stages.filter(
    // Training is a stage of other flows only when they were asked to train.
    (stage) => stage !== "finetune" || flow === "finetune" || folders.includes("finetune"),
  );
  for (const stage of stages) {
    if (!folders.includes(stage)) {
      tree.error(
        "tree_stage_missing",
        `there is no ${stage}/`,
        "Run the flow again; finished work is kept.",
        stage,
      );
      continue;
    }
    const check = CHECKS[stage];
    if (check && !TOGETHER.has(stage)) counts[stage] = await check(tree);
  }
  if (own && !(await tree.files("")).includes(RESULT_FILE))
    tree.error(
      "tree_unfinished",
      "the flow has not finished: there is no result.json",
      "Run the same command again; it goes on.",
      RESULT_FILE,
    );
  return { root, flow, from: own ? "flow.json" : "folders", stages, counts, problems: tree.problems };
}

async function recordedFlow(tree: Tree): Promise<FlowId | undefined> {
  if (!(await tree.files("")).includes(REQUEST_FILE)) return undefined;
  const json = (await readJson(tree.at(REQUEST_FILE)).catch(() => undefined)) as
    | { flow?: unknown }
    | undefined;
  const flow = FLOWS.find((id) => id === json?.flow);
  if (!flow)
    tree.error(
      "tree_record",
      `${REQUEST_FILE} names no flow`,
      "Restore it, or remove it to judge by the folders.",
      REQUEST_FILE,
    );
  return flow;
}

/** The flow that leaves these folders behind. */
function flowOf(folders: readonly string[]): FlowId | undefined {
  const has = (name: string) => folders.includes(name);
  if (has("structural_defect") || has("structural_defect_edited")) return "structural";
  if (has("usd2roi-day1")) return "day1-align";
  if (has("usd2roi-components") || has("augment")) return has("anomaly") ? "texture-day0" : "good";
  if (has("anomaly")) return "day1-roi";
  return has("finetune") ? "finetune" : undefined;
}
