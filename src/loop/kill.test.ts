import { spawn } from "node:child_process";
import { readdir, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { frozenClock, isAlive } from "../engine/index.js";
import { seeded } from "../kit/index.js";
import { snapshot } from "./fixtures/tree.js";
import { tinyWorkspace } from "./fixtures/workspace.js";
import { createRun } from "./init.js";
import { makePlan } from "./plan/index.js";
import { runStatus } from "./status.js";

const SETTINGS = ["ENOUGH=4000", "DELAY=10"];
const KILLS = 10;
let root = "";
afterAll(() => rm(root, { recursive: true, force: true }));

/** Runs to the end, or is killed with SIGKILL after `killAfter` ms. True when it ended by itself. */
function work(runDir: string, killAfter?: number): Promise<boolean> {
  const script = fileURLToPath(new URL("./fixtures/drive-run.mjs", import.meta.url));
  const child = spawn(process.execPath, [script, runDir, ...SETTINGS], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let text = "";
  child.stderr.on("data", (chunk) => {
    text += chunk;
  });
  const timer = killAfter === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), killAfter);
  return new Promise((resolve, reject) => {
    child.on("close", (code, by) => {
      clearTimeout(timer);
      if (by === "SIGKILL") resolve(false);
      else if (code === 0) resolve(true);
      else reject(new Error(`exit ${code}: ${text}`));
    });
  });
}

/** Process numbers that job folders remember of children that may still be there. */
async function leftovers(runDir: string): Promise<{ pid: number; start: string }[]> {
  const jobs = await readdir(path.join(runDir, "jobs")).catch(() => []);
  const all = await Promise.all(
    jobs.map((j) => readFile(path.join(runDir, "jobs", j, "process.json"), "utf8").catch(() => "")),
  );
  return all.filter((t) => t.endsWith("}")).map((t) => JSON.parse(t));
}

test(`killed ${KILLS} times at random instants, a run ends exactly like one that was left alone`, {
  timeout: 240_000,
}, async () => {
  root = await tinyWorkspace();
  const options = {
    workspace: root,
    kpi: "FAR < 1% at Recall=100%",
    maxIterations: 1,
    epochs: 4,
    numSdg: 4,
    workers: 1,
  };
  const plan = await makePlan(options);
  const clock = frozenClock(1_790_000_000);
  const runDir = await createRun(plan, clock);
  const whole = performance.now();
  expect(await work(runDir)).toBe(true);
  const seconds = performance.now() - whole;
  const expected = await snapshot(runDir);
  await rename(runDir, `${runDir}.reference`);

  expect(await createRun(plan, clock)).toBe(runDir);
  const random = seeded(11);
  let done = false;
  for (let i = 0; i < KILLS && !done; i++) {
    done = await work(runDir, random.range(0.05, 0.35) * seconds);
    if (done) break;
    expect((await runStatus(runDir)).status).toBe("interrupted");
    // A killed parent leaves no orphan working on.
    const children = await leftovers(runDir);
    for (const { pid, start } of children) {
      for (let n = 0; n < 100 && (await isAlive(pid, start)); n++)
        await new Promise((r) => setTimeout(r, 20));
      expect(await isAlive(pid, start)).toBe(false);
    }
  }
  if (!done) expect(await work(runDir)).toBe(true);
  const got = await snapshot(runDir);
  expect(Object.keys(got)).toEqual(Object.keys(expected));
  for (const [file, content] of Object.entries(expected)) expect(got[file] === content, file).toBe(true);
});
