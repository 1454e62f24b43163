import type { ChangeNetSpec } from "../../../changenet/index.js";
import type { Workspace } from "../../../dataset/index.js";
import type { Problem } from "../../../kit/index.js";
import type { Machine } from "../machine.js";
import type { Sizes } from "../needs.js";
import type { Check, Plan } from "../types.js";
import { assetsCheck } from "./assets.js";
import { type Checked, doubtful, failed, passed, skipped } from "./check.js";
import { contractCheck } from "./contract.js";
import { coresCheck, memoryCheck, placeCheck, runtimeCheck } from "./machine.js";

export type CheckedPlan = Omit<Plan, "checks" | "summary">;

/**
 * The checks of contract 12.1 in their order. What cannot apply to the builtin toolkit says so. A failed check comes
 * with problems, which block the plan, unless the look at the data has found them already.
 */
export async function orderedChecks(
  plan: CheckedPlan,
  o: Readonly<{
    workspace: Workspace;
    specNotes: readonly string[];
    /** Undefined when the spec cannot be used: that is then a problem of its own. */
    spec: ChangeNetSpec | undefined;
    sizes: Sizes | undefined;
    machine: Machine;
  }>,
): Promise<{ checks: Check[]; problems: Problem[] }> {
  const { workspace, spec, sizes, machine } = o;
  const checkpoints = spec ? spec.numEpochs / spec.checkpointInterval : 0;
  const all: Checked[] = [
    ...dataChecks(plan, o.specNotes),
    await contractCheck(plan.metric_contract, plan.data.tables.kpi),
    skipped("credentials", "Credentials", "nothing is fetched"),
    skipped("registry", "Registry login", "no containers"),
    skipped("images", "Container images", "no containers"),
    await runtimeCheck(machine),
    await placeCheck(workspace.root, plan, sizes, checkpoints, machine),
    coresCheck(plan, machine),
    await assetsCheck(plan, workspace),
    memoryCheck(plan, sizes, machine),
    leakCheck(plan),
  ];
  const known = new Set(plan.problems.map((p) => `${p.code} ${p.where?.file}`));
  return {
    checks: all.map((c) => c.check),
    problems: all.flatMap((c) => c.problems).filter((p) => !known.has(`${p.code} ${p.where?.file}`)),
  };
}

const isLeak = (problem: Problem) => problem.code.startsWith("leak");

function dataChecks({ problems, data, resuming }: CheckedPlan, notes: readonly string[]): Checked[] {
  const errors = problems.filter((p) => p.severity === "error" && !isLeak(p));
  const title = "Workspace, spec, tables, images; new or resumable run";
  const { pool } = data.tables;
  return [
    errors[0]
      ? failed("workspace", title, `${errors.length} problems, first: ${errors[0].message}`)
      : passed("workspace", title, [resuming ? `resumes ${resuming}` : "new run", ...notes].join("; ")),
    pool && pool.rows > 0
      ? passed("mining_pool", "Mining pool", `${pool.rows} rows`)
      : doubtful(
          "mining_pool",
          "Mining pool",
          pool ? "0 rows" : "no pool: iterations grow by synthetic pairs alone",
        ),
  ];
}

function leakCheck({ problems }: CheckedPlan): Checked {
  const [id, title] = ["leakage", "No row of one set in another"];
  const leak = problems.find((p) => p.severity === "error" && isLeak(p));
  return leak ? failed(id, title, leak.message) : passed(id, title, "none, by name and by image content");
}
