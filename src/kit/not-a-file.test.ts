import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { streamCsv } from "./csv.js";
import { hashFile, readBytes, readText } from "./files.js";
import { decodeImage, imageSize } from "./images.js";

let folder: string;
let pipe: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "pipe-"));
  pipe = path.join(folder, "a.png");
  execFileSync("mkfifo", [pipe]);
});
afterAll(() => rm(folder, { recursive: true }));

const readers: Record<string, (file: string) => Promise<unknown>> = {
  streamCsv: (file) =>
    streamCsv(
      file,
      () => {},
      () => {},
    ),
  readBytes,
  readText,
  hashFile,
  decodeImage,
  imageSize,
};

test.each(Object.entries(readers))(
  "%s refuses a pipe at once and a folder",
  async (_name, read) => {
    await expect(read(pipe)).rejects.toMatchObject({ kind: "data", code: "not_a_file" });
    await expect(read("/dev/null")).rejects.toMatchObject({ code: "not_a_file" });
    await expect(read(folder)).rejects.toMatchObject({ code: "is_a_folder" });
  },
  3000,
);
