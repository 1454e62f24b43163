import path from "node:path";
import { exists, explainWriteError, ReflowError } from "../../../kit/index.js";
import type { Machine } from "../machine.js";
import { diskNeed, memoryNeed, type Sizes } from "../needs.js";
import type { Plan } from "../types.js";
import { type Checked, doubtful, failed, failedBy, mib, passed, skipped } from "./check.js";

type Facts = Pick<Plan, "parameters" | "data">;

export function coresCheck({ parameters: { workers } }: Facts, machine: Machine): Checked {
  const shown = `${workers.value} ${workers.value === 1 ? "worker" : "workers"} on ${machine.cores} cores`;
  return workers.value > machine.cores
    ? doubtful("compute", "Cores", `${shown}: more workers than cores only cost memory; lower --workers`)
    : passed("compute", "Cores", shown);
}

/** Contract 12.1 no. 9: a warning, because it is an estimate. `sizes` is undefined when the spec cannot be used. */
export function memoryCheck(facts: Facts, sizes: Sizes | undefined, machine: Machine): Checked {
  const [id, title] = ["memory", "Memory against batch size"];
  if (!sizes) return skipped(id, title, "the spec cannot be used");
  const need = memoryNeed(facts, sizes);
  const { batch_size, workers } = facts.parameters;
  const shown =
    `about ${mib(need)} of ${mib(machine.memory)}: ${batch_size.value} pairs of ` +
    `${sizes.width}×${sizes.height} pixels in a step, ${workers.value} workers`;
  return need > 0.8 * machine.memory
    ? doubtful(
        id,
        title,
        `${shown}; lower batch_size, image_width and image_height in the spec, or --workers`,
      )
    : passed(id, title, shown);
}

/** Room beyond the estimate below which it is worth a look. */
const ROOM = 500 * 2 ** 20;

/** The result folder must be writable; less free space than half the estimate cannot do. */
export async function placeCheck(
  root: string,
  facts: Facts,
  sizes: Sizes | undefined,
  checkpoints: number,
  machine: Machine,
): Promise<Checked> {
  const [id, title] = ["paths", "Result folder is writable and has room"];
  const results = path.join(root, "results");
  const folder = (await exists(results)) ? results : root;
  try {
    await machine.writable(folder);
    if (!sizes) return passed(id, title, folder);
    const need = diskNeed(facts, sizes, checkpoints);
    // Some network file systems do not tell.
    const free = await machine.freeBytes(folder).catch(() => Number.POSITIVE_INFINITY);
    // No number of free bytes when there are plenty: the plan must not change with every byte written.
    if (free > need + ROOM) return passed(id, title, `${folder}; about ${mib(need)} will be written`);
    const shown = `${Math.floor(free / 2 ** 20)} MiB free in ${folder}, about ${mib(need)} will be written`;
    if (free > need / 2) return doubtful(id, title, shown);
    return failed(id, title, shown, [
      {
        code: "disk_too_small",
        severity: "error",
        message: shown,
        hint: `Free about ${mib(need - free)}, or copy the workspace to a larger disk.`,
        where: { file: folder },
      },
    ]);
  } catch (error) {
    return failedBy(id, title, explainWriteError(error, folder));
  }
}

export async function runtimeCheck(machine: Machine): Promise<Checked> {
  const [id, title] = ["runtime", "ONNX Runtime"];
  try {
    return (await machine.runtime()) === "native"
      ? passed(id, title, "native build")
      : doubtful(id, title, "WebAssembly build: works, about five times slower");
  } catch (error) {
    if (error instanceof ReflowError) return failedBy(id, title, error);
    throw error;
  }
}
