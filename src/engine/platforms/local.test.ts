import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exists, type ReflowEvent } from "../../kit/index.js";
import type { JobFile } from "../job.js";
import { isAlive, processStart } from "../process-identity.js";
import { localPlatform } from "./local.js";

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), "reflow-local-"));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** Runs a line of JavaScript as a job. */
async function run(code: string, o: { signal?: AbortSignal; emit?: (e: ReflowEvent) => void } = {}) {
  const folder = await mkdtemp(path.join(dir, "job-"));
  const job = { id: "x", argv: [process.execPath, "-e", code], cwd: folder, env: {} };
  const logFile = path.join(folder, "stderr.log");
  const done = localPlatform().run(path.join(folder, "job.json"), { job } as unknown as JobFile, {
    emit: o.emit ?? (() => {}),
    logFile,
    ...(o.signal ? { signal: o.signal } : {}),
  });
  return { done, logFile, folder };
}

describe("the local platform", () => {
  test("passes events on, keeps the error stream, and drops what is no event", async () => {
    const events: ReflowEvent[] = [];
    const { done, logFile } = await run(
      `console.log('noise'); console.log(JSON.stringify({type:"log",level:"info",message:"hello"}));
       console.log('{"half'); console.error("to the log")`,
      { emit: (e) => events.push(e) },
    );
    await done;
    expect(events).toEqual([{ type: "log", level: "info", message: "hello" }]);
    expect(await readFile(logFile, "utf8")).toBe("to the log\n");
  });

  test("gives back the job's own error, whatever its exit code", async () => {
    const error = {
      kind: "data",
      code: "bad_row",
      message: "m",
      hint: "h",
      where: { file: "a.csv", row: 3 },
    };
    const { done } = await run(
      `console.log(JSON.stringify({type:"error",error:${JSON.stringify(error)}})); process.exitCode = 3`,
    );
    await expect(done).rejects.toMatchObject(error);
  });

  test("a crash names the code, the last words and the log", async () => {
    const { done, logFile } = await run(`console.error("out of luck"); process.exit(7)`);
    await expect(done).rejects.toMatchObject({
      code: "stage_crashed",
      message: expect.stringMatching(/exit code 7.*out of luck/s),
      where: { file: logFile },
    });
  });

  test("a process killed from outside is an interruption, a fault of its own is not", async () => {
    const killed = await run(`process.kill(process.pid, "SIGKILL"); setTimeout(() => {}, 9e3)`);
    await expect(killed.done).rejects.toMatchObject({ code: "stage_killed", kind: "interrupted" });
    const aborted = await run(`process.abort()`);
    await expect(aborted.done).rejects.toMatchObject({ code: "stage_crashed", kind: "stage" });
  });

  test("an abort asks politely and ends the process", async () => {
    const stop = new AbortController();
    const { done, folder } = await run(
      `process.on("SIGTERM", () => { require("fs").writeFileSync("asked", "x"); process.exit(0) });
       console.log('{"type":"log","level":"info","message":"up"}'); setInterval(() => {}, 1e3)`,
      { signal: stop.signal, emit: () => stop.abort() },
    );
    await expect(done).rejects.toMatchObject({ code: "interrupted", exitCode: 130 });
    expect(await exists(path.join(folder, "asked"))).toBe(true);
  });

  test("a program that does not exist is one clear error", async () => {
    const folder = await mkdtemp(path.join(dir, "job-"));
    const job = { id: "x", argv: ["/nowhere/program"], cwd: folder, env: {} };
    await expect(
      localPlatform().run(path.join(folder, "job.json"), { job } as unknown as JobFile, {
        emit: () => {},
        logFile: path.join(folder, "stderr.log"),
      }),
    ).rejects.toMatchObject({ code: "program_not_found" });
  });

  test("a child left by a killed parent is ended before its outputs are touched", async () => {
    const folder = await mkdtemp(path.join(dir, "job-"));
    const orphan = spawn(process.execPath, ["-e", "setInterval(() => {}, 1e3)"], {
      detached: true,
      stdio: "ignore",
    });
    const pid = orphan.pid as number;
    const start = (await processStart(pid)) as string;
    await writeFile(path.join(folder, "process.json"), JSON.stringify({ pid, start }));
    await localPlatform().reclaim?.(path.join(folder, "job.json"));
    expect(await isAlive(pid, start)).toBe(false);
    expect(await exists(path.join(folder, "process.json"))).toBe(false);
  });
});

describe("process identity", () => {
  test("tells a living process from a dead one and from another life of its number", async () => {
    const own = (await processStart(process.pid)) as string;
    expect(await isAlive(process.pid, own)).toBe(true);
    expect(await isAlive(process.pid, "another life")).toBe(false);
    const child = spawn(process.execPath, ["-e", ""]);
    const start = (await processStart(child.pid as number)) ?? "gone";
    await new Promise((resolve) => child.on("close", resolve));
    expect(await isAlive(child.pid as number, start)).toBe(false);
    expect(await processStart(-1)).toBeUndefined();
  });
});
