import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Command } from "commander";
import { afterEach, describe, expect, test, vi } from "vitest";
import { registerKpi } from "./kpi.js";

const CSV = "label,siamese_score\nPASS,0.1\nPASS,0.45\nshort,0.4\nshort,0.9\n";

async function run(...args: string[]) {
  const dir = await mkdtemp(path.join(tmpdir(), "kpi-cli-"));
  const file = path.join(dir, "inference.csv");
  await writeFile(file, CSV);
  let out = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    out += text;
    return true;
  });
  const program = new Command().exitOverride();
  registerKpi(program);
  await program.parseAsync(["kpi", file, "--no-charts", ...args], { from: "user" });
  const code = process.exitCode ?? 0;
  process.exitCode = undefined;
  return { out, code, dir };
}

afterEach(() => vi.restoreAllMocks());

describe("reflow kpi", () => {
  test("prints the line that older tooling reads, and writes beside the table by default", async () => {
    const { out, code, dir } = await run();
    expect(out).toContain(
      "100% recall threshold: 0.100000 (FAR=50.0000%, precision=0.666667, recall=1.000000, f1=0.800000)",
    );
    expect(code).toBe(0);
    const result = await readFile(path.join(dir, "inference_analysis", "metric_result.json"), "utf8");
    expect(JSON.parse(result)).toMatchObject({ value: 50, threshold: 0.1 });
  });

  test("exit code 1 for a missed target or a claim without enough defects, with the reason", async () => {
    expect(await run("--kpi", "FAR < 10% at Recall=100%")).toMatchObject({ code: 1 });
    expect(await run("--kpi", "FAR < 10% at Recall=50%")).toMatchObject({ code: 0 });
    const claim = await run("--kpi", "FAR < 60%", "--claim", "escape<=1%@95%");
    expect(claim.code).toBe(1);
    expect(claim.out).toContain("Verdict: not enough defects to claim (FAR < 60% at Recall=100%)");
    expect(claim.out).toContain("299 rows would support it");
  });

  test("--json is one line; bad options are usage errors", async () => {
    const { out } = await run("--json");
    expect(out.trim().split("\n")).toHaveLength(1);
    expect(JSON.parse(out)).toMatchObject({ type: "result", name: "kpi", value: { rows: 4, pass: 2 } });
    vi.spyOn(process.stderr, "write").mockImplementation(() => true);
    await expect(run("--bins", "0")).rejects.toMatchObject({ exitCode: 2 });
    await expect(run("--claim", "escape")).rejects.toMatchObject({ code: "claim_text", exitCode: 2 });
  });
});
