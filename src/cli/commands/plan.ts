import type { Command } from "commander";
import type { CodeInfo } from "../../dataset/index.js";
import type { Problem } from "../../kit/errors.js";
import { GRACE_MS, onInterrupt } from "../interrupt.js";
import { outputMode, quoted, reporter, suggest } from "../output.js";
import { addRunOptions, type RunFlags, repeatCommand, toRunOptions } from "../run-options.js";

/** `reflow plan`: exit 0 when the plan can be approved, 3 when problems block it. Writes nothing. */
export function registerPlan(program: Command): void {
  addRunOptions(
    program.command("plan").description("check a workspace and show what a run would do; ends at the gate"),
  )
    .addHelpText("after", HELP)
    .action(async (workspace: string, flags: RunFlags) => {
      const { blocking, makePlan } = await import("../../loop/plan/index.js");
      const { planText } = await import("../plan-text.js");
      const mode = outputMode(flags);
      const show = mode === "json" ? { emit: () => {}, clear: () => {} } : reporter(mode);
      const { signal, done } = onInterrupt({ graceMs: GRACE_MS });
      const emit: typeof show.emit = (e) => (e.type === "progress" ? show.emit(e) : undefined);
      const plan = await makePlan(toRunOptions(workspace, flags), { emit, signal }).finally(() => {
        show.clear();
        done();
      });
      const problems = blocking(plan);
      const blocked = problems.length;
      process.stdout.write(mode === "json" ? `${JSON.stringify(plan, null, 2)}\n` : planText(plan));
      if (blocked > 0)
        suggest(
          `repair the ${blocked === 1 ? "problem" : `${blocked} problems`} above${await doctorCommand(workspace, problems)}`,
        );
      else if (mode !== "json")
        suggest(`${repeatCommand("run", workspace, flags)} --approve ${plan.plan_hash}`);
      process.exitCode = blocked > 0 ? 3 : 0;
    });
}

/** Named only for what the doctor sees, `--fix` only where it can repair something. */
async function doctorCommand(workspace: string, problems: readonly Problem[]): Promise<string> {
  const { CODES } = await import("../../dataset/index.js");
  const table: Readonly<Record<string, CodeInfo>> = CODES;
  const known = problems.flatMap((p) => (Object.hasOwn(table, p.code) ? [table[p.code] as CodeInfo] : []));
  if (known.length === 0) return "";
  const fix = known.some((info) => info.auto !== undefined) ? " --fix" : "";
  return `: reflow doctor ${quoted(workspace)}${fix}`;
}

const HELP = `
Exit codes: 0 the plan can be approved, 2 usage, 3 problems in the data block it.

Example:
  reflow plan boards --kpi "FAR < 1% at Recall=100%" --max-iterations 3`;
