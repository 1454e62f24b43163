import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { shellPattern } from "./frames.js";
import { colourWord, meaning, readLabelMap } from "./label-map.js";

let file: string;
beforeAll(async () => {
  file = path.join(await mkdtemp(path.join(tmpdir(), "reflow-labels-")), "labels.json");
});
const read = async (value: unknown) => {
  await writeFile(file, typeof value === "string" ? value : JSON.stringify(value));
  return readLabelMap(file);
};

describe("label maps", () => {
  test("classes and defects of a colour", async () => {
    const { colours, problems } = await read({
      "(0, 0, 0, 0)": { class: "BACKGROUND" },
      "(1, 2, 3, 255)": { class: "ic,whole_component", defect: "shift" },
      "(4, 5, 6, 255)": { defect: "" },
    });
    expect(problems).toEqual([]);
    expect(colours.map(meaning)).toEqual([[], ["ic", "whole_component", "shift"], []]);
    expect(colours.map((c) => c.hasDefect)).toEqual([false, true, true]);
    expect(colours[1].word).toBe((1 | (2 << 8) | (3 << 16) | (255 << 24)) >>> 0);
  });

  test("keys without spaces are understood and reported once", async () => {
    const { colours, problems } = await read({
      "(1,2,3,255)": { class: "ic" },
      "(1,2,4,255)": { class: "ic" },
    });
    expect(colours).toHaveLength(2);
    expect(problems.map((p) => p.code)).toEqual(["label_key_unspaced"]);
  });

  test.each([
    ["no JSON", "{"],
    ["a list", []],
    ["a key of three numbers", { "(1, 2, 3)": { class: "ic" } }],
    ["a number above 255", { "(1, 2, 300, 255)": { class: "ic" } }],
    ["labels that are no map", { "(1, 2, 3, 255)": "ic" }],
    ["a class that is no text", { "(1, 2, 3, 255)": { class: 5 } }],
  ])("refuses %s", async (_, value) => {
    await expect(read(value)).rejects.toMatchObject({ code: "labels_invalid", where: { file } });
  });

  test("any four bytes make a colour and nothing else does", () => {
    const byte = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(byte, byte, byte, byte, (r, g, b, a) => {
        const word = colourWord(`(${r}, ${g}, ${b}, ${a})`) as number;
        expect([word & 255, (word >>> 8) & 255, (word >>> 16) & 255, word >>> 24]).toEqual([r, g, b, a]);
      }),
    );
    expect(colourWord("(1, 2, 3, -4)")).toBeUndefined();
    expect(colourWord("red")).toBeUndefined();
  });
});

describe("shell patterns of frame ids", () => {
  test.each([
    ["x*_y*", "x10_y2", true],
    ["x*_y*", "0000", false],
    ["0000", "00001", false],
    ["00?0", "0010", true],
    ["[0-3]*", "0007", true],
    ["[!0]*", "0007", false],
    ["a.b", "axb", false],
    ["(*", "(1", true],
  ])("%s on %s: %s", (pattern, id, fits) => {
    expect(shellPattern(pattern).test(id)).toBe(fits);
  });
});
