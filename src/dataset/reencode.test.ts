import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { detectEncoding, reencode } from "./reencode.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "reencode-"));
});
afterAll(() => rm(folder, { recursive: true }));

test("a pipe, a device and a folder are refused at once, not waited for", { timeout: 3000 }, async () => {
  const pipe = path.join(folder, "pipe.csv");
  execFileSync("mkfifo", [pipe]);
  const target = path.join(folder, "out.csv");
  for (const read of [detectEncoding, (file: string) => reencode(file, "windows-1252", target)]) {
    await expect(read(pipe)).rejects.toMatchObject({ kind: "data", code: "not_a_file" });
    await expect(read("/dev/null")).rejects.toMatchObject({ code: "not_a_file" });
    await expect(read(folder)).rejects.toMatchObject({ code: "is_a_folder" });
  }
});

test.each([
  ["utf-8", Buffer.from("a,ü\n")],
  ["utf-16le", Buffer.from("\ufeffa,ü\n", "utf16le")],
  ["utf-16be", Buffer.from("\ufeffa,ü\n", "utf16le").swap16()],
  ["windows-1252", Buffer.from("a,ü\n", "latin1")],
])("%s is told and becomes UTF-8", async (encoding, bytes) => {
  const file = path.join(folder, `${encoding}.csv`);
  await writeFile(file, bytes);
  const found = await detectEncoding(file);
  expect(found).toBe(encoding);
  await reencode(file, found, `${file}.utf8`);
  expect(await readFile(`${file}.utf8`, "utf8")).toBe("a,ü\n");
});
