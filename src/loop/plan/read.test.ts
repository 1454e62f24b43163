import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tinyWorkspace } from "../fixtures/workspace.js";
import { makePlan, type Plan } from "./index.js";
import { planFile, readPlanFile } from "./read.js";

let root: string;
let runDir: string;
let plan: Plan;
beforeAll(async () => {
  root = await tinyWorkspace();
  runDir = await mkdtemp(path.join(tmpdir(), "reflow-plan-"));
  plan = await makePlan({ workspace: root, kpi: "FAR < 1% at Recall=100%", maxIterations: 1, workers: 1 });
});
afterAll(async () => {
  for (const dir of [root, runDir]) await rm(dir, { recursive: true, force: true });
});

const put = (value: unknown) => writeFile(planFile(runDir), JSON.stringify(value));

test("a plan comes back as it was written", async () => {
  await put(plan);
  expect(await readPlanFile(runDir)).toEqual(JSON.parse(JSON.stringify(plan)));
});

test.each([
  ["{}", {}, "version"],
  ["a list", [], "the whole file"],
  ["null", null, "the whole file"],
  ["another version", { version: 2 }, "version"],
])("%s is refused with what is wrong", async (_, value, word) => {
  await put(value);
  await expect(readPlanFile(runDir)).rejects.toMatchObject({
    code: "plan_invalid",
    exitCode: 3,
    message: expect.stringContaining(word),
    where: { file: planFile(runDir) },
  });
});

test("every part that a run needs is asked for", async () => {
  const parts = [
    "plan_hash",
    "parameters",
    "data",
    "spec",
    "metric_contract",
    "lights",
    "workspace",
  ] as const;
  for (const part of parts) {
    const { [part]: _, ...rest } = plan;
    await put(rest);
    await expect(readPlanFile(runDir), part).rejects.toMatchObject({ code: "plan_invalid" });
  }
  await put({ ...plan, parameters: { ...plan.parameters, seed: { value: "one", source: "user" } } });
  await expect(readPlanFile(runDir)).rejects.toMatchObject({
    message: expect.stringContaining("parameters.seed"),
  });
});

test("a missing file and broken JSON have their own codes", async () => {
  await rm(planFile(runDir));
  await expect(readPlanFile(runDir)).rejects.toMatchObject({ code: "plan_missing" });
  await writeFile(planFile(runDir), (await readFile(new URL(import.meta.url), "utf8")).slice(0, 40));
  await expect(readPlanFile(runDir)).rejects.toMatchObject({ code: "json_invalid" });
});
