import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { newTypes } from "./new-types.js";

const folder = await mkdtemp(path.join(tmpdir(), "reflow-new-types-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

async function table(name: string, labels: readonly string[]): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, ["object_name,label", ...labels.map((l, i) => `crop${i},${l}`), ""].join("\n"));
  return file;
}

test("types are new where the earlier table has none of their rows; PASS and case do not count", async () => {
  const earlier = await table("earlier.csv", ["PASS", "Open", "short "]);
  const later = await table("later.csv", ["PASS", "open", "short", "spur", "pin-hole", "spur"]);
  expect(await newTypes(earlier, later)).toEqual(["pin-hole", "spur"]);
  expect(await newTypes(later, earlier)).toEqual([]);
  expect(await newTypes(earlier, earlier)).toEqual([]);
  await expect(newTypes(path.join(folder, "gone.csv"), later)).rejects.toMatchObject({
    code: "file_missing",
  });
});
