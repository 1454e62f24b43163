import path from "node:path";
import { jsonOf, list, number, text, tree } from "./json.js";

export type PlanRow = Readonly<{ name: string; value: string; source: string }>;

/** `plan.json`: what was approved before the run. Empty parts when there is none (foreign runs). */
export type PlanFacts = Readonly<{
  hash: string | undefined;
  claim: string | undefined;
  seed: string | undefined;
  parameters: readonly PlanRow[];
  tables: readonly Readonly<{
    name: string;
    rows: number | undefined;
    ng: number | undefined;
    sha256: string | undefined;
  }>[];
  images: Readonly<{ files: number | undefined; sha256: string | undefined }>;
  checks: readonly Readonly<{ title: string; status: string; detail: string }>[];
  warnings: readonly string[];
}>;

export async function readPlan(runDir: string): Promise<PlanFacts> {
  const plan = tree(await jsonOf(path.join(runDir, "plan.json")));
  const parameters = Object.entries(tree(plan.parameters)).map(([name, v]) => {
    const { value, source } = tree(v);
    return {
      name,
      value: value === null || value === undefined ? "" : String(value),
      source: text(source) ?? "",
    };
  });
  const data = tree(plan.data);
  const images = tree(data.images);
  const given = (name: string) => text(parameters.find((p) => p.name === name)?.value);
  return {
    hash: text(plan.plan_hash),
    claim: given("claim"),
    seed: given("seed"),
    parameters,
    tables: Object.entries(tree(data.tables)).map(([name, v]) => {
      const t = tree(v);
      return { name, rows: number(t.rows), ng: number(t.ng), sha256: text(t.sha256) };
    }),
    images: { files: number(images.files), sha256: text(images.sha256) },
    checks: list(plan.checks).map((v) => {
      const c = tree(v);
      return {
        title: text(c.title) ?? text(c.id) ?? "",
        status: text(c.status) ?? "",
        detail: text(c.detail) ?? "",
      };
    }),
    warnings: list(plan.problems).flatMap((v) => text(tree(v).message) ?? []),
  };
}
