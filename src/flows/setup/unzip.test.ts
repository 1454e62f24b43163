import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { zipSync } from "fflate";
import { afterAll, expect, test } from "vitest";
import { exists } from "../../kit/files.js";
import { filesBelow, unzip } from "./unzip.js";

const root = mkdtempSync(path.join(tmpdir(), "reflow-unzip-"));
afterAll(() => rm(root, { recursive: true, force: true }));
let number = 0;
function packed(content: Record<string, Uint8Array>, level: 0 | 9 = 9): string {
  const file = path.join(root, `${++number}.zip`);
  writeFileSync(file, zipSync(content, { level }));
  return file;
}
const to = path.join(root, "out");
const noise = (n: number) => Uint8Array.from({ length: n }, (_, i) => (i * i * 31 + (i >> 3)) & 255);

test("files of all sizes come out as they went in, stored or deflated", async () => {
  const content = {
    "a.txt": new Uint8Array(),
    "deep/er/b.bin": noise(5_000_000),
    "deep/c.bin": noise(70_000),
    "x/": new Uint8Array(),
  };
  for (const level of [0, 9] as const) {
    await unzip(packed(content, level), to);
    expect(await filesBelow(to)).toEqual(["a.txt", "deep/c.bin", "deep/er/b.bin"]);
    expect(readFileSync(path.join(to, "deep/er/b.bin")).equals(content["deep/er/b.bin"])).toBe(true);
    expect(readFileSync(path.join(to, "a.txt"))).toHaveLength(0);
  }
});

test("an entry that would leave the folder is refused, and nothing stays", async () => {
  for (const name of ["../evil.txt", "a/../../evil.txt", "/etc/evil.txt"]) {
    await expect(unzip(packed({ "ok.txt": noise(5), [name]: noise(5) }), to)).rejects.toMatchObject({
      code: "path_escapes",
    });
    expect(await exists(to)).toBe(false);
  }
  expect((await readdir(root)).filter((n) => n.includes("evil"))).toEqual([]);
});

test("what grows beyond all measure is refused while it grows", async () => {
  const bomb = packed({ "zeros.bin": new Uint8Array(30_000_000) });
  await expect(unzip(bomb, to, { free: 1_000_000 })).rejects.toMatchObject({
    code: "zip_too_large",
    message: expect.stringContaining("200 times"),
  });
  await expect(unzip(packed({ a: noise(9), b: noise(9) }), to, { files: 1 })).rejects.toMatchObject({
    code: "zip_too_large",
  });
  await expect(unzip(bomb, to, { bytes: 1_000_000 })).rejects.toMatchObject({ code: "zip_too_large" });
  expect(await exists(to)).toBe(false);
});

test("no zip, a cut one, and a damaged one are told as such", async () => {
  const whole = readFileSync(packed({ "a.bin": noise(300_000), "b.bin": noise(300_000) }));
  const damaged = Buffer.from(whole);
  damaged.fill(0xff, 60, 4000);
  for (const bytes of [Buffer.from("hello"), Buffer.alloc(0), whole.subarray(0, whole.length / 2), damaged]) {
    const file = path.join(root, "broken.zip");
    writeFileSync(file, bytes);
    await expect(unzip(file, to)).rejects.toMatchObject({ code: "zip_invalid", where: { file } });
  }
});
