import path from "node:path";
import type { Workspace } from "../../../dataset/index.js";
import { checkDatasetFolder } from "../../../placement/index.js";
import type { Plan } from "../types.js";
import { type Checked, doubtful, failed, passed } from "./check.js";

const ID = "assets";
const TITLE = "Generator assets and initial weights";

/** Whether the generator will find what it draws from, and which weights training starts with. */
export async function assetsCheck(
  plan: Pick<Plan, "parameters" | "defect_spec" | "defect_dataset" | "data">,
  workspace: Pick<Workspace, "defectDatasets">,
): Promise<Checked> {
  const { num_sdg, baseline_checkpoint, seed } = plan.parameters;
  const weights = baseline_checkpoint.value
    ? `the baseline is ${baseline_checkpoint.value}`
    : `weights from seed ${seed.value}`;
  const say = (text: string) => `${text}; ${weights}`;
  if (num_sdg.value === 0) return passed(ID, TITLE, say("the generator is off"));
  if (plan.defect_spec !== null && plan.defect_dataset !== null) {
    const { types, usable, prompted, problems } = await checkDatasetFolder(
      plan.defect_dataset,
      plan.defect_spec,
    );
    const counted = say(`${usable} of ${types} defect types in ${plan.defect_dataset} can be drawn`);
    const first = problems[0] ? `; first problem: ${problems[0].message}` : "";
    if (usable === 0) {
      const errors = problems.map((p) => ({ ...p, severity: "error" as const }));
      return failed(ID, TITLE, counted + first, errors);
    }
    if (prompted.length > 0) {
      const said = `${counted + first}; placed freely, because prompts are not read: ${prompted.join(", ")}`;
      return doubtful(ID, TITLE, said);
    }
    return problems.length > 0 ? doubtful(ID, TITLE, counted + first) : passed(ID, TITLE, counted);
  }
  const unused = workspace.defectDatasets.map((d) => d.dir);
  const learned = say(`exemplars from ${plan.data.tables.train.ng} NG rows of the training set`);
  if (unused.length > 0)
    return doubtful(
      ID,
      TITLE,
      `${learned}; not used, because it has no defect_spec.jsonl: ${path.basename(unused[0] as string)}`,
    );
  return plan.data.tables.train.ng === 0
    ? failed(ID, TITLE, say("the training set has no NG row to learn defects from"))
    : passed(ID, TITLE, learned);
}
