import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import sharp from "sharp";
import { afterAll, describe, expect, test } from "vitest";
import { frozenClock } from "../../engine/clock.js";
import { acquireLock } from "../../engine/lock.js";
import { hashFiles } from "../../engine/receipt.js";
import type { ReflowError } from "../../kit/errors.js";
import type { ReflowEvent as FlowEvent } from "../../kit/events.js";
import { exists, writeFileAtomic } from "../../kit/files.js";
import type { FlowCookbook } from "../cookbook/index.js";
import type { FlowDefinition } from "./definition.js";
import { runFlow } from "./run-flow.js";
import type { FlowRequest } from "./types.js";

const folder = await mkdtemp(path.join(tmpdir(), "reflow-flow-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

const cookbook = { name: "tiny", dir: folder, usecase: "pcb", settings: {}, paths: {}, files: { a: "1" } };
const request: FlowRequest = {
  flow: "good",
  name: "good_image_gen-00000000",
  cookbook: cookbook as unknown as FlowCookbook,
  seed: 3,
  knobs: { render_patches: 2 },
};

/** Two steps that write pictures; `stopAt` throws in the middle of a step, as a kill would end it. */
function flow(log: string[], stopAt?: string): FlowDefinition {
  const picture = async (file: string, grey: number) =>
    writeFileAtomic(
      file,
      await sharp({ create: { width: 8, height: 6, channels: 3, background: { r: grey, g: grey, b: grey } } })
        .png()
        .toBuffer(),
    );
  return {
    id: "good",
    title: "Test",
    usecases: ["pcb"],
    steps: () => 2,
    run: async (c) => {
      const made = await c.step<{ n: number }>({
        id: "first",
        title: "First",
        makes: ["one"],
        after: "clean",
        parameters: {},
        run: async ({ at }) => {
          log.push("first");
          await picture(at("one", "a.png"), c.request.seed);
          if (stopAt === "first") throw new Error("killed");
          await picture(at("one", "b.png"), 200);
          return { n: 2 };
        },
        told: (r) => `${r.n} files`,
      });
      await c.step<{ n: number }>({
        id: "second",
        title: "Second",
        makes: ["two"],
        after: "clean",
        parameters: {},
        run: async ({ at }) => {
          log.push("second");
          await picture(at("two", "a.png"), 90);
          if (stopAt === "second") throw new Error("killed");
          await picture(at("two", "b.png"), 90);
          return { n: made.n };
        },
        told: (r) => `${r.n} files`,
      });
      return {
        accounts: [
          { of: "crops", unit: "crops", requested: 2, allocated: 2, generated: 2, refused: { edge: 1 } },
        ],
        refused: {},
        tables: [],
        samples: {
          columns: [{ label: "A" }, { label: "B" }, { label: "Outline", outline: { picture: 0, mask: 1 } }],
          rows: ["a", "b"].map((name) => ({
            group: name,
            cell: name,
            name,
            files: [`one/${name}.png`, `two/${name}.png`],
          })),
        },
        problems: [],
        notes: [],
        next: [],
      };
    },
  };
}

const clock = frozenClock(0);
const options = (name: string) => ({ output: path.join(folder, name), workers: 1, clock });

async function bytes(name: string): Promise<readonly string[]> {
  const root = path.join(folder, name);
  const files = await hashFiles([root]);
  return files.map((f) => `${path.relative(root, f.path)} ${f.sha256}`);
}

describe("runFlow", () => {
  test("a run that was stopped anywhere goes on and ends with the same bytes", async () => {
    await runFlow(flow([]), request, options("whole"));
    for (const at of ["first", "second"]) {
      const log: string[] = [];
      await expect(runFlow(flow(log, at), request, options(at))).rejects.toThrow("killed");
      const result = await runFlow(flow(log), request, options(at));
      expect(result.kept).toBe(at === "first" ? 0 : 1);
      expect(log).toEqual(at === "first" ? ["first", "first", "second"] : ["first", "second", "second"]);
      expect(await bytes(at)).toEqual(await bytes("whole"));
    }
  });

  test("a finished run is not done again, a damaged file is made anew", async () => {
    const log: string[] = [];
    await runFlow(flow(log), request, options("again"));
    expect((await runFlow(flow(log), request, options("again"))).kept).toBe(2);
    expect(log).toEqual(["first", "second"]);
    const before = await bytes("again");
    await writeFile(path.join(folder, "again", "two", "b.png"), "damaged");
    expect((await runFlow(flow(log), request, options("again"))).kept).toBe(1);
    expect(log).toEqual(["first", "second", "second"]);
    expect(await bytes("again")).toEqual(before);
  });

  test("half-written files of a killed process go, in the run and in its workspace", async () => {
    const dead = `${2 ** 22 + 1}.0123abcd.tmp`;
    const lost = [".result.json", "preview/.index.html", "receipts/.first.json"].map(
      (n) => `killed/${n}.${dead}`,
    );
    const toWorkspace = path.join(folder, "killed-ws");
    const pairs: FlowDefinition = {
      ...flow([]),
      run: async (c) => ({
        ...(await flow([]).run(c)),
        pairs: async () => {
          expect(await exists(path.join(folder, inWorkspace))).toBe(false);
          throw new Error("enough");
        },
      }),
    };
    const inWorkspace = `killed-ws/images/test/.a.png.${dead}`;
    const run = () =>
      runFlow(pairs, { ...request, flow: "structural" }, { ...options("killed"), toWorkspace });
    await expect(run()).rejects.toThrow("enough");
    for (const name of [...lost, inWorkspace]) await writeFileAtomic(path.join(folder, name), "half");
    await expect(run()).rejects.toThrow("enough");
    for (const name of lost) expect(await exists(path.join(folder, name))).toBe(false);
  });

  test("another request is refused and names what differs; so is a folder of other things", async () => {
    await runFlow(flow([]), request, options("mine"));
    const other = { ...request, seed: 4, knobs: { render_patches: 5 } };
    await expect(runFlow(flow([]), other, options("mine"))).rejects.toMatchObject({
      code: "flow_differs",
      message: expect.stringMatching(/seed 3 instead of 4, render_patches 2 instead of 5/),
    });
    await writeFileAtomic(path.join(folder, "other", "notes.txt"), "mine");
    await expect(runFlow(flow([]), request, options("other"))).rejects.toMatchObject({
      code: "output_exists",
    });
    expect(await bytes("other")).toHaveLength(1);
  });

  test("receipts hold no absolute paths, the page no scripts", async () => {
    const { page, output } = await runFlow(flow([]), request, options("plain"));
    expect(await readFile(path.join(output, "receipts", "first.json"), "utf8")).not.toContain(folder);
    const text = await readFile(page, "utf8");
    expect(text).toContain("<title>DIG preview — good_image_gen-00000000 (good)</title>");
    expect(text).not.toMatch(/<script|https?:/);
    expect(text).toContain("1 at the border of the frame");
  });

  test("what another version has made is made anew, and said so", async () => {
    const log: string[] = [];
    const said: string[] = [];
    const emit = (e: FlowEvent) => e.type === "log" && said.push(e.message);
    await runFlow(flow(log), request, { ...options("older"), version: "1.0.0" });
    const newer = await runFlow(flow(log), request, { ...options("older"), version: "1.0.1", emit });
    expect(newer.kept).toBe(0);
    expect(log).toEqual(["first", "second", "first", "second"]);
    expect(said[0]).toBe("First was made by version 1.0.0: made anew by 1.0.1");
    expect((await runFlow(flow(log), request, { ...options("older"), version: "1.0.1" })).kept).toBe(2);
  });

  test("a half-done step goes on only with what it was begun with", async () => {
    const input = path.join(folder, "input.txt");
    const found: boolean[] = [];
    const going = (stop: boolean): FlowDefinition => ({
      ...flow([]),
      run: async (c) => {
        await c.step({
          id: "only",
          title: "Only",
          makes: ["one"],
          after: "continue",
          parameters: {},
          files: [input],
          run: async ({ at }) => {
            found.push(await exists(at("one", "half.txt")));
            await writeFileAtomic(at("one", "half.txt"), await readFile(input, "utf8"));
            if (stop) throw new Error("killed");
            return {};
          },
          told: () => "",
        });
        throw new Error("enough");
      },
    });
    const run = (stop: boolean, version = "1") =>
      expect(runFlow(going(stop), request, { ...options("half"), version })).rejects.toThrow();
    await writeFile(input, "a");
    await run(true);
    await run(true);
    await writeFile(input, "b");
    await run(true);
    await run(true, "2");
    await run(false, "2");
    expect(found).toEqual([false, true, false, false, true]);
    expect(await exists(path.join(folder, "half", "receipts", "only.begun"))).toBe(false);
  });

  test("an output inside of what the flow reads is refused", async () => {
    const reading: FlowDefinition = {
      ...flow([]),
      run: async (c) => {
        await c.step({
          id: "only",
          title: "Only",
          makes: [],
          after: "clean",
          parameters: {},
          files: [path.join(folder, "data")],
          run: async () => ({}),
          told: () => "",
        });
        throw new Error("never");
      },
    };
    await expect(runFlow(reading, request, options("data/out"))).rejects.toMatchObject({
      code: "output_inside_input",
      exitCode: 2,
    });
  });

  test("a workspace that could not be written is refused before any work", async () => {
    const log: string[] = [];
    const toWorkspace = path.join(folder, "taken");
    await writeFileAtomic(path.join(toWorkspace, "notes.txt"), "mine");
    const refused = (flow_: FlowRequest["flow"]) =>
      runFlow(flow(log), { ...request, flow: flow_ }, { ...options("early"), toWorkspace });
    await expect(refused("structural")).rejects.toMatchObject({ code: "output_exists" });
    await expect(refused("finetune")).rejects.toMatchObject({ code: "workspace_needs_defects" });
    expect(log).toEqual([]);
    expect(await exists(path.join(folder, "early"))).toBe(false);
  });

  test.skipIf(process.platform !== "linux")("an output where no folder can be made is refused at once", () =>
    expect(runFlow(flow([]), request, { ...options("x"), output: "/proc/x/y" })).rejects.toMatchObject({
      code: "no_folder",
    }),
  );

  test("a second process in one output is refused, and not sent to a command that knows no flows", async () => {
    const output = path.join(folder, "held");
    await mkdir(output);
    const lock = await acquireLock(output);
    const second = await runFlow(flow([]), request, options("held")).catch((e: ReflowError) => e);
    await lock.release();
    expect(second).toMatchObject({ code: "run_locked", message: expect.stringContaining(output) });
    expect((second as ReflowError).hint).not.toContain("reflow status");
  });

  test("the page names the whole command for a workspace, but no place of this machine", async () => {
    const pairs: FlowDefinition = {
      ...flow([]),
      run: async (c) => ({ ...(await flow([]).run(c)), pairs: async () => [] }),
    };
    const given = ["render_patches=2", "dig_url_root=/home/me/dig"];
    const { page, outcome } = await runFlow(pairs, { ...request, given }, options("next"));
    expect(outcome.next).toEqual([
      "reflow generate good --cookbook tiny --output '<this folder>' --seed 3 --set render_patches=2 --set 'dig_url_root=<root>' --to-workspace workspace",
    ]);
    expect(await readFile(page, "utf8")).not.toContain("/home/me");
  });

  test("an abort is told as resumable", async () => {
    const abort = new AbortController();
    abort.abort();
    await expect(
      runFlow(flow([]), request, { ...options("aborted"), signal: abort.signal }),
    ).rejects.toMatchObject({ code: "interrupted", exitCode: 130 });
  });
});
