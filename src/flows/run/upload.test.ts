import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { silent } from "../../kit/events.js";
import { writeFileAtomic } from "../../kit/files.js";
import { openStorage } from "../storage/index.js";
import { fakeS3 } from "../storage/testing.js";
import { checkUpload, uploadRun } from "./upload.js";

const store = await fakeS3("plant");
const folder = await mkdtemp(path.join(tmpdir(), "reflow-upload-"));
afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});
const storage = openStorage("s3://plant/dig", {
  accessKeyId: "key",
  secretAccessKey: "secret",
  endpoint: store.endpoint,
});
const o = { emit: silent, signal: undefined };
const puts = () => store.seen.filter((line) => line.startsWith("PUT")).length;

test("a run lands under runs/<name>, without inputs and receipts; only what is new is sent again", async () => {
  const files = {
    "flow.json": "request",
    "anomaly/inference/a.png": "one",
    "preview/index.html": "page",
    "result.json": "{}",
    "receipts/place.json": "{}",
    "inputs/datasets/glass/raw/x.png": "theirs",
    ".reflow.lock": "me",
  };
  for (const [name, text] of Object.entries(files)) await writeFileAtomic(path.join(folder, name), text);
  await checkUpload(storage, folder, "run-1");
  const done = await uploadRun(storage, folder, "run-1", o);
  expect(done).toEqual({ url: "s3://plant/dig/runs/run-1", files: 4, bytes: 16 });
  expect([...store.objects.keys()].at(-1)).toBe("dig/runs/run-1/result.json");
  expect([...store.objects.keys()].sort()).toEqual(
    ["anomaly/inference/a.png", "flow.json", "preview/index.html", "result.json"].map(
      (name) => `dig/runs/run-1/${name}`,
    ),
  );
  const before = puts();
  await uploadRun(storage, folder, "run-1", o);
  expect(puts()).toBe(before);
  await writeFile(path.join(folder, "preview/index.html"), "PAGE");
  store.objects.delete("dig/runs/run-1/anomaly/inference/a.png");
  await uploadRun(storage, folder, "run-1", o);
  expect(puts()).toBe(before + 2);
  expect(store.objects.get("dig/runs/run-1/preview/index.html")?.toString()).toBe("PAGE");
  expect(await readFile(path.join(folder, "receipts/upload.json"), "utf8")).not.toContain(folder);
});

test("the name of another run is refused, its own is not", async () => {
  await checkUpload(storage, folder, "run-1");
  await writeFile(path.join(folder, "flow.json"), "another request");
  await expect(checkUpload(storage, folder, "run-1")).rejects.toMatchObject({ code: "output_exists" });
});
