import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import type { ReflowEvent } from "../../kit/events.js";
import { download, sha256 } from "./download.js";
import { type FakeFile, fakeSource } from "./testing.js";

const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7 + (i >> 8)) & 255));
const files = new Map<string, FakeFile>([["/big.bin", { bytes }]]);
const source = await fakeSource(files);
afterAll(() => source.close());
beforeEach(() => {
  source.log.length = 0;
  source.plan.busy = 0;
  source.plan.breakAfter = undefined;
  files.set("/big.bin", { bytes });
});

const target = () => path.join(mkdtempSync(path.join(tmpdir(), "reflow-download-")), "a", "big.bin");
const events: ReflowEvent[] = [];
const o = { emit: (e: ReflowEvent) => events.push(e), pause: 1 };
const wanted = (file: string) => ({
  url: `${source.url}/big.bin?sig=secret`,
  file,
  name: "big.bin",
  size: bytes.length,
  sha256: sha256(bytes),
});

describe("download", () => {
  test("fetches, verifies, reports bytes, leaves no parts", async () => {
    const file = target();
    events.length = 0;
    await download(wanted(file), o);
    expect(readFileSync(file).equals(bytes)).toBe(true);
    expect(existsSync(`${file}.part`) || existsSync(`${file}.part.json`)).toBe(false);
    expect(events.at(-1)).toMatchObject({
      type: "progress",
      done: bytes.length,
      total: bytes.length,
      unit: "B",
    });
  });

  test("a broken connection goes on where it stopped", async () => {
    source.plan.breakAfter = 100_000;
    const file = target();
    await download(wanted(file), o);
    expect(readFileSync(file).equals(bytes)).toBe(true);
    expect(source.log.map((l) => l.status).slice(0, 1)).toEqual([0]);
  });

  test("a part on disk is continued with a range request", async () => {
    const file = target();
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(`${file}.part`, bytes.subarray(0, 123_456));
    writeFileSync(`${file}.part.json`, JSON.stringify({ url: wanted(file).url, tag: '"v1"' }));
    await download(wanted(file), o);
    expect(readFileSync(file).equals(bytes)).toBe(true);
    expect(source.log).toMatchObject([{ range: "bytes=123456-", status: 206 }]);
  });

  test("the next command resumes, too; a file that changed meanwhile starts again", async () => {
    const file = target();
    source.plan.breakAfter = 100_000;
    await expect(download(wanted(file), { ...o, retries: 0 })).rejects.toMatchObject({
      code: "download_failed",
    });
    expect(existsSync(`${file}.part`)).toBe(true);
    const other = Buffer.from(bytes.map((b) => b ^ 255));
    files.set("/big.bin", { bytes: other, tag: '"v2"' });
    await download({ ...wanted(file), sha256: sha256(other) }, o);
    expect(readFileSync(file).equals(other)).toBe(true);
  });

  test("busy servers are asked again, and only so often", async () => {
    source.plan.busy = 2;
    await download(wanted(target()), o);
    source.plan.busy = 99;
    const error = await download(wanted(target()), { ...o, retries: 2 }).catch((e: Error) => e);
    expect(error).toMatchObject({ code: "download_failed" });
    expect((error as Error).message).not.toContain("secret");
  });

  test.each([
    [{ sha256: "0".repeat(64) }, "checksum"],
    [{ size: 10 }, "instead of 10"],
  ])("%j is corrupt, and nothing is left behind", async (wrong, word) => {
    const file = target();
    const error = await download({ ...wanted(file), ...wrong }, o).catch((e: Error) => e);
    expect(error).toMatchObject({ code: "download_corrupt", message: expect.stringContaining(word) });
    expect(existsSync(file) || existsSync(`${file}.part`)).toBe(false);
  });

  test("a file that is gone, a server that is not there", async () => {
    const at = { file: target(), name: "x" };
    await expect(download({ ...at, url: `${source.url}/none` }, o)).rejects.toMatchObject({
      code: "download_missing",
    });
    await expect(
      download({ ...at, url: "http://127.0.0.1:9/x" }, { ...o, retries: 1 }),
    ).rejects.toMatchObject({ code: "download_failed" });
  });

  test("an interrupt stops it and keeps the part", async () => {
    const file = target();
    const abort = new AbortController();
    const emit = (e: ReflowEvent) => {
      if (e.type === "progress") abort.abort();
    };
    await expect(download(wanted(file), { ...o, emit, signal: abort.signal })).rejects.toMatchObject({
      name: "AbortError",
    });
    expect(existsSync(`${file}.part`)).toBe(true);
    await download(wanted(file), o);
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });

  test("a part of another file is not continued", async () => {
    const file = target();
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(`${file}.part`, "something else");
    await download(wanted(file), o);
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });
});
