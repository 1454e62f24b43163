import { formatPlace } from "../kit/errors.js";
import type { Plan } from "../loop/plan/types.js";

const MARK = { ok: "ok  ", warning: "WARN", error: "FAIL", "not applicable": "n/a " } as const;

/** The Pre-Flight Summary for a person (contract 12.3): blocks of values with their origin, checks, problems, hash. */
export function planText(plan: Plan): string {
  const lines: string[] = ["Pre-Flight Summary", ""];
  for (const block of plan.summary) {
    lines.push(block.title);
    const width = Math.max(...block.rows.map((r) => r.name.length));
    for (const r of block.rows) lines.push(`  ${r.name.padEnd(width)}  ${r.value}  [${r.source}]`);
    lines.push("");
  }
  lines.push("Checks");
  for (const c of plan.checks) lines.push(`  ${MARK[c.status]}  ${c.title}: ${c.detail}`);
  const shown = plan.problems.filter((p) => p.severity !== "info");
  if (shown.length > 0) {
    lines.push("", "Problems");
    for (const p of shown) {
      const at = formatPlace(p.where);
      lines.push(
        `  ${p.severity}: ${p.code}: ${p.message}`,
        ...(at ? [`    at ${at}`] : []),
        `    ${p.hint}`,
      );
    }
  }
  lines.push("", `Plan hash: ${plan.plan_hash}`);
  return `${lines.join("\n")}\n`;
}
