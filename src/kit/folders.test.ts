import { mkdtemp, readdir, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeEach, expect, test } from "vitest";
import { writeFileAtomic } from "./files.js";
import { checkFolder, makeFolder } from "./folders.js";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "folders-"));
});

test("makes all that is missing; what is there stays; two at once agree", async () => {
  const deep = path.join(root, "a", "b", "c");
  // Many at once, so that some look while others make.
  await Promise.all(Array.from({ length: 200 }, (_, i) => makeFolder(path.join(root, "m", `${i % 7}`, "n"))));
  await Promise.all([makeFolder(deep), makeFolder(deep), makeFolder(path.join(root, "a", "d"))]);
  expect((await stat(deep)).isDirectory()).toBe(true);
  await makeFolder(deep);
  expect((await readdir(path.join(root, "a"))).sort()).toEqual(["b", "d"]);
  expect(await readdir(path.join(root, "m"))).toHaveLength(7);
});

test("checking makes nothing", async () => {
  await checkFolder(path.join(root, "a", "b"));
  expect(await readdir(root)).toEqual([]);
});

test("a file in the way is named, wherever it stands", async () => {
  const file = path.join(root, "afile");
  await writeFile(file, "");
  for (const folder of [file, path.join(file, "sub"), path.join(file, "sub", "deeper")]) {
    const error = {
      code: "not_a_folder",
      where: { file },
      message: expect.stringContaining(`${file} is a file`),
    };
    await expect(makeFolder(folder)).rejects.toMatchObject(error);
    await expect(checkFolder(folder)).rejects.toMatchObject(error);
  }
  await expect(writeFileAtomic(path.join(file, "x.json"), "")).rejects.toMatchObject({ where: { file } });
});

test("links: to a folder is a folder, to nowhere is told, a loop too", async () => {
  const link = (name: string) => path.join(root, name);
  await symlink(root, link("good"));
  await symlink(path.join(root, "absent"), link("dangling"));
  await symlink(link("loop"), link("loop"));
  await makeFolder(path.join(link("good"), "made"));
  expect(await readdir(root)).toContain("made");
  await expect(makeFolder(path.join(link("dangling"), "x"))).rejects.toMatchObject({
    code: "dangling_link",
    where: { file: link("dangling") },
  });
  await expect(makeFolder(path.join(link("loop"), "x"))).rejects.toMatchObject({ code: "symlink_loop" });
});

test.skipIf(process.platform !== "linux")(
  "a file system that takes no folders is one error at once",
  async () => {
    const error = { code: "no_folder", kind: "stage", where: { file: "/proc/x" } };
    await expect(makeFolder("/proc/x/y")).rejects.toMatchObject(error);
    await expect(writeFileAtomic("/proc/x/y/z.json", "")).rejects.toMatchObject({ code: "no_folder" });
  },
  3000,
);
