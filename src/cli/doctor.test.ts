import { execFile } from "node:child_process";
import { copyFile, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { image, type MadeRow, makeWorkspace } from "../dataset/fixtures/workspace.js";

const REFLOW = fileURLToPath(new URL("../../bin/reflow.mjs", import.meta.url));
const KPI = "kpi/testing_set.csv";
const TRAIN = "train/base/training_set.csv";

function reflow(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [REFLOW, ...args], (error, out, err) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, out, err });
    });
  });
}

test("a sound workspace: exit 0, tables in the text, JSON alone on standard output", async () => {
  const { root } = await makeWorkspace();
  const text = await reflow("doctor", root, "--no-decode");
  expect(text.code).toBe(0);
  expect(text.out).toMatch(/train +20 +15 +5 +1 +missing 3, shift 2/);
  const json = await reflow("doctor", root, "--json");
  expect(JSON.parse(json.out)).toMatchObject({ ok: true, decoded: 160, counts: { error: 0, warning: 0 } });
});

test("a leak and a wrong label: exit 3, JUnit failures, and --fix leaves a clean copy with exit 0", async () => {
  const { root, tables } = await makeWorkspace();
  const row = (file: string, i: number) => image(root, tables[file]?.[i] as MadeRow, "inspect");
  await copyFile(row(KPI, 1), row(TRAIN, 5));
  const csv = path.join(root, TRAIN);
  await writeFile(csv, (await readFile(csv, "utf8")).replace("PASS", "pass"));
  const junit = path.join(root, "doctor.xml");
  const bad = await reflow("doctor", root, "--junit", junit, "--claim", "escape<=1%@95%");
  expect(bad.code).toBe(3);
  expect(bad.out).toContain(
    "train/base/training_set.csv:7  train image images/T1/inspect/C5@1_SolderLight.jpg",
  );
  expect(bad.out).toContain("needs 299");
  expect(bad.out).toContain("--fix");
  const xml = await readFile(junit, "utf8");
  expect(xml).toMatch(/<testsuites tests="\d+" failures="2"/);
  expect(xml).toContain('<failure type="leak_same_content"');
  const fixed = await reflow("doctor", root, "--fix");
  expect(fixed.code).toBe(0);
  expect(fixed.out).toMatch(/train +20 → 19 rows/);
  expect((await reflow("doctor", path.join(root, "fixed"))).code).toBe(0);
});

test("no such workspace and a bad claim are one clear error each", async () => {
  const none = await reflow("doctor", "/nowhere/at/all");
  expect([none.code, none.out]).toEqual([3, ""]);
  expect(none.err).toContain("workspace_missing");
  expect(none.err).not.toContain("    at ");
  const { root } = await makeWorkspace();
  const claim = await reflow("doctor", root, "--claim", "all good");
  expect(claim.code).toBe(2);
  expect(claim.err).toContain("claim_text");
});
