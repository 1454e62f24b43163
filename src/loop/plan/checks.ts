import { constants } from "node:fs";
import { access, statfs } from "node:fs/promises";
import { totalmem } from "node:os";
import path from "node:path";
import type { Workspace } from "../../dataset/index.js";
import { exists, loadOrt } from "../../kit/index.js";
import type { Check, Plan } from "./types.js";

/** Bytes that a run of this size is likely to write, as a floor for the warning about free space. */
const ROOM = 500 * 2 ** 20;

/** The checks of contract 12.1 in their order. What cannot apply to the builtin toolkit says so. */
export async function orderedChecks(
  plan: Pick<Plan, "data" | "parameters" | "problems" | "spec" | "resuming" | "workspace" | "defect_spec">,
  workspace: Workspace,
  specNotes: readonly string[],
): Promise<Check[]> {
  const errors = plan.problems.filter((p) => p.severity === "error");
  const isLeak = (code: string) => code.startsWith("leak");
  const dataErrors = errors.filter((p) => !isLeak(p.code));
  const leaks = errors.filter((p) => isLeak(p.code));
  const pool = plan.data.tables.pool;
  return [
    check("workspace", "Workspace, spec, tables, images; new or resumable run", dataErrors.length === 0, {
      detail:
        dataErrors.length === 0
          ? [plan.resuming ? `resumes ${plan.resuming}` : "new run", ...specNotes].join("; ")
          : `${dataErrors.length} problems, first: ${dataErrors[0]?.message}`,
    }),
    check("mining_pool", "Mining pool", pool !== undefined && pool.rows > 0, {
      warning: true,
      detail: pool ? `${pool.rows} rows` : "no pool: iterations grow by synthetic pairs alone",
    }),
    check("contracts", "Metric contract and evaluator", true, { detail: "read and valid" }),
    skipped("credentials", "Credentials", "nothing is fetched"),
    skipped("registry", "Registry login", "no containers"),
    skipped("images", "Container images", "no containers"),
    await runtimeCheck(),
    await writableCheck(workspace.root),
    check("compute", "Cores, generator assets, initial weights", true, {
      detail: `${plan.parameters.workers.value} workers; ${plan.defect_spec ? "defect spec found" : "exemplars from the training set"}; weights from seed ${plan.parameters.seed.value}`,
    }),
    memoryCheck(plan),
    check("leakage", "No row of one set in another", leaks.length === 0, {
      detail: leaks.length === 0 ? "none, by name and by image content" : (leaks[0]?.message ?? ""),
    }),
  ];
}

function check(id: string, title: string, good: boolean, o: { detail: string; warning?: boolean }): Check {
  return { id, title, status: good ? "ok" : o.warning ? "warning" : "error", detail: o.detail };
}

function skipped(id: string, title: string, detail: string): Check {
  return { id, title, status: "not applicable", detail };
}

async function runtimeCheck(): Promise<Check> {
  try {
    const { build } = await loadOrt();
    return check("runtime", "ONNX Runtime", build === "native", {
      warning: true,
      detail: build === "native" ? "native build" : "WebAssembly build: works, about five times slower",
    });
  } catch (error) {
    return check("runtime", "ONNX Runtime", false, { detail: (error as Error).message });
  }
}

async function writableCheck(root: string): Promise<Check> {
  const results = path.join(root, "results");
  const folder = (await exists(results)) ? results : root;
  const title = "Result folder is writable and has room";
  try {
    await access(folder, constants.W_OK);
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    return check("paths", title, free > ROOM, {
      warning: true,
      // No number when there is plenty: the plan must not change with every byte written.
      detail: free > ROOM ? folder : `only ${Math.floor(free / 2 ** 20)} MiB free in ${folder}`,
    });
  } catch {
    return check("paths", title, false, { detail: `${folder} is not writable` });
  }
}

function memoryCheck(plan: Pick<Plan, "parameters">): Check {
  const { batch_size, workers } = plan.parameters;
  // A batch of 224-pixel pairs with its activations and gradients, per worker.
  const need = workers.value * batch_size.value * 24 * 2 ** 20;
  return check("memory", "Memory against batch size", need < totalmem() * 0.8, {
    warning: true,
    detail: `about ${Math.ceil(need / 2 ** 20)} MiB of ${Math.floor(totalmem() / 2 ** 20)} MiB`,
  });
}
