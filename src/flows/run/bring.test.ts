import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { silent } from "../../kit/events.js";
import type { Storage } from "../storage/index.js";
import { bringRoot } from "./bring.js";
import type { FlowRequest } from "./types.js";

const folder = await mkdtemp(path.join(tmpdir(), "reflow-bring-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A store of texts that counts what is read. */
function store(files: Readonly<Record<string, string>>): { storage: Storage; reads: string[] } {
  const reads: string[] = [];
  const storage = {
    root: "s3://bucket/dig",
    list: async (below: string) =>
      Object.entries(files)
        .filter(([name]) => name.startsWith(`${below}/`))
        .map(([name, text]) => ({ path: name, size: text.length })),
    read: async (name: string) => {
      reads.push(name);
      return Buffer.from(files[name] as string);
    },
  };
  return { storage: storage as unknown as Storage, reads };
}

const request = {
  flow: "day1-roi",
  cookbook: { usecase: "glass", settings: {} },
  knobs: { use_pretrained_checkpoint: false },
} as unknown as FlowRequest;
const o = { emit: silent, signal: undefined };

test("only what the flow needs is brought, and only once", async () => {
  const { storage, reads } = store({
    "datasets/glass/raw/a.png": "one",
    "datasets/pcb/raw/b.png": "two",
    "models/glass/iter.pt": "three",
  });
  await bringRoot(storage, folder, request, o);
  await bringRoot(storage, folder, request, o);
  expect(reads).toEqual(["datasets/glass/raw/a.png"]);
  expect(await readFile(path.join(folder, "datasets/glass/raw/a.png"), "utf8")).toBe("one");
});

test("what is gone from the root is gone here", async () => {
  const raw = "datasets/glass/raw";
  await bringRoot(store({ [`${raw}/a.png`]: "one", [`${raw}/b.png`]: "two" }).storage, folder, request, o);
  await bringRoot(store({ [`${raw}/b.png`]: "two" }).storage, folder, request, o);
  await expect(readFile(path.join(folder, raw, "a.png"))).rejects.toMatchObject({ code: "ENOENT" });
  expect(await readFile(path.join(folder, raw, "b.png"), "utf8")).toBe("two");
});

test("a root without it is an error that names what is missing; names cannot leave the folder", async () => {
  await expect(bringRoot(store({}).storage, folder, request, o)).rejects.toMatchObject({
    code: "artifact_missing",
    message: expect.stringContaining("datasets/glass/raw"),
  });
  const { storage } = store({ "datasets/glass/raw/../../../../x": "no" });
  await expect(bringRoot(storage, folder, request, o)).rejects.toMatchObject({ code: "path_escapes" });
});
