import path from "node:path";
import { jsonOf, number, text, tree } from "./json.js";
import { type RateFacts, toRate } from "./rca.js";

/** What the end of the run proved: the bundle is the evaluated model, and what the release set said. */
export type HandoverFacts = Readonly<{
  gate: Readonly<{ rows: number; worst: number; changed: number }> | undefined;
  release:
    | Readonly<{
        rows: number;
        /** How often this release set has been looked at, this time included. */
        looks: number;
        verdict: string;
        far: RateFacts;
        escape: RateFacts;
      }>
    | undefined;
}>;

export async function readHandover(runDir: string): Promise<HandoverFacts> {
  const gate = tree(await jsonOf(path.join(runDir, "finalize", "gate.json")));
  const log = tree(await jsonOf(path.join(runDir, "release_log.json")));
  const judged = tree(log.result);
  const rows = number(gate.rows);
  return {
    gate:
      rows === undefined
        ? undefined
        : {
            rows,
            worst: number(gate.max_score_difference) ?? Number.NaN,
            changed: number(gate.changed_verdicts) ?? 0,
          },
    release: text(judged.verdict)
      ? {
          rows: number(log.rows) ?? 0,
          looks: number(log.looks) ?? 1,
          verdict: text(judged.verdict) ?? "",
          far: toRate(tree(judged.far)),
          escape: toRate(tree(judged.escape)),
        }
      : undefined,
  };
}
