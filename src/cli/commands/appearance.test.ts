import { spawn } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type EditServer, editServer } from "../../appearance/endpoint/fixtures/server.js";
import { cropFolder, exemplarFolder, scratch, tree } from "../../appearance/folder/fixtures/folders.js";

const BIN = fileURLToPath(new URL("../../../bin/reflow.mjs", import.meta.url));

let root: string;
let server: EditServer | undefined;
beforeEach(async () => {
  root = await scratch();
  await cropFolder(path.join(root, "crop"), 2);
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  await rm(root, { recursive: true, force: true });
});

/** Runs the command in the folder of the test; not synchronously, as the server lives in this process. */
function reflow(...args: readonly string[]): Promise<{ code: number | null; out: string; err: string }> {
  const env = { ...process.env, IMAGE_EDIT_API_KEY: "secret-key-123" };
  const child = spawn(process.execPath, [BIN, "appearance", ...args], { cwd: root, env });
  const text = { out: "", err: "" };
  child.stdout.on("data", (d) => {
    text.out += d;
  });
  child.stderr.on("data", (d) => {
    text.err += d;
  });
  return new Promise((done) => child.on("close", (code) => done({ code, ...text })));
}

test("by a server: events, the result, the next step; then nothing is left to do", async () => {
  server = await editServer();
  const args = ["--input", "crop", "--output", "out", "--endpoint", server.url, "--prompt", "like a photo"];
  const first = await reflow(...args, "--json");
  expect([first.code, first.err]).toEqual([0, ""]);
  const events = first.out
    .trim()
    .split("\n")
    .map((l) => JSON.parse(l));
  expect(events.at(-1)).toMatchObject({
    type: "result",
    name: "appearance",
    value: { edited: 2, kept: 0, failed: 0 },
  });
  expect(server.seen[0]).toMatchObject({
    authorization: "Bearer secret-key-123",
    fields: { prompt: "like a photo" },
  });
  const again = await reflow(...args);
  expect(again.out).toContain("Kept from before: 2");
  expect(again.err).toContain("Next: ");
  expect(server.seen.length).toBe(2);
  for (const name of Object.keys(await tree(path.join(root, "out"))))
    expect((await readFile(path.join(root, "out", name))).includes("secret-key")).toBe(false);
});

test("failures: single pictures give 3, the server 4, wrong options 2; none shows the key or a stack", async () => {
  server = await editServer({ fault: (n) => (n === 0 ? "wrong_size" : "none") });
  const call = (...more: string[]) => reflow("--input", "crop", "--output", "out", ...more);
  const one = await call("--endpoint", server.url, "--retries", "0", "--concurrency", "1");
  expect([one.code, one.out.includes("Failed: 1")]).toEqual([3, true]);
  await server.close();
  const gone = await call("--endpoint", server.url, "--retries", "0");
  expect([gone.code, gone.err.split(":")[0]]).toEqual([4, "endpoint_unreachable"]);
  const both = await call("--endpoint", server.url, "--exemplars", "x");
  const neither = await call();
  const url = await call("--endpoint", "http://me:secret-key-123@h/v1");
  expect([both.code, neither.code, url.code]).toEqual([2, 2, 2]);
  const lost = await call("--exemplars", "x", "--prompt", "like a photo", "--no-align");
  expect([lost.code, lost.err]).toEqual([
    2,
    expect.stringContaining("--prompt, --no-align does nothing with --exemplars"),
  ]);
  const other = await call("--endpoint", "http://h/v1", "--texture", "0.5");
  expect([other.code, other.err]).toEqual([
    2,
    expect.stringContaining("--texture does nothing with --endpoint"),
  ]);
  for (const { out, err } of [one, gone, both, neither, url]) {
    expect(out + err).not.toContain("secret-key-123");
    expect(out + err).not.toMatch(/\n\s+at /);
  }
});

test("by exemplars", async () => {
  await exemplarFolder(path.join(root, "photos"));
  const { code, out } = await reflow(
    "--input",
    "crop",
    "--output",
    "out",
    "--exemplars",
    "photos",
    "--plain",
  );
  expect([code, out.split("\n")[0]]).toEqual([0, `2 pictures in ${path.join(root, "out")}`]);
});
