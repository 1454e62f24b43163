import { mkdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { zipSync } from "fflate";
import { afterAll, describe, expect, test } from "vitest";
import { ReflowError } from "../../../kit/errors.js";
import { writeCrate } from "../fixtures/crate-writer.js";
import { scratchFolder, value } from "../fixtures/stage.js";
import { openStage } from "../open.js";
import { parseText } from "../text/parse.js";
import { openPackage } from "./package.js";

const scratch = scratchFolder();
afterAll(scratch.remove);
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const layer = (body: string): Uint8Array => utf8(`#usda 1.0\n${body}`);

async function open(name: string, bytes: Uint8Array) {
  const file = path.join(scratch.folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  await writeFile(file, bytes);
  return openStage(file);
}

const SCENE = {
  "root.usda": layer(
    '(\n defaultPrim = "A"\n)\ndef "A" (references = [@./sub/part.usdc@</P>, @lib.usda@</L>])\n{\n asset near = @tex/a.png@\n}\n',
  ),
  "sub/part.usdc": writeCrate(
    parseText('#usda 1.0\ndef "P" (references = @../lib.usda@</L>)\n{\n int x = 1\n}\n', "p"),
  ),
  "lib.usda": layer('def "L"\n{\n int y = 2\n}\n'),
};

describe.each([0, 6] as const)("packages, compression %i", (level) => {
  const bytes = zipSync(SCENE, { level });

  test("layers inside refer to each other", async () => {
    const { stage, problems } = await open(`ok${level}.usdz`, bytes);
    expect(problems).toEqual([]);
    expect([value(stage!, "/A", "x"), value(stage!, "/A", "y")]).toEqual([1, 2]);
  });

  test("a package inside a package, and layers outside that refer into it", async () => {
    const outer = zipSync(
      {
        "top.usda": layer(
          'def "T" (references = @in.usdz@)\n{\n}\ndef "U" (references = @in.usdz[lib.usda]@</L>)\n{\n}\n',
        ),
        "in.usdz": bytes,
      },
      { level: 0 },
    );
    const inside = await open(`nested${level}.usdz`, outer);
    expect(inside.problems).toEqual([]);
    expect([value(inside.stage!, "/T", "x"), value(inside.stage!, "/U", "y")]).toEqual([1, 2]);
    const outside = await open(
      "outside.usda",
      layer(`def "A" (references = @./nested${level}.usdz[in.usdz[lib.usda]]@</L>)\n{\n}\n`),
    );
    expect(outside.problems).toEqual([]);
    expect(value(outside.stage!, "/A", "y")).toBe(2);
  });

  test("cut off anywhere: problems, never a breakdown", async () => {
    for (let end = 0; end < bytes.length; end += Math.ceil(bytes.length / 25)) {
      const { stage, problems } = await open("cut.usdz", bytes.subarray(0, end));
      expect(stage).toBeUndefined();
      expect(problems[0].code).toBe("usdz_damaged");
    }
  });
});

test("nothing outside the package can be reached", async () => {
  const bytes = zipSync({
    "root.usda": layer(
      'def "A" (references = [@../x.usda@</X>, @/etc/passwd@</X>, @none.usda@</X>])\n{\n}\n',
    ),
  });
  const { problems } = await open("closed.usdz", bytes);
  expect(problems.map((p) => p.code)).toEqual([
    "usd_reference_outside",
    "usd_reference_outside",
    "usd_reference_missing",
  ]);
});

const code = (bytes: Uint8Array): string => {
  try {
    openPackage("p.usdz", bytes);
    return "opened";
  } catch (error) {
    if (error instanceof ReflowError) return error.code;
    throw error;
  }
};

test("bombs are refused before they are unpacked", () => {
  const bomb = zipSync({ "root.usda": new Uint8Array(64 * 2 ** 20) }, { level: 9 });
  expect(bomb.length).toBeLessThan(100_000);
  // 64 MiB packed 1000 : 1 is about what deflate can do to zeros; announced sizes beyond that are lies.
  const lie = Uint8Array.from(bomb);
  const central = lie.length - 22 - 46 - "root.usda".length;
  new DataView(lie.buffer).setUint32(central + 24, 0xfffffff0, true);
  expect(code(lie)).toBe("usdz_too_large");
});

test("names that climb out, empty packages, packages without layers", async () => {
  expect(code(zipSync({ "../evil.usda": layer("") }))).toBe("usdz_bad_name");
  expect(code(zipSync({}))).toBe("usdz_damaged");
  expect(code(new Uint8Array(0))).toBe("usdz_damaged");
  const { stage, problems } = await open("pictures.usdz", zipSync({ "a.png": utf8("x") }));
  expect(stage).toBeUndefined();
  expect(problems.map((p) => p.code)).toEqual(["usdz_damaged"]);
});

test("a size that contradicts the content is noticed when the file is read", () => {
  const bytes = zipSync({ "root.usda": layer("") }, { level: 0 });
  const short = Uint8Array.from(bytes);
  const central = short.length - 22 - 46 - "root.usda".length;
  const view = new DataView(short.buffer);
  for (const at of [20, 24]) view.setUint32(central + at, 5000, true);
  const archive = openPackage("p.usdz", short);
  expect(() => archive.read("root.usda")).toThrow(/no readable/);
});
