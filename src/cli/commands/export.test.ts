import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePlace } from "./export.js";

let dir: string;
const at = (...parts: string[]) => path.join(dir, ...parts);
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), "reflow-export-"));
  await mkdir(at("run", "bundle"), { recursive: true });
  await mkdir(at("full"));
  await mkdir(at("empty"));
  await writeFile(at("full", "manifest.json"), "{}");
});
afterAll(() => rm(dir, { recursive: true }));

test("a new or empty folder is free", async () => {
  await freePlace(at("new"), at("run", "bundle"));
  await freePlace(at("empty"), at("run", "bundle"));
});

test("a folder with something in it, a file, and the bundle itself are refused and kept", async () => {
  for (const to of [
    at("full"),
    at("full", "manifest.json"),
    at("run", "bundle"),
    at("run", "bundle", "copy"),
  ])
    await expect(freePlace(to, at("run", "bundle"))).rejects.toMatchObject({
      code: "output_exists",
      exitCode: 2,
    });
  expect(await readdir(at("full"))).toEqual(["manifest.json"]);
  expect(await readdir(at("run"))).toEqual(["bundle"]);
});
