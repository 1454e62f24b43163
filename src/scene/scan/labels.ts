import { dataError, type Problem } from "../../kit/errors.js";
import type { RenderConfig } from "../cookbook/index.js";
import type { Scene } from "../model.js";
import { baselineLabels, type Labels, layered, matchRules, type RuleStats } from "../semantics/index.js";

export type ClassLabels = Readonly<{
  /** Prim path → labels that the cookbook writes. */
  written: Readonly<Record<string, Labels>>;
  /** Absent without rules. */
  stats?: RuleStats;
  problems: readonly Problem[];
}>;

/**
 * The labels that a cookbook gives (contract 2): in the good flow every listed component as a whole, then the rules.
 * A rule that matches nothing is a warning; rules that all match nothing are an error.
 */
export function classLabels(scene: Scene, config: RenderConfig): ClassLabels {
  const baseline =
    config.pipeline_type === "good" && config.component_types !== undefined
      ? baselineLabels(scene, config.pcba_root, config.component_types)
      : {};
  if (!config.semantics || config.semantics.length === 0) return { written: baseline, problems: [] };
  const stats = matchRules(scene, config.semantics);
  const empty = stats.per_rule.filter((rule) => rule.n_matched === 0);
  if (empty.length === stats.n_rules)
    throw dataError(
      "no_rule_matches",
      `none of the ${stats.n_rules} semantic rules matches a prim of the scene (first: ${empty[0]?.match})`,
      "Compare the rules with the prim paths: reflow scene render … --dry-run shows what each rule matches.",
      { file: scene.file, field: "semantics" },
    );
  return {
    written: layered(baseline, stats.merged),
    stats,
    problems: empty.map(({ match, labels }) => ({
      code: "rule_matches_nothing",
      severity: "warning",
      message:
        Object.keys(labels).length === 0
          ? `the semantic rule ${match} has no labels and is skipped`
          : `the semantic rule ${match} matches no prim`,
      hint: "Correct the pattern or remove the rule.",
      where: { field: "semantics" },
    })),
  };
}
