import type { Plan, Question } from "../flows/intake/index.js";
import { knobText } from "../flows/knobs/index.js";
import { quoted } from "./output.js";

/** A question with its numbered options, the knobs of each, and its table. */
export function questionText(q: Question): string {
  const lines = [`${q.id}  ${q.text}`];
  q.options.forEach((o, i) => {
    lines.push(`  ${i + 1}) ${o.label}${o.sets.length > 0 ? `\n       ${o.sets.join("  ")}` : ""}`);
  });
  for (const row of q.table ?? [])
    lines.push(
      `     ${row[0]!.padEnd(28)}${row
        .slice(1)
        .map((v) => v.padStart(6))
        .join("")}`,
    );
  return lines.join("\n");
}

/** A plan in the labelled sections of the contract, in their order (dig 1.10). */
export function planSections(plan: Plan, platform: "local" | "osmo"): string {
  const sections: [string, readonly string[]][] = [];
  if (plan.flow) {
    sections.push(
      [
        "Workflow",
        [
          `${plan.title} (${plan.flow}), run ${plan.name}`,
          ...Object.entries(plan.knobs).map(([k, v]) => `${k}=${knobText(v)}`),
        ],
      ],
      ["Preflights", plan.preflights],
      [
        "Required URL Artifacts",
        plan.artifacts.map(
          (a) =>
            `${a.url}  (${a.needed}${platform === "local" && a.path.startsWith("models/") ? "; cluster only" : ""})`,
        ),
      ],
    );
    if (plan.cookbookPatch)
      sections.push([
        "Cookbook",
        [
          `${plan.cookbookPatch.file}: ${Object.entries(plan.cookbookPatch.set)
            .map(([k, v]) => `${k}=${v}`)
            .join(" ")}`,
        ],
      ]);
    const [mine, other] = platform === "local" ? [plan.command, plan.cluster] : [plan.cluster, plan.command];
    sections.push([
      "Submit Command",
      [line(mine), `${platform === "local" ? "on a cluster" : "on one machine"}: ${line(other)}`],
    ]);
  } else {
    sections.push(["Workflow", [plan.title]]);
    if (plan.command.length > 0) sections.push(["Command", [line(plan.command)]]);
  }
  sections.push(["Output Location", plan.outputs]);
  if (plan.notes.length > 0) sections.push(["Notes", plan.notes]);
  if (plan.warnings.length > 0) sections.push(["Warnings", plan.warnings]);
  const text = sections
    .map(([title, lines]) => `${title}\n${lines.map((l) => `  ${l}`).join("\n")}\n`)
    .join("\n");
  return plan.afterwards ? `${text}\nAfterwards\n\n${planSections(plan.afterwards, platform)}` : text;
}

const line = (words: readonly string[] = []): string => words.map(quoted).join(" ");
