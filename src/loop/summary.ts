import { fixed, renderTarget } from "../metric/index.js";
import { type DeftState, iterationNumber, type Label, labelOf, nextName, nextStep } from "./state/index.js";
import { bestLabel } from "./steps/train.js";

/**
 * `iterN_summary.md` (contract 11.5), at most 300 words: metric against target, the change, data added per source,
 * the next step. Made from the state alone, so a resumed run writes the same text.
 */
export function iterationSummary(state: DeftState, label: Label): string {
  const record = state.iterations[label];
  const before = state.iterations[labelOf(Math.max(0, iterationNumber(label) - 1))];
  const contract = state.metric_contract;
  const unit = contract.unit === "%" ? " %" : contract.unit === "" ? "" : ` ${contract.unit}`;
  const value = record?.metric_result?.value ?? Number.NaN;
  const lines = [
    `# ${label}`,
    "",
    `- ${contract.display_name}: ${fixed(value, 3)}${unit}, target ${renderTarget(contract)}: ${record?.metric_result?.passed ? "met" : "not met"}.`,
  ];
  for (const c of contract.constraints) {
    const measured = record?.metric_result?.constraints[c.name];
    lines.push(
      `- Constraint ${c.display_name} ${c.operator} ${c.target}: measured ${String(measured ?? "nothing")}.`,
    );
  }
  const old = before?.metric_result?.value;
  if (label !== "baseline" && old !== undefined) {
    const change = value - old;
    lines.push(
      `- Change from ${labelOf(iterationNumber(label) - 1)}: ${change > 0 ? "+" : ""}${fixed(change, 3)}${unit}.`,
    );
  }
  const best = bestLabel(state);
  if (best && best !== label) lines.push(`- Best so far is still ${best}: this iteration is not the winner.`);
  for (const stage of ["anomalygen", "data_mining", "data_merge", "train"] as const) {
    const event = state.events.find((e) => e.iter === label && e.stage === stage);
    if (event) lines.push(`- ${stage}: ${event.summary}`);
  }
  const mined = record?.mining_mined_count;
  const earlier = before?.mining_mined_count;
  if (mined !== undefined && earlier !== undefined && mined < earlier / 2)
    lines.push(`- Yield: ${mined} mined rows after ${earlier}: the pool is near exhaustion.`);
  lines.push(`- Next: ${nextName(nextStep(state))}.`);
  return `${lines.join("\n")}\n`;
}
