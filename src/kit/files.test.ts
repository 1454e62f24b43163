import { chmod, mkdir, mkdtemp, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hashFile, joinInside, readJson, readText, resolveInside, writeFileAtomic } from "./files.js";

const fresh = () => mkdtemp(path.join(tmpdir(), "files-"));

describe("writeFileAtomic", () => {
  test("replaces the content and leaves no temporary file", async () => {
    const folder = await fresh();
    const file = path.join(folder, "deep", "a.txt");
    await writeFileAtomic(file, "one");
    await writeFileAtomic(file, "two");
    expect(await readFile(file, "utf8")).toBe("two");
    expect(await readdir(path.dirname(file))).toEqual(["a.txt"]);
  });

  test("names the file when a parent is a file", async () => {
    const folder = await fresh();
    await writeFile(path.join(folder, "x"), "");
    await expect(writeFileAtomic(path.join(folder, "x", "y.txt"), "z")).rejects.toMatchObject({
      kind: "stage",
      code: expect.stringMatching(/not_a_folder|is_a_folder/),
    });
  });

  test.skipIf(process.getuid?.() === 0)("explains a read-only folder (needs an ordinary user)", async () => {
    const folder = await fresh();
    await chmod(folder, 0o500);
    await expect(writeFileAtomic(path.join(folder, "a"), "")).rejects.toMatchObject({
      code: "no_permission",
    });
  });
});

describe("paths out of files stay inside their root", () => {
  test.each(["../x", "a/../../x", "/etc/passwd", "a\\..\\..\\x", "a\0b"])("joinInside refuses %j", (p) => {
    expect(() => joinInside("/data/images", p)).toThrowError(
      expect.objectContaining({ code: "path_escapes" }),
    );
  });

  test("whatever the parts, the result lies under the root or it is refused", () => {
    const part = fc.constantFrom("..", ".", "a", "b c", "", "...", "é");
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        try {
          const joined = joinInside("/data/images", parts.join("/"));
          expect(joined === "/data/images" || joined.startsWith("/data/images/")).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ code: "path_escapes" });
        }
      }),
    );
  });

  test("a symbolic link that leaves the root is refused, one that stays is not, a loop is named", async () => {
    const root = await fresh();
    const outside = await fresh();
    await mkdir(path.join(root, "in"));
    await symlink(outside, path.join(root, "out"));
    await symlink(path.join(root, "in"), path.join(root, "also-in"));
    await symlink(path.join(root, "loop"), path.join(root, "loop"));
    await expect(resolveInside(root, "out/new.txt")).rejects.toMatchObject({ code: "path_escapes" });
    await expect(resolveInside(root, "also-in/new.txt")).resolves.toBe(path.join(root, "also-in/new.txt"));
    await expect(resolveInside(root, "loop/x")).rejects.toMatchObject({ code: "symlink_loop" });
  });
});

describe("readers name the file and the remedy", () => {
  test("missing file, folder, Latin-1 and broken JSON", async () => {
    const folder = await fresh();
    const latin = path.join(folder, "l.txt");
    await writeFile(latin, Buffer.from("caf\xe9", "latin1"));
    await writeFile(path.join(folder, "j.json"), "{");
    await expect(readText(path.join(folder, "no"))).rejects.toMatchObject({ code: "file_missing" });
    await expect(readText(folder)).rejects.toMatchObject({ code: "is_a_folder" });
    await expect(readText(latin)).rejects.toMatchObject({ code: "not_utf8" });
    await expect(readJson(path.join(folder, "j.json"))).rejects.toMatchObject({ code: "json_invalid" });
  });

  test("hashFile gives the published SHA-256 of abc", async () => {
    const file = path.join(await fresh(), "abc");
    await writeFile(file, "abc");
    expect(await hashFile(file)).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });
});
