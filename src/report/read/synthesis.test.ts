import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { readSynthesis } from "./synthesis.js";

let folder = "";
afterAll(() => rm(folder, { recursive: true, force: true }));

test("a pair that lies anywhere against its defect spec is told with the reason", async () => {
  folder = await mkdtemp(path.join(tmpdir(), "reflow-synthesis-"));
  await mkdir(path.join(folder, "sdg"));
  await writeFile(
    path.join(folder, "sdg", "SDG_result.csv"),
    "output_filename,anomaly_type,guardrail_pass\nT+a_00000.png,T+a,1\nT+b_00000.png,T+b,1\n",
  );
  const line = (name: string, placement: object) =>
    `${JSON.stringify({ object_name: name, label: "a", placement, admission: { verdict: "kept", reason: "informative" } })}\n`;
  await writeFile(
    path.join(folder, "provenance.jsonl"),
    line("T+a_00000", { asked: "text", done: "free", reason: "prompt_not_read" }) +
      line("T+b_00000", { asked: "free", done: "free" }),
  );
  const facts = await readSynthesis(folder);
  expect(facts?.pairs.map((p) => p.reason)).toEqual([
    "the model was unsure: worth learning; placed freely: its prompt is not read",
    "the model was unsure: worth learning",
  ]);
});
