import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readCheckpoint } from "./checkpoint.js";
import { describeEncoder, embedImages } from "./inference/images.js";
import { DEFAULT_ARCHITECTURE } from "./net/config.js";
import { startWeights } from "./training/start.js";

let folder: string;
let pipe: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "pipe-"));
  pipe = path.join(folder, "model.onnx");
  execFileSync("mkfifo", [pipe]);
});
afterAll(() => rm(folder, { recursive: true }));

const config = { ...DEFAULT_ARCHITECTURE, channels: 1 as const, height: 16, width: 16 };
const readers: Record<string, (file: string) => Promise<unknown>> = {
  readCheckpoint,
  describeEncoder,
  embedImages: (encoder) => embedImages({ encoder, files: [], workers: 1 }),
  startWeights: (file) => startWeights(config, 1, file),
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
