import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { pickBestStep, stepFile, stepsIn } from "./layout.js";

function folder(fitted: readonly number[], scores: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(path.join(tmpdir(), "steps-"));
  mkdirSync(path.join(root, "checkpoints", "model"), { recursive: true });
  for (const step of fitted) writeFileSync(path.join(root, "checkpoints", "model", stepFile(step)), "{}");
  for (const [step, text] of Object.entries(scores)) {
    mkdirSync(path.join(root, "valid", step), { recursive: true });
    writeFileSync(path.join(root, "valid", step, "valid_kpi.csv"), text);
  }
  return root;
}
const csv = (score: number | string) => `kpi,A+x,A+y,Average\nmnn_score,1,1,1\nnn_score,0.1,0.2,${score}\n`;

test("the example of the contract: the best validated step that is fitted, never 0", async () => {
  const root = folder([2000, 4000], { "0": csv(0.9), "2000": csv(0.5), "4000": csv(0.61), "5000": csv(0.8) });
  expect(await stepsIn(root)).toEqual([2000, 4000]);
  expect(await pickBestStep(root, 14000)).toEqual({ step: 4000, by: "nn_score" });
});

test("without validation the largest fitted step, without any the fallback", async () => {
  expect(await pickBestStep(folder([0, 500, 2000], {}), 7)).toEqual({ step: 2000, by: "latest" });
  expect(await pickBestStep(folder([0], {}), 7)).toEqual({ step: 7, by: "fallback" });
  expect(await pickBestStep(path.join(tmpdir(), "no-such-folder"))).toEqual({
    step: undefined,
    by: "fallback",
  });
});

test("the last row of an appended file counts; unreadable scores do not", async () => {
  const root = folder([1, 2, 3], { "1": csv(0.9) + csv(0.2), "2": csv(0.3), "3": csv("nan") });
  expect(await pickBestStep(root)).toEqual({ step: 2, by: "nn_score" });
});
