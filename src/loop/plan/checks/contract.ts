import { access, constants, stat } from "node:fs/promises";
import path from "node:path";
import { dataError } from "../../../kit/index.js";
import {
  checkEvaluator,
  describeTarget,
  type MetricContract,
  validateContract,
} from "../../../metric/index.js";
import type { DataFacts } from "../types.js";
import { type Checked, doubtful, failed, failedBy, passed } from "./check.js";

const ID = "contracts";
const TITLE = "Metric contract and evaluator";

/**
 * Whether this contract can be measured here, and its target reached at all: a valid contract, an evaluator that is
 * there (command: an executable file; artifact: a folder to look in; builtin: a KPI table with both classes), and a
 * target that some result would meet.
 */
export async function contractCheck(
  contract: MetricContract,
  kpi: DataFacts["tables"]["kpi"],
): Promise<Checked> {
  try {
    validateContract(contract);
    await checkEvaluator(contract);
    const { evaluator } = contract;
    const target = describeTarget(contract);
    if (evaluator.type === "command") return passed(ID, TITLE, `${target}, measured by ${evaluator.path}`);
    if (evaluator.type === "artifact") return await artifactCheck(evaluator.path_template, target);
    return builtinCheck(contract, kpi, target);
  } catch (error) {
    return failedBy(ID, TITLE, error);
  }
}

/** FAR at a recall needs defects to find the threshold and good rows to count false alarms among. */
function builtinCheck(contract: MetricContract, kpi: DataFacts["tables"]["kpi"], target: string): Checked {
  const pass = kpi.rows - kpi.ng;
  if (kpi.ng === 0 || pass === 0)
    return failed(
      ID,
      TITLE,
      `${target} cannot be measured: the KPI table has ${kpi.ng} NG and ${pass} PASS rows`,
      [
        {
          code: "kpi_not_measurable",
          severity: "error",
          message: `${target} needs both classes in the KPI table; it has ${kpi.ng} NG and ${pass} PASS rows`,
          hint: "Add rows of the missing class to the KPI table.",
          where: { file: kpi.file },
        },
      ],
    );
  if (!reachable(contract))
    return doubtful(
      ID,
      TITLE,
      `no result can meet ${target}: a rate lies from 0 to 100 %, so every iteration is used`,
    );
  const step = 100 / pass;
  const shown = `${target}: ${kpi.ng} NG and ${pass} PASS rows, one false alarm is ${step.toPrecision(2)} %`;
  return step > contract.target && contract.target > 0
    ? doubtful(ID, TITLE, `${shown}, so only a KPI set without any meets it`)
    : passed(ID, TITLE, shown);
}

/** A rate below 0 or beyond 100 % does not exist; `< 0 %` is the one such target that the grammar lets through. */
function reachable({ operator, target, constraints }: MetricContract): boolean {
  const meets = (o: typeof operator, t: number) =>
    o === "<" ? t > 0 : o === "<=" ? t >= 0 : o === ">" ? t < 100 : t <= 100;
  return meets(operator, target) && constraints.every((c) => c.unit !== "%" || meets(c.operator, c.target));
}

/** Another system writes the results: they are not there yet, but the folder above them must be readable. */
async function artifactCheck(template: string, target: string): Promise<Checked> {
  const fixed = template.slice(0, template.indexOf("{iter_label}"));
  const folder = path.resolve(fixed.endsWith(path.sep) ? fixed : path.dirname(fixed));
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory())
    throw dataError(
      "metric_artifact_folder",
      `results are expected under ${folder}, which is no folder`,
      "Make the folder, or correct the path template.",
      { file: folder },
    );
  await access(folder, constants.R_OK | constants.X_OK).catch(() => {
    throw dataError("no_permission", `cannot read ${folder}`, "Make the folder readable.", { file: folder });
  });
  return passed(ID, TITLE, `${target}, results are read from ${template}`);
}
