import { spawn, spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tinyWorkspace } from "../loop/fixtures/workspace.js";

const cli = fileURLToPath(new URL("../../bin/reflow.mjs", import.meta.url));
const run = (...args: string[]) => {
  const done = spawnSync(process.execPath, [cli, ...args], { encoding: "utf8" });
  return { code: done.status, out: done.stdout, err: done.stderr };
};
let ws: string;
beforeAll(async () => {
  ws = await tinyWorkspace();
});
afterAll(() => rmSync(ws, { recursive: true, force: true }));

/** Says on standard error when the command has taken over SIGTERM. */
const LISTENING = `data:text/javascript,${encodeURIComponent(
  'process.on("newListener", (n) => n === "SIGTERM" && setImmediate(() => process.stderr.write("LISTENING\\n")));',
)}`;
const KPI = ["--kpi", "FAR < 1% at Recall=100%", "--max-iterations", "1"];

describe("the command line", () => {
  test("shows help with all commands and the exit codes, hides what is internal", () => {
    const { code, out } = run("--help");
    expect(code).toBe(0);
    for (const name of [
      "doctor",
      "plan",
      "run",
      "resume",
      "status",
      "report",
      "kpi",
      "export",
      "infer",
      "demo",
    ])
      expect(out).toMatch(new RegExp(`^ {2}${name} `, "m"));
    expect(out).not.toMatch(/^ {2}stage/m);
    expect(out).toContain("130 interrupted and resumable");
  });

  test("every command explains itself", () => {
    for (const name of ["plan", "run", "resume", "status", "report", "export", "infer", "demo"]) {
      const { code, out } = run(name, "--help");
      expect(code, name).toBe(0);
      expect(out).toContain(`Usage: reflow ${name}`);
    }
  });

  test.each([
    [[], 2],
    [["frobnicate"], 2],
    [["plan"], 2],
    [["plan", "x", "--kpi", "FAR < 1%"], 2],
    [["plan", "x", "--kpi", "FAR < 1%", "--max-iterations", "three"], 2],
    [["run", "x", ...KPI, "--platform", "moon"], 2],
    [["status"], 2],
    [["constructor"], 2],
    [["__proto__", "--help"], 2],
    [["help", "nonsense"], 2],
    [["demo", "--seed", "1.5x"], 2],
    [["demo", "--seed", "-1"], 2],
    [["infer", "x"], 2],
  ])("%j is a usage error", (args, code) => {
    const done = run(...args);
    expect(done.code).toBe(code);
    expect(done.err + done.out).not.toBe("");
    expect(done.err).not.toMatch(/\n\s+at .*\.js:\d+/);
  });

  test("an unknown platform is named with those there are", () => {
    expect(run("plan", "x", ...KPI, "--platform", "slurm").err).toMatch(/--platform.*slurm.*local/);
  });

  test("with --json a wrong option is one error event", () => {
    for (const args of [["plan", "x"], ["frobnicate"], ["status", "x", "--nonsense"]]) {
      const done = run(...args, "--json");
      expect(done.code).toBe(2);
      expect(done.err).toBe("");
      expect(JSON.parse(done.out)).toMatchObject({ type: "error", code: "usage", exit_code: 2 });
    }
  });

  test.skipIf(!existsSync("/dev/full"))("a full disk under the output is one line and exit 4", () => {
    for (const args of [["--help"], ["plan", ws, ...KPI, "--json"]]) {
      const full = openSync("/dev/full", "w");
      const done = spawnSync(process.execPath, [cli, ...args], {
        encoding: "utf8",
        stdio: ["ignore", full, "pipe"],
      });
      closeSync(full);
      expect(done.status).toBe(4);
      expect(done.stderr).toMatch(/^disk_full: .*\n$/);
    }
  });

  test("demo refuses a folder with something in it, and a file", () => {
    const demo = run("demo", "--output", ws);
    expect([demo.code, demo.err]).toEqual([2, expect.stringContaining("demo_folder_in_use")]);
    const file = run("demo", "--output", path.join(ws, "kpi", "testing_set.csv"));
    expect([file.code, file.err]).toEqual([2, expect.stringContaining("not_a_folder")]);
  });

  test.each(["SIGTERM", "SIGINT"] as const)("%s ends plan and doctor at once with 130", async (signal) => {
    for (const args of [
      ["plan", ws, ...KPI],
      ["doctor", ws],
    ]) {
      // Sent as soon as the command listens; standard input that never ends is no matter to it.
      const child = spawn(process.execPath, ["--import", LISTENING, cli, ...args], {
        stdio: ["ignore", "pipe", "pipe"],
      });
      let sent = 0;
      child.stderr.on("data", (chunk) => {
        if (sent === 0 && String(chunk).includes("LISTENING")) {
          sent = performance.now();
          child.kill(signal);
        }
      });
      const code = await new Promise((resolve) => child.on("close", resolve));
      expect(code, args[0]).toBe(130);
      expect(performance.now() - sent).toBeLessThan(5000);
    }
  });

  test.each([
    [["plan", "/nowhere", ...KPI], 3, "workspace_missing"],
    [["status", "/nowhere"], 3, "state_missing"],
    [["resume", "/nowhere"], 3, "state_missing"],
    [["report", "/nowhere"], 3, "state_missing"],
    [["export", "/nowhere", "--output", "/tmp/x"], 3, "state_missing"],
    [["infer", "/nowhere", "--csv", "a", "--images", "b", "--output", "c"], 3, "bundle_missing"],
    [["stage", "train", "--job", "/nowhere"], 3, "file_missing"],
  ])("%j names the fault and what to do, without a stack trace", (args, code, word) => {
    const done = run(...args);
    expect(done.code).toBe(code);
    expect(done.err + done.out).toContain(word);
    expect(done.err).not.toMatch(/\n\s+at .*\.js:\d+/);
  });

  test("plan prints one JSON document with the hash; run without approval writes nothing and gives the hash", () => {
    const plan = run("plan", ws, ...KPI, "--json");
    expect(plan.code).toBe(0);
    const { plan_hash } = JSON.parse(plan.out);
    expect(plan_hash).toMatch(/^[0-9a-f]{32}$/);
    const refused = run("run", ws, ...KPI, "--approve", "no");
    expect(refused.code).toBe(2);
    expect(refused.out).toContain(plan_hash);
    expect(refused.err).toContain("approval_mismatch");
    const json = run("run", ws, ...KPI, "--json");
    expect(json.code).toBe(2);
    const last = JSON.parse(json.out.trim().split("\n").at(-1) as string);
    expect(last).toMatchObject({ type: "error", code: "approval_missing", plan_hash, exit_code: 2 });
    expect(readdirSync(ws)).not.toContain("results");
  });

  test("Ctrl-C ends with 130 and leaves a run that can be resumed", async () => {
    const hash = JSON.parse(run("plan", ws, ...KPI, "--json").out).plan_hash;
    const child = spawn(process.execPath, [cli, "run", ws, ...KPI, "--approve", hash, "--json"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    let text = "";
    child.stdout.on("data", (chunk) => {
      const before = text.includes('"what":"train"');
      text += chunk;
      if (!before && text.includes('"what":"train"')) child.kill("SIGINT");
    });
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect(code).toBe(130);
    const last = JSON.parse(text.trim().split("\n").at(-1) as string);
    expect(last).toMatchObject({ type: "error", code: "interrupted", exit_code: 130 });
    const status = JSON.parse(run("status", last.run_dir, "--json").out);
    expect(status).toMatchObject({ status: "interrupted", next_stage: "train", iteration: "baseline" });
    expect(run("export", last.run_dir, "--output", "/tmp/never").err).toContain("run_unfinished");
    expect(run("report", last.run_dir).code).toBe(0);
    for (const command of ["report", "resume"]) {
      writeFileSync(path.join(last.run_dir, "plan.json"), "{}");
      const broken = run(command, last.run_dir);
      expect([broken.code, broken.err], command).toEqual([3, expect.stringContaining("plan_invalid")]);
    }
    // A run of another program has no plan: its report can be made all the same.
    rmSync(path.join(last.run_dir, "plan.json"));
    expect(run("report", last.run_dir).code).toBe(0);
    rmSync(path.join(ws, "results"), { recursive: true });
  });

  test("a plan with errors cannot be approved", () => {
    const dir = mkdtempSync(path.join(tmpdir(), "reflow-cli-"));
    try {
      spawnSync("cp", ["-r", `${ws}/.`, dir]);
      rmSync(path.join(dir, "images", "test", "kpi003_SolderLight.png"));
      const plan = run("plan", dir, ...KPI, "--json");
      expect(plan.code).toBe(3);
      const hash = JSON.parse(plan.out).plan_hash;
      expect(run("plan", dir, ...KPI).err).toMatch(
        /Next: repair the problem.*: reflow doctor '?\S+'?( --fix)?\n/,
      );
      const blocked = run("run", dir, ...KPI, "--approve", hash);
      expect(blocked.code).toBe(3);
      expect(blocked.err).toContain("image_missing");
      writeFileSync(
        path.join(dir, "kpi", "testing_set.csv"),
        Buffer.from("input_path,label\ncaf\xe9,1\n", "latin1"),
      );
      expect(run("plan", dir, ...KPI).code).toBe(3);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
});
