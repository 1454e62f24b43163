import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { exists, writeJsonAtomic } from "../kit/index.js";
import { folderStamp, frozenClock, isoSeconds, runStamp, wholeSeconds } from "./clock.js";
import { execute, type StageRequest } from "./executor.js";
import type { JobFile, Platform } from "./job.js";
import { readReceipt } from "./receipt.js";
import { type AnyStage, runJobFile } from "./run-stage.js";
import { lineReader, throttled } from "./wire.js";

let dir: string;
const made: string[] = [];
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), "reflow-exec-"));
  made.push(dir);
});
afterAll(async () => {
  for (const d of made) await rm(d, { recursive: true, force: true });
});

/** A platform that runs `stage` in this process. */
function platform(stage: AnyStage): Platform & { runs: number } {
  const p = {
    name: "test",
    runs: 0,
    async run(file: string, _: JobFile) {
      p.runs++;
      await runJobFile(file, async () => stage, {
        emit: () => {},
        signal: new AbortController().signal,
        version: "0",
      });
    },
  };
  return p;
}

function request(more: Partial<StageRequest<"backbone">> = {}): StageRequest<"backbone"> {
  return {
    id: "backbone",
    stage: "backbone",
    input: { spec: "s", trainCsv: "t", imagesDir: "i", file: path.join(dir, "out", "a.txt") },
    inputs: [path.join(dir, "in.txt")],
    outputs: [path.join(dir, "out")],
    receipt: path.join(dir, "out", "receipt.json"),
    seed: 1,
    ...more,
  };
}

const options = (p: Platform) => ({
  toolkit: { name: "t", program: ["p"] },
  platform: p,
  jobsDir: path.join(dir, "jobs"),
  cwd: dir,
  clock: frozenClock(0),
  emit: () => {},
});

const writes: AnyStage = async () => {
  await writeFile(path.join(dir, "out", "a.txt"), "made");
  return { file: "a.txt" };
};

describe("execute", () => {
  test("a finished job is taken from its receipt; a changed input, parameter, seed or output runs it again", async () => {
    await writeFile(path.join(dir, "in.txt"), "1");
    const p = platform(writes);
    const first = await execute(request(), options(p));
    expect(first).toMatchObject({ reused: false, output: { file: "a.txt" } });
    expect((await execute(request(), options(p))).reused).toBe(true);
    expect(p.runs).toBe(1);
    await writeFile(path.join(dir, "in.txt"), "2");
    await execute(request(), options(p));
    await execute(request({ seed: 2 }), options(p));
    await execute(request({ seed: 2, input: { ...request().input, spec: "other" } }), options(p));
    expect(p.runs).toBe(4);
    await writeFile(path.join(dir, "out", "a.txt"), "spoiled");
    await execute(request({ seed: 2, input: { ...request().input, spec: "other" } }), options(p));
    expect(p.runs).toBe(5);
    expect(await readFile(path.join(dir, "out", "a.txt"), "utf8")).toBe("made");
  });

  test("half-done outputs are removed, unless the same job continues them", async () => {
    await writeFile(path.join(dir, "in.txt"), "1");
    const fails: AnyStage = async () => {
      await writeFile(path.join(dir, "out", "half.txt"), "half");
      throw new Error("stop");
    };
    const seen: boolean[] = [];
    const looks: AnyStage = async () => {
      seen.push(await exists(path.join(dir, "out", "half.txt")));
      return {};
    };
    await execute(request(), options(platform(fails))).catch(() => {});
    await execute(request(), options(platform(looks)));
    await rm(path.join(dir, "out"), { recursive: true });
    const going = request({ continues: true });
    await execute(going, options(platform(fails))).catch(() => {});
    await execute(going, options(platform(looks)));
    await rm(path.join(dir, "out", "receipt.json"));
    // Another job in the same folder does not continue it.
    await execute(request({ continues: true, seed: 9 }), options(platform(looks)));
    expect(seen).toEqual([false, true, false]);
  });

  test("a job that ends without its receipt is not believed", async () => {
    await writeFile(path.join(dir, "in.txt"), "1");
    const silent: Platform = { name: "x", run: async () => {} };
    await expect(execute(request(), options(silent))).rejects.toMatchObject({ code: "receipt_missing" });
  });

  test("a receipt names inputs and outputs with hashes and keeps all times in one place", async () => {
    await writeFile(path.join(dir, "in.txt"), "1");
    await execute(request(), options(platform(writes)));
    const receipt = await readReceipt(request().receipt);
    expect(receipt).toMatchObject({ job: "backbone", seed: 1, result: { file: "a.txt" } });
    expect(receipt?.inputs[0]?.sha256).toMatch(/^6b86b273/);
    expect(receipt?.outputs.map((o) => path.basename(o.path))).toEqual(["a.txt"]);
    const { run, ...rest } = receipt as NonNullable<typeof receipt>;
    expect(run.started_at).toBe("1970-01-01T00:00:00+00:00");
    expect(JSON.stringify(rest)).not.toMatch(/1970|duration/);
    await writeJsonAtomic(request().receipt, { version: 1 });
    expect(await readReceipt(request().receipt)).toBeUndefined();
  });
});

describe("small things", () => {
  test("times have the forms of the contracts", () => {
    const date = new Date(2026, 7, 10, 9, 5, 3);
    expect(folderStamp(date)).toBe("2026-08-10_090503");
    expect(runStamp(date)).toBe("20260810_090503");
    expect(isoSeconds(new Date(Date.UTC(2026, 7, 10, 9, 5, 3, 999)))).toBe("2026-08-10T09:05:03+00:00");
    expect(wholeSeconds(date, date)).toBe(1);
  });

  test("lines are put together however they are cut", () => {
    const seen: unknown[] = [];
    const read = lineReader((v) => seen.push(v));
    for (const piece of ['{"type":"log","le', 'vel":"info","message":"a"}\n{"ty', 'pe":"x"}\n{bad\n'])
      read(piece);
    expect(seen).toEqual([{ type: "log", level: "info", message: "a" }, { type: "x" }]);
  });

  test("progress is thinned out, the last step never lost", () => {
    const seen: number[] = [];
    const emit = throttled((e) => e.type === "progress" && seen.push(e.done), 10_000);
    for (let done = 1; done <= 100; done++)
      emit({ type: "progress", what: "w", done, total: 100, unit: "u" });
    expect(seen).toEqual([1, 100]);
  });
});
