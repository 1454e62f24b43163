import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { openStorage, type Storage, s3Access } from "./index.js";
import { fakeS3 } from "./testing.js";

const store = await fakeS3("plant");
afterAll(() => store.close());
const keys = { accessKeyId: "key", secretAccessKey: "secret", endpoint: store.endpoint };
/** A real S3 store, where one is named: REFLOW_TEST_S3=http://host:port with its keys in AWS_*. */
const real = process.env.REFLOW_TEST_S3;

const kinds: [string, () => Storage | Promise<Storage>][] = [
  ["folder", () => openStorage(mkdtempSync(path.join(tmpdir(), "reflow-storage-")))],
  ["file URL", () => openStorage(pathToFileURL(mkdtempSync(path.join(tmpdir(), "reflow storage-"))).href)],
  ["S3, in memory", () => openStorage("s3://plant/dig-root", keys)],
];
if (real)
  kinds.push([
    "S3, real store",
    async () => {
      const access = { ...s3Access(process.env)!, endpoint: real };
      const bucket = `reflow-${Date.now()}`;
      const { AwsClient } = await import("aws4fetch");
      await new AwsClient({ ...access, service: "s3", region: "us-east-1" }).fetch(`${real}/${bucket}`, {
        method: "PUT",
      });
      return openStorage(`s3://${bucket}/dig`, access);
    },
  ]);

test("links to folders are followed, also where they lead in circles", async () => {
  const root = mkdtempSync(path.join(tmpdir(), "reflow-links-"));
  mkdirSync(path.join(root, "raw", "b"), { recursive: true });
  writeFileSync(path.join(root, "raw", "a.txt"), "a");
  for (const name of ["up", "here", "too"]) symlinkSync(path.join(root, "raw"), path.join(root, "raw", name));
  symlinkSync(path.join(root, "raw"), path.join(root, "raw", "b", "up"));
  mkdirSync(path.join(root, "else"));
  writeFileSync(path.join(root, "else", "x.txt"), "x");
  symlinkSync(path.join(root, "else"), path.join(root, "raw", "linked"));
  const found = await openStorage(root).list("raw");
  expect(found.map((e) => e.path)).toEqual(["raw/a.txt", "raw/linked/x.txt"]);
});

test("a file as the root is told as such", async () => {
  const file = path.join(mkdtempSync(path.join(tmpdir(), "reflow-file-")), "root");
  writeFileSync(file, "");
  await expect(openStorage(file).list("datasets")).rejects.toMatchObject({ code: "not_a_folder" });
});

test("a password in a root is refused and not repeated", () => {
  expect(() => openStorage("s3://KEY:SECRET@bucket/dig", keys)).toThrow(
    expect.objectContaining({
      code: "root_invalid",
      message: '"s3://…@bucket/dig" cannot be a storage root',
    }),
  );
});

describe.each(kinds)("%s", (name, open) => {
  test("write, read, list, exists, put", async () => {
    const s = await open();
    expect(await s.list("models")).toEqual([]);
    expect(await s.exists("models/pcb")).toBe(false);
    await s.write("models/pcb/ag_config.yaml", "a: ü\n");
    await s.write("models/pcb-old/x", new Uint8Array([1, 2, 3]));
    const odd = "runs/r 1/IC+bridge_00000 (1)'é.png";
    await s.write(odd, "picture");
    for (const n of [1, 2, 3]) await s.write(`runs/many/${n}`, "x".repeat(n));
    expect(await s.list("models/pcb")).toEqual([{ path: "models/pcb/ag_config.yaml", size: 6 }]);
    expect((await s.list("runs/many")).map((e) => e.size)).toEqual([1, 2, 3]);
    expect((await s.list("")).map((e) => e.path)).toContain(odd);
    expect(await s.exists("models/pcb")).toBe(true);
    expect(await s.exists("models/pc")).toBe(false);
    expect(await s.exists(odd)).toBe(true);
    expect((await s.read(odd)).toString()).toBe("picture");
    const file = path.join(mkdtempSync(path.join(tmpdir(), "reflow-put-")), "big");
    writeFileSync(file, Buffer.alloc(65 * 1024 * 1024, 7));
    await s.put("models/big.pt", file);
    expect(await s.list("models/big.pt")).toEqual([{ path: "models/big.pt", size: 65 * 1024 * 1024 }]);
    await expect(s.read("nothing")).rejects.toMatchObject({ code: "file_missing" });
    await expect(s.read("../../etc/passwd")).rejects.toMatchObject({ code: "path_escapes" });
    expect(name).not.toBe("");
  });
});

describe("errors", () => {
  test("a refused key, a missing bucket, an unreachable store; secrets are in no message", async () => {
    const refused = openStorage("s3://plant", { ...keys, accessKeyId: "other" });
    await expect(refused.list("")).rejects.toMatchObject({ code: "storage_denied" });
    await expect(openStorage("s3://none", keys).list("")).rejects.toMatchObject({ code: "storage_missing" });
    const gone = openStorage("s3://plant", { ...keys, endpoint: "http://127.0.0.1:9" });
    const error = await gone.list("").catch((e: Error) => e);
    expect(error).toMatchObject({ code: "storage_unreachable" });
    expect(String((error as Error).message)).not.toContain("secret");
  });

  test("a busy store is asked again", async () => {
    store.failNext(2);
    const s = openStorage("s3://plant/busy", keys);
    await s.write("a", "1");
    expect((await s.read("a")).toString()).toBe("1");
  });

  test.each([
    ["gs://bucket/x", "storage_unsupported"],
    ["s3://bucket/x", "storage_keys_missing"],
    ["<dig_url_root>", "root_invalid"],
    ["http://host/x", "root_invalid"],
  ])("%s", (root, code) => {
    expect(() => openStorage(root)).toThrowError(expect.objectContaining({ code }));
  });
});
